"""What stands where: a place, a gauge with its levels, and a site that has instruments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
# A text in German, Danish and English, by "de", "da" and "en".
Text = Mapping[str, str]

# What a node is made for.
FINE_DUST, WATER_LEVEL, RAIN = "fine-dust", "water-level", "rain"
EXAMPLE = "example"  # the source of a level that nobody has published


@dataclass(frozen=True, slots=True)
class Place:
    """A place in WGS 84; `municipality_key` is the eight-digit official key (AGS), None in Denmark.

    `town` is how much it is in the middle of a town: 0 in open country, 1 between busy streets and chimneys.
    """

    code: str
    name: str
    longitude: float
    latitude: float
    elevation_m: float
    municipality_key: str | None
    town: float = 0.4


@dataclass(frozen=True, slots=True)
class Coast:
    """How the sea moves at a gauge.

    `tide_mm` is half the range of a spring tide; `tide_at` when high water comes, as a share of the tide's period;
    `wind` the share of what easterly wind lifts the water by at Flensburg (negative where it carries the water away);
    `lag_s` how long after Flensburg.
    """

    tide_mm: float
    tide_at: float
    wind: float
    lag_s: float


@dataclass(frozen=True, slots=True)
class River:
    """How a small river answers rain: `rise` in mm for each mm that falls, `storage_s` of its two reservoirs each."""

    rise: float
    storage_s: float


@dataclass(frozen=True, slots=True)
class GaugeLevel:
    """A level of a gauge as its region names it: `rank` 1 to 4; `source` is where it is published, or EXAMPLE."""

    level_cm: int
    rank: int
    name: Text
    source: str = EXAMPLE

    def json(self) -> Json:
        """Return the level as the region file says it."""
        return {"level_cm": self.level_cm, "rank": self.rank, "name": dict(self.name), "source": self.source}


@dataclass(frozen=True, slots=True)
class Gauge:
    """A gauge: `water` is the water's name after "Das Wasser …", "Vandet i …", "The water of …".

    Levels are above the gauge's zero, which lies at `gauge_zero_nhn_m`; the instrument hangs `gauge_zero_distance_m`
    above it.
    """

    water: Text
    mean_level_cm: int
    gauge_zero_nhn_m: float
    gauge_zero_distance_m: float
    levels: tuple[GaugeLevel, ...]
    course: Coast | River

    @property
    def mean_mm(self) -> float:
        """The mean level in mm."""
        return self.mean_level_cm * 10.0

    @property
    def sensor_mm(self) -> float:
        """How far the instrument hangs above the gauge's zero, in mm."""
        return self.gauge_zero_distance_m * 1000

    def json(self) -> Json:
        """Return `stations[].gauge` of the region file."""
        return {
            "water": dict(self.water),
            "mean_level_cm": self.mean_level_cm,
            "levels": [level.json() for level in self.levels],
        }


@dataclass(frozen=True, slots=True)
class Site:
    """A place with a node of a `kind` (as in `region.Station`) and its instruments.

    `node` is what its node's configuration says beyond the defaults: where the tide rises faster than a surge does
    elsewhere, a reading whenever the water rises would be one every twenty seconds.
    """

    place: Place
    kind: str
    sensors: tuple[str, ...]
    gauge: Gauge | None = None
    rain_tip_mm: float | None = None
    node: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def code(self) -> str:
        """The code of its station."""
        return self.place.code
