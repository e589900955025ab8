"""Pages: so many rows of what is asked for, and the key that the next page begins behind."""

from bisect import bisect_right
from collections.abc import Sequence
from contextlib import aclosing
from datetime import datetime

import pyarrow as pa

from plietsch.api import cursors
from plietsch.api.observations import buckets
from plietsch.api.observations.intervals import Intervals
from plietsch.api.observations.long import Long
from plietsch.api.observations.pieces import Slices, integers
from plietsch.api.observations.series import Series
from plietsch.api.observations.wide import Wide

# Some rows, and the key of the last one where others follow.
Page = tuple[list[pa.RecordBatch], cursors.Key | None]


def behind(slices: Slices, asked: Intervals, found: Sequence[Series], key: cursors.Key, *, is_wide: bool) -> Intervals:
    """What is left behind a key; a row of a wide table has all series of its time."""
    time, *place = key
    rank = len(found) if is_wide else bisect_right([each.key() for each in found], tuple(place)) - 1
    return slices.behind(asked, buckets.microseconds(time), rank)


async def of_long(slices: Slices, asked: Intervals, layout: Long, found: Sequence[Series], limit: int) -> Page:
    """One more row than asked for tells whether there is a next page."""
    async with aclosing(slices.pieces(asked, limit + 1)) as pieces:
        batches = [batch async for batch in pieces]
    rows, has_next = _first(batches, limit)
    after = _key(rows[-1], found) if has_next else None
    return [layout.made(batch) for batch in rows], after


async def of_wide(slices: Slices, asked: Intervals, layout: Wide, limit: int) -> Page:
    """Likewise."""
    batches: list[pa.RecordBatch] = []
    async with aclosing(slices.pieces(asked)) as pieces, aclosing(layout.rows(pieces)) as wide:
        async for batch in wide:
            batches.append(batch)
            if sum(each.num_rows for each in batches) > limit:
                break
    rows, has_next = _first(batches, limit)
    return rows, cursors.Key(_time(rows[-1]), "", "", 0) if has_next else None


def _first(batches: Sequence[pa.RecordBatch], limit: int) -> tuple[list[pa.RecordBatch], bool]:
    """The first rows, and whether there are more."""
    rows: list[pa.RecordBatch] = []
    for batch in batches:
        if batch.num_rows > limit:
            return [*rows, *([batch.slice(0, limit)] if limit else [])], True
        rows.append(batch)
        limit -= batch.num_rows
    return rows, False


def _key(batch: pa.RecordBatch, found: Sequence[Series]) -> cursors.Key:
    """Of a batch's last row."""
    return cursors.Key(_time(batch), *found[int(integers(batch.column("rank"))[-1])].key())


def _time(batch: pa.RecordBatch) -> datetime:
    return buckets.moment(int(integers(batch.column("time"))[-1]))
