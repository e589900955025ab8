"""The gauges as they stand now: their levels, the newest one, its class, and where the water goes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import class_row

from plietsch.api import errors, stations
from plietsch.api.gauges import classes
from plietsch.api.gauges.model import Level, Name
from plietsch.api.listings import paging
from plietsch.api.listings.filters import Chosen
from plietsch.api.listings.paging import Page
from plietsch.platform import freshness, sql, trends
from plietsch.platform.freshness import Freshness
from plietsch.platform.trends import Trend

_QUERIES = sql.load("plietsch.api.gauges", "gauges.sql")
# What is older says nothing of the water.
_REACH = timedelta(days=30)
# A tide turns within two hours: the water's rate is that of the last one, if that has enough values.
_TREND_OF, _TREND_OF_TIDE_S = timedelta(hours=2), 3600.0


class Newest(NamedTuple):
    """The newest level above the gauge's zero: when, how good (QARTOD 1 to 3), by which method, how fresh."""

    level_cm: float
    time: datetime
    quality: int
    method: str
    freshness: Freshness


class Row(NamedTuple):
    station: str
    name: str
    region: str
    longitude: float
    latitude: float
    grid_m: int
    water: Name
    zero_nhn_m: float | None
    mean_level_cm: float | None
    levels: list[Any]
    simulated: bool
    licence: str
    attribution: str
    series: list[int]


class State(NamedTuple):
    """A gauge as it stands: `reached` is the highest of its levels that the newest one reaches."""

    row: Row
    levels: Sequence[Level]
    newest: Newest | None
    reached: Level | None
    trend: Trend | None

    @property
    def rank(self) -> int | None:
        """How grave the newest level is: 0 below all levels; None where there is no newest one, or no levels."""
        if self.newest is None or not self.levels:
            return None
        return self.reached.rank if self.reached else 0


async def page(connection: AsyncConnection[Any], chosen: Chosen, rank: int, after: str, limit: int) -> Page[State]:
    """Those that pass the filters and have reached a rank at least, by their station's code; at most so many after one.

    Raises what `Chosen.check` does.
    """
    await chosen.check(connection)
    rows = [row for row in await _rows(connection, chosen) if row.station > after]
    if rank:
        found = [state for state in await _states(connection, rows) if (state.rank or 0) >= rank]
    else:
        found = await _states(connection, rows[: limit + 1])
    return paging.cut(found, limit, lambda each: each.row.station)


async def one(connection: AsyncConnection[Any], code: str) -> State:
    """The gauge at a station. Raises errors.StationUnknown, and errors.ResourceUnknown where it is none."""
    await stations.check(connection, (code,), parameter=None)
    for state in await _states(connection, await _rows(connection, Chosen(stations=(code,)))):
        return state
    raise errors.ResourceUnknown(
        f"The station {errors.shown(code)} is no gauge, or nothing is installed there now.",
        "GET /api/v1/gauges lists every gauge.",
    )


async def _rows(connection: AsyncConnection[Any], chosen: Chosen) -> list[Row]:
    async with connection.cursor(row_factory=class_row(Row)) as cursor:
        await cursor.execute(_QUERIES["gauges"], chosen.parameters())
        return await cursor.fetchall()


async def _states(connection: AsyncConnection[Any], rows: Sequence[Row]) -> list[State]:
    now = datetime.now(UTC)
    newest = await _newest(connection, [each for row in rows for each in row.series], now)
    points = await _points(connection, newest)
    return [_state(row, newest, points) for row in rows]


def _state(row: Row, newest: Mapping[int, Newest], points: Mapping[int, Sequence[trends.Point]]) -> State:
    levels = msgspec.convert(row.levels, list[Level])
    own = [id_ for id_ in row.series if id_ in newest]
    if not own:
        return State(row, levels, None, None, None)
    latest = max(own, key=lambda id_: newest[id_].time)
    found = newest[latest]
    return State(row, levels, found, classes.reached(found.level_cm, levels), _trend(points.get(latest, ())))


def _trend(points: Sequence[trends.Point]) -> Trend | None:
    """Where the water goes, by its last hour, or two where that has too few values."""
    steady = trends.STEADY_PER_HOUR["water_level"]
    last_hour = [point for point in points if point[0] >= points[-1][0] - _TREND_OF_TIDE_S]
    return trends.of(last_hour, steady) or trends.of(points, steady)


async def _newest(connection: AsyncConnection[Any], series: list[int], now: datetime) -> dict[int, Newest]:
    cursor = await connection.execute(_QUERIES["newest"], {"series": series, "since": now - _REACH})
    return {
        id_: Newest(level_cm, time, quality, method, freshness.of(time, now, interval_s))
        for id_, level_cm, time, quality, method, interval_s in await cursor.fetchall()
    }


async def _points(connection: AsyncConnection[Any], newest: Mapping[int, Newest]) -> dict[int, list[trends.Point]]:
    untils = [each.time for each in newest.values()]
    cursor = await connection.execute(_QUERIES["points"], {"series": list(newest), "untils": untils, "span": _TREND_OF})
    points: dict[int, list[trends.Point]] = defaultdict(list)
    for id_, time_s, level_cm in await cursor.fetchall():
        points[id_].append((time_s, level_cm))
    return points
