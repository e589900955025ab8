"""The query that reads a piece of aggregates: of hours and days that are kept where these lie whole in a bucket, and of
observations before, between and behind them. Pure: text out of values.

To plan such a query may take longer than to run it: over a year of chunks, each source that it names costs some
milliseconds, even if nothing is read from it. So it names those that have something, and where few spans are asked for,
as of the series of one station, it names the spans: what lies elsewhere is left out before there is a plan.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from psycopg import sql
from psycopg.sql import Composable, Literal

from plietsch.api.observations import buckets, literals
from plietsch.api.observations.buckets import DAY_US, HOUR_US, Buckets, Fixed
from plietsch.api.observations.intervals import Intervals
from plietsch.platform import sql as queries

_QUERIES = queries.load("plietsch.api.observations", "observations.sql")
_NOTHING = Intervals.of(())
# Each span is planned by itself, in about a millisecond; one plan for any spans takes some ten.
_MOST_SPANS = 8


class _Source:
    """What buckets are made of: its name, what a row of it is called, which column says when it was or begins, and how
    long it is, if it is."""

    def __init__(self, name: str, row: str, moment: str, width_us: int = 0) -> None:
        self.name = name
        self.moment = sql.Identifier(row, moment)
        self.id = sql.Identifier(row, "datastream_id")
        self.width_us = width_us


_OBSERVATIONS = _Source("observations", "o", "phenomenon_time")
_HOURS = _Source("hours", "h", "bucket", HOUR_US)
_DAYS = _Source("days", "d", "bucket", DAY_US)


@dataclass(frozen=True)
class Aggregates:
    """Of series with these ids, of observations with these flags, in these buckets. `are_kept` says that hours and days
    are kept of observations with the same flags."""

    ids: npt.NDArray[np.int64]
    flags: Composable
    buckets: Buckets
    are_kept: bool

    def piece(self, asked: Intervals, start: int, stop: int, limit: int, *, any_order: bool = False) -> Composable:
        """The first buckets of some intervals, all within a span that begins and ends with a bucket: `time`, `rank`,
        `count`, `mean`, `min`, `max`, `last`.

        With `any_order` they are sorted only if that decides which ones there are: for a year of hours of one series
        the server needs a quarter of its time for that.
        """
        slice_ = _Slice(start, stop, _begins(self.buckets, start, stop))
        whole: list[Composable] = []
        parts: list[Composable] = []
        # Of one kind only, the observations, a single read gives each bucket once.
        are_buckets = True
        for source, some in self._sources(asked, slice_.begins):
            is_bucket = self._is_bucket(source, slice_)
            read = self._read(source, some, slice_, source.moment if is_bucket else self._bucket(source, slice_))
            (whole if is_bucket else parts).extend(read)
            are_buckets = are_buckets and (is_bucket or source is _OBSERVATIONS)
        if len(parts) > 1 or not are_buckets:
            parts = [_filled("summed", parts=_all(parts))]
        found = _filled("aggregates", parts=_all([*whole, *parts]))
        if any_order and self._most(asked, slice_.begins) <= limit:
            return found
        return sql.SQL("\n").join((found, _filled("first_ones", limit=Literal(limit))))

    def _sources(self, asked: Intervals, begins: Sequence[int]) -> Iterable[tuple[_Source, Intervals]]:
        """What is read from where: nothing that is kept may lie in two buckets."""
        unit_us = self._unit_us(begins)
        days, rest = asked.whole(DAY_US) if unit_us % DAY_US == 0 else (_NOTHING, asked)
        hours, rest = rest.whole(HOUR_US) if unit_us % HOUR_US == 0 else (_NOTHING, rest)
        found = ((_OBSERVATIONS, rest), (_HOURS, hours), (_DAYS, days))
        # Of nothing there are no observations.
        return [each for each in found if not each[1].is_empty] or found[:1]

    def _unit_us(self, begins: Sequence[int]) -> int:
        """What all buckets begin with a multiple of; 1 where nothing is kept."""
        if not self.are_kept:
            return 1
        if isinstance(self.buckets, Fixed):
            return self.buckets.usual_us
        return next((unit for unit in (DAY_US, HOUR_US) if all(begin % unit == 0 for begin in begins)), 1)

    def _is_bucket(self, source: _Source, slice_: "_Slice") -> bool:
        """Whether what is kept there is a bucket as it is."""
        if isinstance(self.buckets, Fixed):
            return source.width_us == self.buckets.usual_us
        return bool(np.all(np.diff([*slice_.begins, slice_.stop]) == source.width_us))

    def _most(self, asked: Intervals, begins: Sequence[int]) -> int:
        """How many buckets there are at most."""
        if not isinstance(self.buckets, Fixed) or asked.is_empty:
            return asked.series * len(begins)
        first, last = self.buckets.floor(int(asked.since.min())), self.buckets.following(int(asked.until.max()))
        return asked.series * (last - first) // self.buckets.usual_us

    def _bucket(self, source: _Source, slice_: "_Slice") -> Composable:
        return _bucket(self.buckets, slice_.begins, source.moment)

    def _read(self, source: _Source, asked: Intervals, slice_: "_Slice", bucket: Composable) -> list[Composable]:
        spans = asked.by_span(_MOST_SPANS)
        return [self._together(source, each, bucket) for each in spans] or [self._each(source, asked, slice_, bucket)]

    def _together(self, source: _Source, asked: Intervals, bucket: Composable) -> Composable:
        """What is read of series that are asked for from when to when they all are."""
        order = np.argsort(self.ids[asked.ranks])
        ids, ranks = self.ids[asked.ranks][order], asked.ranks[order]
        several = {"ids": literals.integers(ids), "ranks": literals.integers(ranks), "id": source.id}
        return _filled(
            f"{source.name}_together",
            ids=several["ids"],
            rank=literals.integer(int(ranks[0])) if len(ranks) == 1 else _filled("rank", **several),
            bucket=bucket,
            flags=self.flags,
            since=literals.time(int(asked.since[0])),
            until=literals.time(int(asked.until[0])),
        )

    def _each(self, source: _Source, asked: Intervals, slice_: "_Slice", bucket: Composable) -> Composable:
        """What is read of series that are asked for between their own times."""
        return _filled(
            f"{source.name}_each",
            ids=literals.integers(self.ids[asked.ranks]),
            ranks=literals.integers(asked.ranks),
            bucket=bucket,
            flags=self.flags,
            since=literals.times(asked.since),
            until=literals.times(asked.until),
            start=literals.time(slice_.start),
            stop=literals.time(slice_.stop),
        )


class _Slice(NamedTuple):
    """Of time, from bucket to bucket; where the buckets of a calendar begin."""

    start: int
    stop: int
    begins: Sequence[int]


def bucket(divided: Buckets, moment: Composable, start: int, stop: int) -> Composable:
    """The bucket that a moment between these lies in."""
    return _bucket(divided, _begins(divided, start, stop), moment)


def _begins(divided: Buckets, start: int, stop: int) -> Sequence[int]:
    """Where the buckets of a calendar begin; those of a fixed length are reckoned without."""
    return [] if isinstance(divided, Fixed) else list(buckets.begins(divided, start, stop))


def _bucket(divided: Buckets, begins: Sequence[int], moment: Composable) -> Composable:
    if isinstance(divided, Fixed):
        return _filled("bucket_fixed", width=Literal(timedelta(microseconds=divided.usual_us)), moment=moment)
    return _filled("bucket_calendar", begins=literals.times(np.array(begins, np.int64)), moment=moment)


def _all(parts: Sequence[Composable]) -> Composable:
    return sql.SQL("\nUNION ALL\n").join(parts)


def _filled(name: str, **values: Composable) -> Composable:
    return sql.SQL(_QUERIES[name]).format(**values)
