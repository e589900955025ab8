"""The shape of the newest values, for the OpenAPI document, and an example."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from plietsch.api.documents import Document
from plietsch.api.stations.documents import FRESHNESS, QUALITY, Freshness


class LatestValue(Document):
    station: str = Field(examples=["flensburg-suedermarkt"])
    property: str = Field(examples=["pm2_5"])
    method: str = Field(description="`raw`, or the name and version of what it is computed by.", examples=["raw"])
    value: float = Field(description="In `unit`.", examples=[12.3])
    unit: str = Field(description="UCUM", examples=["ug/m3"])
    time: datetime = Field(
        description="When it was measured; of an index, when its hour began.", examples=["2026-05-01T12:05:00Z"]
    )
    quality: Literal[1, 2, 3] = Field(description=QUALITY, examples=[1])
    freshness: Freshness = Field(description=FRESHNESS, examples=["fresh"])
    longitude: float = Field(description="Of the station's public place, WGS 84.", examples=[9.43681])
    latitude: float = Field(description="Likewise.", examples=[54.78291])
    datastream: int = Field(description="The id of its datastream, for good.", examples=[17])
    distance_m: int = Field(
        0, description="From `near` to the public place, in metres; only where `near` is given.", examples=[740]
    )


class LatestValues(Document):
    latest: list[LatestValue]
    next: str | None = Field(description="The address of the next page; null on the last one.", examples=[None])


EXAMPLE: dict[str, Any] = {
    "latest": [
        {
            "station": "flensburg-suedermarkt",
            "property": "pm2_5",
            "method": "raw",
            "value": 12.3,
            "unit": "ug/m3",
            "time": "2026-05-01T12:05:00Z",
            "quality": 1,
            "freshness": "fresh",
            "longitude": 9.43681,
            "latitude": 54.78291,
            "datastream": 17,
        }
    ],
    "next": None,
}
EXAMPLE_CSV = (
    "station,property,method,value,unit,time,quality,freshness,longitude,latitude,datastream\r\n"
    "flensburg-suedermarkt,pm2_5,raw,12.3,ug/m3,2026-05-01T12:05:00Z,1,fresh,9.43681,54.78291,17\r\n"
)
