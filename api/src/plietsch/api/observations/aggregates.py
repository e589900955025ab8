"""The query that reads a piece of aggregates: of hours and days that are kept where these lie whole in a bucket, and of
observations before, between and behind them. Pure: text out of values.

To plan such a query may take longer than to run it: over a year of chunks, each source that it names costs some
milliseconds, even if nothing is read from it. So it names those that have something, and where few spans are asked for,
as of the series of one station, it names the spans: what lies elsewhere is left out before there is a plan.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

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
    """What buckets are made of: its name, the column that says when it was or begins, and how long it is, if it is."""

    def __init__(self, name: str, moment: str, width_us: int = 0) -> None:
        self.name = name
        self.moment = sql.Identifier(*moment.split("."))
        self.width_us = width_us


_OBSERVATIONS = _Source("observations", "o.phenomenon_time")
_HOURS = _Source("hours", "h.bucket", HOUR_US)
_DAYS = _Source("days", "d.bucket", DAY_US)


@dataclass(frozen=True)
class Aggregates:
    """Of series with these ids, of observations with these flags, in these buckets. `are_kept` says that hours and days
    are kept of observations with the same flags."""

    ids: npt.NDArray[np.int64]
    flags: Composable
    buckets: Buckets
    are_kept: bool

    def piece(self, asked: Intervals, start: int, stop: int, limit: int) -> Composable:
        """The first buckets of some intervals, all within a span that begins and ends with a bucket: `time`, `rank`,
        `count`, `mean`, `min`, `max`, `last`."""
        begins = _begins(self.buckets, start, stop)
        whole: list[Composable] = []
        parts: list[Composable] = []
        # Of one kind only, the observations, a single read gives each bucket once.
        are_buckets = True
        for source, some in self._sources(asked, begins):
            read = self._read(source, some, begins, start, stop)
            if self._is_bucket(source, begins, stop):
                whole += read
            else:
                parts += read
                are_buckets = are_buckets and source is _OBSERVATIONS
        if parts and not (are_buckets and len(parts) == 1):
            parts = [_filled("summed", parts=_all(parts))]
        return _filled("aggregates", parts=_all([*whole, *parts]), limit=Literal(limit))

    def _sources(self, asked: Intervals, begins: Sequence[int]) -> Iterable[tuple[_Source, Intervals]]:
        """What is read from where: nothing that is kept may lie in two buckets."""
        unit_us = self._unit_us(begins)
        days, rest = asked.whole(DAY_US) if unit_us % DAY_US == 0 else (_NOTHING, asked)
        hours, rest = rest.whole(HOUR_US) if unit_us % HOUR_US == 0 else (_NOTHING, rest)
        found = ((_OBSERVATIONS, rest), (_HOURS, hours), (_DAYS, days))
        return [(source, some) for source, some in found if not some.is_empty]

    def _unit_us(self, begins: Sequence[int]) -> int:
        """What all buckets begin with a multiple of; 1 where nothing is kept."""
        if not self.are_kept:
            return 1
        if isinstance(self.buckets, Fixed):
            return self.buckets.usual_us
        return next((unit for unit in (DAY_US, HOUR_US) if all(begin % unit == 0 for begin in begins)), 1)

    def _is_bucket(self, source: _Source, begins: Sequence[int], stop: int) -> bool:
        """Whether what is kept there is a bucket as it is."""
        if isinstance(self.buckets, Fixed):
            return source.width_us == self.buckets.usual_us
        return bool(np.all(np.diff([*begins, stop]) == source.width_us))

    def _read(
        self, source: _Source, asked: Intervals, begins: Sequence[int], start: int, stop: int
    ) -> list[Composable]:
        bucket = {"bucket": _bucket(self.buckets, begins, source.moment)}
        spans = asked.by_span(_MOST_SPANS)
        if spans is None:
            bounds = {"start": literals.time(start), "stop": literals.time(stop)}
            some = {"since": literals.times(asked.since), "until": literals.times(asked.until)}
            return [_filled(f"{source.name}_each", **self._of(asked), **some, **bucket, **bounds)]
        return [
            _filled(
                f"{source.name}_together",
                **self._of(each),
                **bucket,
                since=literals.time(int(each.since[0])),
                until=literals.time(int(each.until[0])),
            )
            for each in spans
        ]

    def _of(self, asked: Intervals) -> Mapping[str, Composable]:
        ids, ranks = literals.integers(self.ids[asked.ranks]), literals.integers(asked.ranks)
        return {"ids": ids, "ranks": ranks, "flags": self.flags}


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
