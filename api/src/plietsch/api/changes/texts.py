"""A change as a row: the same members as JSON and as columns."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pyarrow as pa

from plietsch.api.changes.model import Change
from plietsch.api.formats import column

_TIME = pa.timestamp("us", tz="UTC")
_WORD = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema([
    column("station", _WORD, "The station's code; null where nothing of the station is public any more."),
    column("property", _WORD, "The observed property's code."),
    column("method", _WORD, "`raw`, or the name and version of a correction."),
    column("datastream", pa.int32(), "The series: with `time` the key of an observation, whatever it is called later."),
    column("time", _TIME, "When it was measured; null where a span of time is deleted."),
    column("value", pa.float64(), "In the property's unit; null where there is none."),
    column("quality", pa.int8(), "QARTOD: 1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing; null where deleted."),
    column("written_at", _TIME, "When the transaction began that changed it."),
    column("cause", _WORD, "Why it changed: ingest, judge, reprocess or deployment."),
    column("deleted", pa.bool_(), "Whether there is nothing at `time`, or from `from` to `until`, any more."),
    column("from", _TIME, "Where a span is deleted, its beginning, inclusive; null: from the first one on."),
    column("until", _TIME, "Where a span is deleted, its end, exclusive; null: up to the last one."),
])  # fmt: skip


def members(change: Change) -> dict[str, Any]:
    """A change by the names of the columns."""
    return {
        "station": change.series.station,
        "property": change.series.property,
        "method": change.series.method,
        "datastream": change.series.datastream_id,
        "time": change.time,
        "value": change.value,
        "quality": change.quality,
        "written_at": change.written_at,
        "cause": change.cause,
        "deleted": change.deleted,
        "from": change.since,
        "until": change.until,
    }


def as_json(change: Change) -> bytes:
    """A change as a JSON object."""
    return msgspec.json.encode(members(change))


def as_batch(changes: Sequence[Change]) -> pa.RecordBatch:
    """Changes as rows."""
    return pa.RecordBatch.from_pylist([members(change) for change in changes], schema=SCHEMA)
