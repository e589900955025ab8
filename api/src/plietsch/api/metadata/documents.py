"""The shape of a metadata document, for the OpenAPI document; what a resource knows besides is free."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from plietsch.api.documents import Source

_TIME = "2026-05-01T12:05:00Z"


class Column(BaseModel):
    name: str = Field(examples=["value"])
    type: Literal["time", "date", "boolean", "integer", "number", "text", "array or object"] = Field(
        examples=["number"]
    )
    description: str = Field(examples=["What was measured; null where there is no value."])
    unit: str | None = Field(description="UCUM", examples=["ug/m3"])
    unit_symbol: str | None = Field(examples=["µg/m³"])
    decimals: int | None = Field(description="How many a number is written with at most.", examples=[1])


class Flag(BaseModel):
    flag: Literal[1, 2, 3, 4, 9] = Field(examples=[1])
    name: str = Field(examples=["good"])
    description: str = Field(examples=["It passed every test that it was put to."])


class Format(BaseModel):
    format: str = Field(examples=["csv"])
    media_type: str = Field(examples=["text/csv"])
    href: str = Field(examples=["https://sensors.example/api/v1/observations.csv"])


class Metadata(BaseModel):
    """What the rows of an answer mean, whose they are, and how to cite them: `format=metadata`, or `.metadata.json`."""

    model_config = ConfigDict(extra="allow")

    title: str = Field(examples=["Observations"])
    description: str
    address: str = Field(description="Where the rows are.", examples=["https://sensors.example/api/v1/observations"])
    accessed_at: datetime = Field(examples=[_TIME])
    complete_to: str | None = Field(
        description="The place in the order of commits that the rows are complete to: a cursor of `changes`; "
        "null of rows that are not read from the observations.",
        examples=["5f0c2a9e-90210-4711"],
    )
    columns: list[Column]
    quality_flags: list[Flag] = Field(description="What the values of `quality` mean, where there are any.")
    licences: list[dict[str, object]] = Field(
        description="Each licence, with the stations that it holds for; none where rows are of no station."
    )
    stations: dict[str, Source] = Field(description="Those of the rows, by code.")
    citation: dict[str, object] = Field(
        description="How to cite the rows, as text and by its parts. Its address leads back to them: a span that ended "
        "when it was asked for ends then, and of observations it says what they were complete to."
    )
    formats: list[Format] = Field(description="The same rows in other formats.")
    documentation: dict[str, str] = Field(examples=[{"openapi": "/api/v1/openapi.json", "developers": "/developers"}])
