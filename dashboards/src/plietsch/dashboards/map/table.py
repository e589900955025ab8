"""The table that says what the map says: filtered, sorted, a hundred stations a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

from plietsch.dashboards import gauges, instruments, newest, quantities, readings, scripts
from plietsch.dashboards.gauges import Gauge
from plietsch.dashboards.map import search, stations
from plietsch.dashboards.map.search import Found
from plietsch.dashboards.map.state import DISTANCE, NAME, TIME, State
from plietsch.dashboards.map.stations import Station
from plietsch.dashboards.newest import Newest
from plietsch.dashboards.readings import Reading
from plietsch.dashboards.regions import Region
from plietsch.dashboards.texts import Texts

ROWS = 100
# From this rank on a class is worth looking at: moderate air, the first level of a gauge, strong rain.
_UP = {"pm2_5": 2, "pm10": 2, "water_level": 1, "rain_1h": 2}

Values = Mapping[str, Mapping[str, Newest]]


@dataclass(frozen=True)
class Row:
    """A station in the table; what it does not measure is None among its readings.

    `levels` are the classes of its water level as scripts know them, in JSON; empty for what has none.
    """

    station: Station
    readings: list[Reading | None]
    distance: str
    time: str
    time_iso: str
    stale: bool
    levels: str


@dataclass(frozen=True)
class Table:
    """A page of the table, of how many stations, and what a search came to; `near` is a place's surroundings only."""

    rows: list[Row]
    count: int
    page: int
    pages: int
    found: Found
    sort: str
    descends: bool
    near: bool = False

    @property
    def has_simulated(self) -> bool:
        """Whether any of the stations shown is simulated."""
        return any(row.station.simulated for row in self.rows)


@dataclass(frozen=True)
class _Question:
    """What a table is made from: the page's state, the quantities of its columns, and when it is."""

    region: Region
    state: State
    codes: Sequence[str]
    at: datetime
    texts: Texts


async def of(
    connection: AsyncConnection[Any], region: Region, state: State, codes: Sequence[str], at: datetime, texts: Texts
) -> Table:
    """The page of the table that the state asks for, with values as of a time."""
    question = _Question(region, state, codes, at, texts)
    some = await stations.of(connection, region.code, state.kind or None)
    found = search.find(state.q, some) if state.q else Found()
    some = list(found.stations or some)
    sort = _sort(state, found)
    # Whoever searches means what is near; whoever sorts, means all of it.
    near = search.near(found.place, some) if found.place and not state.sort else some
    is_near, some = len(near) < len(some), near
    gauges_here = await gauges.of(connection, texts.language, region=region.code)
    if state.up:
        some = await _up(connection, question, some, gauges_here)
    some = await _sorted(connection, question, some, found, sort)
    pages = max(1, -(-len(some) // ROWS))
    page = min(state.page, pages)
    rows = await _rows(connection, question, some[(page - 1) * ROWS : page * ROWS], found, gauges_here)
    return Table(rows, len(some), page, pages, found, sort, state.order == "desc", is_near)


def _sort(state: State, found: Found) -> str:
    """By what is sorted: by distance only from a place, and from a place by distance unless asked otherwise."""
    if found.place and state.sort in ("", DISTANCE):
        return DISTANCE
    return NAME if state.sort in ("", DISTANCE) else state.sort


async def _up(
    connection: AsyncConnection[Any], question: _Question, some: Sequence[Station], gauges_here: Mapping[str, Gauge]
) -> list[Station]:
    """The stations where a value of now is worth looking at."""
    codes = [code for code in question.codes if code in _UP]
    values = await newest.of(connection, codes, question.at, region=question.region.code)
    return [each for each in some if _is_up(values.get(each.code, {}), gauges_here.get(each.code), question.at)]


def _is_up(values: Mapping[str, Newest], gauge: Gauge | None, at: datetime) -> bool:
    for code, value in values.items():
        scale = readings.scale_of(code, gauge.scale if gauge else None)
        if scale and not quantities.is_stale(value.time, at) and scale.band(value.value).rank >= _UP[code]:
            return True
    return False


async def _sorted(
    connection: AsyncConnection[Any], question: _Question, some: list[Station], found: Found, sort: str
) -> list[Station]:
    """The stations in the order asked for; those that have nothing to be sorted by come last either way."""
    keys: dict[str, Any]
    if sort == NAME:
        keys = {each.code: search.fold(each.name) for each in some}
    elif sort == DISTANCE and found.place:
        keys = {each.code: search.distance_km(found.place, each) for each in some}
    else:
        codes = question.codes if sort == TIME else [sort]
        values = await newest.of(connection, codes, question.at, region=question.region.code, worst=newest.FAILED)
        keys = {code: _key(own, sort) for code, own in values.items() if own}
    known = [each for each in some if each.code in keys]
    known.sort(key=lambda each: keys[each.code], reverse=question.state.order == "desc")
    return known + [each for each in some if each.code not in keys]


def _key(values: Mapping[str, Newest], sort: str) -> Any:
    return max(each.time for each in values.values()) if sort == TIME else values[sort].value


async def _rows(
    connection: AsyncConnection[Any],
    question: _Question,
    some: Sequence[Station],
    found: Found,
    gauges_here: Mapping[str, Gauge],
) -> list[Row]:
    codes = [station.code for station in some]
    region = question.region.code
    measured = await instruments.measured(connection, region, codes)
    values: Values = await newest.of(
        connection, question.codes, question.at, region=region, stations=codes, worst=newest.FAILED
    )
    return [
        _row(
            question,
            station,
            values.get(station.code, {}),
            measured.get(station.code, set()),
            found,
            gauges_here.get(station.code),
        )
        for station in some
    ]


def _row(
    question: _Question,
    station: Station,
    values: Mapping[str, Newest],
    measured: set[str],
    found: Found,
    gauge: Gauge | None,
) -> Row:
    texts, zone = question.texts, question.region.zone
    scale = gauge.scale if gauge else None
    shown = readings.shown(values, question.codes, texts, zone, question.at, gauge=scale, short=True)
    time = max((each.time for each in values.values()), default=None)
    km = search.distance_km(found.place, station) if found.place else None
    return Row(
        station=station,
        readings=[each if each.property in measured or each.value else None for each in shown],
        distance="" if km is None else texts.number(km, 1 if km < 10 else 0),
        time=texts.day_and_clock(time, zone) if time else "",
        time_iso=time.isoformat() if time else "",
        stale=time is not None and quantities.is_stale(time, question.at),
        levels=msgspec.json.encode(scripts.bands(scale, texts)).decode() if scale else "",
    )
