"""Trends: whether a quantity rises or falls, by a slope that single wrong values do not bend.

Theil-Sen estimator: the median of the slopes between all pairs of points (P. K. Sen, Estimates of the regression
coefficient based on Kendall's tau, Journal of the American Statistical Association 63, 1968). Up to 29 % of the points
may be arbitrarily wrong.
"""

import itertools
import statistics
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

Direction = Literal["rising", "falling", "steady"]
# (Unix seconds, value)
Point = tuple[float, float]

_HOUR_S = 3600
# From so few points, and from less than half an hour, nobody can say where something goes.
_FEWEST = 3
_SHORTEST_S = 1800
# All pairs of more points take longer than a page should; so many, evenly chosen, say the same.
_MOST = 60
# By quantity, what is steady: less than the instrument's own noise and the weather's flicker, per hour.
STEADY_PER_HOUR = {
    "pm2_5": 2.0,
    "pm10": 3.0,
    "water_level": 2.0,
    "temperature": 0.4,
    "humidity": 2.0,
    "pressure": 0.4,
    "distance": 20.0,
}


class Trend(NamedTuple):
    """Where something goes, and how fast, in its unit per hour."""

    direction: Direction
    per_hour: float


def of(points: Sequence[Point], steady_per_hour: float) -> Trend | None:
    """The trend of some points in the order of time; None where they are too few to tell."""
    if len(points) < _FEWEST or points[-1][0] - points[0][0] < _SHORTEST_S:
        return None
    slopes = list(_slopes(_thinned(points)))
    if not slopes:
        return None
    per_hour = statistics.median(slopes) * _HOUR_S
    if abs(per_hour) < steady_per_hour:
        return Trend("steady", per_hour)
    return Trend("rising" if per_hour > 0 else "falling", per_hour)


def _slopes(points: Sequence[Point]) -> Iterable[float]:
    for (before_s, before), (after_s, after) in itertools.combinations(points, 2):
        if after_s > before_s:
            yield (after - before) / (after_s - before_s)


def _thinned(points: Sequence[Point]) -> Sequence[Point]:
    """Some of the points, the first and the last among them."""
    if len(points) <= _MOST:
        return points
    step = (len(points) - 1) / (_MOST - 1)
    return [points[round(number * step)] for number in range(_MOST)]
