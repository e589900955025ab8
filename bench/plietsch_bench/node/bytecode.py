"""What of a compiled file is code, and what are names: the format of MicroPython's .mpy files, version 6.

Where the files lie in a ROMFS partition, MicroPython runs them in place: code, texts and the letters of names stay in
flash (since version 1.25, on an ESP32 with such a partition: https://github.com/micropython/micropython/pull/16857).
The code that makes a module or a class is run once, and then garbage either way.

Source: MicroPython documentation, "MicroPython .mpy files", and `py/persistentcode.c`.
"""

from collections.abc import Iterable
from typing import NamedTuple

_HEADER_BYTES = 4
_BLOCK_BYTES = 16  # of the heap: everything takes whole ones
_WITHOUT_DATA = (0, 1, 2, 3, 4)  # objects that are their type
_TUPLE = 10
_TEXTS = (5, 6)  # str and bytes: behind them is a zero
_LOAD_NAME = 0x11  # the first instruction of a class, which takes its module's name; functions have none such


class Parts(NamedTuple):
    """What of a file stays in the heap when it is imported: bytes of functions' code and of texts, and new names."""

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
    return Parts(reader.functions(is_module=True), constants, found)


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

    def functions(self, is_module: bool = False) -> int:
        """Pass over a function and those in it; return the bytes of heap of their code, but for modules and classes."""
        kind = self.number()
        code = self._data[self._at : self._at + (kind >> 3)]
        self._at += kind >> 3
        size = 0 if is_module or _is_class(code) else _blocks(len(code))
        if kind & 4:
            size += sum(self.functions() for _ in range(self.number()))
        return size


def _is_class(code: bytes) -> bool:
    """Tell a class by its first instruction, behind a prelude of two numbers and what the second one says."""
    at = 0
    while code[at] & 0x80:
        at += 1
    at += 1
    size, place = 0, 0
    while True:
        # Of each byte the lowest bit counts cells, six bits count bytes of names and line numbers.
        byte = code[at]
        size += ((byte >> 1 & 0x3F) << 6 * place) + ((byte & 1) << place)
        place, at = place + 1, at + 1
        if not byte & 0x80:
            return code[at + size] == _LOAD_NAME


def _blocks(size: int) -> int:
    return -(-size // _BLOCK_BYTES) * _BLOCK_BYTES
