"""All that is known of one device: where it hangs and hung, how, what it measured last, and what it said of itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg

from plietsch.platform import deployments, limits, registry
from plietsch.platform.deployments import Deployment
from plietsch.platform.device_types.specification import Limits
from plietsch.platform.registry import Answer, DeviceRow


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest value of a series, if it has one: quality is one of QARTOD's flags, `tests` those it did not pass."""

    channel: str
    property: str
    method: str
    sensor: str
    unit: str
    time: datetime | None
    result: float | None
    quality: int | None
    tests: dict[str, int] | None


@dataclass(frozen=True, slots=True)
class Held:
    """What the values of a series are held against now, and where that comes from."""

    channel: str
    limits: Limits
    origin: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A device. Of `deployments` the newest comes first; `mean_level_cm` is above the gauge's zero."""

    device: DeviceRow
    interval_s: int
    deployments: Sequence[Deployment]
    mean_level_cm: float | None
    newest: Sequence[Newest]
    limits: Sequence[Held]
    answers: Sequence[Answer]

    @property
    def present(self) -> Deployment | None:
        """The deployment that goes on."""
        return next((each for each in self.deployments if each.until is None), None)


def of(connection: psycopg.Connection, asked: str) -> Sheet:
    """The device of a DevEUI, or of a station's code. Raises errors.DeviceUnknown."""
    device = deployments.find(connection, asked)
    said = registry.device(connection, device.dev_eui)
    history = deployments.history(connection, device.id)[::-1]
    queries = deployments.QUERIES
    newest = connection.execute(queries["newest_values"], {"device_id": device.id}).fetchall()
    interval = connection.execute(queries["interval_s"], {"device_id": device.id}).fetchone()
    return Sheet(
        said.row,
        interval[0] if interval else 0,
        history,
        _mean_level_cm(connection, history),
        [Newest(*row) for row in newest],
        _held(connection, device),
        said.answers,
    )


def _mean_level_cm(connection: psycopg.Connection, history: Sequence[Deployment]) -> float | None:
    if not history:
        return None
    asked = {"station_id": history[0].station_id}
    row = connection.execute(deployments.QUERIES["mean_level_cm"], asked).fetchone()
    return row[0] if row else None


def _held(connection: psycopg.Connection, device: deployments.Device) -> list[Held]:
    now = datetime.now(UTC)
    return [
        Held(each.channel, each.at(now), limits.origin(each.own_at(now), device.type))
        for each in limits.of(connection, device)
    ]
