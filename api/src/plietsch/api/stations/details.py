"""A single station, read from the database: for its pages, and as data; which codes are those of stations at all."""

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import class_row

from plietsch.api import errors, gauges
from plietsch.api.stations import lookback, model
from plietsch.api.stations.model import Datastream, Held, Row, Sensor, Series, Station, Value
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.api.stations", "stations.sql")
_SHARED = sql.load("plietsch.api")
# Of what a station measures, what its picture shows: the first of these.
_CHARTED = ("water_level", "pm2_5", "pm10", "rain", "temperature", "soil_moisture", "water_temperature")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def is_code(text: str) -> bool:
    """Whether a text can be the code of a station or region at all."""
    return _CODE.fullmatch(text) is not None


async def one(connection: AsyncConnection[Any], code: str) -> Station:
    """A single station with its datastreams, and what its levels mean. Raises errors.StationUnknown."""
    row = await _row(connection, code) if is_code(code) else None
    if row is None:
        raise errors.StationUnknown(code)
    now = datetime.now(UTC)
    series = await _series(connection, row.id)
    values = await _newest(connection, [each.id for each in series], now)
    held = [Held(each, values[each.id]) for each in series if each.id in values]
    return _with_details(
        model.station(row, series, held, now),
        await _datastreams(connection, row.id, {each.series.id: each for each in held}, now),
        await gauges.of(connection, row.id),
    )


async def check(connection: AsyncConnection[Any], codes: Sequence[str], parameter: str | None = "station") -> None:
    """Raises errors.StationUnknown for the first code where no device is installed or ever was: codes that a parameter
    names, or the path."""
    cursor = await connection.execute(_SHARED["public_stations"], {"codes": [c for c in codes if is_code(c)]})
    public = {row[0] for row in await cursor.fetchall()}
    for code in codes:
        if code not in public:
            raise errors.StationUnknown(code, parameter)


async def check_regions(connection: AsyncConnection[Any], codes: Sequence[str]) -> None:
    """Raises errors.RegionUnknown for the first code that no region has."""
    if not codes:
        return
    regions = [row[0] for row in await (await connection.execute(_SHARED["regions"])).fetchall()]
    for code in codes:
        if code not in regions:
            raise errors.RegionUnknown(code, regions)


async def _row(connection: AsyncConnection[Any], code: str) -> Row | None:
    async with connection.cursor(row_factory=class_row(Row)) as cursor:
        await cursor.execute(_QUERIES["stations"], {"code": code})
        return await cursor.fetchone()


async def _series(connection: AsyncConnection[Any], station_id: int) -> list[Series]:
    async with connection.cursor(row_factory=class_row(Series)) as cursor:
        await cursor.execute(_QUERIES["series"], {"stations": [station_id]})
        return await cursor.fetchall()


async def _newest(connection: AsyncConnection[Any], ids: Collection[int], now: datetime) -> dict[int, Value]:
    found: dict[int, Value] = {}
    for since in lookback.steps(now):
        missing = [each for each in ids if each not in found]
        if not missing:
            break
        cursor = await connection.execute(_QUERIES["newest"], lookback.question(missing, since))
        found |= lookback.found(await cursor.fetchall())
    return found


async def _datastreams(
    connection: AsyncConnection[Any], station_id: int, held: dict[int, Held], now: datetime
) -> list[Datastream]:
    cursor = await connection.execute(_QUERIES["sensors"], {"station": station_id})
    return [
        Datastream(
            id_,
            code,
            Sensor(name, manufacturer),
            unit,
            unit_symbol,
            method,
            by_default,
            held[id_].latest(now) if id_ in held else None,
        )
        for id_, code, name, manufacturer, unit, unit_symbol, method, by_default in await cursor.fetchall()
    ]


def _with_details(station: Station, datastreams: list[Datastream], gauge: gauges.Gauge | None) -> Station:
    links = _links(station.code, station.latest)
    return msgspec.structs.replace(station, datastreams=datastreams, gauge=gauge, links=links)


def _links(code: str, measured: Collection[str]) -> dict[str, str]:
    address = f"/api/v1/stations/{code}"
    links = {
        "self": address,
        "observations": f"/api/v1/observations?station={code}",
        "latest": f"/api/v1/latest?station={code}",
        "metadata": f"{address}.metadata.json",
    }
    charted = next((each for each in _CHARTED if each in measured), min(measured, default=None))
    if charted is not None:
        links |= {f"chart_{kind}": f"{address}/chart.{kind}?property={charted}&last=7d" for kind in ("svg", "png")}
    return links | {f"page_{language}": f"/{language}/stations/{code}" for language in ("de", "da", "en")}
