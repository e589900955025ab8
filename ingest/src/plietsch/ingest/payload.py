"""The payload of a fine-dust node, version 1: bytes to readings, as `docs/payload.md` lays them out.

    PayloadError
    ├── PayloadEmpty
    ├── PayloadOversized
    ├── PayloadVersion
    ├── PayloadTruncated
    ├── PayloadPadding
    └── PayloadCode

Any byte string becomes a frame or one of these, and nothing is half decoded.
"""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, NamedTuple

PORT = 1
VERSION = 1
# What LoRaWAN carries at most in EU868 where a repeater may be on the way (RP002-1.0.4, data rates 4 to 7).
LONGEST_BYTES = 222

_VERSION_BITS = 4
_NARROW_TIME_BITS = 16
_WIDE_TIME_BITS = 32


class Fault(Enum):
    """Why a channel has no number."""

    MISSING = "missing"
    ABOVE = "above"
    BELOW = "below"


class Reading(NamedTuple):
    """One reading: the time as the node sent it, in seconds, and a number or a fault per channel."""

    time_code: int
    values: dict[str, float | Fault]


@dataclass(frozen=True, slots=True)
class Frame:
    """What one payload says; readings are oldest first."""

    clock_set: bool
    wide: bool
    readings: tuple[Reading, ...]


class PayloadError(ValueError):
    """The payload cannot be decoded."""

    code: ClassVar[str] = "payload-invalid"


class PayloadEmpty(PayloadError):
    """The payload has no reading, or a reading without a value."""

    code = "payload-empty"


class PayloadOversized(PayloadError):
    """The payload is longer than LoRaWAN can carry."""

    code = "payload-oversized"


class PayloadVersion(PayloadError):
    """The payload has a version that nobody here knows."""

    code = "payload-version"


class PayloadTruncated(PayloadError):
    """The last reading is cut off."""

    code = "payload-truncated"


class PayloadPadding(PayloadError):
    """The bits left over are not zero."""

    code = "payload-padding"


class PayloadCode(PayloadError):
    """A field has a code that means nothing."""

    code = "payload-code"


class _Field(NamedTuple):
    """A value on the wire is `(code + offset) / steps`; one division of whole numbers gives the nearest float."""

    channel: str
    bits: int
    offset: int
    steps: int
    highest_code: int


_GROUPS = (
    (_Field("pm2_5", 14, 0, 10, 9999), _Field("pm10", 14, 0, 10, 9999)),
    (_Field("temperature", 11, -400, 10, 1250), _Field("humidity", 10, 0, 10, 1000)),
    (_Field("pressure", 13, 3000, 10, 8000),),
    (_Field("battery", 7, 100, 50, 124),),
)
CHANNELS = tuple(field.channel for group in _GROUPS for field in group)
_FAULTS = (Fault.MISSING, Fault.ABOVE, Fault.BELOW)  # all ones, one less, two less


class _Bits:
    """Reads a byte string bit by bit, most significant bit first."""

    def __init__(self, data: bytes) -> None:
        self._number = int.from_bytes(data, "big")
        self.left = 8 * len(data)

    def take(self, bits: int) -> int:
        if bits > self.left:
            raise PayloadTruncated(f"{bits} bits are expected where {self.left} are left.")
        self.left -= bits
        return self._number >> self.left & ((1 << bits) - 1)


def decode(data: bytes) -> Frame:
    """Decode an application payload of port 1. Raises a PayloadError."""
    if not data:
        raise PayloadEmpty("The payload has no bytes.")
    if len(data) > LONGEST_BYTES:
        raise PayloadOversized(f"The payload has {len(data)} bytes; {LONGEST_BYTES} are the most.")
    bits = _Bits(data)
    if (version := bits.take(_VERSION_BITS)) != VERSION:
        raise PayloadVersion(f"The payload has version {version}; version {VERSION} is known.")
    clock_set, wide = bool(bits.take(1)), bool(bits.take(1))
    return Frame(clock_set, wide, tuple(_readings(bits, wide)))


def _readings(bits: _Bits, wide: bool) -> list[Reading]:
    readings: list[Reading] = []
    while bits.left >= 8:
        readings.append(_reading(bits, wide))
    if (padding := bits.take(bits.left)) != 0:
        raise PayloadPadding(f"The bits left over are {padding:b}, not zero.")
    if not readings:
        raise PayloadEmpty("The payload has a header and no reading.")
    return readings


def _reading(bits: _Bits, wide: bool) -> Reading:
    time_code = bits.take(_WIDE_TIME_BITS if wide else _NARROW_TIME_BITS)
    present = [bits.take(1) for _ in _GROUPS]
    if not any(present):
        raise PayloadEmpty("A reading has no value.")
    fields = (field for group, there in zip(_GROUPS, present, strict=True) if there for field in group)
    return Reading(time_code, {field.channel: _value(field, bits.take(field.bits)) for field in fields})


def _value(field: _Field, code: int) -> float | Fault:
    if code <= field.highest_code:
        return (code + field.offset) / field.steps
    below_all_ones = (1 << field.bits) - 1 - code
    if below_all_ones >= len(_FAULTS):
        raise PayloadCode(f"{field.channel} has the code {code}; {field.highest_code} is the highest.")
    return _FAULTS[below_all_ones]
