"""The shapes of annotations as answers, for the OpenAPI document; as JSON, and as rows."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from plietsch.api.annotations import calendar, texts
from plietsch.api.annotations.model import Annotation as Found
from plietsch.api.documents import Document
from plietsch.api.listings.answers import TEXT, TIME, Column

_LANGUAGES = ("de", "da", "en")


class During(Document):
    from_: datetime | None = Field(
        alias="from", description="null: before anybody knows.", examples=["2025-12-31T17:00:00Z"]
    )
    to: datetime | None = Field(
        description="Does not belong to it, but where it is the same as `from`: that is a moment. null: it lasts.",
        examples=["2026-01-01T05:00:00Z"],
    )


class Annotation(Document):
    kind: str = Field(
        description="`device-replaced`, `instruments-changed`, `remounted`, `gap`, `taken-down`, `station-moved`, "
        "`new-years-eve`, or a word that the operator chose.",
        examples=["new-years-eve"],
    )
    origin: Literal["deployment", "calendar", "entered"] = Field(
        description="Derived from how devices hung, computed from the calendar, or entered by the operator.",
        examples=["calendar"],
    )
    during: During
    text: dict[str, str] = Field(description="By language, at least in one of de, da and en.", examples=[{"en": "…"}])
    source: str = Field(description="Who says so.", examples=["calendar"])
    station: str | None = Field(description="null: of all stations of the region.", examples=[None])
    region: str | None = Field(description="null: of everywhere.", examples=["flensburg"])
    properties: list[str] = Field(description="Empty: of all.", examples=[["pm1", "pm10", "pm2_5", "pm4"]])


class Annotations(Document):
    from_: datetime = Field(alias="from", examples=["2025-05-01T00:00:00Z"])
    to: datetime = Field(examples=["2026-05-01T00:00:00Z"])
    annotations: list[Annotation]
    next: str | None = Field(description="The next page; null on the last.", examples=[None])


def document(each: Found) -> dict[str, Any]:
    """An annotation as JSON has it."""
    return {
        "kind": each.kind,
        "origin": each.origin,
        "during": {"from": each.during.start, "to": each.during.end},
        "text": each.text,
        "source": each.source,
        "station": each.station,
        "region": each.region,
        "properties": each.properties,
    }


def _text(language: str) -> Callable[[Found], str | None]:
    return lambda each: each.text.get(language)


DESCRIPTION = "What a reader of a time must know: devices replaced, mounted anew or away, stations moved, fireworks."
COLUMNS: Sequence[Column[Found]] = (
    Column("from", TIME, "Since when; nothing: before anybody knows.", lambda each: each.during.start),
    Column("to", TIME, "Until when; nothing: it lasts; as from: a moment.", lambda each: each.during.end),
    Column("kind", TEXT, "What it is.", lambda each: each.kind),
    Column("origin", TEXT, "deployment, calendar or entered.", lambda each: each.origin),
    Column("station", TEXT, "The station's code; nothing: all of the region.", lambda each: each.station),
    Column("region", TEXT, "The region's code; nothing: everywhere.", lambda each: each.region),
    Column("properties", TEXT, "With spaces between; nothing: all.", lambda each: " ".join(each.properties) or None),
    *(
        Column(f"text_{language}", TEXT, f"What is to be known ({language}).", _text(language))
        for language in _LANGUAGES
    ),
    Column("source", TEXT, "Who says so.", lambda each: each.source),
)

SHOWN = Found(
    kind=calendar.NEW_YEARS_EVE,
    origin="calendar",
    during=calendar.new_years_eve(2025, ZoneInfo("Europe/Berlin")),
    text=texts.NEW_YEARS_EVE,
    source="calendar",
    region="flensburg",
    properties=calendar.PARTICLES,
)
