"""What of a compiled file is code, and what are names: the format of MicroPython's .mpy files, version 6.

Where the files lie in a ROMFS partition, MicroPython runs them in place: code, constants and the letters of names stay
in flash (since version 1.25, on an ESP32 with such a partition: https://github.com/micropython/micropython/pull/16857).

Source: MicroPython documentation, "MicroPython .mpy files", and `py/persistentcode.c`.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

_HEADER_BYTES = 4
_BLOCK_BYTES = 16  # of the heap: everything takes whole ones
_WITHOUT_DATA = (0, 1, 2, 3, 4)  # objects that are their type
_TUPLE = 10
_TEXTS = (5, 6)  # str and bytes: behind them is a zero


class Parts(NamedTuple):
    """What of a file comes into the heap when it is imported: bytes of code and of constants, and new names."""

    code: int
    constants: int
    names: frozenset[bytes]


def parts(data: bytes) -> Parts:
    """Take a .mpy file apart. Raises ValueError for anything else."""
    if data[:2] != b"M\x06":
        raise ValueError("no .mpy file of version 6")
    reader = _Reader(data)
    names, objects = reader.number(), reader.number()
    found = frozenset(filter(None, [reader.name() for _ in range(names)]))
    constants = sum(reader.constant() for _ in range(objects))
    return Parts(sum(_blocks(size) for size in reader.functions()), constants, found)


def in_place_bytes(files: Iterable[bytes]) -> int:
    """Return the bytes of heap that these files save where they are run in place, each name counted once."""
    found = [parts(data) for data in files]
    letters = sum(len(name) + 1 for name in frozenset[bytes]().union(*(each.names for each in found)))
    return sum(each.code + each.constants for each in found) + letters


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = _HEADER_BYTES

    def number(self) -> int:
        """Read seven bits a byte, the highest first."""
        value = 0
        while True:
            byte = self._data[self._at]
            self._at += 1
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                return value

    def name(self) -> bytes:
        """Read a name; nothing for one that MicroPython knows itself."""
        size = self.number()
        if size & 1:
            return b""
        name = self._data[self._at : self._at + (size >> 1)]
        self._at += (size >> 1) + 1
        return name

    def constant(self) -> int:
        """Pass over a constant; return the bytes of heap of its letters. A number is made anew wherever it lies."""
        kind = self._data[self._at]
        self._at += 1
        if kind in _WITHOUT_DATA:
            return 0
        size = self.number()
        if kind == _TUPLE:
            return sum(self.constant() for _ in range(size))
        self._at += size + (kind in _TEXTS)
        return _blocks(size + 1) if kind in _TEXTS else 0

    def functions(self) -> Iterator[int]:
        """Give the size of each function's code, the module's own first."""
        kind = self.number()
        yield kind >> 3
        self._at += kind >> 3
        if kind & 4:
            for _ in range(self.number()):
                yield from self.functions()


def _blocks(size: int) -> int:
    return -(-size // _BLOCK_BYTES) * _BLOCK_BYTES
