"""Values as they are stored, with the flags that they came with and the tests that they did not pass."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from plietsch.ingest.database import Connection
from plietsch.ingest.judge.queries import QUERIES
from plietsch.ingest.judge.spans import Span, Spans

Tests = Mapping[str, int]


class Stored(NamedTuple):
    """A value: its quality is the worst of the flag that it came with and those of the tests that it did not pass."""

    result: float | None
    quality: int
    arrival: int
    tests: Tests | None = None  # None: it has no row in observation_test


# By second, in the order of time.
Window = dict[int, Stored]


def load(connection: Connection, spans: Spans) -> dict[int, Window]:
    """The values of datastreams within spans, which must not overlap."""
    parameters = asked(spans)
    windows: dict[int, Window] = {datastream_id: {} for datastream_id in spans}
    if not parameters["datastream_ids"]:
        return windows
    with connection.cursor(binary=True) as cursor:
        failed = {tuple(row[:2]): (row[2], row[3]) for row in cursor.execute(QUERIES["failed_tests"], parameters)}
        for datastream_id, time_s, result, quality in cursor.execute(QUERIES["values"], parameters):
            arrival, tests = failed.get((datastream_id, time_s), (quality, None))
            windows[datastream_id][time_s] = Stored(result, quality, arrival, tests)
    return windows


def extent(connection: Connection, spans: Spans) -> dict[int, list[Span]]:
    """The spans as far as there are values in them."""
    found: dict[int, list[Span]] = {}
    for datastream_id, first_s, last_s in connection.execute(QUERIES["extent"], asked(spans)):
        found.setdefault(datastream_id, []).append(Span(first_s, last_s))
    return found


def asked(spans: Spans) -> dict[str, list[int] | int]:
    """Spans as queries take them, with the bounds over all of them."""
    rows = list(_rows(spans))
    return {
        "datastream_ids": [row[0] for row in rows],
        "first_s": [row[1] for row in rows],
        "last_s": [row[2] for row in rows],
        "from_s": min((row[1] for row in rows), default=0),
        "to_s": max((row[2] for row in rows), default=0),
    }


def _rows(spans: Spans) -> Iterator[tuple[int, int, int]]:
    for datastream_id, found in spans.items():
        for span in found:
            yield datastream_id, span.first_s, span.last_s
