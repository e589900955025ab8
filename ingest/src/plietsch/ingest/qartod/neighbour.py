"""QARTOD test 11, neighbor: a value far from what other stations around measure at that time.

    suspect (3)  | x(t) − median( y₁, y₂, … ) | > suspect                  in the property's unit

Each station within `radius_km` gives one value: the one nearest in time, the earlier of two, within `within_s`. Fewer
than `least` of them say nothing. Their flags of arrival count, not what later tests say of them: one that is stuck or
drifts does not move a median, and stations do not hang on one another in a circle.

Source: IOOS, Manual for Real-Time Quality Control of Water Level Data, version 2.1, 2021, test 11.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Final

from plietsch.ingest.qartod.values import ROUNDING, Flags, Point
from plietsch.ingest.quality import Quality
from plietsch.platform.device_types.specification import Neighbour

NAME: Final = "neighbour"


def test(found: Sequence[Point], limits: Neighbour, stations: Sequence[Sequence[Point]]) -> Flags:
    """The points that lie far from those of other `stations`, each in the order of time."""
    if len(stations) < limits.least:
        return {}
    return {place: Quality.SUSPECT for place, each in enumerate(found) if _is_far(each, limits, stations)}


def _is_far(here: Point, limits: Neighbour, stations: Sequence[Sequence[Point]]) -> bool:
    around = list(_nearest(here.time_s, limits.within_s, stations))
    return len(around) >= limits.least and abs(here.result - median(around)) > limits.suspect + ROUNDING


def _nearest(time_s: int, within_s: float, stations: Sequence[Sequence[Point]]) -> Iterator[float]:
    for station in stations:
        after = bisect_left(station, time_s, key=lambda each: each.time_s)
        near = station[max(after - 1, 0) : after + 1]
        nearest = min(near, key=lambda each: abs(each.time_s - time_s), default=None)
        if nearest and abs(nearest.time_s - time_s) <= within_s:
            yield nearest.result
