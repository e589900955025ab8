"""What a summary is made of: the newest of each place's air, water and rain, and how the network fares.

Values and no texts, so that the sentence and the tiles are pure functions of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from plietsch.dashboards.scales import Level
from plietsch.platform.trends import Trend


@dataclass(frozen=True)
class Air:
    """The worst fine dust of a place: its value in µg/m³, and the rank of its class in the European index.

    In air that `is_humid` the instrument counts droplets, too.
    """

    place: str
    station: str
    quantity: str
    value: float
    rank: int
    is_humid: bool = False


@dataclass(frozen=True)
class Water:
    """A gauge: its name, the name of its water as the sentence needs it, its level and where that goes.

    `mean_cm` and `level_cm` are above the gauge's zero; `levels` are its own, lowest first. A gauge that is `tidal`
    rises and falls twice a day.
    """

    station: str
    name: str
    water: str
    level_cm: float
    mean_cm: float | None
    levels: Sequence[Level]
    trend: Trend | None
    tidal: bool = False

    @property
    def reached(self) -> Level | None:
        """The highest of its own levels that it has reached."""
        return next((level for level in reversed(self.levels) if self.level_cm >= level.level_cm), None)

    @property
    def rank(self) -> int:
        """The rank of that level, 0 below all of them."""
        return self.reached.rank if self.reached else 0

    @property
    def above_mean_cm(self) -> float | None:
        """How far above the mean level it stands."""
        return None if self.mean_cm is None else self.level_cm - self.mean_cm

    @property
    def share(self) -> float:
        """How far it has come from the mean level (0) to the first of its own ones (1); 0 where nobody can say."""
        if self.above_mean_cm is None or self.mean_cm is None or not self.levels:
            return 0.0
        way_cm = self.levels[0].level_cm - self.mean_cm
        return self.above_mean_cm / way_cm if way_cm > 0 else 0.0

    @property
    def is_news(self) -> bool:
        """Whether the sentence speaks of it: at one of its own levels, or moving where no tide moves it."""
        moves = self.trend is not None and self.trend.direction != "steady"
        return self.rank > 0 or (moves and not self.tidal)


@dataclass(frozen=True)
class Rain:
    """What fell at a place in the hour before, in mm, and the rank of its class."""

    place: str
    station: str
    mm: float
    rank: int


@dataclass(frozen=True)
class Network:
    """How many stations there are, how many of them were heard in the hour before, by how many gateways, how often."""

    stations: int
    heard: int
    gateways: int
    frames: int


@dataclass(frozen=True)
class Facts:
    """All of it, the air and the rain a place once, by its worst station; what says nothing of now is left out."""

    air: Sequence[Air]
    water: Sequence[Water]
    rain: Sequence[Rain]
    network: Network
    has_gauges: bool = False
    has_rain_gauges: bool = False
