"""What a node says of itself on port 2, version 1: bytes to a status, as `docs/payload.md` lays them out.

Raises `payload.PayloadError`; any byte string becomes a status or one of these.
"""

import struct
from typing import Final

import msgspec

from plietsch.ingest.payload import LONGEST_BYTES, PayloadEmpty, PayloadOversized, PayloadTruncated, PayloadVersion

PORT = 2
VERSION = 1

# By the number that is sent, from 1 on. A newer node may send another number: null, or for an instrument the number.
KINDS: Final = ("fine-dust", "water-level", "rain")
RESET_CAUSES: Final = ("power-on", "hard", "watchdog", "deep-sleep", "soft", "brown-out", "command")
INSTRUMENTS: Final = ("SDS011", "BME280", "DHT22", "A02YYUW", "rain", "battery", "configuration")

_IDENTITY = struct.Struct(">4B B 3H")
_CONDITION = struct.Struct(">B 2H I")
_NO_DATA_RATE = 15
_NO_FAN = 0xFFFF
_SAVING = 0x80
# As the payload's battery: 2 V to 4.48 V in steps of 20 mV; a code beyond says that there is no number.
_BATTERY_OFFSET, _BATTERY_STEPS, _BATTERY_HIGHEST = 100, 50, 124


class Identity(msgspec.Struct, frozen=True):
    """Who a node is. `revision` says how often its configuration was changed, beginning anew after 65535."""

    kind: str | None
    firmware: str
    reset_cause: str | None
    data_rate: int | None
    revision: int
    boots: int
    uptime_h: int


class NodeStatus(Identity, frozen=True):
    """How a node is. Counters stay at the most that can be said.

    `saving` says that its battery is low and that it does less; `fan_h` is null without a fan; `dropped` are the
    readings that it had no room for since it was new; `errors` the readings without a valid answer since its last
    status, by instrument.
    """

    battery_v: float | None
    saving: bool
    fan_h: int | None
    waiting: int
    dropped: int
    errors: dict[str, int]


def decode(data: bytes) -> NodeStatus:
    """Decode an application payload of port 2. Raises a PayloadError."""
    if not data:
        raise PayloadEmpty("The status has no bytes.")
    if len(data) > LONGEST_BYTES:
        raise PayloadOversized(f"The status has {len(data)} bytes; {LONGEST_BYTES} are the most.")
    who = identity(data)
    fixed = _IDENTITY.size + _CONDITION.size
    if len(data) < fixed or (len(data) - fixed) % 2:
        raise PayloadTruncated(f"The status has {len(data)} bytes; {fixed} are expected, and two for each instrument.")
    battery, fan_h, waiting, dropped = _CONDITION.unpack_from(data, _IDENTITY.size)
    return NodeStatus(
        *msgspec.structs.astuple(who),
        battery_v=battery_v(battery),
        saving=bool(battery & _SAVING),
        fan_h=None if fan_h == _NO_FAN else fan_h,
        waiting=waiting,
        dropped=dropped,
        errors={instrument(data[place]): data[place + 1] for place in range(fixed, len(data), 2)},
    )


def identity(data: bytes) -> Identity:
    """Decode the first bytes of a status, by which a node also answers who it is. Raises a PayloadError."""
    if data and (version := data[0] >> 4) != VERSION:
        raise PayloadVersion(f"The status has version {version}; version {VERSION} is known.")
    if len(data) < _IDENTITY.size:
        raise PayloadTruncated(f"The status has {len(data)} bytes; {_IDENTITY.size} say who the node is.")
    kind, major, minor, patch, state, revision, boots, uptime_h = _IDENTITY.unpack_from(data)
    data_rate = state & 0xF
    return Identity(
        _name(KINDS, kind & 0xF),
        f"{major}.{minor}.{patch}",
        _name(RESET_CAUSES, state >> 4),
        None if data_rate == _NO_DATA_RATE else data_rate,
        revision,
        boots,
        uptime_h,
    )


def battery_v(code: int) -> float | None:
    """The voltage that a byte says; its highest bit has another meaning."""
    code &= ~_SAVING
    return (code + _BATTERY_OFFSET) / _BATTERY_STEPS if code <= _BATTERY_HIGHEST else None


def instrument(number: int) -> str:
    """The instrument's name, or the number itself."""
    return _name(INSTRUMENTS, number) or str(number)


def _name(names: tuple[str, ...], number: int) -> str | None:
    return names[number - 1] if 1 <= number <= len(names) else None
