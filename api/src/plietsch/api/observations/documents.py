"""The shapes of answers to a question for observations, for the OpenAPI document."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from plietsch.api.documents import Document, Observation, Source, Unit
from plietsch.api.observations.buckets import Resolution

_TIME = "2026-05-01T12:00:00Z"


class Aggregate(Document):
    station: str = Field(examples=["flensburg-suedermarkt"])
    property: str = Field(examples=["pm2_5"])
    method: str = Field(description="`raw`, or the name and version of a correction.", examples=["raw"])
    time: datetime = Field(description="When the bucket begins.", examples=[_TIME])
    count: int = Field(description="How many values: those of quality 1 or 2, unless asked otherwise.", examples=[12])
    mean: float = Field(description="Rounded to one decimal more than the values have.", examples=[12.34])
    min: float = Field(description="The least, in the unit of the property.", examples=[11.9])
    max: float = Field(description="The most, in the unit of the property.", examples=[12.8])
    last: float = Field(description="The newest.", examples=[12.3])
    datastream: int = Field(description="With `time` the key of a row, for good.", examples=[17])


class WideRow(BaseModel):
    """Beside `time`, a number or null by the name of each column; `series` says what they are of."""

    model_config = ConfigDict(extra="allow")

    __pydantic_extra__: dict[str, float | None]  # pyright: ignore[reportIncompatibleVariableOverride] as pydantic has it
    time: datetime = Field(examples=[_TIME])


class Column(Document):
    station: str = Field(examples=["flensburg-suedermarkt"])
    property: str = Field(examples=["pm2_5"])
    method: str = Field(examples=["raw"])
    datastream: int = Field(description="Its number, for good: that of /api/v1/datastreams/{id}.", examples=[17])


class Observations(Document):
    from_: datetime = Field(alias="from", description="Belongs to the span.", examples=[_TIME])
    to: datetime = Field(description="Does not.", examples=["2026-05-01T13:00:00Z"])
    resolution: Resolution = Field(examples=["raw"])
    tz: str = Field(description="Whose days and months are meant (IANA).", examples=["UTC"])
    quality: list[Literal[1, 2, 3, 4, 9]] = Field(description="The quality flags that count.", examples=[[1, 2]])
    layout: Literal["long", "wide"] = Field(examples=["long"])
    complete_to: str = Field(
        description="What was written before this cursor of `changes` is in the answer, whatever came later may be.",
        examples=["90214-0"],
    )
    observations: list[Observation] | list[Aggregate] | list[WideRow]
    units: dict[str, Unit] = Field(
        description="By property.", examples=[{"pm2_5": {"unit": "ug/m3", "unit_symbol": "µg/m³"}}]
    )
    stations: dict[str, Source] = Field(description="Those of these observations, by code.")
    series: dict[str, Column] | None = Field(None, description="With `layout=wide`: the columns by name.")
    next: str | None = Field(description="The next page; null on the last, or without a limit.", examples=[None])
