"""The payload of readings, versions 1 and 2: bytes to readings, as `docs/payload.md` lays them out.

    PayloadError
    ├── PayloadEmpty
    ├── PayloadOversized
    ├── PayloadVersion
    ├── PayloadTruncated
    ├── PayloadPadding
    └── PayloadCode

Any byte string becomes a frame or one of these, and nothing is half decoded.
"""

from enum import Enum
from typing import ClassVar, NamedTuple

from plietsch.ingest.codec import specification
from plietsch.ingest.codec.specification import (
    FLAGS_BITS,
    GROUPS,
    LONGEST_BYTES,
    NARROW_TIME_BITS,
    WIDE_TIME_BITS,
    Field,
)

PORT = specification.READINGS_PORT
CHANNELS = tuple(field.channel for group in GROUPS for field in group)

_KNOWN = " and ".join(map(str, FLAGS_BITS))
# Version, clock, wide.
_HEADER_BITS = 6


class Fault(Enum):
    """Why a channel has no number."""

    MISSING = "missing"
    ABOVE = "above"
    BELOW = "below"


FAULTS = tuple(map(Fault, specification.FAULTS))


class Reading(NamedTuple):
    """One reading: the time as the node sent it, in seconds, and a number or a fault per channel."""

    time_code: int
    values: dict[str, float | Fault]


class Frame(NamedTuple):
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


class _Place(NamedTuple):
    """A field in a reading: how many bits lie behind it, and its own as ones."""

    field: Field
    behind: int
    mask: int


class _Layout(NamedTuple):
    """Where the fields of a reading lie that has certain groups."""

    bits: int
    places: tuple[_Place, ...]

    @staticmethod
    def of(present: int, flags: int) -> "_Layout":
        """The layout for the bits that say which groups are there; the first group's bit is the highest of `flags`.

        One without a place is none: nothing is there, or a bit is set that is reserved.
        """
        if present & ((1 << max(flags - len(GROUPS), 0)) - 1):
            return _Layout(0, ())
        groups = (group for number, group in enumerate(GROUPS[:flags]) if present >> (flags - 1 - number) & 1)
        fields = [field for group in groups for field in group]
        behind = [sum(field.bits for field in fields[number + 1 :]) for number in range(len(fields))]
        places = (_Place(field, bits, (1 << field.bits) - 1) for field, bits in zip(fields, behind, strict=True))
        return _Layout(sum(field.bits for field in fields), tuple(places))


# Every frame that is ever stored passes here: where a field lies is worked out once, not for each frame.
_LAYOUTS = {
    version: tuple(_Layout.of(present, flags) for present in range(1 << flags)) for version, flags in FLAGS_BITS.items()
}


def decode(data: bytes) -> Frame:
    """Decode an application payload of port 1. Raises a PayloadError."""
    if not data:
        raise PayloadEmpty("The payload has no bytes.")
    if len(data) > LONGEST_BYTES:
        raise PayloadOversized(f"The payload has {len(data)} bytes; {LONGEST_BYTES} are the most.")
    number = int.from_bytes(data, "big")
    left = 8 * len(data) - _HEADER_BITS
    header = number >> left
    version = header >> 2
    if version not in FLAGS_BITS:
        raise PayloadVersion(f"The payload has version {version}; {_KNOWN} are known.")
    wide = bool(header & 1)
    return Frame(bool(header & 2), wide, tuple(_readings(number, left, wide, version)))


def _readings(number: int, left: int, wide: bool, version: int) -> list[Reading]:
    """The readings in the lowest `left` bits of a number."""
    time_bits = WIDE_TIME_BITS if wide else NARROW_TIME_BITS
    flags, layouts = FLAGS_BITS[version], _LAYOUTS[version]
    all_flags = len(layouts) - 1
    readings: list[Reading] = []
    while left >= 8:
        left -= time_bits + flags
        if left < 0:
            raise _truncated(time_bits + flags, left)
        head = number >> left
        layout = layouts[head & all_flags]
        if not layout.places:
            raise _without_places(head & all_flags)
        left -= layout.bits
        if left < 0:
            raise _truncated(layout.bits, left)
        time_code = head >> flags & ((1 << time_bits) - 1)
        readings.append(Reading(time_code, _values(number >> left, layout)))
    if padding := number & ((1 << left) - 1):
        raise PayloadPadding(f"The bits left over are {padding:b}, not zero.")
    if not readings:
        raise PayloadEmpty("The payload has a header and no reading.")
    return readings


def _without_places(present: int) -> PayloadError:
    if present:
        return PayloadCode(f"A reserved bit is set where a reading's groups are said: {present:08b}.")
    return PayloadEmpty("A reading has no value.")


def _truncated(bits: int, left: int) -> PayloadTruncated:
    """So many bits were wanted, and so many less than none were left."""
    return PayloadTruncated(f"{bits} bits are expected where {bits + left} are left.")


def _values(number: int, layout: _Layout) -> dict[str, float | Fault]:
    """The values of the reading that ends with the number's lowest bit."""
    return {
        channel: (code + offset) / steps
        if (code := number >> behind & mask) <= highest_code
        else _fault(channel, mask, code, highest_code)
        for (channel, _, offset, steps, highest_code), behind, mask in layout.places
    }


def _fault(channel: str, mask: int, code: int, highest_code: int) -> Fault:
    if mask - code >= len(FAULTS):
        raise PayloadCode(f"{channel} has the code {code}; {highest_code} is the highest.")
    return FAULTS[mask - code]
