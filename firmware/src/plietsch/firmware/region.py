"""The region file: what `plietsch device import` needs to know of simulated stations."""

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plietsch.firmware import identity, writing

if TYPE_CHECKING:  # places say which kind of station stands there
    from plietsch.firmware.places.place import Gauge

FORMAT = "plietsch-region/1"
GRID_M = 100
FINE_DUST, WATER_LEVEL, RAIN = "fine-dust", "water-level", "rain"
SINCE = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
MARGIN_DEGREES = 0.1

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Region:
    """A region with its names by language and its bounding box (west, south, east, north)."""

    code: str
    name: dict[str, str]
    bbox: tuple[float, float, float, float]
    timezone: str


@dataclass(frozen=True, slots=True)
class Station:
    """A simulated station: where it stands, what it is made of, and under which licence its data stands.

    `kind` is that of its node, and `node` what that is configured with beyond its defaults; `height_m` is how far the
    instrument hangs above ground, or above the gauge's zero. A tip of a rain gauge is `rain_tip_mm`.
    """

    code: str
    name: str
    longitude: float
    latitude: float
    elevation_m: float | None
    municipality_key: str | None
    sensors: tuple[str, ...]
    battery: bool
    interval_s: int
    licence: str
    attribution: str
    since: datetime.datetime
    description: str = ""
    kind: str = FINE_DUST
    height_m: float = 2.5
    gauge: "Gauge | None" = None
    rain_tip_mm: float | None = None
    node: Mapping[str, int] = field(default_factory=dict[str, int])

    def json(self) -> Json:
        """Return the station as the region file says it."""
        return {
            "code": self.code,
            "name": self.name,
            "description": self.description,
            "municipality_key": self.municipality_key,
            "longitude": self.longitude,
            "latitude": self.latitude,
            "elevation_m": self.elevation_m,
            "grid_m": GRID_M,
            "simulated": True,
            "licence": self.licence,
            "attribution": self.attribution,
            "device": {
                "dev_eui": identity.dev_eui(self.code),
                "type": f"plietsch-{self.kind}",
                "sensors": list(self.sensors),
                "battery": self.battery,
                "interval_s": self.interval_s,
            },
            "deployment": {
                "phase": "installed",
                "since": self.since.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "height_m": self.height_m,
                "direction_deg": None,
                **self._scale(),
            },
            **({"gauge": self.gauge.json()} if self.gauge else {}),
        }

    def _scale(self) -> Json:
        """Return by what ingest computes a level from a distance, and rain from tips."""
        scale: Json = {}
        if self.gauge:
            scale["gauge_zero_distance_m"] = self.gauge.gauge_zero_distance_m
            scale["gauge_zero_nhn_m"] = self.gauge.gauge_zero_nhn_m
        if self.rain_tip_mm is not None:
            scale["rain_tip_mm"] = self.rain_tip_mm
        return scale


FLENSBURG = Region(
    code="flensburg",
    name={
        "de": "Flensburg, Schleswig-Flensburg und Nordfriesland",
        "da": "Flensborg, Slesvig-Flensborg og Nordfrisland",
        "en": "Flensburg, Schleswig-Flensburg and North Frisia",
    },
    bbox=(8.2, 54.3, 10.1, 55.1),
    timezone="Europe/Berlin",
)


def replayed(stations: Sequence[Station]) -> Region:
    """Return the region around the stations of a replay."""
    longitudes, latitudes = [s.longitude for s in stations], [s.latitude for s in stations]
    box = (min(longitudes), min(latitudes), max(longitudes), max(latitudes))
    margins = (-MARGIN_DEGREES, -MARGIN_DEGREES, MARGIN_DEGREES, MARGIN_DEGREES)
    west, south, east, north = (round(edge + margin, 3) for edge, margin in zip(box, margins, strict=True))
    return Region(
        code="replay",
        name={"de": "Wiedergabe", "da": "Gengivelse", "en": "Replay"},
        bbox=(west, south, east, north),
        timezone="UTC",
    )


def write(path: Path, region: Region, stations: Sequence[Station]) -> None:
    """Write the region file, and make its folder. Raises FileUnwritable."""
    content = {
        "format": FORMAT,
        "region": {
            "code": region.code,
            "name": region.name,
            "bbox": list(region.bbox),
            "timezone": region.timezone,
        },
        "operator": {"code": "plietsch-demo", "name": "plietsch demo", "url": None},
        "stations": [station.json() for station in stations],
    }
    with writing.into(path):
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
