"""A gauge as a drawing to scale: the instrument, the water below it, and the gauge's zero."""

from dataclasses import dataclass

from plietsch.dashboards.journey import computed
from plietsch.dashboards.journey.facts import Facts
from plietsch.dashboards.journey.telling import Telling
from plietsch.ingest.series import level
from plietsch.platform import methods

# In the units of the drawing: where the instrument's underside is, and how long the longest distance below it is drawn.
TOP = 26
_LENGTH = 190
_LEVELS = (methods.GAUGE_ZERO, methods.GAUGE_ZERO_SOUND)


@dataclass(frozen=True)
class Gauge:
    """Heights in the drawing, from its top; and what is written beside them."""

    water: int
    zero: int
    distance: str
    above_zero: str
    level: str

    @property
    def bottom(self) -> int:
        """Where the drawing ends."""
        return max(self.water, self.zero) + 34


def of(facts: Facts, tell: Telling) -> Gauge | None:
    """The drawing of a water level; None of anything else, where a number is missing, and where one was corrected."""
    distance_mm, zero_m = computed.distance_mm(facts), facts.value.gauge_zero_distance_m
    if facts.value.method not in _LEVELS or distance_mm is None or zero_m is None or not computed.holds(facts):
        return None
    zero_mm = zero_m * 1000
    scale = _LENGTH / max(zero_mm, distance_mm)
    return Gauge(
        TOP + round(distance_mm * scale),
        TOP + round(zero_mm * scale),
        tell.amount(distance_mm, "mm", 0),
        tell.amount(zero_mm, "mm"),
        tell.amount(level.water_level_cm(distance_mm, zero_m), "cm", 1),
    )
