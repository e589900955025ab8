"""The shapes of the answers about stations, for the OpenAPI document; the tests hold every answer against them."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from plietsch.api.documents import Document, Operator, Point, Sensor, StationGauge
from plietsch.api.stations import kinds

_TIME = "2026-05-01T12:05:00Z"
Freshness = Literal["fresh", "late", "silent"]
FRESHNESS = (
    "What a newest value's age says of now: `fresh` up to 75 minutes or three of its device's intervals, `late` up to "
    "a day or eight intervals, then `silent`. An index tells of its hour, so its age counts from the hour's end."
)
QUALITY = "QARTOD: 1 good, 2 not evaluated, 3 suspect."


class Latest(Document):
    value: float = Field(description="In `unit`.", examples=[12.3])
    unit: str = Field(description="UCUM", examples=["ug/m3"])
    unit_symbol: str = Field(examples=["µg/m³"])
    time: datetime = Field(description="When it was measured; of an index, when its hour began.", examples=[_TIME])
    quality: Literal[1, 2, 3] = Field(description=QUALITY, examples=[1])
    method: str = Field(description="`raw`, or the name and version of what it is computed by.", examples=["raw"])
    freshness: Freshness = Field(description=FRESHNESS, examples=["fresh"])


class Index(Document):
    value: int = Field(
        ge=1, le=6, description="The class: 1 is the best; the European index has 6, the German one 5.", examples=[2]
    )
    time: datetime = Field(description="When its hour began.", examples=["2026-05-01T11:00:00Z"])
    version: str = Field(description="Which index' bands, of which year.", examples=["eaqi-2024/1"])
    quality: Literal[1, 2, 3] = Field(description=QUALITY, examples=[1])
    freshness: Freshness = Field(description=FRESHNESS, examples=["fresh"])


class StationDatastream(Document):
    id: int = Field(description="The same as in SensorThings; it stays.", examples=[17])
    property: str = Field(examples=["pm2_5"])
    sensor: Sensor
    unit: str = Field(description="UCUM", examples=["ug/m3"])
    unit_symbol: str = Field(examples=["µg/m³"])
    method: str = Field(description="`raw`, or the name and version of what it is computed by.", examples=["raw"])
    by_default: bool = Field(description="Whether it is meant where nobody names a method.", examples=[True])
    latest: Latest | None = Field(description="Its newest value that did not fail; null where there is none.")


class StationProperties(Document):
    name: str = Field(examples=["Flensburg, Südermarkt"])
    description: str = Field(examples=[""])
    region: str = Field(examples=["flensburg"])
    municipality_key: str | None = Field(
        description="Amtlicher Gemeindeschlüssel; null outside Germany.", examples=["01001000"]
    )
    operator: Operator
    licence: str = Field(description="SPDX identifier", examples=["CC0-1.0"])
    attribution: str = Field(examples=["plietsch demo"])
    simulated: bool = Field(description="Whether the values are simulated.", examples=[True])
    kind: kinds.Kind = Field(description="What it is, by what it measures.", examples=["air"])
    grid_m: int = Field(description="The public place is the centre of a grid cell of so many metres.", examples=[100])
    since: datetime | None = Field(description="Since when it is installed.", examples=["2026-01-01T00:00:00Z"])
    freshness: Freshness = Field(description="That of the freshest of its values.", examples=["fresh"])
    index: dict[Literal["aqi_eu", "aqi_de"], Index] = Field(
        description="The air-quality index of the newest hour, European and German: indicative, of fine dust alone. "
        "Empty where no fine dust is measured."
    )
    latest: dict[str, Latest] = Field(
        description="By property, the newest value that did not fail; what has none is left out."
    )


class StationListProperties(StationProperties):
    # Absent where it was not asked for.
    distance_m: int = Field(
        0, description="From `near` to the public place, in metres; only where `near` is given.", examples=[740]
    )


class StationDetails(StationProperties):
    datastreams: list[StationDatastream]
    gauge: StationGauge | None = Field(description="What its `water_level` means; null where there is none.")
    links: dict[str, str] = Field(
        description="Where to go on: `self`, its `observations` and `latest` values, its `metadata`, a picture of its "
        "chart, its page in German, Danish and English.",
        examples=[{"self": "/api/v1/stations/flensburg-suedermarkt"}],
    )


class StationFeature(Document):
    type: Literal["Feature"]
    id: str = Field(description="The station's code.", examples=["flensburg-suedermarkt"])
    geometry: Point
    properties: StationListProperties


class StationDetailsFeature(Document):
    type: Literal["Feature"]
    id: str = Field(description="The station's code.", examples=["flensburg-suedermarkt"])
    geometry: Point
    properties: StationDetails


class StationCollection(Document):
    type: Literal["FeatureCollection"]
    features: list[StationFeature]
    next: str | None = Field(description="The address of the next page; null on the last one.", examples=[None])
