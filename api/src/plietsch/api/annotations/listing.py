"""All annotations of a span, gathered from where they come from, in the order of time, page by page."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, LiteralString, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection
from psycopg.rows import class_row

from plietsch.api.annotations import calendar, deployments
from plietsch.api.annotations.deployments import Deployment, Place
from plietsch.api.annotations.model import Annotation, Span
from plietsch.api.listings import paging
from plietsch.api.listings.filters import Chosen
from plietsch.api.listings.paging import Page
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.api.annotations", "annotations.sql")
_OPERATOR = "operator"
Row = TypeVar("Row", Deployment, Place)


class Question(NamedTuple):
    """Which annotations: those that touch the span, of what is chosen, of some kinds; after the key of a page."""

    start: datetime
    end: datetime
    chosen: Chosen
    kinds: tuple[str, ...]
    limit: int
    after: tuple[int, int, str, str, str, str] | None


async def page(connection: AsyncConnection[Any], question: Question) -> Page[Annotation]:
    """What answers a question. Raises what `Chosen.check` does."""
    await question.chosen.check(connection)
    found = [each for each in await _all(connection, question) if each.during.touches(question.start, question.end)]
    asked = [each for each in found if each.is_about(question.chosen.properties, question.kinds)]
    asked.sort(key=Annotation.key)
    if question.after is not None:
        asked = [each for each in asked if each.key() > question.after]
    return paging.cut(asked, question.limit, Annotation.key)


async def _all(connection: AsyncConnection[Any], question: Question) -> list[Annotation]:
    asked: dict[str, Any] = {**question.chosen.parameters(), "start": question.start, "end": question.end}
    devices = await _rows(connection, "deployments", asked, Deployment)
    stood = await _rows(connection, "places", asked, Place)
    rows = await (await connection.execute(_QUERIES["regions"], asked)).fetchall()
    regions = [(code, ZoneInfo(zone)) for code, zone in rows]
    now = datetime.now(UTC)
    return [
        *_by_station(devices, lambda some: deployments.of_devices(some, now)),
        *_by_station(stood, deployments.of_places),
        *calendar.nights(regions, question.start, question.end),
        *await _entered(connection, asked),
    ]


async def _entered(connection: AsyncConnection[Any], asked: dict[str, Any]) -> list[Annotation]:
    rows = await (await connection.execute(_QUERIES["entered"], asked)).fetchall()
    return [
        Annotation(
            kind, "entered", Span(start, end), text, source or _OPERATOR, station, region, (code,) if code else ()
        )
        for kind, start, end, text, source, station, region, code in rows
    ]


async def _rows(
    connection: AsyncConnection[Any], query: LiteralString, asked: dict[str, Any], type_: type[Row]
) -> list[Row]:
    async with connection.cursor(row_factory=class_row(type_)) as cursor:
        await cursor.execute(_QUERIES[query], asked)
        return await cursor.fetchall()


def _by_station(rows: Collection[Row], say: Callable[[Sequence[Row]], Iterator[Annotation]]) -> Iterator[Annotation]:
    for _, some in groupby(rows, key=attrgetter("station")):
        yield from say(list(some))
