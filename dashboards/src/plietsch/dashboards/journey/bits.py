"""The payload of readings, field by field, to the bit: what a page draws of it.

`docs/payload.md` lays the fields out; `plietsch.ingest.dissect` finds them. Bits count from 0, the highest of the first
byte, as they are sent.
"""

import itertools
from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import NamedTuple

from plietsch.ingest import dissect, payload
from plietsch.ingest.payload import FAULTS, GROUPS, Fault


class Role(StrEnum):
    """What a field is for; the groups of values have one each. The names are those of the stylesheet."""

    HEAD = "head"
    TIME = "time"
    GROUPS = "groups"
    DUST = "dust"
    AIR = "air"
    PRESSURE = "pressure"
    BATTERY = "battery"
    SPREAD = "spread"
    WATER = "water"
    RAIN = "rain"
    PADDING = "padding"


# In the order of payload.GROUPS.
_OF_GROUPS = (Role.DUST, Role.AIR, Role.PRESSURE, Role.BATTERY, Role.SPREAD, Role.WATER, Role.RAIN)
_OF_CHANNELS = {field.channel: role for role, group in zip(_OF_GROUPS, GROUPS, strict=True) for field in group}
_OF_NAMES = {
    "version": Role.HEAD,
    "clock": Role.HEAD,
    "wide": Role.HEAD,
    "time": Role.TIME,
    "groups": Role.GROUPS,
    "padding": Role.PADDING,
}
_BYTE = 8


class Bits(NamedTuple):
    """A field of a payload: `digits` are its bits, `code` the number in them, `reading` the reading it belongs to.

    `field` says how a value is written, None of what is no value.
    """

    first_bit: int
    digits: str
    name: str
    code: int
    role: Role
    reading: int | None
    field: payload.Field | None

    @property
    def last_bit(self) -> int:
        """The last bit of the field itself."""
        return self.first_bit + len(self.digits) - 1

    @property
    def value(self) -> float | Fault | None:
        """What the code says: a number, why there is none, or None of what is no value."""
        if self.field is None:
            return None
        if self.code <= self.field.highest_code:
            return (self.code + self.field.offset) / self.field.steps
        return FAULTS[(1 << self.field.bits) - 1 - self.code]

    @property
    def pieces(self) -> list[str]:
        """The digits, divided where a byte ends."""
        cuts = [bit - self.first_bit for bit in range(self.first_bit + 1, self.last_bit + 1) if bit % _BYTE == 0]
        return [self.digits[start:end] for start, end in zip([0, *cuts], [*cuts, len(self.digits)], strict=True)]


def of(data: bytes) -> list[Bits]:
    """The fields of a payload that can be decoded, in order. Raises payload.PayloadError for one that cannot."""
    payload.decode(data)
    # What is left over may be nothing at all.
    return [_bits(part) for part in dissect.dissect(data) if part.bits]


def _bits(part: dissect.Part) -> Bits:
    role = _OF_CHANNELS[part.field.channel] if part.field else _OF_NAMES[part.name]
    return Bits(part.first_bit, f"{part.code:0{part.bits}b}", part.name, part.code, role, part.reading, part.field)


def of_channels(fields: Iterable[Bits], reading: int, channels: Collection[str]) -> list[Bits]:
    """The values of some channels in one reading."""
    return [each for each in fields if each.reading == reading and each.field and each.field.channel in channels]


def bytes_of(fields: Iterable[Bits]) -> set[int]:
    """Which bytes of the payload hold any bit of these fields, from 0."""
    return {bit // _BYTE for each in fields for bit in range(each.first_bit, each.last_bit + 1)}


def powers_of_two(code: int) -> list[int]:
    """The powers of two that a number is the sum of, the largest first."""
    return [1 << place for place in range(code.bit_length() - 1, -1, -1) if code >> place & 1]


def decimals(steps: int) -> int:
    """How many decimals a number of so many steps to a unit has; they divide a power of ten."""
    return next(places for places in itertools.count() if 10**places % steps == 0)
