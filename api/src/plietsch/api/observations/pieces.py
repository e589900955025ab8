"""The rows of a question, piece by piece in their order: so much at a time as one COPY does well with.

A piece is a slice of time of all series: in thousands of series, a page is a small part of what was asked for, and to
sort all of it would take minutes. How wide it is follows from how dense the rows of the piece before were. Where
nothing is, the next observation is looked for. The place after a piece is a time and a series; nothing stays open.
"""

import math
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import numpy as np
import pyarrow as pa

from plietsch.api.formats.arrow import Column, array, compute, record_batch
from plietsch.api.observations.buckets import LAST, Buckets, Calendar, microseconds
from plietsch.api.observations.intervals import Integers, Intervals
from plietsch.api.observations.queries import Queries
from plietsch.api.observations.question import USUAL_SPACING

Read = Callable[[str], Awaitable[pa.Table]]

_SPACING_US = USUAL_SPACING // timedelta(microseconds=1)
# A piece is to find nearly as many rows as it may have: what it finds beyond is found again by the next one.
_FILLED = 0.9
# A page is to be found at once, even if some values are missing.
_PAGE = 1.2
# So many observations are aggregated at once: some tenths of a second where no hours are kept.
_AGGREGATED = 1_000_000
# From one piece to the next it grows to so many times its width at most, and to so many times the first one's.
_GROWTH, _MOST_GROWTH = 4.0, 64.0
# The begins of so many days or months are written into a query.
_MOST_BEGINS = 4_000
_CALENDAR_ENDS = microseconds(LAST)
_NOTHING = Intervals.of(())


@dataclass(frozen=True)
class _Pace:
    """How dense rows lie over all series, and the observations that they are aggregated from: so many a microsecond."""

    rows: float
    values: float

    def width_us(self, rows: int) -> int:
        """Of a slice that finds so many rows."""
        return max(1, int(min(rows / self.rows, _AGGREGATED / self.values if self.values else math.inf)))

    def learned(self, width_us: int, rows: int, values: int) -> "_Pace":
        """By what was found in a slice."""
        return _Pace(max(rows / width_us, self.rows / _GROWTH), max(values / width_us, self.values / _GROWTH))

    def at_least(self, other: "_Pace") -> "_Pace":
        return _Pace(max(self.rows, other.rows), max(self.values, other.values))

    def __truediv__(self, divisor: float) -> "_Pace":
        return _Pace(self.rows / divisor, self.values / divisor)


@dataclass(frozen=True)
class Slices:
    """What a question is read with: `read` runs a query, `room` says how many rows a piece may have now."""

    read: Read
    queries: Queries
    buckets: Buckets | None
    room: Callable[[], int]

    async def pieces(self, asked: Intervals, most: int | None = None) -> AsyncGenerator[pa.RecordBatch]:
        """Batches of `time` (timestamp, UTC), `rank` (int32), and values; at most so many rows in all."""
        expected = pace = self._pace(asked.series)
        while not asked.is_empty:
            start = self._floor(int(asked.since.min()))
            limit = min(self.room(), most) if most is not None else self.room()
            stop = self._stop(start, pace.width_us(int(_FILLED * limit if most is None else _PAGE * limit)))
            all_now = asked.within(start, stop)
            now = all_now.first_series(self._most_series(start, stop))
            batch = _batch(await self.read(self.queries.piece(now, start, stop, limit, any_order=True)))
            if batch.num_rows:
                yield batch
            if most is not None and (most := most - batch.num_rows) <= 0:
                return
            if batch.num_rows == limit:
                asked = self._behind(asked, batch)
            elif batch.num_rows or len(now.ranks) < len(all_now.ranks):
                asked = asked.after(start, stop, int(now.ranks[-1]))
            else:
                asked = await self._from_next(asked.within(stop, int(asked.until.max())))
            pace = pace.learned(stop - start, batch.num_rows, _values(batch)).at_least(expected / _MOST_GROWTH)

    def behind(self, asked: Intervals, at: int, rank: int) -> Intervals:
        """What is left behind a row."""
        return asked.after(at, self._following(at), rank)

    async def newest(self, asked: Intervals, newest: int) -> Intervals:
        """What is asked for from the newest so many observations or buckets of each series on."""
        asked = await self._from_next(asked)
        if asked.is_empty:
            return asked
        start = int(asked.since.min())
        if isinstance(self.buckets, Calendar):
            # Each of its days is written into the query: of a span that ends in thousands of years, those of values.
            last = await self._time(self.queries.final(asked))
            asked = _NOTHING if last is None else asked.within(start, last + 1)
            if asked.is_empty:
                return asked
        found = await self.read(self.queries.newest(asked, newest, start))
        # Series without any value have nothing behind their end.
        begins: Integers = np.full(int(asked.ranks.max()) + 1, int(asked.until.max()), np.int64)
        begins[integers(found.column("rank"))] = integers(found.column("time"))
        return asked.from_each(begins)

    async def _from_next(self, asked: Intervals) -> Intervals:
        """What is asked for from the next observation on."""
        if asked.is_empty:
            return asked
        first = await self._time(self.queries.first(asked))
        return _NOTHING if first is None else asked.within(first, int(asked.until.max()))

    async def _time(self, query: str) -> int | None:
        found = await self.read(query)
        (time,) = found.column("time").cast(pa.int64()).to_pylist()
        return time

    def _behind(self, asked: Intervals, batch: pa.RecordBatch) -> Intervals:
        return self.behind(asked, _last(batch, "time"), _last(batch, "rank"))

    def _pace(self, series: int) -> _Pace:
        """What is expected."""
        values = max(1, series) / _SPACING_US
        return _Pace(values, 0) if self.buckets is None else _Pace(min(values, series / self.buckets.usual_us), values)

    def _most_series(self, start: int, stop: int) -> int:
        """How many series a piece may have: of a bucket, not more are aggregated than is quick."""
        if self.buckets is None or stop > self.buckets.following(start):
            return 2**31
        return max(1, _AGGREGATED * _SPACING_US // self.buckets.usual_us)

    def _stop(self, start: int, width_us: int) -> int:
        if self.buckets is None:
            return start + width_us
        if isinstance(self.buckets, Calendar):
            width_us = min(width_us, _MOST_BEGINS * self.buckets.usual_us)
        return max(self._floor(min(start + width_us, _CALENDAR_ENDS)), self._following(start))

    def _floor(self, at: int) -> int:
        return at if self.buckets is None else self.buckets.floor(at)

    def _following(self, at: int) -> int:
        return at + 1 if self.buckets is None else self.buckets.following(at)


def _batch(table: pa.Table) -> pa.RecordBatch:
    """What was read as one batch, by time and rank."""
    batches = table.combine_chunks().to_batches()
    batch = batches[0] if batches else record_batch([[] for _ in table.schema.names], schema=table.schema)
    times, ranks = integers(batch.column("time")), integers(batch.column("rank"))
    later, same = times[1:] > times[:-1], times[1:] == times[:-1]
    if np.all(later | (same & (ranks[1:] > ranks[:-1]))):
        return batch
    order: Any = array(np.lexsort((ranks, times)))
    return batch.take(order)


def _last(batch: pa.RecordBatch, name: str) -> int:
    return int(integers(batch.column(name))[-1])


def _values(batch: pa.RecordBatch) -> int:
    """How many observations the rows are made of, where they are aggregates."""
    return int(compute.sum(batch.column("count")).as_py() or 0) if "count" in batch.schema.names else 0


def integers(column: Column) -> Integers:
    """Whole numbers, or microseconds of times."""
    return cast(Integers, column.cast(pa.int64()).to_numpy())
