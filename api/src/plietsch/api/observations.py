"""Observations in the order of time, station and property: as measured, or by hour or day, page by page."""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import class_row

from plietsch.api import cursors, errors, properties, stations
from plietsch.platform import methods, sql

_QUERIES = sql.load("plietsch.api")

Resolution = Literal["raw", "1h", "1d"]

# How many observations a page holds at most: as text, some megabytes.
MOST = 50_000

# How far apart the values of a series are, usually: nodes measure every five minutes.
_SPACING: dict[Resolution, timedelta] = {
    "raw": timedelta(minutes=5),
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
}
# A first slice holds this many pages: less would need several for stations that measure seldom.
_PAGES_A_SLICE = 2
_SLICE_GROWTH = 4


class Filter(msgspec.Struct, frozen=True):
    """Which observations: `start` is inclusive, `end` is not. No station or no property named means all of them, no
    method the default one of each property."""

    start: datetime
    end: datetime
    stations: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    resolution: Resolution = "raw"
    limit: int = 10_000
    after: cursors.Key | None = None


class Observation(msgspec.Struct, frozen=True):
    """What was measured: the value is None where the instrument failed (quality 4) or had nothing to say (9)."""

    station: str
    property: str
    method: str
    time: datetime
    value: float | None
    quality: int


class Aggregate(msgspec.Struct, frozen=True):
    """An hour or a day (UTC) from `time` on: of the values of quality 1 and 2. The mean has one decimal more."""

    station: str
    property: str
    method: str
    time: datetime
    count: int
    mean: float
    min: float
    max: float
    last: float


class Unit(msgspec.Struct, frozen=True):
    """A unit in UCUM and as people write it."""

    unit: str
    unit_symbol: str


class Source(msgspec.Struct, frozen=True):
    """Where observations come from, and what they may be used for: the station, as far as their readers must know."""

    name: str
    simulated: bool
    licence: str
    attribution: str


class Page(msgspec.Struct, frozen=True):
    """Some observations, with the units of what was asked for and the stations that they are of.

    `after` is the key that the next page begins after, None where this is the last.
    """

    observations: list[Observation] | list[Aggregate]
    units: dict[str, Unit]
    stations: dict[str, Source]
    after: cursors.Key | None


class _Series(NamedTuple):
    id: int
    station: str
    name: str
    simulated: bool
    licence: str
    attribution: str
    property: str
    method: str
    unit: str
    unit_symbol: str
    decimals: int

    def key(self) -> tuple[str, str, int]:
        return self.station, self.property, self.id


async def page(connection: AsyncConnection[Any], filter_: Filter) -> Page:
    """The observations that pass the filter, at most its limit.

    Raises errors.StationUnknown, errors.PropertyUnknown, errors.ParameterInvalid for a method that is none.
    """
    check_methods(filter_.methods)
    await properties.check(connection, filter_.properties)
    await stations.check(connection, filter_.stations)
    series = await _series(connection, filter_)
    # One more than asked for tells whether there is a next page.
    rows = await _rows(connection, filter_, series, filter_.limit + 1)
    has_next, rows = len(rows) > filter_.limit, rows[: filter_.limit]
    return Page(
        observations=_typed(rows, series, filter_.resolution),
        units={each.property: Unit(each.unit, each.unit_symbol) for each in series},
        stations=_sources(series, {row[1] for row in rows}),
        after=cursors.Key(rows[-1][0], *_of(series, rows[-1]).key()) if has_next else None,
    )


def check_methods(wanted: Sequence[str]) -> None:
    """Raises errors.ParameterInvalid for the first method that is none."""
    for method in wanted:
        if method not in methods.ALL:
            hint = f"Known are: {', '.join(methods.ALL)}. Repeat the parameter to ask for several."
            raise errors.ParameterInvalid("method", f"There is no method {errors.shown(method)}.", hint)


async def _series(connection: AsyncConnection[Any], filter_: Filter) -> list[_Series]:
    """The datastreams asked for, by station and property."""
    parameters = {
        "stations": list(filter_.stations) or None,
        "properties": list(filter_.properties) or None,
        "methods": list(filter_.methods) or None,
    }
    async with connection.cursor(row_factory=class_row(_Series)) as cursor:
        await cursor.execute(_QUERIES["series"], parameters)
        return sorted(await cursor.fetchall(), key=_Series.key)


async def _rows(
    connection: AsyncConnection[Any], filter_: Filter, series: Sequence[_Series], limit: int
) -> list[tuple[Any, ...]]:
    """Up to `limit` rows of time, place of the series in the list (from 1), and values.

    They are read slice of time by slice of time: in thousands of series, a page is a small part of what was asked
    for, and to sort all of it for every page would take minutes.
    """
    rows: list[tuple[Any, ...]] = []
    after_time, after_rank = _after(filter_, series)
    start = max(filter_.start, after_time)
    width = _SPACING[filter_.resolution] * max(1.0, _PAGES_A_SLICE * limit / max(1, len(series)))
    while start < filter_.end and len(rows) < limit:
        end = start + width if filter_.end - start > width else filter_.end
        parameters = {
            "datastreams": [each.id for each in series],
            "start": start,
            "end": end,
            "after_time": after_time,
            "after_rank": after_rank,
            "limit": limit - len(rows),
        }
        cursor = await connection.execute(_QUERIES[f"observations_{filter_.resolution}"], parameters)
        rows += await cursor.fetchall()
        start, width = end, min(width * _SLICE_GROWTH, filter_.end - filter_.start)
    return rows


def _after(filter_: Filter, series: Sequence[_Series]) -> tuple[datetime, int]:
    """The time and the place in the list that the page begins after."""
    if filter_.after is None:
        return filter_.start, 0
    time, *key = filter_.after
    return time, bisect_right([each.key() for each in series], tuple(key))


def _typed(
    rows: list[tuple[Any, ...]], series: Sequence[_Series], resolution: Resolution
) -> list[Observation] | list[Aggregate]:
    if resolution == "raw":
        return [_observation(_of(series, row), row) for row in rows]
    return [_aggregate(_of(series, row), row) for row in rows]


def _of(series: Sequence[_Series], row: tuple[Any, ...]) -> _Series:
    """The series of a row: the second column is its place in the list, from 1."""
    rank: int = row[1]
    return series[rank - 1]


def _sources(series: Sequence[_Series], ranks: Collection[int]) -> dict[str, Source]:
    """The stations of some series, by code."""
    some = (series[rank - 1] for rank in sorted(ranks))
    return {each.station: Source(each.name, each.simulated, each.licence, each.attribution) for each in some}


def _observation(series: _Series, row: tuple[Any, ...]) -> Observation:
    time, _, value, quality = row
    return Observation(series.station, series.property, series.method, time, value, quality)


def _aggregate(series: _Series, row: tuple[Any, ...]) -> Aggregate:
    time, _, count, mean, *others = row
    return Aggregate(
        series.station, series.property, series.method, time, count, round(mean, series.decimals + 1), *others
    )
