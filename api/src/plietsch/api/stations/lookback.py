"""Looking for newest values not further back than needed: what is silent for years would cost all history otherwise.

A database that keeps its observations in a table a week looks into each of them for a series that has nothing new. So
the last day is looked through first, then a month, and everything only for what is still missing.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from plietsch.api.stations.model import Value

BEGINNING = datetime.min.replace(tzinfo=UTC)
_STEPS = (timedelta(days=1), timedelta(days=30))


def steps(now: datetime) -> Iterator[datetime]:
    """From when on to look, one after another until nothing is missing."""
    yield from (now - step for step in _STEPS)
    yield BEGINNING


def question(datastreams: Collection[int], since: datetime) -> dict[str, Any]:
    """The parameters of the query `newest` for series that are all looked for as far back."""
    return {"datastreams": list(datastreams), "since": [since] * len(datastreams), "earliest": since}


def question_each(since: Mapping[int, datetime]) -> dict[str, Any]:
    """The same where each series is looked for as far back as is said of it; there is at least one."""
    return {"datastreams": list(since), "since": list(since.values()), "earliest": min(since.values())}


def found(rows: Collection[tuple[int, datetime, float, int]]) -> dict[int, Value]:
    """What the query found, by datastream."""
    return {datastream_id: Value(time, value, quality) for datastream_id, time, value, quality in rows}
