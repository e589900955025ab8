"""A frame's bytes field by field, as far as they go: for a person who wants to know what is wrong with them.

`payload.decode` takes a frame or refuses it as a whole; this says what each bit would have meant up to where it ends.
"""

import contextlib
from typing import NamedTuple

from plietsch.ingest import payload
from plietsch.ingest.payload import FAULTS, GROUPS, Fault, Field

_GROUP_NAMES = ("particulates", "air", "pressure", "battery")
_UNITS = {"pm2_5": "µg/m³", "pm10": "µg/m³", "temperature": "°C", "humidity": "%", "pressure": "hPa", "battery": "V"}
_FAULT_WORDS = {
    Fault.MISSING: "the instrument gave no valid answer",
    Fault.ABOVE: "above the range",
    Fault.BELOW: "below the range",
}


class Part(NamedTuple):
    """A field: where it begins, how many bits it has, the number in them and what that means."""

    first_bit: int
    bits: int
    name: str
    code: int
    meaning: str


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._number = int.from_bytes(data, "big")
        self.left = 8 * len(data)
        self._bits = self.left
        self.parts: list[Part] = []

    def take(self, bits: int, name: str, meaning: str = "") -> int:
        """The next field. Raises EOFError when there are not as many bits."""
        if bits > self.left:
            self._append(self.left, name, f"cut off: {bits} bits are expected")
            raise EOFError
        return self._append(bits, name, meaning)

    def explain(self, meaning: str) -> None:
        """Say what the last field means."""
        self.parts[-1] = self.parts[-1]._replace(meaning=meaning)

    def _append(self, bits: int, name: str, meaning: str) -> int:
        first_bit = self._bits - self.left
        self.left -= bits
        code = self._number >> self.left & ((1 << bits) - 1)
        self.parts.append(Part(first_bit, bits, name, code, meaning))
        return code


def dissect(data: bytes) -> list[Part]:
    """The fields of an application payload of port 1, from the first one to the last that can be told."""
    reader = _Reader(data)
    with contextlib.suppress(EOFError):
        _frame(reader)
    return reader.parts


def lines(data: bytes) -> list[str]:
    """The fields for people, one on each line, and what `payload.decode` says of the whole."""
    written = [
        f"{_place(part):<14} {part.name:<12} {part.code if part.bits else '–':>10}  {part.meaning}"
        for part in dissect(data)
    ]
    try:
        payload.decode(data)
    except payload.PayloadError as error:
        return [*written, str(error)]
    return written


def _place(part: Part) -> str:
    last_bit = part.first_bit + part.bits - 1
    return f"bits {part.first_bit:>4}–{last_bit}" if part.bits > 1 else f"bit  {part.first_bit:>4}"


def _frame(reader: _Reader) -> None:
    version = reader.take(4, "version")
    if version != payload.VERSION:
        reader.explain(f"not known; {payload.VERSION} is. What follows cannot be told.")
        return
    reader.explain("as docs/payload.md has it")
    clock_set = reader.take(1, "clock")
    reader.explain("set" if clock_set else "never set: times are seconds since the node started")
    wide = reader.take(1, "wide")
    time_bits = 32 if wide else 16
    reader.explain(f"times have {time_bits} bits")
    while reader.left >= 8:
        _reading(reader, time_bits)
    if reader.left and reader.take(reader.left, "padding", "zeros, as they must be"):
        reader.explain("not zero")


def _reading(reader: _Reader, time_bits: int) -> None:
    reader.take(time_bits, "time", "seconds" if time_bits == 32 else "the low 16 bits of the time in seconds")
    present = reader.take(len(GROUPS), "groups")
    named = [name for place, name in enumerate(_GROUP_NAMES) if present >> (len(GROUPS) - 1 - place) & 1]
    reader.explain(", ".join(named) or "none, which no reading may have")
    for place, group in enumerate(GROUPS):
        if present >> (len(GROUPS) - 1 - place) & 1:
            for field in group:
                code = reader.take(field.bits, field.channel)
                reader.explain(_meaning(field, code))


def _meaning(field: Field, code: int) -> str:
    if code <= field.highest_code:
        return f"{(code + field.offset) / field.steps:g} {_UNITS[field.channel]}"
    below_all_ones = (1 << field.bits) - 1 - code
    if below_all_ones < len(FAULTS):
        return _FAULT_WORDS[FAULTS[below_all_ones]]
    return f"a code that means nothing; {field.highest_code} is the highest"
