"""What a node says of itself on port 2, version 1: bytes to a status, as `docs/payload.md` lays them out.

Raises `payload.PayloadError`; any byte string becomes a status or one of these.
"""

from typing import Final

import msgspec

from plietsch.ingest.codec import specification
from plietsch.ingest.codec.specification import CONDITION, IDENTITY, INSTRUMENTS, KINDS, RESET_CAUSES, TROUBLE
from plietsch.ingest.payload import LONGEST_BYTES, PayloadEmpty, PayloadOversized, PayloadTruncated, PayloadVersion

PORT: Final = specification.STATUS_PORT
VERSION: Final = specification.STATUS_VERSION

_IDENTITY_BYTES = specification.size_bytes(IDENTITY)
_FIXED_BYTES = _IDENTITY_BYTES + specification.size_bytes(CONDITION)
_TROUBLE_BYTES = specification.size_bytes(TROUBLE)
# As the payload's battery; a code beyond says that there is no number.
_BATTERY = next(field for group in specification.GROUPS for field in group if field.channel == "battery")


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
    if len(data) < _FIXED_BYTES or (len(data) - _FIXED_BYTES) % _TROUBLE_BYTES:
        raise PayloadTruncated(
            f"The status has {len(data)} bytes; {_FIXED_BYTES} are expected, and {_TROUBLE_BYTES} for each instrument."
        )
    said = specification.read(CONDITION, data, _IDENTITY_BYTES)
    troubles = [specification.read(TROUBLE, data, at) for at in range(_FIXED_BYTES, len(data), _TROUBLE_BYTES)]
    return NodeStatus(
        *msgspec.structs.astuple(who),
        battery_v=battery_v(said["battery"]),
        saving=bool(said["saving"]),
        fan_h=None if said["fan_h"] == specification.NO_FAN else said["fan_h"],
        waiting=said["waiting"],
        dropped=said["dropped"],
        errors={instrument(trouble["instrument"]): trouble["errors"] for trouble in troubles},
    )


def identity(data: bytes) -> Identity:
    """Decode the first bytes of a status, by which a node also answers who it is. Raises a PayloadError."""
    if data and (version := data[0] >> 4) != VERSION:
        raise PayloadVersion(f"The status has version {version}; version {VERSION} is known.")
    if len(data) < _IDENTITY_BYTES:
        raise PayloadTruncated(f"The status has {len(data)} bytes; {_IDENTITY_BYTES} say who the node is.")
    said = specification.read(IDENTITY, data)
    return Identity(
        _name(KINDS, said["kind"]),
        f"{said['major']}.{said['minor']}.{said['patch']}",
        _name(RESET_CAUSES, said["reset_cause"]),
        None if said["data_rate"] == specification.NO_DATA_RATE else said["data_rate"],
        said["revision"],
        said["boots"],
        said["uptime_h"],
    )


def battery_v(code: int) -> float | None:
    """The voltage that seven bits say."""
    return (code + _BATTERY.offset) / _BATTERY.steps if code <= _BATTERY.highest_code else None


def instrument(number: int) -> str:
    """The instrument's name, or the number itself."""
    return _name(INSTRUMENTS, number) or str(number)


def _name(names: tuple[str, ...], number: int) -> str | None:
    return names[number - 1] if 1 <= number <= len(names) else None
