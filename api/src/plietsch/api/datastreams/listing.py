"""Datastreams read from the database, page by page in the order of their ids."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import AsyncConnection
from psycopg.rows import class_row

from plietsch.api import errors
from plietsch.api.listings import paging
from plietsch.api.listings.filters import Chosen
from plietsch.api.listings.paging import Page
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.api.datastreams", "datastreams.sql")


class Datastream(NamedTuple):
    """A datastream that a device fed while it was installed.

    `interval_s` is how often its present or last device is meant to measure, `is_fed` whether one feeds it now; `first`
    and `last` are when something was measured, None where nothing was. Its id stays the same for good.
    """

    id: int
    station: str
    station_name: str
    region: str
    property: str
    method: str
    sensor_model: str
    sensor_manufacturer: str
    unit: str
    unit_symbol: str
    decimals: int
    by_default: bool
    is_fed: bool
    interval_s: int
    first: datetime | None
    last: datetime | None
    simulated: bool
    licence: str
    attribution: str


async def page(
    connection: AsyncConnection[Any], chosen: Chosen, sensors: Collection[str], after: int, limit: int
) -> Page[Datastream]:
    """Those that pass the filters, after an id, at most so many. Raises what `Chosen.check` does."""
    await chosen.check(connection)
    await _check_sensors(connection, sensors)
    asked = {**chosen.parameters(), "sensors": sorted(sensors) or None, "id": None, "after": after, "limit": limit + 1}
    return paging.cut(await _read(connection, asked), limit, lambda each: each.id)


async def one(connection: AsyncConnection[Any], id_: int) -> Datastream:
    """The datastream of an id. Raises errors.ResourceUnknown."""
    if 0 <= id_ <= paging.MOST_ID:
        asked = {**Chosen().parameters(), "sensors": None, "id": id_, "after": -1, "limit": 1}
        for found in await _read(connection, asked):
            return found
    raise errors.ResourceUnknown(
        f"There is no datastream {errors.shown(str(id_))}.", "GET /api/v1/datastreams lists every datastream."
    )


async def _read(connection: AsyncConnection[Any], asked: dict[str, Any]) -> list[Datastream]:
    async with connection.cursor(row_factory=class_row(Datastream)) as cursor:
        await cursor.execute(_QUERIES["datastreams"], asked)
        return await cursor.fetchall()


async def _check_sensors(connection: AsyncConnection[Any], wanted: Collection[str]) -> None:
    """Raises errors.ParameterInvalid for the first that no instrument is called."""
    if not wanted:
        return
    known = [row[0] for row in await (await connection.execute(_QUERIES["sensors"])).fetchall()]
    for model in wanted:
        if model not in known:
            hint = f"Known are: {', '.join(known)}. Repeat the parameter to ask for several."
            raise errors.ParameterInvalid("sensor", f"There is no sensor {errors.shown(model)}.", hint)
