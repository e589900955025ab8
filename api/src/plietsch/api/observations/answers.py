"""An answer: a table of everything that is asked for, as it is read, or of a page."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any, NamedTuple

import pyarrow as pa

from plietsch.api import cursors
from plietsch.api.formats.table import Table, at_once
from plietsch.api.observations import buckets, last, pages, series
from plietsch.api.observations.intervals import Intervals
from plietsch.api.observations.long import Long
from plietsch.api.observations.pieces import Slices
from plietsch.api.observations.queries import Queries
from plietsch.api.observations.question import AGGREGATED, Question
from plietsch.api.observations.series import Series
from plietsch.api.observations.wide import Wide
from plietsch.api.reading import Reading

_NAME = "observations"


class Answer(NamedTuple):
    """A table, and the address of its next page: None where it has none, or where it is not a page."""

    table: Table
    next_url: str | None


async def answer(
    question: Question,
    found: Sequence[Series],
    reading: Reading,
    complete_to: str,
    link: Callable[[cursors.Key], str],
    *,
    is_bare: bool,
) -> Answer:
    """The answer to a question that means the series found. `link` makes the address of the page behind a key;
    `is_bare` rows have units and stations beside them.

    Raises errors.ParameterInvalid where a wide table would be too wide, or the newest values too many, and what reading
    raises.
    """
    layout = Wide(question, found) if question.layout == "wide" else Long(question, found, is_bare=is_bare)
    queries = Queries([each.id for each in found], question.flags, question.buckets, question.flags == AGGREGATED)
    read = reading.for_answer(question.rows(len(found)))
    slices = Slices(read, queries, question.buckets, reading.readers.room)
    asked = series.intervals(found)
    if question.newest is not None:
        last.check(question.newest, asked.series, is_raw=question.buckets is None)
        asked = await slices.newest(asked, question.newest)
    start = _start(question, asked)
    if question.after is not None:
        asked = pages.behind(slices, asked, found, question.after, is_wide=question.layout == "wide")
    next_url = None
    if question.limit is None:
        batches = _streamed(reading.readers.ahead(slices.pieces(asked)), layout)
    else:
        rows, after = await _page(slices, asked, layout, found, question.limit)
        batches, next_url = at_once(rows), link(after) if after is not None else None

    def behind() -> Mapping[str, Any]:
        return _behind(layout, found, next_url)

    return Answer(Table(_NAME, layout.schema, batches, question.said(start, complete_to), behind), next_url)


def _start(question: Question, asked: Intervals) -> datetime:
    """Where the answer begins: of the newest values of each series, with the first of them."""
    if question.newest is None:
        return question.start
    return question.end if asked.is_empty else buckets.moment(int(asked.since.min()))


async def _page(
    slices: Slices, asked: Intervals, layout: Long | Wide, found: Sequence[Series], limit: int
) -> pages.Page:
    if isinstance(layout, Wide):
        return await pages.of_wide(slices, asked, layout, limit)
    return await pages.of_long(slices, asked, layout, found, limit)


async def _streamed(pieces: AsyncGenerator[pa.RecordBatch], layout: Long | Wide) -> AsyncGenerator[pa.RecordBatch]:
    async with aclosing(pieces), aclosing(layout.rows(pieces)) as rows:
        async for batch in rows:
            yield batch


def _behind(layout: Long | Wide, found: Sequence[Series], next_url: str | None) -> Mapping[str, Any]:
    members: dict[str, Any] = {"units": series.units(found), "stations": series.sources(layout.present())}
    if isinstance(layout, Wide):
        members["series"] = layout.series()
    return members | {"next": next_url}
