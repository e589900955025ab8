"""Statistics read from the database: series after series, each with its periods."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection
from psycopg.rows import class_row

from plietsch.api import errors
from plietsch.api.listings import paging
from plietsch.api.listings.filters import Chosen
from plietsch.api.listings.paging import Page
from plietsch.api.statistics import figures, hours, kinds, periods
from plietsch.api.statistics.figures import Answer, Extreme
from plietsch.api.statistics.periods import Period
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.api.statistics", "statistics.sql")
_HOUR_S = 3600
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Question(NamedTuple):
    """Of what, in which periods of a span; `zone` is None for that of each station's region."""

    chosen: Chosen
    kind: periods.Kind
    start: datetime
    end: datetime
    zone: ZoneInfo | None
    limit: int
    after: tuple[str, str, str] | None


class Series(NamedTuple):
    """What a station measures by a method, with the datastreams that it is made of; levels are those of a gauge."""

    station: str
    station_name: str
    region: str
    zone: str
    property: str
    method: str
    unit: str
    unit_symbol: str
    decimals: int
    simulated: bool
    licence: str
    attribution: str
    datastreams: list[int]
    intervals_s: list[int]
    sensors: list[str]
    levels_cm: list[float] | None
    ranks: list[int] | None
    names: list[dict[str, str]] | None


class Row(NamedTuple):
    """A series in a period, by the calendar of a zone; `moments` are when it was least and most."""

    series: Series
    zone: str
    period: Period
    is_over: bool
    answer: Answer
    moments: Mapping[Extreme, datetime]


async def page(connection: AsyncConnection[Any], question: Question, now: datetime) -> Page[Row]:
    """The periods of some series. Raises what `Chosen.check` does, and errors.ParameterInvalid."""
    found = await _checked(connection, question)
    some = paging.cut(found, question.limit, lambda each: (each.station, each.property, each.method))
    rows = [row for each in some.rows for row in await _rows(connection, each, question, now)]
    return Page(await _with_moments(connection, rows), some.cursor)


async def series(connection: AsyncConnection[Any], question: Question) -> list[Series]:
    """What a page is about, with nothing reckoned. Raises as `page`."""
    return (await _checked(connection, question))[: question.limit]


def check_properties(wanted: Sequence[str]) -> None:
    """Raises errors.ParameterInvalid for the first of which no figures make sense."""
    for code in wanted:
        if code not in kinds.RECKONED:
            message = f"There are no statistics of {errors.shown(code)}."
            raise errors.ParameterInvalid("property", message, f"There are of: {', '.join(kinds.RECKONED)}.")


async def _checked(connection: AsyncConnection[Any], question: Question) -> list[Series]:
    """The series of a page, and one more where there is another page."""
    await question.chosen.check(connection)
    check_properties(question.chosen.properties)
    asked = question.chosen.parameters()
    asked["properties"] = asked["properties"] or list(kinds.RECKONED)
    station, code, method = question.after or ("", "", "")
    after = {"after_station": station, "after_property": code, "after_method": method}
    async with connection.cursor(row_factory=class_row(Series)) as cursor:
        await cursor.execute(_QUERIES["series"], {**asked, **after, "limit": question.limit + 1})
        return await cursor.fetchall()


async def _rows(connection: AsyncConnection[Any], series: Series, question: Question, now: datetime) -> list[Row]:
    zone = question.zone or ZoneInfo(series.zone)
    spans = periods.of(question.kind, question.start, question.end, zone)
    start, end = spans[0].start, min(spans[-1].end, now)
    read = [
        (id_, interval_s, await _hours(connection, id_, start, end))
        for id_, interval_s in zip(series.datastreams, series.intervals_s, strict=True)
    ]

    def reckon() -> list[Row]:
        every = hours.merged([hours.of(rows, id_, interval_s) for id_, interval_s, rows in read])
        reach = math.ceil(max(series.intervals_s) / _HOUR_S)
        levels = series.levels_cm or ()
        answers = [figures.of(every, series.property, each, zone, now, reach=reach, levels=levels) for each in spans]
        return [
            Row(series, zone.key, period, period.end <= now, answer, {})
            for period, answer in zip(spans, answers, strict=True)
        ]

    # A decade of hours takes some tenths of a second: beside the event loop.
    return await asyncio.to_thread(reckon)


async def _hours(connection: AsyncConnection[Any], id_: int, start: datetime, end: datetime) -> list[Any]:
    if start >= end:
        return []
    cursor = await connection.execute(_QUERIES["hours"], {"datastream": id_, "start": start, "end": end})
    return await cursor.fetchall()


async def _with_moments(connection: AsyncConnection[Any], rows: Sequence[Row]) -> list[Row]:
    """The rows, each with the moments of its least and most."""
    found = [row.answer.figures for row in rows if row.answer.figures]
    extremes = list(dict.fromkeys(each for one in found for each in (one.min, one.max)))
    asked = {
        "datastreams": [each.datastream for each in extremes],
        "hours": [each.hour for each in extremes],
        "values": [each.value for each in extremes],
    }
    read: list[tuple[int, datetime]] = await (await connection.execute(_QUERIES["moments"], asked)).fetchall()
    # A value that was revised since the hours were summed up has none: its hour is known.
    moments = {each: _EPOCH + timedelta(hours=each.hour) for each in extremes}
    moments |= {extremes[number - 1]: time for number, time in read}
    return [row._replace(moments=moments) for row in rows]
