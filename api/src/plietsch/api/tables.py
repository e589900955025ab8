"""Observations as CSV (RFC 4180: CRLF, a header line), piece by piece."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime

from plietsch.api.observations import Aggregate, Observation, Page

MEDIA_TYPE = "text/csv"
RAW_COLUMNS = ("station", "property", "method", "unit", "time", "value", "quality", "simulated")
AGGREGATE_COLUMNS = (
    "station", "property", "method", "unit", "time", "count", "mean", "min", "max", "last", "simulated",
)  # fmt: skip
_ROWS_A_PIECE = 1000


def pieces(page: Page, columns: tuple[str, ...]) -> Iterator[bytes]:
    """The page's lines, the header first, some at a time."""
    yield _lines([columns])
    for first in range(0, len(page.observations), _ROWS_A_PIECE):
        some = page.observations[first : first + _ROWS_A_PIECE]
        yield _lines([_cells(each, page) for each in some])


def _cells(each: Observation | Aggregate, page: Page) -> tuple[object, ...]:
    key = (each.station, each.property, each.method, page.units[each.property].unit, text_of(each.time))
    simulated = "true" if page.stations[each.station].simulated else "false"
    if isinstance(each, Observation):
        return *key, each.value, each.quality, simulated
    return *key, each.count, each.mean, each.min, each.max, each.last, simulated


def text_of(time: datetime) -> str:
    """A moment in UTC as JSON answers write it, too."""
    return time.isoformat().replace("+00:00", "Z")


def _lines(rows: list[tuple[object, ...]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue().encode()
