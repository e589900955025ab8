"""What the database has of a value: itself, those beside, before and after it, and the frame that brought it."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from psycopg import AsyncConnection
from psycopg.rows import class_row, dict_row

from plietsch.dashboards import errors, newest, rain
from plietsch.dashboards.journey import facts
from plietsch.dashboards.journey.facts import Facts, Heard, Input, Revision, Told, Value
from plietsch.dashboards.rain import LastHour
from plietsch.ingest.qartod.values import SAME_READING_S
from plietsch.ingest.quality import Quality
from plietsch.ingest.series.rain import LONGEST_PAUSE_S
from plietsch.platform import methods, sql

_QUERIES = sql.load("plietsch.dashboards.journey", "journey.sql")
_MOST_REVISIONS = 20


class _Span(NamedTuple):
    """From how long before a value on, and until when after it, values of some properties go into it."""

    codes: tuple[str, ...]
    before: timedelta
    after: timedelta


_NONE, _HOUR, _DAY = timedelta(0), timedelta(hours=1), timedelta(hours=24)
_LONGEST_PAUSE = timedelta(seconds=LONGEST_PAUSE_S)
_DUST = _Span(("pm2_5", "pm10"), _NONE, _HOUR)
SPANS = {
    ("rain", methods.RAIN_DIFFERENCE): _Span(("rain_tips", "rain_total"), _LONGEST_PAUSE, timedelta(seconds=1)),
    ("rain_1h", methods.RAIN_SUM): _Span(("rain",), _HOUR, timedelta(seconds=1)),
    ("rain_24h", methods.RAIN_SUM): _Span(("rain",), _DAY, timedelta(seconds=1)),
    ("aqi_eu", methods.EAQI): _DUST,
    ("aqi_de", methods.UBA_LQI): _DUST,
}


async def of(connection: AsyncConnection[Any], station: str, code: str, second: datetime, method: str | None) -> Facts:
    """All that is known of a value. Raises errors.PageUnknown where there is none that is public."""
    value = await _value(connection, station, code, second, method)
    told = await _told(connection, value)
    value = _with_its_frame(value._replace(measured=frozenset(told)))
    before, after = await _neighbours(connection, value, second)
    heard = await _heard(connection, value)
    beside, failed = await _beside(connection, value)
    return Facts(
        value,
        next((frame for each in heard if (frame := facts.frame_with(value, each))), None),
        beside,
        before,
        after,
        await _inputs(connection, value),
        await _tests(connection, value),
        await _revisions(connection, value),
        heard=next((each for each in heard if each.payload is None), None),
        told=told,
        failed=failed,
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


def _with_its_frame(value: Value) -> Value:
    """What is of an hour came with no frame of its own, whatever was heard of its first moment."""
    return value if value.channels else value._replace(heard_at=None)


async def _neighbours(
    connection: AsyncConnection[Any], value: Value, second: datetime
) -> tuple[datetime | None, datetime | None]:
    parameters = {"datastream": value.datastream_id, "second": second}
    cursor = await connection.execute(_QUERIES["neighbours"], parameters)
    row = await cursor.fetchone()
    return row or (None, None)


async def _told(connection: AsyncConnection[Any], value: Value) -> dict[str, Told]:
    parameters = {"station": value.station_id, "time": value.measured_at}
    cursor = await connection.execute(_QUERIES["channels"], parameters)
    return {
        code: Told(decoder, (path,) if isinstance(path, str) else tuple(path or ()), unit, assumes_c)
        for code, decoder, path, unit, assumes_c in await cursor.fetchall()
    }


async def _heard(connection: AsyncConnection[Any], value: Value) -> list[Heard]:
    if value.heard_at is None:
        return []
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["frames"], {"station": value.station_id, "heard_at": value.heard_at})
        return [facts.heard(row) for row in await cursor.fetchall()]


async def _beside(connection: AsyncConnection[Any], value: Value) -> tuple[dict[str, float | None], frozenset[str]]:
    parameters = {
        "station": value.station_id, "time": value.measured_at, "within": timedelta(seconds=SAME_READING_S),
    }  # fmt: skip
    cursor = await connection.execute(_QUERIES["beside"], parameters)
    found = {code: (result, quality) for code, result, quality in await cursor.fetchall()}
    failed = frozenset(code for code, (_, quality) in found.items() if quality > Quality.SUSPECT)
    return {code: result for code, (result, _) in found.items()}, failed


async def hour(connection: AsyncConnection[Any], value: Value, now: datetime) -> LastHour | None:
    """The hour up to now, as all pages show it, where a value is the newest of the rain within an hour."""
    if value.code != newest.RAIN:
        return None
    hours = await rain.last_hour(connection, now, newest.REACH_OF_ONE, stations=[value.station])
    found = hours.get(value.station)
    return found if found and found.newest == value.measured_at else None


async def _inputs(connection: AsyncConnection[Any], value: Value) -> list[Input]:
    """What a value was computed from where that is more than one reading."""
    span = SPANS.get((value.code, value.method))
    if span is None:
        return []
    parameters = {
        "station": value.station_id,
        "codes": list(span.codes),
        "since": value.measured_at - span.before,
        "until": value.measured_at + span.after,
    }
    async with connection.cursor(row_factory=class_row(Input)) as cursor:
        await cursor.execute(_QUERIES["inputs"], parameters)
        return await cursor.fetchall()


async def _tests(connection: AsyncConnection[Any], value: Value) -> dict[str, int]:
    parameters = {"datastream": value.datastream_id, "time": value.measured_at}
    cursor = await connection.execute(_QUERIES["tests"], parameters)
    row = await cursor.fetchone()
    return row[0] if row else {}


async def _revisions(connection: AsyncConnection[Any], value: Value) -> list[Revision]:
    parameters = {"datastream": value.datastream_id, "time": value.measured_at, "most": _MOST_REVISIONS}
    async with connection.cursor(row_factory=class_row(Revision)) as cursor:
        await cursor.execute(_QUERIES["revisions"], parameters)
        return (await cursor.fetchall())[::-1]
