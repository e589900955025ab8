"""Bytes that are sent again and again, with a file from which the system sends them without copying them."""

import tempfile
from typing import IO


class Kept(bytes):
    """A body as any other; a server that knows of `file` may have the system send that (sendfile(2)).

    The file has no name, and its bytes are not written to the disk where it is gone within half a minute. One of
    memfd_create(2) would never be; but its pages are small ones, which take a quarter longer to send.
    """

    _file: IO[bytes] | None = None

    @property
    def file(self) -> int:
        """The descriptor of a file that holds these bytes, made when it is first asked for; it ends with them.

        Raises OSError.
        """
        if self._file is None:
            file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 it is open for as long as these bytes are
            file.write(self)
            self._file = file
        return self._file.fileno()

    def __del__(self) -> None:
        if self._file is not None:
            self._file.close()
