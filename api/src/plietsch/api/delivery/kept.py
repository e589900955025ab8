"""Bytes that are sent again and again, with a file from which the system sends them without copying them."""

import errno
import os
import tempfile
from contextlib import ExitStack
from functools import cache
from typing import IO

import structlog

_log = structlog.get_logger(__name__)


class Kept(bytes):
    """A body as any other; a server that knows of `file` may have the system send that (sendfile(2)).

    The file has no name, and its bytes are not written to the disk where it is gone within half a minute. One of
    memfd_create(2) would never be; but its pages are small ones, which take a quarter longer to send.

    It is made with the bytes, which may wait for a busy disk: not where everybody's requests are answered.
    """

    _file: IO[bytes] | None = None

    def __init__(self, _of: bytes) -> None:
        super().__init__()
        try:
            self._file = _written(self)
        except OSError as error:
            _say_once(error.strerror)

    @property
    def file(self) -> int | None:
        """The descriptor of a file that holds these bytes and ends with them; None where there was no room for it."""
        return None if self._file is None else self._file.fileno()

    def __del__(self) -> None:
        if self._file is not None:
            self._file.close()


def _written(data: bytes) -> IO[bytes]:
    with ExitStack() as unless_whole:
        file = unless_whole.enter_context(tempfile.TemporaryFile(buffering=0))
        # A disk that becomes full takes what it can.
        if file.write(data) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        unless_whole.pop_all()
        return file


@cache
def _say_once(reason: str | None) -> None:
    """Not each time that the values change."""
    _log.warning("answers are copied for each reader: there is no temporary file for them", reason=reason)
