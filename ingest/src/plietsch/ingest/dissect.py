"""A frame's bytes field by field, as far as they go: for a person who wants to know what is wrong with them.

The decoders take a frame or refuse it as a whole; this says what each bit would have meant up to where it ends.
"""

import contextlib
import itertools
from collections.abc import Callable
from typing import Final, NamedTuple

from plietsch.ingest import node_answers, node_status, payload
from plietsch.ingest.codec.specification import FLAGS_BITS, GROUP_NAMES, GROUPS, UNITS, Field
from plietsch.ingest.payload import FAULTS, Fault

_FAULT_WORDS = {
    Fault.MISSING: "the instrument gave no valid answer",
    Fault.ABOVE: "above the range",
    Fault.BELOW: "below the range",
}


class Part(NamedTuple):
    """A field: where it begins, how many bits it has, the number in them and what that means.

    Of a frame of readings, `reading` is the number of the reading that it belongs to, from 0, and `field` how a value
    is written; both None where it is no part of a reading, or no value.
    """

    first_bit: int
    bits: int
    name: str
    code: int
    meaning: str
    reading: int | None = None
    field: Field | None = None


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._number = int.from_bytes(data, "big")
        self.left = 8 * len(data)
        self._bits = self.left
        self.reading: int | None = None
        self.parts: list[Part] = []

    def take(self, bits: int, name: str, meaning: str = "", field: Field | None = None) -> int:
        """The next field. Raises EOFError when there are not as many bits."""
        if bits > self.left:
            self._append(self.left, name, f"cut off: {bits} bits are expected", field)
            raise EOFError
        return self._append(bits, name, meaning, field)

    def explain(self, meaning: str) -> None:
        """Say what the last field means."""
        self.parts[-1] = self.parts[-1]._replace(meaning=meaning)

    def _append(self, bits: int, name: str, meaning: str, field: Field | None) -> int:
        first_bit = self._bits - self.left
        self.left -= bits
        code = self._number >> self.left & ((1 << bits) - 1)
        self.parts.append(Part(first_bit, bits, name, code, meaning, self.reading, field))
        return code


def dissect(data: bytes, port: int = payload.PORT) -> list[Part]:
    """The fields of an application payload, from the first one to the last that can be told; none of another port."""
    reader = _Reader(data)
    if port in _LANGUAGES:
        with contextlib.suppress(EOFError):
            _LANGUAGES[port].tell(reader)
    return reader.parts


def lines(data: bytes, port: int = payload.PORT) -> list[str]:
    """The fields for people, one on each line, and what the decoder says of the whole."""
    if port not in _LANGUAGES:
        return []
    written = [
        f"{_place(part):<14} {part.name:<15} {part.code if part.bits else '–':>10}  {part.meaning}"
        for part in dissect(data, port)
    ]
    try:
        _LANGUAGES[port].decode(data)
    except payload.PayloadError as error:
        return [*written, str(error)]
    return written


def _place(part: Part) -> str:
    last_bit = part.first_bit + part.bits - 1
    return f"bits {part.first_bit:>4}–{last_bit}" if part.bits > 1 else f"bit  {part.first_bit:>4}"


def _frame(reader: _Reader) -> None:
    version = reader.take(4, "version")
    if version not in FLAGS_BITS:
        reader.explain(f"not known; {' and '.join(map(str, FLAGS_BITS))} are. What follows cannot be told.")
        return
    reader.explain("as docs/payload.md has it")
    clock_set = reader.take(1, "clock")
    reader.explain("set" if clock_set else "never set: times are seconds since the node started")
    wide = reader.take(1, "wide")
    time_bits = 32 if wide else 16
    reader.explain(f"times have {time_bits} bits")
    for number in itertools.count():
        if reader.left < 8:
            break
        reader.reading = number
        _reading(reader, time_bits, FLAGS_BITS[version])
    reader.reading = None
    if reader.left and reader.take(reader.left, "padding", "zeros, as they must be"):
        reader.explain("not zero")


def _reading(reader: _Reader, time_bits: int, flags: int) -> None:
    reader.take(time_bits, "time", "seconds" if time_bits == 32 else "the low 16 bits of the time in seconds")
    present = reader.take(flags, "groups")
    groups = [place for place in range(min(flags, len(GROUPS))) if present >> (flags - 1 - place) & 1]
    named = [GROUP_NAMES[place] for place in groups]
    if flags > len(GROUPS) and present & 1:
        named.append("and one that is reserved")
    reader.explain(", ".join(named) or "none, which no reading may have")
    for field in (field for place in groups for field in GROUPS[place]):
        code = reader.take(field.bits, field.channel, field=field)
        reader.explain(_meaning(field, code))


def _meaning(field: Field, code: int) -> str:
    if code <= field.highest_code:
        return f"{(code + field.offset) / field.steps:g} {UNITS[field.channel].symbol}"
    below_all_ones = (1 << field.bits) - 1 - code
    if below_all_ones < len(FAULTS):
        return _FAULT_WORDS[FAULTS[below_all_ones]]
    return f"a code that means nothing; {field.highest_code} is the highest"


def _status(reader: _Reader) -> None:
    if not _identity(reader):
        return
    reader.take(1, "saving")
    code = reader.take(7, "battery")
    volts = node_status.battery_v(code)
    reader.explain("no number" if volts is None else f"{volts:g} V")
    if reader.take(16, "fan", "hours") == 0xFFFF:
        reader.explain("there is none")
    reader.take(16, "waiting", "readings in the ring")
    reader.take(32, "dropped", "readings that had no room")
    while reader.left:
        number = reader.take(8, "instrument")
        reader.explain(node_status.instrument(number))
        reader.take(8, "errors", "readings without a valid answer")


def _identity(reader: _Reader) -> bool:
    """Tell who the node is; False where the rest cannot be told."""
    if not _version(reader, node_status.VERSION):
        return False
    _named(reader, 4, "kind", node_status.KINDS)
    for name in ("major", "minor", "patch"):
        reader.take(8, name, "of the firmware")
    _named(reader, 4, "reset cause", node_status.RESET_CAUSES)
    reader.take(4, "data rate")
    reader.take(16, "revision", "of the configuration")
    reader.take(16, "boots")
    reader.take(16, "uptime", "hours")
    return True


def _answer(reader: _Reader) -> None:
    if not _version(reader, node_answers.VERSION):
        return
    result = reader.take(4, "result")
    reader.explain(node_answers.RESULTS[result] if result < len(node_answers.RESULTS) else "not known")
    reader.take(8, "token")
    command = _named(reader, 8, "command", node_answers.COMMANDS)
    if command == "who" and reader.left:
        _identity(reader)
    elif command in ("set", "get") and reader.left:
        _named(reader, 8, "field", node_answers.FIELDS)
        if reader.take(16, "value", "in force now") == 0xFFFF:
            reader.explain("the node has no such field")
    if reader.left:
        reader.take(reader.left, "rest", "more than is expected")


def _version(reader: _Reader, known: int) -> bool:
    if reader.take(4, "version") == known:
        reader.explain("as docs/payload.md has it")
        return True
    reader.explain(f"not known; {known} is. What follows cannot be told.")
    return False


def _named(reader: _Reader, bits: int, name: str, names: tuple[str, ...]) -> str:
    """Take a number from 1 on that stands for a name."""
    number = reader.take(bits, name)
    said = names[number - 1] if 1 <= number <= len(names) else "not known"
    reader.explain(said)
    return said


class _Language(NamedTuple):
    """What is spoken on a port: how its fields are told, and who decodes it."""

    tell: Callable[[_Reader], None]
    decode: Callable[[bytes], object]


_LANGUAGES: Final = {
    payload.PORT: _Language(_frame, payload.decode),
    node_status.PORT: _Language(_status, node_status.decode),
    node_answers.PORT: _Language(_answer, node_answers.decode),
}
