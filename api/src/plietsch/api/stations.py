"""Stations that are public: those with a device installed now, at a place snapped to a grid, with what they say."""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import class_row

from plietsch.api import errors, gauges, properties
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.api")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class Bounds(NamedTuple):
    """A box in degrees (WGS 84); its edges belong to it."""

    west: float
    south: float
    east: float
    north: float


class Filter(msgspec.Struct, frozen=True):
    """Which stations: in a box, of a region, with one of some properties. What is empty does not filter."""

    bounds: Bounds | None = None
    properties: tuple[str, ...] = ()
    region: str | None = None


class Operator(msgspec.Struct, frozen=True):
    """Who runs a station."""

    code: str
    name: str
    url: str | None


class Latest(msgspec.Struct, frozen=True):
    """The newest result of a property: `quality` is 1 good, 2 not evaluated or 3 suspect (QARTOD)."""

    value: float
    unit: str
    unit_symbol: str
    time: datetime
    quality: int


class Sensor(msgspec.Struct, frozen=True):
    """A model of instrument."""

    model: str
    manufacturer: str


class Datastream(msgspec.Struct, frozen=True):
    """One property, measured by one sensor, by one method (`raw`, or the name of a correction)."""

    property: str
    sensor: Sensor
    unit: str
    unit_symbol: str
    method: str


class Station(msgspec.Struct, frozen=True):
    """A station: its public place is the centre of a cell of `grid_m` metres; `since` it is installed."""

    code: str
    name: str
    description: str
    region: str
    municipality_key: str | None
    operator: Operator
    licence: str
    attribution: str
    simulated: bool
    longitude: float
    latitude: float
    grid_m: int
    since: datetime | None
    latest: dict[str, Latest]
    datastreams: list[Datastream] | None = None  # only of a single station
    gauge: gauges.Gauge | None = None  # likewise, and where it is one


class _Row(NamedTuple):
    id: int
    code: str
    name: str
    description: str
    region: str
    municipality_key: str | None
    operator_code: str
    operator_name: str
    operator_url: str | None
    licence: str
    attribution: str
    simulated: bool
    longitude: float
    latitude: float
    grid_m: int
    since: datetime | None


def is_code(text: str) -> bool:
    """Whether a text can be the code of a station or region at all."""
    return _CODE.fullmatch(text) is not None


async def installed(connection: AsyncConnection[Any], filter_: Filter = Filter()) -> list[Station]:  # noqa: B008 frozen
    """The stations that pass the filter, by code. With properties given, `latest` holds only those.

    Raises errors.PropertyUnknown, errors.RegionUnknown.
    """
    await properties.check(connection, filter_.properties)
    await check_regions(connection, [filter_.region] if filter_.region is not None else [])
    rows = await _rows(connection, filter_)
    latest = await _latest(connection, [row.id for row in rows], filter_.properties)
    return [_station(row, latest[row.id]) for row in rows]


async def one(connection: AsyncConnection[Any], code: str) -> Station:
    """A single station with its datastreams, and what its levels mean. Raises errors.StationUnknown."""
    rows = await _rows(connection, Filter(), code) if is_code(code) else []
    if not rows:
        raise errors.StationUnknown(code)
    station_id = rows[0].id
    latest = await _latest(connection, [station_id], ())
    datastreams, gauge = await _datastreams(connection, station_id), await gauges.of(connection, station_id)
    return _station(rows[0], latest[station_id], datastreams, gauge)


async def check(connection: AsyncConnection[Any], codes: Sequence[str]) -> None:
    """Raises errors.StationUnknown for the first code where no device is installed or ever was."""
    cursor = await connection.execute(_QUERIES["public_stations"], {"codes": [c for c in codes if is_code(c)]})
    public = {row[0] for row in await cursor.fetchall()}
    for code in codes:
        if code not in public:
            raise errors.StationUnknown(code)


async def check_regions(connection: AsyncConnection[Any], codes: Sequence[str]) -> None:
    """Raises errors.RegionUnknown for the first code that no region has."""
    if not codes:
        return
    regions = [row[0] for row in await (await connection.execute(_QUERIES["regions"])).fetchall()]
    for code in codes:
        if code not in regions:
            raise errors.RegionUnknown(code, regions)


async def _rows(connection: AsyncConnection[Any], filter_: Filter, code: str | None = None) -> list[_Row]:
    bounds = filter_.bounds or (None, None, None, None)
    parameters = {
        "code": code,
        "region": filter_.region,
        "properties": list(filter_.properties) or None,
        **dict(zip(Bounds._fields, bounds, strict=True)),
    }
    async with connection.cursor(row_factory=class_row(_Row)) as cursor:
        await cursor.execute(_QUERIES["stations"], parameters)
        return await cursor.fetchall()


async def _latest(
    connection: AsyncConnection[Any], station_ids: list[int], codes: Sequence[str]
) -> dict[int, dict[str, Latest]]:
    latest: dict[int, dict[str, Latest]] = defaultdict(dict)
    if not station_ids:
        return latest
    parameters = {"stations": station_ids, "properties": list(codes) or None}
    cursor = await connection.execute(_QUERIES["latest"], parameters)
    for station_id, code, unit, unit_symbol, result, time, quality in await cursor.fetchall():
        latest[station_id][code] = Latest(result, unit, unit_symbol, time, quality)
    return latest


async def _datastreams(connection: AsyncConnection[Any], station_id: int) -> list[Datastream]:
    cursor = await connection.execute(_QUERIES["datastreams"], {"station": station_id})
    return [
        Datastream(code, Sensor(model, manufacturer), unit, unit_symbol, method)
        for code, model, manufacturer, unit, unit_symbol, method in await cursor.fetchall()
    ]


def _station(
    row: _Row,
    latest: dict[str, Latest],
    datastreams: list[Datastream] | None = None,
    gauge: gauges.Gauge | None = None,
) -> Station:
    return Station(
        code=row.code,
        name=row.name,
        description=row.description,
        region=row.region,
        municipality_key=row.municipality_key,
        operator=Operator(row.operator_code, row.operator_name, row.operator_url),
        licence=row.licence,
        attribution=row.attribution,
        simulated=row.simulated,
        longitude=row.longitude,
        latitude=row.latitude,
        grid_m=row.grid_m,
        since=row.since,
        latest=latest,
        datastreams=datastreams,
        gauge=gauge,
    )
