"""What a scenario is: what it does to water, air and rain, and what fails in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from plietsch.firmware.nature.showers import Cell
from plietsch.firmware.places.place import Place, Site

DAY_S = 86_400

SILENT, STUCK, DRIFT, GATEWAY = "silent", "stuck", "drift", "gateway"
KINDS = (SILENT, STUCK, DRIFT, GATEWAY)


@dataclass(frozen=True, slots=True)
class Mishap:
    """Something fails from `from_s` to `to_s`, in seconds since the scenario began.

    kind      station             what
    silent    a station's code    it has no power
    stuck     a station's code    its instrument `model` repeats what it showed last
    drift     a station's code    `model` shows `share_a_day` more of `channels` each day; `Nature` says so already
    gateway   a gateway's id      it hears nothing and sends nothing
    """

    kind: str
    station: str
    from_s: float
    to_s: float
    model: str | None = None
    channels: tuple[str, ...] = ()
    share_a_day: float = 0.0

    def drifted(self, values: Mapping[str, float], s: float) -> Mapping[str, float]:
        """Return what a drifting instrument shows in place of `values`; the same where it does not drift."""
        if self.kind != DRIFT or not self.from_s <= s < self.to_s:
            return values
        factor = 1 + self.share_a_day * (s - self.from_s) / DAY_S
        return {channel: value * factor if channel in self.channels else value for channel, value in values.items()}


# Of a place (or a gauge's site) and the scenario's seconds.
OfPlace = Callable[[Place, float], float]
OfSite = Callable[[Site, float], float]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario by name: what is different from an ordinary day, as functions of a place and the scenario's seconds.

    They count from its beginning, or from the local midnight before it where `by_the_clock`, as what belongs to a time
    of day must; those of its mishaps always from its beginning. A day after `length_s` nothing is different any more.
    """

    name: str
    title: str
    summary: str
    length_s: float
    by_the_clock: bool = False
    level: OfSite | None = None
    wind: Callable[[float], float] | None = None
    factor: OfPlace | None = None
    dust: OfPlace | None = None
    humidity: OfPlace | None = None
    cells: Sequence[Cell] = ()
    mishaps: tuple[Mishap, ...] = ()

    def level_mm(self, harbour: Site, s: float) -> float:
        """Return how far above its mean the scenario puts the water of a gauge, without tide where there is one."""
        return self.level(harbour, s) if self.level else 0.0

    def grip(self, s: float) -> float:
        """Return how much the scenario's water takes the place of what the wind does on an ordinary day: 0 to 1."""
        return self.wind(s) if self.wind else 0.0

    def dust_factor(self, place: Place, s: float) -> float:
        """Return what the dust of an ordinary day is multiplied by."""
        return self.factor(place, s) if self.factor else 1.0

    def dust_ug_m3(self, place: Place, s: float) -> float:
        """Return the PM10 in µg/m³ that comes in addition."""
        return self.dust(place, s) if self.dust else 0.0

    def humidity_percent(self, place: Place, s: float) -> float:
        """Return the relative humidity in % that comes in addition."""
        return self.humidity(place, s) if self.humidity else 0.0

    def rain_mm(self, place: Place, s: float) -> float:
        """Return how much rain has fallen in addition since the beginning."""
        return sum(cell.fallen_mm(place.longitude, place.latitude, s) for cell in self.cells)
