"""The shapes of the answers, for the OpenAPI document: answers themselves are encoded without passing through these.

The tests hold every answer against them. Units stand with each value: `unit` is UCUM, `unit_symbol` what people write.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

_TIME = "2026-05-01T12:00:00Z"
_STATION = "flensburg-suedermarkt"


class Document(BaseModel):
    """An answer of this version has these members and no others; to programs nothing is said of others, for members
    are added (`describing_members.leave_open`)."""

    model_config = ConfigDict(extra="forbid")


class Operator(Document):
    code: str = Field(examples=["plietsch-demo"])
    name: str = Field(examples=["plietsch demo"])
    url: str | None = Field(examples=[None])


class Sensor(Document):
    model: str = Field(examples=["SDS011"])
    manufacturer: str = Field(examples=["Nova Fitness"])


class GaugeName(Document):
    de: str = Field(examples=["der Flensburger Förde"])
    da: str = Field(examples=["Flensborg Fjord"])
    en: str = Field(examples=["the Flensburg Fjord"])


class GaugeLevel(Document):
    level_cm: float = Field(description="Above the gauge's zero; what reaches it belongs to it.", examples=[600])
    rank: Literal[1, 2, 3, 4] = Field(description="How grave it is; what is below all levels has 0.", examples=[1])
    name: GaugeName
    source: str = Field(description="Who says so.", examples=["Bundesamt für Seeschifffahrt und Hydrographie"])


class StationGauge(Document):
    water: GaugeName = Field(description="What the water is called, as it follows “The water of”.")
    zero_nhn_m: float | None = Field(description="The gauge's zero above NHN (DHHN2016), in metres.", examples=[-5.0])
    mean_level_cm: float | None = Field(description="Above the gauge's zero.", examples=[500])
    levels: list[GaugeLevel] = Field(description="The gauge's own levels, lowest first.")


class Point(Document):
    type: Literal["Point"]
    coordinates: tuple[float, float] = Field(
        description="Longitude and latitude in degrees (WGS 84).", examples=[[9.43681, 54.78291]]
    )


class Observation(Document):
    station: str = Field(examples=[_STATION])
    property: str = Field(examples=["pm2_5"])
    method: str = Field(description="`raw`, or the name and version of a correction.", examples=["raw"])
    time: datetime = Field(description="When it was measured.", examples=[_TIME])
    value: float | None = Field(
        description="In the property's unit; null where the instrument failed or had none.", examples=[12.3]
    )
    quality: Literal[1, 2, 3, 4, 9] = Field(
        description="QARTOD: 1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing.", examples=[1]
    )
    datastream: int = Field(description="With `time` the key of an observation, for good.", examples=[17])


class Unit(Document):
    unit: str = Field(description="UCUM", examples=["ug/m3"])
    unit_symbol: str = Field(examples=["µg/m³"])


class Source(Document):
    name: str = Field(examples=["Flensburg, Südermarkt"])
    simulated: bool = Field(description="Whether its values are simulated.", examples=[True])
    licence: str = Field(description="SPDX identifier", examples=["CC0-1.0"])
    attribution: str = Field(examples=["plietsch demo"])


class Property(Document):
    code: str = Field(examples=["pm2_5"])
    name: str = Field(examples=["PM2.5"])
    description: str = Field(
        examples=["Mass of particles with an aerodynamic diameter of up to 2.5 µm in a volume of air."]
    )
    definition: str = Field(
        description="The IRI of its definition.",
        examples=[
            "http://vocab.nerc.ac.uk/standard_name/mass_concentration_of_pm2p5_ambient_aerosol_particles_in_air/"
        ],
    )
    unit: str = Field(description="UCUM", examples=["ug/m3"])
    unit_symbol: str = Field(examples=["µg/m³"])
    decimals: int = Field(description="Of the values.", examples=[1])
    spread_of: str | None = Field(
        description="Where it says how far the samples behind a value lay apart: the property of that value.",
        examples=[None],
    )
    default_method: str = Field(
        description="Of the series that is meant where nobody names a method: `raw`, or what it is computed by.",
        examples=["raw"],
    )


class Properties(Document):
    properties: list[Property]


class Links(Document):
    title: str = Field(examples=["plietsch"])
    links: dict[str, str] = Field(examples=[{"stations": "/api/v1/stations"}])


class Health(Document):
    status: Literal["ok", "unavailable"] = Field(examples=["ok"])
    database: Literal["ok", "unreachable", "not prepared"] = Field(examples=["ok"])
    observations_latest_at: datetime | None = Field(
        description="The newest time that was measured, of what was written last.", examples=[_TIME]
    )


class Problem(BaseModel):
    """RFC 9457."""

    type: str = Field(examples=["/developers#problem-station-unknown"])
    title: str = Field(examples=["There is no such station"])
    status: int = Field(examples=[404])
    detail: str = Field(description="What happened this time.", examples=["There is no station “nowhere”."])
    instance: str = Field(examples=["/api/v1/stations/nowhere"])
    hint: str | None = Field(
        None, description="What to do about it.", examples=["GET /api/v1/stations lists every station with its id."]
    )
    parameter: str | None = Field(None, description="Which parameter is meant.", examples=["station"])
    request_id: str = Field(
        description="What our logs call this request, also in the header `X-Request-Id`: name it when you ask us.",
        examples=["5f0c8a3e9b1d7c42"],
    )
