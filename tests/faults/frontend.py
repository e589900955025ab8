"""What a client sends to PostgreSQL, followed byte by byte: to which message each byte belongs.

A message is a byte that names its kind, the length of the rest (itself included, 4 bytes), and the rest; the first one
of a connection has no kind. Source: PostgreSQL's documentation, "Frontend/Backend Protocol", "Message Formats".
"""

import struct
from collections.abc import Iterator

COPY_DATA = b"d"
# SSLRequest and GSSENCRequest: where the answer is no, another message without a kind follows.
_QUESTIONS = (80_877_103, 80_877_104)
_HEAD_BYTES = 5
_FIRST_HEAD_BYTES = 8  # the length, and what it is


class Frontend:
    """One connection; what it sends is not encrypted."""

    def __init__(self) -> None:
        self._kind = b""
        self._head = b""
        self._head_bytes = _FIRST_HEAD_BYTES
        self._left = 0

    def follow(self, data: bytes) -> Iterator[tuple[bytes, int]]:
        """Take what is sent next, as runs of bytes of one message each: its kind (empty at first), how many bytes."""
        while data:
            if self._left:
                count = min(self._left, len(data))
                self._left -= count
            else:
                count = self._take_head(data)
            yield self._kind, count
            data = data[count:]

    def _take_head(self, data: bytes) -> int:
        """Returns how many of these bytes are of the head."""
        count = min(self._head_bytes - len(self._head), len(data))
        self._head += data[:count]
        if self._head_bytes == _HEAD_BYTES:
            self._kind = self._head[:1]
        if len(self._head) == self._head_bytes:
            self._begin()
        return count

    def _begin(self) -> None:
        if self._head_bytes == _HEAD_BYTES:
            self._left = struct.unpack("!cI", self._head)[1] - 4
        else:
            length, code = struct.unpack("!II", self._head)
            self._left = length - _FIRST_HEAD_BYTES
            if code not in _QUESTIONS:
                self._head_bytes = _HEAD_BYTES
        self._head = b""
