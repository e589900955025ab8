"""The shapes of changes as answers, for the OpenAPI document; as JSON, and as rows."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import Field

from plietsch.api.changes import texts
from plietsch.api.changes.model import Change as Found
from plietsch.api.changes.model import Series
from plietsch.api.documents import Document
from plietsch.api.listings.answers import FLAG, NUMBER, TEXT, TIME, WHOLE, Column

_CURSOR = "5f0c2a9e-90210-4711"
_MEASURED, _WRITTEN = datetime(2026, 5, 1, 12, 5, tzinfo=UTC), datetime(2026, 5, 1, 12, 5, 3, tzinfo=UTC)
_SERIES = Series(17, "flensburg", "flensburg-suedermarkt", True, "pm2_5", "raw")


class Change(Document):
    station: str | None = Field(
        description="Null where nothing of the station is public any more.", examples=["flensburg-suedermarkt"]
    )
    property: str = Field(examples=["pm2_5"])
    method: str = Field(description="`raw`, or the name and version of a correction.", examples=["raw"])
    datastream: int = Field(description="With `time` the key of an observation, for good.", examples=[17])
    time: datetime | None = Field(
        description="When it was measured; null where a span is deleted.", examples=[_MEASURED]
    )
    value: float | None = Field(description="In the property's unit; null where there is none.", examples=[12.3])
    quality: Literal[1, 2, 3, 4, 9] | None = Field(
        description="QARTOD: 1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing; null where deleted.", examples=[1]
    )
    written_at: datetime = Field(description="When the transaction began that changed it.", examples=[_WRITTEN])
    cause: Literal["ingest", "judge", "reprocess", "deployment"] = Field(
        description="Why it changed: it was heard; values around it told; it was decoded anew; a device was mounted "
        "elsewhere, otherwise or no longer.",
        examples=["ingest"],
    )
    deleted: bool = Field(
        description="There is nothing at `time` any more or, where that is null, in the series between `from` and "
        "`until`.",
        examples=[False],
    )
    from_: datetime | None = Field(
        alias="from", description="Of a span that is deleted, inclusive; null: all before.", examples=[None]
    )
    until: datetime | None = Field(
        description="Of a span that is deleted, exclusive; null: all after.", examples=[None]
    )


class Changes(Document):
    changes: list[Change]
    next: str = Field(description="What comes next, now or later.", examples=[f"/api/v1/changes?cursor={_CURSOR}"])
    cursor: str = Field(description="The same place for other addresses, as of `live`.", examples=[_CURSOR])
    more: bool = Field(description="Whether something comes next already.", examples=[False])


DESCRIPTION = (
    "What was written, in the order of commit: each observation that was touched, as it is now, at least once."
)
COLUMNS: Sequence[Column[Found]] = (
    Column(
        "station",
        TEXT,
        "The station's code; null where nothing of it is public any more.",
        lambda each: texts.station_of(each.series),
    ),
    Column("property", TEXT, "What is measured.", lambda each: each.series.property),
    Column("method", TEXT, "raw, or the name and version of a correction.", lambda each: each.series.method),
    Column(
        "datastream", WHOLE, "With time the key of an observation, for good.", lambda each: each.series.datastream_id
    ),
    Column("time", TIME, "When it was measured; null where a span is deleted.", lambda each: each.time),
    Column("value", NUMBER, "In the property's unit; null where there is none.", lambda each: each.value),
    Column(
        "quality", WHOLE, "QARTOD: 1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing.", lambda each: each.quality
    ),
    Column("written_at", TIME, "When the transaction began that changed it.", lambda each: each.written_at),
    Column("cause", TEXT, "Why it changed: ingest, judge, reprocess or deployment.", lambda each: each.cause),
    Column("deleted", FLAG, "Whether there is nothing there any more.", lambda each: each.deleted),
    Column("from", TIME, "Of a span that is deleted, inclusive; null: all before.", lambda each: each.since),
    Column("until", TIME, "Of a span that is deleted, exclusive; null: all after.", lambda each: each.until),
)
SHOWN = Found(_SERIES, _WRITTEN, "ingest", _MEASURED, 12.3, 1)


def document(changes: Sequence[Found], next_: str, cursor: str, *, more: bool) -> dict[str, Any]:
    """A page as its JSON document."""
    return {"changes": [texts.members(each) for each in changes], "next": next_, "cursor": cursor, "more": more}


SHOWN_DOCUMENT = document([SHOWN], f"/api/v1/changes?cursor={_CURSOR}", _CURSOR, more=False)
