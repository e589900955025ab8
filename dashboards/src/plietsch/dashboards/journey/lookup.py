"""What the database has of a value: itself, those beside, before and after it, and the frame that brought it."""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row, dict_row

from plietsch.dashboards import errors, newest, quantities, rain
from plietsch.dashboards.journey import facts
from plietsch.dashboards.journey.facts import Count, Facts, Frame, Hour, Value
from plietsch.ingest.quality import Quality
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.dashboards.journey", "journey.sql")
RAIN_TIPS = "rain_tips"


async def of(connection: AsyncConnection[Any], station: str, code: str, second: datetime, method: str | None) -> Facts:
    """All that is known of a value. Raises errors.PageUnknown where there is none that is public."""
    value = await _value(connection, station, code, second, method)
    before, after = await _neighbours(connection, value, second)
    return Facts(
        value,
        await _frame(connection, value),
        await _beside(connection, value),
        before,
        after,
    )


async def name_of(connection: AsyncConnection[Any], station: str) -> str | None:
    """The name of a station that is, or was, installed; None where there is none."""
    cursor = await connection.execute(_QUERIES["station_name"], {"code": station})
    row = await cursor.fetchone()
    return row[0] if row else None


async def _value(
    connection: AsyncConnection[Any], station: str, code: str, second: datetime, method: str | None
) -> Value:
    parameters = {"station": station, "property": code, "second": second, "method": method}
    async with connection.cursor(row_factory=class_row(Value)) as cursor:
        await cursor.execute(_QUERIES["value"], parameters)
        value = await cursor.fetchone()
    if value is None:
        raise errors.PageUnknown("There is no such value.")
    return value._replace(quality=Quality(value.quality))


async def _neighbours(
    connection: AsyncConnection[Any], value: Value, second: datetime
) -> tuple[datetime | None, datetime | None]:
    parameters = {"datastream": value.datastream_id, "second": second}
    cursor = await connection.execute(_QUERIES["neighbours"], parameters)
    row = await cursor.fetchone()
    return row or (None, None)


async def _frame(connection: AsyncConnection[Any], value: Value) -> Frame | None:
    if value.heard_at is None:
        return None
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["frames"], {"station": value.station_id, "heard_at": value.heard_at})
        rows = await cursor.fetchall()
    found = (facts.frame_with(value, facts.heard(row)) for row in rows)
    return next((frame for frame in found if frame), None)


async def _beside(connection: AsyncConnection[Any], value: Value) -> dict[str, float | None]:
    parameters = {"station": value.station_id, "time": value.measured_at}
    cursor = await connection.execute(_QUERIES["beside"], parameters)
    return dict(await cursor.fetchall())


async def hour(connection: AsyncConnection[Any], value: Value, now: datetime) -> Hour | None:
    """The hour that a count says something of: that up to now, as all pages show it, where it is the newest one.

    Of an older count, the hour up to it; None of one that no rain is counted by.
    """
    if value.code != RAIN_TIPS:
        return None
    for at in (now, value.measured_at):
        found = (await rain.last_hour(connection, at, newest.REACH_OF_ONE, stations=[value.station])).get(value.station)
        if found and found.newest == value.measured_at:
            earlier = await _count_before(connection, value, found.since)
            return Hour(found.since, found.until, found.tips, found.mm, earlier)
    return None


async def _count_before(connection: AsyncConnection[Any], value: Value, until: datetime) -> Count | None:
    """The newest count until a moment; None where nobody knows what it was at that time."""
    since = until - quantities.SHORTEST_GAP_ON_CHANGE
    parameters = {"datastream": value.datastream_id, "since": since, "until": until}
    cursor = await connection.execute(_QUERIES["count_before"], parameters)
    row = await cursor.fetchone()
    return Count(*row) if row else None
