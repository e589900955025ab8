"""The shapes of datastreams as answers, for the OpenAPI document; as JSON, and as rows."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import Field

from plietsch.api.datastreams.listing import Datastream as Found
from plietsch.api.documents import Document, Sensor
from plietsch.api.formats import Source
from plietsch.api.listings.answers import FLAG, TEXT, TIME, WHOLE, Column
from plietsch.platform import methods

_FIRST, _LAST = "2026-01-01T00:05:00Z", "2026-05-01T12:05:00Z"


class Datastream(Document):
    id: int = Field(description="Stays the same for good.", examples=[17])
    station: str = Field(examples=["flensburg-suedermarkt"])
    station_name: str = Field(examples=["Flensburg, Südermarkt"])
    region: str = Field(examples=["flensburg"])
    property: str = Field(examples=["pm2_5"])
    method: str = Field(
        description="`raw`, or the name and version of a correction; another version is another datastream.",
        examples=["kappa-koehler/1"],
    )
    method_description: str = Field(
        description="What the method is.",
        examples=["without the water that particles take up in humid air (κ-Köhler, Crilley et al. 2018)"],
    )
    sensor: Sensor
    unit: str = Field(description="UCUM", examples=["ug/m3"])
    unit_symbol: str = Field(examples=["µg/m³"])
    decimals: int = Field(description="Of the values.", examples=[1])
    by_default: bool = Field(description="Whether it is meant where nobody names a method.", examples=[True])
    active: bool = Field(description="Whether an installed device feeds it now.", examples=[True])
    interval_s: int = Field(description="How often its device is meant to measure, in seconds.", examples=[300])
    first: datetime | None = Field(description="When something was measured first.", examples=[_FIRST])
    last: datetime | None = Field(description="When something was measured last.", examples=[_LAST])
    simulated: bool = Field(description="Whether its values are simulated.", examples=[True])
    licence: str = Field(description="SPDX identifier", examples=["CC0-1.0"])
    attribution: str = Field(examples=["plietsch demo"])
    links: dict[str, str] = Field(examples=[{"station": "/api/v1/stations/flensburg-suedermarkt"}])


class Datastreams(Document):
    datastreams: list[Datastream]
    next: str | None = Field(description="The next page; null on the last.", examples=[None])


DESCRIPTION = "Which series there are: one property, measured at one station by one model of instrument, by one method."
COLUMNS: Sequence[Column[Found]] = (
    Column("id", WHOLE, "The datastream's id, which stays the same for good.", lambda each: each.id),
    Column("station", TEXT, "The station's code.", lambda each: each.station),
    Column("station_name", TEXT, "The station's name.", lambda each: each.station_name),
    Column("region", TEXT, "The region's code.", lambda each: each.region),
    Column("property", TEXT, "What is measured.", lambda each: each.property),
    Column("method", TEXT, "raw, or the name and version of a correction.", lambda each: each.method),
    Column("method_description", TEXT, "What the method is.", lambda each: methods.DESCRIPTIONS.get(each.method, "")),
    Column("sensor", TEXT, "The instrument's model.", lambda each: each.sensor_model),
    Column("manufacturer", TEXT, "Who makes the instrument.", lambda each: each.sensor_manufacturer),
    Column("unit", TEXT, "The values' unit (UCUM).", lambda each: each.unit),
    Column("unit_symbol", TEXT, "The values' unit as people write it.", lambda each: each.unit_symbol),
    Column("decimals", WHOLE, "How many decimals the values have.", lambda each: each.decimals),
    Column("by_default", FLAG, "Whether it is meant where nobody names a method.", lambda each: each.by_default),
    Column("active", FLAG, "Whether an installed device feeds it now.", lambda each: each.is_fed),
    Column("interval_s", WHOLE, "How often its device is meant to measure.", lambda each: each.interval_s, "s"),
    Column("first", TIME, "When something was measured first.", lambda each: each.first),
    Column("last", TIME, "When something was measured last.", lambda each: each.last),
    Column("simulated", FLAG, "Whether its values are simulated.", lambda each: each.simulated),
    Column("licence", TEXT, "SPDX identifier.", lambda each: each.licence),
    Column("attribution", TEXT, "Whom to name.", lambda each: each.attribution),
)


def source(each: Found) -> Source:
    """Whose a datastream is."""
    return Source(each.station, each.station_name, each.licence, each.attribution, each.simulated)


def document(each: Found) -> dict[str, Any]:
    """A datastream as JSON has it."""
    series = {"station": each.station, "property": each.property, "method": each.method}
    return {
        "id": each.id,
        "station": each.station,
        "station_name": each.station_name,
        "region": each.region,
        "property": each.property,
        "method": each.method,
        "method_description": methods.DESCRIPTIONS.get(each.method, ""),
        "sensor": {"model": each.sensor_model, "manufacturer": each.sensor_manufacturer},
        "unit": each.unit,
        "unit_symbol": each.unit_symbol,
        "decimals": each.decimals,
        "by_default": each.by_default,
        "active": each.is_fed,
        "interval_s": each.interval_s,
        "first": each.first,
        "last": each.last,
        "simulated": each.simulated,
        "licence": each.licence,
        "attribution": each.attribution,
        "links": {
            "self": f"/api/v1/datastreams/{each.id}",
            "station": f"/api/v1/stations/{each.station}",
            "property": f"/api/v1/properties/{each.property}",
            "observations": f"/api/v1/observations?{urlencode(series, safe='/')}",
        },
    }


SHOWN = Found(
    id=17,
    station="flensburg-suedermarkt",
    station_name="Flensburg, Südermarkt",
    region="flensburg",
    property="pm2_5",
    method=methods.KAPPA_KOEHLER,
    sensor_model="SDS011",
    sensor_manufacturer="Nova Fitness",
    unit="ug/m3",
    unit_symbol="µg/m³",
    decimals=1,
    by_default=True,
    is_fed=True,
    interval_s=300,
    first=datetime(2026, 1, 1, 0, 5, tzinfo=UTC),
    last=datetime(2026, 5, 1, 12, 5, tzinfo=UTC),
    simulated=True,
    licence="CC0-1.0",
    attribution="plietsch demo",
)
