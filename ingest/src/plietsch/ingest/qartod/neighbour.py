"""QARTOD test 11, neighbor: a value far from what other stations around measure at that time.

    suspect (3)  | x(t) − median( y₁, y₂, … ) | > suspect                  in the property's unit

Each station within `radius_km` gives one value: the one nearest in time, the earlier of two, within `within_s`. Fewer
than `least` of them say nothing. Their flags of arrival count, not what later tests say of them: one that is stuck or
drifts does not move a median, and stations do not hang on one another in a circle.

Source: IOOS, Manual for Real-Time Quality Control of Water Level Data, version 2.1, 2021, test 11.
"""

from collections.abc import Sequence
from statistics import median
from typing import Final

from plietsch.ingest.qartod.values import ROUNDING, Flags, Point, Usable, nearest
from plietsch.ingest.quality import Quality
from plietsch.platform.device_types.specification import Neighbour

NAME: Final = "neighbour"


def test(found: Sequence[Point], limits: Neighbour, stations: Sequence[Usable]) -> Flags:
    """The points that lie far from those of other `stations`."""
    if len(stations) < limits.least:
        return {}

    def is_far(here: Point) -> bool:
        around = [
            results[place]
            for times_s, results in stations
            if (place := nearest(times_s, here.time_s, limits.within_s)) is not None
        ]
        return len(around) >= limits.least and abs(here.result - median(around)) > limits.suspect + ROUNDING

    return {place: Quality.SUSPECT for place, here in enumerate(found) if is_far(here)}
