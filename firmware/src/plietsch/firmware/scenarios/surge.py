"""The storm surge of October 2023: the water at Flensburg from the 18th to the 21st, after what was published.

Known: over the banks at about noon of the 19th, 1.20 to 1.35 m above the mean by its evening (NDR, 19 October 2023,
21:00); 1.99 m at 17:35 of the 20th (dpa), 2.27 m shortly before midnight, 1.42 m at 7:20 of the 21st (dpa); on the Als
Sound 2.10 m (Kegnæs Lokalarkiv); on the North Sea at Dagebüll 1.90 m below the mean low water of that day
(faehre.de). What lies between is drawn smoothly, what other gauges saw is estimated.
"""

import bisect
import itertools
from collections.abc import Sequence

from plietsch.firmware.places.place import Coast, Place, Site
from plietsch.firmware.scenarios.scenario import Scenario

HOUR_S = 3600.0
HOURS = 96.0
PEAK_MM = 2270.0
PEAK_H = 71 + 40 / 60
# (hours since the 18th, 0:00 local time; mm above the mean level)
AT_FLENSBURG = (
    (-48.0, 0.0),
    (0.0, -300.0),
    (12.0, -250.0),
    (24.0, 300.0),
    (30.0, 720.0),
    (36.0, 1060.0),
    (42.0, 1220.0),
    (45.0, 1290.0),
    (54.0, 1390.0),
    (60.0, 1640.0),
    (65 + 35 / 60, 1990.0),
    (69.0, 2190.0),
    (PEAK_H, PEAK_MM),
    (73.5, 2190.0),
    (76.0, 1860.0),
    (79 + 20 / 60, 1420.0),
    (84.0, 900.0),
    (90.0, 420.0),
    (HOURS, 180.0),
    (HOURS + 24, 0.0),
)
ON_THE_WEST_COAST = (
    (-48.0, 0.0),
    (0.0, 250.0),
    (14.0, 0.0),
    (36.0, -1000.0),
    (54.0, -1600.0),
    (62.0, -1900.0),
    (72.0, -1700.0),
    (80.0, -1000.0),
    (90.0, -250.0),
    (HOURS, 0.0),
    (HOURS + 24, 0.0),
)
BLEND_H = 6.0
BLOWN_AWAY = 0.4  # of the dust: a storm thins it

Knots = Sequence[tuple[float, float]]


class Course:
    """A curve through knots, never beyond them: cubic, monotone between each two (Fritsch and Butland 1984)."""

    def __init__(self, knots: Knots) -> None:
        self._x = [x for x, _ in knots]
        self._y = [y for _, y in knots]
        steps = [(y1 - y0) / (x1 - x0) for (x0, y0), (x1, y1) in itertools.pairwise(knots)]
        inner = [2 * a * b / (a + b) if a * b > 0 else 0.0 for a, b in itertools.pairwise(steps)]
        self._slopes = [0.0, *inner, 0.0]

    def at(self, x: float) -> float:
        """Return the value at `x`, that of the nearest end beyond the ends."""
        if not self._x[0] < x < self._x[-1]:
            return self._y[0] if x <= self._x[0] else self._y[-1]
        number = bisect.bisect_right(self._x, x) - 1
        width = self._x[number + 1] - self._x[number]
        share = (x - self._x[number]) / width
        rest = 1 - share
        ends = self._y[number] * (1 + 2 * share) * rest**2 + self._y[number + 1] * (1 + 2 * rest) * share**2
        slopes = self._slopes[number] * rest - self._slopes[number + 1] * share
        return ends + width * share * rest * slopes


BALTIC, NORTH_SEA = Course(AT_FLENSBURG), Course(ON_THE_WEST_COAST)
GRIP = Course(((0.0, 0.0), (BLEND_H, 1.0), (HOURS - BLEND_H, 1.0), (HOURS, 0.0)))


def _level_mm(harbour: Site, s: float) -> float:
    coast = harbour.gauge.course if harbour.gauge else None
    if not isinstance(coast, Coast):
        return 0.0
    if coast.wind < 0:
        return NORTH_SEA.at(s / HOUR_S)
    return coast.wind * BALTIC.at((s - coast.lag_s) / HOUR_S)


def _grip(s: float) -> float:
    return GRIP.at(s / HOUR_S)


def _thinned(_place: Place, s: float) -> float:
    return 1 - BLOWN_AWAY * _grip(s)


SURGE_2023 = Scenario(
    name="surge-2023",
    title="The storm surge of October 2023",
    summary=(
        "Three days of easterly wind lift the water of the Flensburg fjord to 2.27 m above its mean level, as from the "
        "18th to the 21st of October 2023; the Schlei follows hours later, and the west coast runs dry."
    ),
    length_s=HOURS * HOUR_S,
    level=_level_mm,
    wind=_grip,
    factor=_thinned,
)
