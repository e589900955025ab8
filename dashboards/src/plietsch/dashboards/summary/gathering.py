"""Gathers the facts of a summary from the database, as of a moment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, TypeVar

from psycopg import AsyncConnection

from plietsch.dashboards import gauges, newest, quantities
from plietsch.dashboards.gauges import Gauge
from plietsch.dashboards.newest import Newest
from plietsch.dashboards.scales import SCALES
from plietsch.dashboards.summary.facts import Air, Facts, Network, Rain, Water
from plietsch.platform import sql, trends

_QUERIES = sql.load("plietsch.dashboards.summary", "summary.sql")
_DUST = ("pm2_5", "pm10")
_QUANTITIES = (*_DUST, "humidity", "water_level", "rain_1h")
# From here on water on each particle makes an SDS011 read half as much again and more (κ-Köhler, docs/ingest.md).
_HUMID_PERCENT = 85.0
_HOUR = timedelta(hours=1)
# Where the water goes, it says in so much time; where it says little, as nothing changes, in more.
_TREND, _TREND_OF_FEW = timedelta(hours=2), timedelta(hours=4)
# A tide comes back after 12 h 25 min: in this time it has shown how far it goes up and down.
_TIDES = timedelta(hours=25)
# The Baltic has tides of decimetres, the North Sea of metres; between them lies what nobody calls a tide here.
_TIDAL_RANGE_CM = 150.0

_Local = TypeVar("_Local", Air, Rain)


@dataclass(frozen=True)
class _Known:
    """What was asked of the database."""

    names: Mapping[str, str]
    current: Mapping[str, Mapping[str, Newest]]
    gauges: Mapping[str, Gauge]
    levels: Mapping[str, list[trends.Point]]


async def facts(connection: AsyncConnection[Any], region: str, language: str, at: datetime) -> Facts:
    """The facts of a region as of a moment; names of waters and levels are in a language."""
    measured = set(await _column(connection, "measured", {"region": region, "codes": ["water_level", "rain"]}))
    known = _Known(
        names=dict(await _rows(connection, "places", {"region": region})),
        current=_current(await newest.of(connection, _QUANTITIES, at, region=region), at),
        gauges=await gauges.of(connection, language, region=region),
        levels=await _levels(connection, region, at),
    )
    return Facts(
        air=_worst_of_each_place(_air(known)),
        water=[
            _water(code, gauge, known, at) for code, gauge in known.gauges.items() if _has(known, code, "water_level")
        ],
        rain=_worst_of_each_place(_rain(known)),
        network=await _network(connection, region, len(known.names), at),
        has_gauges="water_level" in measured,
        has_rain_gauges="rain" in measured,
    )


def _current(found: Mapping[str, Mapping[str, Newest]], at: datetime) -> dict[str, dict[str, Newest]]:
    """What says something of that moment."""
    return {
        station: {code: each for code, each in values.items() if not quantities.is_stale(each.time, at)}
        for station, values in found.items()
    }


def _has(known: _Known, station: str, code: str) -> bool:
    return code in known.current.get(station, {}) and station in known.names


def place(name: str) -> str:
    """The place that a station's name begins with: "Tarp" of "Tarp, Bahnhof"."""
    return name.partition(",")[0].strip()


def _air(known: _Known) -> Iterable[Air]:
    for station, values in known.current.items():
        for code in _DUST:
            if _has(known, station, code):
                value = values[code].value
                is_humid = _has(known, station, "humidity") and values["humidity"].value >= _HUMID_PERCENT
                yield Air(place(known.names[station]), station, code, value, SCALES[code].band(value).rank, is_humid)


def _rain(known: _Known) -> Iterable[Rain]:
    for station, values in known.current.items():
        if _has(known, station, "rain_1h"):
            mm = values["rain_1h"].value
            yield Rain(place(known.names[station]), station, mm, SCALES["rain_1h"].band(mm).rank)


def _worst_of_each_place(found: Iterable[_Local]) -> list[_Local]:
    worst: dict[str, _Local] = {}
    for each in found:
        known = worst.get(each.place)
        if known is None or _weight(each) > _weight(known):
            worst[each.place] = each
    return [worst[name] for name in sorted(worst)]


def _weight(each: Air | Rain) -> tuple[int, float]:
    return each.rank, each.value if isinstance(each, Air) else each.mm


def _water(station: str, gauge: Gauge, known: _Known, at: datetime) -> Water:
    points = known.levels.get(station, [])
    levels = [value for _, value in points]
    return Water(
        station=station,
        name=known.names[station],
        water=gauge.water,
        level_cm=known.current[station]["water_level"].value,
        mean_cm=gauge.mean_level_cm,
        levels=gauge.levels,
        trend=_trend(points, at),
        tidal=bool(levels) and max(levels) - min(levels) > _TIDAL_RANGE_CM and not _surges(gauge, levels),
    )


def _surges(gauge: Gauge, levels: list[float]) -> bool:
    """Whether it reached one of its own levels: that is no mere tide."""
    return bool(gauge.levels) and max(levels) >= gauge.levels[0].level_cm


def _trend(points: list[trends.Point], at: datetime) -> trends.Trend | None:
    steady = trends.STEADY_PER_HOUR["water_level"]
    for span in (_TREND, _TREND_OF_FEW):
        since_s = (at - span).timestamp()
        if trend := trends.of([point for point in points if point[0] >= since_s], steady):
            return trend
    return None


async def _levels(connection: AsyncConnection[Any], region: str, at: datetime) -> dict[str, list[trends.Point]]:
    rows = await _rows(connection, "levels", {"region": region, "since": at - _TIDES, "until": at})
    levels: dict[str, list[trends.Point]] = defaultdict(list)
    for station, some in groupby(rows, key=lambda row: row[0]):
        levels[station] = [(time_s, level_cm) for _, time_s, level_cm in some]
    return levels


async def _network(connection: AsyncConnection[Any], region: str, stations: int, at: datetime) -> Network:
    span = {"since": at - _HOUR, "until": at + timedelta(seconds=1)}
    rows = await _rows(connection, "network", {"region": region, **span})
    frames, gateways, heard = rows[0] if rows else (0, 0, 0)
    return Network(stations, heard, gateways, frames)


async def _rows(connection: AsyncConnection[Any], query: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    return await (await connection.execute(_QUERIES[query], parameters)).fetchall()


async def _column(connection: AsyncConnection[Any], query: str, parameters: dict[str, Any]) -> list[Any]:
    return [row[0] for row in await _rows(connection, query, parameters)]
