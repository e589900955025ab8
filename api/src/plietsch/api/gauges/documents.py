"""The shapes of gauges as answers, for the OpenAPI document; as JSON, and as rows."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import Field

from plietsch.api.documents import Document, GaugeLevel, GaugeName, Point
from plietsch.api.formats import Source
from plietsch.api.gauges.listing import Newest, Row, State
from plietsch.api.gauges.model import Level
from plietsch.api.listings.answers import FLAG, NUMBER, TEXT, TIME, WHOLE, Column
from plietsch.platform import methods
from plietsch.platform.trends import Trend

_TIME = datetime(2026, 5, 1, 12, 5, tzinfo=UTC)
_RANKS = (1, 2, 3, 4)
# Centimetres an hour are told as levels are; a slope of points has no more.
_DECIMALS = 1


class LatestLevel(Document):
    level_cm: float = Field(description="Above the gauge's zero, in cm.", examples=[612.3])
    time: datetime = Field(description="When it was measured.", examples=["2026-05-01T12:05:00Z"])
    quality: Literal[1, 2, 3] = Field(description="QARTOD: 1 good, 2 not evaluated, 3 suspect.", examples=[1])
    method: str = Field(examples=["gauge-zero/1"])
    freshness: Literal["fresh", "late", "silent"] = Field(
        description="`fresh` tells of now; of `late` a reading or more is missing; `silent` says nothing any more.",
        examples=["fresh"],
    )
    rank: int | None = Field(
        description="That of the highest level reached, 0 below all of them; null where the gauge has no levels.",
        examples=[1],
    )
    name: GaugeName | None = Field(description="Of the highest level reached; null below all of them.")


class LevelTrend(Document):
    direction: Literal["rising", "falling", "steady"] = Field(examples=["rising"])
    cm_per_hour: float = Field(description="Median of the slopes of the last hour or two (Theil-Sen).", examples=[7.4])


class Gauge(Document):
    station: str = Field(description="The code of its station.", examples=["flensburg-pegel"])
    name: str = Field(examples=["Flensburg, Hafen"])
    region: str = Field(examples=["flensburg"])
    geometry: Point
    grid_m: int = Field(description="The public place is the centre of a grid cell of so many metres.", examples=[100])
    water: GaugeName = Field(description="What the water is called, as it follows “The water of”.")
    zero_nhn_m: float | None = Field(description="The gauge's zero above NHN (DHHN2016), in metres.", examples=[-5.0])
    mean_level_cm: float | None = Field(description="Above the gauge's zero.", examples=[500])
    levels: list[GaugeLevel] = Field(description="The gauge's own levels, lowest first.")
    latest: LatestLevel | None = Field(description="The newest level of the last 30 days that did not fail.")
    trend: LevelTrend | None = Field(description="null where too few values say where the water goes.")
    simulated: bool = Field(description="Whether its values are simulated.", examples=[True])
    licence: str = Field(description="SPDX identifier", examples=["CC0-1.0"])
    attribution: str = Field(examples=["plietsch demo"])
    links: dict[str, str] = Field(examples=[{"station": "/api/v1/stations/flensburg-pegel"}])


class Gauges(Document):
    gauges: list[Gauge]
    next: str | None = Field(description="The next page; null on the last.", examples=[None])


def source(each: State) -> Source:
    """Whose a gauge is."""
    row = each.row
    return Source(row.station, row.name, row.licence, row.attribution, row.simulated)


def document(each: State) -> dict[str, Any]:
    """A gauge as JSON has it."""
    row = each.row
    return {
        "station": row.station,
        "name": row.name,
        "region": row.region,
        "geometry": {"type": "Point", "coordinates": [row.longitude, row.latitude]},
        "grid_m": row.grid_m,
        "water": row.water,
        "zero_nhn_m": row.zero_nhn_m,
        "mean_level_cm": row.mean_level_cm,
        "levels": each.levels,
        "latest": _latest(each),
        "trend": _trend(each.trend),
        "simulated": row.simulated,
        "licence": row.licence,
        "attribution": row.attribution,
        "links": {
            "self": f"/api/v1/gauges/{row.station}",
            "station": f"/api/v1/stations/{row.station}",
            "observations": f"/api/v1/observations?station={row.station}&property=water_level",
        },
    }


def _latest(each: State) -> dict[str, Any] | None:
    if each.newest is None:
        return None
    return {**each.newest._asdict(), "rank": each.rank, "name": each.reached.name if each.reached else None}


def _trend(trend: Trend | None) -> dict[str, Any] | None:
    return trend and {"direction": trend.direction, "cm_per_hour": round(trend.per_hour, _DECIMALS)}


def _of_level(rank: int) -> Callable[[State], float | None]:
    return lambda each: next((level.level_cm for level in each.levels if level.rank == rank), None)


def _of_newest(member: str) -> Callable[[State], Any]:
    return lambda each: getattr(each.newest, member) if each.newest else None


def _name(language: str) -> Callable[[State], str | None]:
    return lambda each: each.reached.name.get(language) if each.reached else None


def _water(language: str) -> Callable[[State], str | None]:
    return lambda each: each.row.water.get(language)


_CM = "cm"
DESCRIPTION = "Where a device hangs at a gauge now: the gauge's zero, its own levels, the newest level, where it goes."
COLUMNS: Sequence[Column[State]] = (
    Column("station", TEXT, "The code of its station.", lambda each: each.row.station),
    Column("name", TEXT, "The station's name.", lambda each: each.row.name),
    Column("region", TEXT, "The region's code.", lambda each: each.row.region),
    Column("longitude", NUMBER, "Of the public place (WGS 84).", lambda each: each.row.longitude, "deg", 6),
    Column("latitude", NUMBER, "Of the public place (WGS 84).", lambda each: each.row.latitude, "deg", 6),
    Column("grid_m", WHOLE, "The place is the centre of a cell of so many metres.", lambda each: each.row.grid_m, "m"),
    *(Column(f"water_{code}", TEXT, "What the water is called.", _water(code)) for code in ("de", "da", "en")),
    Column("zero_nhn_m", NUMBER, "The gauge's zero above NHN (DHHN2016).", lambda each: each.row.zero_nhn_m, "m", 3),
    Column("mean_level_cm", NUMBER, "Above the gauge's zero.", lambda each: each.row.mean_level_cm, _CM, 1),
    *(Column(f"level_{rank}_cm", NUMBER, f"Its level of rank {rank}.", _of_level(rank), _CM, 1) for rank in _RANKS),
    Column("level_cm", NUMBER, "The newest level above the gauge's zero.", _of_newest("level_cm"), _CM, 1),
    Column("time", TIME, "When it was measured.", _of_newest("time")),
    Column("quality", WHOLE, "QARTOD: 1 good, 2 not evaluated, 3 suspect.", _of_newest("quality")),
    Column("method", TEXT, "How the level came about.", _of_newest("method")),
    Column("freshness", TEXT, "fresh, late or silent.", _of_newest("freshness")),
    Column("rank", WHOLE, "That of the highest level reached; 0 below all.", lambda each: each.rank),
    *(Column(f"level_{code}", TEXT, "The highest level reached.", _name(code)) for code in ("de", "da", "en")),
    Column("trend", TEXT, "rising, falling or steady.", lambda each: each.trend.direction if each.trend else None),
    Column(
        "cm_per_hour",
        NUMBER,
        "How fast it rises; negative: falls.",
        lambda each: round(each.trend.per_hour, _DECIMALS) if each.trend else None,
        "cm/h",
        _DECIMALS,
    ),
    Column("simulated", FLAG, "Whether its values are simulated.", lambda each: each.row.simulated),
    Column("licence", TEXT, "SPDX identifier.", lambda each: each.row.licence),
    Column("attribution", TEXT, "Whom to name.", lambda each: each.row.attribution),
)

_LEVEL = Level(600, 1, {"de": "erhöht", "da": "forhøjet", "en": "raised"}, "Bundesamt für Seeschifffahrt")
SHOWN = State(
    row=Row(
        station="flensburg-pegel",
        name="Flensburg, Hafen",
        region="flensburg",
        longitude=9.4357,
        latitude=54.7876,
        grid_m=100,
        water={"de": "der Flensburger Förde", "da": "Flensborg Fjord", "en": "the Flensburg Fjord"},
        zero_nhn_m=-5.0,
        mean_level_cm=500.0,
        levels=[],
        simulated=True,
        licence="CC0-1.0",
        attribution="plietsch demo",
        series=[],
    ),
    levels=[_LEVEL],
    newest=Newest(612.3, _TIME, 1, methods.GAUGE_ZERO, "fresh"),
    reached=_LEVEL,
    trend=Trend("rising", 7.4),
)
