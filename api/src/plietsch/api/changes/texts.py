"""A change as JSON: the same in an answer, in a stream of events, and as a row."""

from typing import Any

import msgspec

from plietsch.api.changes.model import Change, Series


def members(change: Change) -> dict[str, Any]:
    """A change by the names of its members."""
    return {
        "station": station_of(change.series),
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


def station_of(series: Series) -> str | None:
    """The station's code, where it may be named."""
    return series.station if series.is_public else None


def as_json(change: Change) -> bytes:
    """A change as a JSON object."""
    return msgspec.json.encode(members(change))
