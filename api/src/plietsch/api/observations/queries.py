"""The queries that read a piece: of observations as they were measured, and of aggregates. Pure: text out of values."""

from collections.abc import Mapping, Sequence

import numpy as np
from psycopg import sql
from psycopg.sql import Composable, Identifier, Literal

from plietsch.api.observations import aggregates, literals
from plietsch.api.observations.aggregates import Aggregates
from plietsch.api.observations.buckets import Buckets
from plietsch.api.observations.intervals import Intervals
from plietsch.platform import sql as queries

_QUERIES = queries.load("plietsch.api.observations", "observations.sql")


class Queries:
    """The queries of a question: of series with these ids, of observations with these flags, in these buckets."""

    def __init__(self, ids: Sequence[int], flags: Sequence[int], buckets: Buckets | None, are_kept: bool) -> None:
        """`are_kept` says that hours and days are kept of observations with the same flags."""
        self._ids = np.array(ids, np.int64)
        self._flags = literals.integers(np.array(flags, np.int64))
        self._buckets = buckets
        self._aggregates = Aggregates(self._ids, self._flags, buckets, are_kept) if buckets is not None else None

    def piece(self, asked: Intervals, start: int, stop: int, limit: int, *, any_order: bool = False) -> str:
        """The first rows of some intervals, all within a span that begins and ends with a bucket: `time`, `rank`, and
        `value`, `quality`, or `count`, `mean`, `min`, `max`, `last`. By time and rank, or, where it is quicker, in any
        order."""
        if self._aggregates is not None:
            return self._aggregates.piece(asked, start, stop, limit, any_order=any_order).as_string(None)
        bounds = {"start": literals.time(start), "stop": literals.time(stop), "limit": Literal(limit)}
        return self._filled("raw", self._of(asked) | bounds)

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
        until = int(asked.until.max(initial=start))
        values["bucket"] = aggregates.bucket(self._buckets, Identifier("phenomenon_time"), start, until)
        return self._filled("newest_buckets", values)

    def _of(self, asked: Intervals) -> dict[str, Composable]:
        return {
            "ids": literals.integers(self._ids[asked.ranks]),
            "ranks": literals.integers(asked.ranks),
            "since": literals.times(asked.since),
            "until": literals.times(asked.until),
        }

    def _filled(self, name: str, values: Mapping[str, Composable]) -> str:
        return sql.SQL(_QUERIES[name]).format(**values, flags=self._flags).as_string(None)
