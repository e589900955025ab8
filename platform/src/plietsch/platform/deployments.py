"""Deployments: where a device is mounted, how, and since when; each change keeps what was before.

| what happens | becomes |
|---|---|
| it is installed, or put on the bench | a deployment; the one before ends there |
| the same place, mounted otherwise from a time on | another deployment: values are of the mounting of their time |
| its mounting or its beginning was wrong | the deployment that goes on, said better for the whole of its time |
| it moves to another station | a deployment there; the one before ends |
| it is taken down | a deployment of phase `removed`, which feeds nothing |

What is computed from a mounting is computed anew by whoever follows the ledger of writes: each change that concerns
stored values leaves an entry of cause `deployment` there, in the same transaction.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString

import msgspec
import psycopg

from plietsch.platform import errors, sql
from plietsch.platform.device_types.specification import DeviceType

QUERIES: Mapping[str, LiteralString] = {
    **sql.load("plietsch.platform"),
    **sql.load("plietsch.platform", "deployments.sql"),
}
# Which instruments a part of the mounting is for, by what they measure.
MEANT_FOR: Mapping[str, frozenset[str]] = {
    "gauge_zero_distance_m": frozenset({"distance", "water_depth"}),
    "gauge_zero_nhn_m": frozenset({"distance", "water_depth"}),
    "rain_tip_mm": frozenset({"rain_tips"}),
}
_GEOMETRY = ("height_m", "direction_deg", "gauge_zero_distance_m", "gauge_zero_nhn_m", "rain_tip_mm")


@dataclass(frozen=True, slots=True)
class Mounting:
    """How a device is mounted. None: nobody has said.

    `height_m` above ground; `direction_deg` that it faces, clockwise from north; `gauge_zero_distance_m` from the
    instrument down to the gauge's zero, `gauge_zero_nhn_m` that zero's height above NHN (DHHN2016); `rain_tip_mm` how
    much rain makes the bucket tip.
    """

    height_m: float | None = None
    direction_deg: float | None = None
    gauge_zero_distance_m: float | None = None
    gauge_zero_nhn_m: float | None = None
    rain_tip_mm: float | None = None
    photo_url: str | None = None
    note: str | None = None

    def differs(self, other: "Mounting", members: tuple[str, ...] = _GEOMETRY) -> bool:
        """Whether the other one is mounted otherwise; photo and note say nothing of that."""
        return any(getattr(self, member) != getattr(other, member) for member in members)


@dataclass(frozen=True, slots=True)
class Device:
    """A registered device; without a definition its type is of an older version that nobody knows any more."""

    id: int
    dev_eui: str
    type: str
    definition: DeviceType | None


@dataclass(frozen=True, slots=True)
class Deployment:
    """A device at a station from `since` on, before `until`, or still."""

    id: int
    device_id: int
    station_id: int
    station: str
    phase: str
    since: datetime
    until: datetime | None
    mounting: Mounting


@dataclass(frozen=True, slots=True)
class Replaced:
    """A device that was taken down for another one, and how many values it measured from then on all the same."""

    dev_eui: str
    elsewhere: int


@dataclass(frozen=True, slots=True)
class Change:
    """What a change came to.

    `readings` are those from which computed series are computed anew; `elsewhere` are values of the time concerned
    that stand in the series of the station at which the device was thought to be; `replaced` hung there before.
    """

    dev_eui: str
    before: Deployment | None
    now: Deployment
    readings: int = 0
    elsewhere: int = 0
    replaced: tuple[Replaced, ...] = ()

    @property
    def is_none(self) -> bool:
        """Whether all was as it was wanted."""
        return self.before == self.now


def find(connection: psycopg.Connection, asked: str) -> Device:
    """The device of a DevEUI, or of a station's code. Raises errors.DeviceUnknown."""
    return device_of(connection.execute(QUERIES["find_device"], {"asked": asked}).fetchone(), asked)


def held(connection: psycopg.Connection, asked: str) -> Device:
    """The device of a DevEUI, or the one that hangs at a station, held until the transaction ends.

    Raises errors.DeviceUnknown, which says where that one is which hung at the station last.
    """
    row = connection.execute(QUERIES["lock_device"], {"asked": asked}).fetchone()
    if row is None and (gone := connection.execute(QUERIES["find_device"], {"asked": asked}).fetchone()):
        device_id, dev_eui, *_ = gone
        now = words(history(connection, device_id)[-1])
        raise errors.DeviceUnknown(
            f"Nothing hangs at {asked}. {dev_eui}, which hung there last, is {now}.",
            "Name the device by its DevEUI, or by the station at which it hangs.",
        )
    return device_of(row, asked)


def history(connection: psycopg.Connection, device_id: int) -> list[Deployment]:
    """All deployments of a device, the oldest first."""
    rows = connection.execute(QUERIES["history"], {"device_id": device_id})
    return [_deployment(*row) for row in rows]


def _deployment(
    deployment_id: int,
    device_id: int,
    station_id: int,
    station: str,
    phase: str,
    since: datetime,
    until: datetime | None,
    *mounting: Any,
) -> Deployment:
    return Deployment(deployment_id, device_id, station_id, station, phase, since, until, Mounting(*mounting))


def concern(connection: psycopg.Connection, deployment_ids: list[int], since: datetime, until: datetime | None) -> int:
    """Let what depends on these deployments be computed anew, for a span of time; returns how many readings it has.

    An entry of the ledger, which the transaction writes that changed them.
    """
    values = {"deployment_ids": deployment_ids, "since": since, "until": until}
    row = connection.execute(QUERIES["concern"], values).fetchone()
    return int(row[0]) if row else 0


def store_device(connection: psycopg.Connection, dev_eui: str, type_id: int, interval_s: int) -> tuple[int, bool]:
    """Store a device; returns its id, and whether it was known as another type, or with another interval."""
    values = {"dev_eui": dev_eui, "device_type_id": type_id, "interval_s": interval_s}
    row = connection.execute(QUERIES["upsert_device"], values).fetchone() or (0, False)
    return int(row[0]), bool(row[1])


def concern_device(connection: psycopg.Connection, device_id: int) -> None:
    """Let all be computed and judged anew that a device measured: what is known of it was wrong all the time."""
    if known := history(connection, device_id):
        concern(connection, [each.id for each in known], known[0].since, None)


def of_type(definition: DeviceType | None, sensors: Collection[str] = ()) -> dict[str, tuple[str, str]]:
    """Each channel of a device type with its instrument and property; of the instruments that a device may lack, those
    of the sensors named."""
    if definition is None:
        return {}
    fitted = [*sensors, *(name for name, each in definition.instruments.items() if not each.optional)]
    return {name: (model, definition.property_of(name)) for name, model in definition.fed(fitted).items()}


def device_of(row: tuple[Any, ...] | None, asked: str) -> Device:
    """A row of the registry. Raises errors.DeviceUnknown where there is none."""
    if row is None:
        raise errors.DeviceUnknown(
            f"There is no device {asked}, nor one at a station of that code.",
            "`plietsch device list` has them all; `plietsch device register` makes a new one known.",
        )
    device_id, dev_eui, code, definition = row
    return Device(device_id, dev_eui, code, msgspec.convert(definition, DeviceType) if definition else None)


def words(deployment: Deployment) -> str:
    """A deployment in words: phase, station, from when until when."""
    until = f" until {moment(deployment.until)}" if deployment.until else ""
    return f"{deployment.phase} at {deployment.station} from {moment(deployment.since)}{until}"


def moment(at: datetime) -> str:
    """An instant to the minute, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
