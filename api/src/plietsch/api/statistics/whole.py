"""All statistics that answer a question, piece by piece: each is dear, so that each has a turn and a connection of its
own, and nobody holds either while a reader takes what was said so far."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa
from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from plietsch.api import database, delivery, formats
from plietsch.api.formats import answering
from plietsch.api.listings import answers, paging
from plietsch.api.listings.paging import Page
from plietsch.api.metadata import methods
from plietsch.api.statistics import documents, reading
from plietsch.api.statistics.reading import Question, Row, Series
from plietsch.api.turns import Turns

# Series that are reckoned in one turn.
AT_ONCE = 10
# For each page that somebody has had, others may go before for a second longer: for so many at most.
_MOST_DEFERRED_S = 10
_NAME = "statistics"
_Pages = AsyncGenerator[Page[Row]]


async def pages(turns: Turns, pool: database.Pool, question: Question, now: datetime) -> _Pages:
    """Page after page of all that answers a question. Raises what reading.page does; errors.TooBusy before the first
    one only."""
    asked: Question | None = question._replace(limit=AT_ONCE)
    had = 0
    while asked is not None:
        async with turns.one(had, is_patient=had > 0), pool.connection() as connection:
            page = await reading.page(connection, asked, now)
        had = min(had + 1, _MOST_DEFERRED_S)
        yield page
        after = paging.decode(page.cursor, tuple[str, str, str]) if page.cursor is not None else None
        asked = asked._replace(after=after) if after is not None else None


async def respond(
    request: Request,
    question: Question,
    first: Page[Row],
    others: _Pages,
    before: Mapping[str, Any],
    headers: Mapping[str, str],
) -> Response:
    """All pages that answer a question as one: `before` are the JSON document's members that come before the rows.

    Raises errors.FormatUnavailable, errors.NotAcceptable.
    """
    name = formats.asked(request, formats.FLAT)
    if name != "json":
        table = replace(_table(question, await _series(request, question)), batches=_batches(first, others))
        return await formats.respond(request, table, format_=name, headers=headers)
    kind = formats.KINDS[name]
    all_headers = {**answering.answer_headers(request, kind, _NAME), **headers}
    if delivery.is_head(request):
        return StreamingResponse((), headers=all_headers, media_type=kind.content_type)
    pieces = _json(first, others, before)
    return answering.Pieces(await anext(pieces), pieces, all_headers, kind.content_type)


async def describe(
    request: Request, question: Question, before: Mapping[str, Any], headers: Mapping[str, str]
) -> Response:
    """The metadata of what answers a question. Raises what reading.series does."""
    series = await _series(request, question)

    async def about() -> Mapping[str, Any]:
        return {"methods": {name: methods.document(name) for name in sorted({each.method for each in series})}}

    table = replace(_table(question, series), before=before, about=about)
    return await formats.respond(request, table, format_="metadata", headers=headers)


async def _series(request: Request, question: Question) -> Sequence[Series]:
    pool: database.Pool = request.app.state.pool
    async with pool.connection() as connection:
        return await reading.series(connection, question)


def _table(question: Question, series: Iterable[Series]) -> formats.Table:
    """The table without its rows, of which it says whose they are."""
    sources = list(dict.fromkeys(map(documents.source, series)))
    table = answers.table(_NAME, documents.COLUMNS, (), description=documents.INDICATIVE)
    return replace(table, sources=sources, lasting=paging.written({"from": question.start, "to": question.end}))


async def _all(first: Page[Row], others: _Pages) -> _Pages:
    yield first
    async with aclosing(others):
        async for page in others:
            yield page


async def _batches(first: Page[Row], others: _Pages) -> AsyncIterator[pa.RecordBatch]:
    async with aclosing(_all(first, others)) as every:
        async for page in every:
            async for batch in answers.table(_NAME, documents.COLUMNS, page.rows).batches:
                yield batch


async def _json(first: Page[Row], others: _Pages, before: Mapping[str, Any]) -> AsyncGenerator[bytes]:
    opening = msgspec.json.encode(before)[:-1] + b',"statistics":['
    stations: dict[str, Any] = {}
    async with aclosing(_all(first, others)) as every:
        async for page in every:
            stations |= documents.stations(page.rows)
            for row in page.rows:
                yield opening + msgspec.json.encode(documents.document(row))
                opening = b","
    begun = b"" if opening == b"," else opening
    yield begun + b'],"stations":' + msgspec.json.encode(stations) + b',"next":null}'
