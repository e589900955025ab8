"""The queries that read a piece: of observations as they were measured, and of aggregates. Pure: text out of values."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from psycopg import sql
from psycopg.sql import Composable, Literal

from plietsch.api.observations import buckets
from plietsch.api.observations.buckets import DAY_US, HOUR_US, Buckets, Fixed
from plietsch.api.observations.intervals import Intervals
from plietsch.platform import sql as queries

_QUERIES = queries.load("plietsch.api.observations", "observations.sql")
_NOTHING = Intervals.of(())


class Queries:
    """The queries of a question: of series with these ids, of observations with these flags, in these buckets."""

    def __init__(self, ids: Sequence[int], flags: Sequence[int], buckets: Buckets | None, are_kept: bool) -> None:
        """`are_kept` says that hours and days are kept of observations with the same flags."""
        self._ids = np.array(ids, np.int64)
        self._flags = flags
        self._buckets = buckets
        self._are_kept = are_kept

    def piece(self, asked: Intervals, start: int, stop: int, limit: int) -> str:
        """The first rows of some intervals, all within a span that begins and ends with a bucket: `time`, `rank`, and
        `value`, `quality`, or `count`, `mean`, `min`, `max`, `last`."""
        if self._buckets is None:
            return self._filled("raw", self._of(asked) | _span(start, stop, limit))
        begins = _begins(self._buckets, start, stop)
        observations, hours, days = self._sources(asked, begins)
        values = self._of(observations) | self._of(hours, "hour_") | self._of(days, "day_")
        values |= _span(start, stop, limit) | {
            "bucket_of_phenomenon_time": _bucket(self._buckets, begins, "phenomenon_time"),
            "bucket_of_hour": _bucket(self._buckets, begins, "h.bucket"),
            "bucket_of_day": _bucket(self._buckets, begins, "d.bucket"),
        }
        return self._filled("aggregates", values)

    def first(self, asked: Intervals) -> str:
        """The `time` of the first observation of all, null where there is none."""
        return self._filled("first", self._of(asked))

    def final(self, asked: Intervals) -> str:
        """The `time` of the newest observation of all, null where there is none."""
        return self._filled("final", self._of(asked))

    def newest(self, asked: Intervals, newest: int, start: int) -> str:
        """The `time` from which on each series, by its `rank`, has its newest observations or buckets."""
        values = self._of(asked) | {"newest": Literal(newest)}
        if self._buckets is None:
            return self._filled("newest_values", values)
        begins = _begins(self._buckets, start, int(asked.until.max(initial=start)))
        values["bucket_of_phenomenon_time"] = _bucket(self._buckets, begins, "phenomenon_time")
        return self._filled("newest_buckets", values)

    def _sources(self, asked: Intervals, begins: Sequence[int]) -> tuple[Intervals, Intervals, Intervals]:
        """What is read from observations, from hours, and from days: none of these may lie in two buckets."""
        if not self._are_kept or not (begins or isinstance(self._buckets, Fixed)):
            return asked, _NOTHING, _NOTHING
        unit_us = self._buckets.usual_us if isinstance(self._buckets, Fixed) else _common(begins)
        if unit_us % HOUR_US:
            return asked, _NOTHING, _NOTHING
        days, rest = asked.whole(DAY_US) if unit_us % DAY_US == 0 else (_NOTHING, asked)
        hours, rest = rest.whole(HOUR_US)
        return rest, hours, days

    def _of(self, asked: Intervals, prefix: str = "") -> dict[str, Composable]:
        return {
            f"{prefix}ids": _integers(self._ids[asked.ranks]),
            f"{prefix}ranks": _integers(asked.ranks),
            f"{prefix}since": _times(asked.since),
            f"{prefix}until": _times(asked.until),
        }

    def _filled(self, name: str, values: Mapping[str, Composable]) -> str:
        flags = Literal("{" + ",".join(map(str, self._flags)) + "}")
        return sql.SQL(_QUERIES[name]).format(**values, flags=flags).as_string(None)


def _begins(divided: Buckets, start: int, stop: int) -> Sequence[int]:
    """Where the buckets of a calendar begin; those of a fixed length are reckoned without."""
    return [] if isinstance(divided, Fixed) else list(buckets.begins(divided, start, stop))


def _common(begins: Sequence[int]) -> int:
    """Days or hours, if all buckets begin with one of those (UTC); 1 otherwise."""
    return next((unit for unit in (DAY_US, HOUR_US) if all(begin % unit == 0 for begin in begins)), 1)


def _bucket(divided: Buckets, begins: Sequence[int], moment: str) -> Composable:
    column = sql.Identifier(*moment.split("."))
    if isinstance(divided, Fixed):
        width = Literal(timedelta(microseconds=divided.usual_us))
        return sql.SQL(_QUERIES["bucket_fixed"]).format(width=width, moment=column)
    times = _times(np.array(begins, np.int64))
    return sql.SQL(_QUERIES["bucket_calendar"]).format(begins=times, moment=column)


def _span(start: int, stop: int, limit: int) -> dict[str, Composable]:
    return {"start": Literal(_text(start)), "stop": Literal(_text(stop)), "limit": Literal(limit)}


def _text(at: int) -> str:
    return str(np.datetime64(at, "us")) + "Z"


def _integers(numbers: npt.NDArray[np.int64]) -> Composable:
    return Literal("{" + ",".join(map(str, numbers.tolist())) + "}")


def _times(moments: npt.NDArray[np.int64]) -> Composable:
    """Most of them are equal, and each different one is written once."""
    different, which = np.unique(moments, return_inverse=True)
    words: Any = np.datetime_as_string(different.astype("datetime64[us]"), timezone="UTC")
    return Literal("{" + ",".join(words[which].tolist()) + "}")
