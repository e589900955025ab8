"""QARTOD test 7, rate of change: a value that rose or fell faster than what it measures can.

    rate = | x(n) − x(p) | / max( t(n) − t(p), 300 s )                     in the property's unit per hour
    suspect (3)  rate > suspect
    fail (4)     rate > fail

x(p) is the last value before x(n) that is no spike (test 6, suspect or failed), at most `longest_step_s` before it:
what returns to where it was before a spike has not changed. A value after a longer pause is not tested.

Over seconds, waves and an instrument's own noise are a great rate; they do not grow with time, so that shorter steps
count as five minutes. The manual's threshold is three standard deviations of the last 25 hours, for tides. Here it is
fixed: a deviation of calm days would flag the beginning of every surge.

Source: IOOS, Manual for Real-Time Quality Control of Water Level Data, version 2.1, 2021, test 7.
"""

from collections.abc import Container, Iterator, Sequence
from math import ceil
from typing import Final

from plietsch.ingest.qartod import spike
from plietsch.ingest.qartod.values import Flags, Point, Reach, beyond
from plietsch.platform.device_types.specification import Spike, Threshold

NAME: Final = "rate_of_change"
# As often as our nodes measure, and as FloodNet's filter says its limit: a change over less is a wave's.
SHORTEST_STEP_S: Final = 300
_HOUR_S: Final = 3600


def reach(limits: Threshold, spikes: Spike | None) -> Reach:
    """As far as the value before may lie, and whatever makes a spike of one in between."""
    around = spike.reach(spikes) if spikes else Reach(0, 0)
    return Reach(ceil(limits.longest_step_s) + around.before_s, around.after_s)


def test(found: Sequence[Point], limits: Threshold, spikes: Container[int] = ()) -> Flags:
    """The points that changed too fast; `spikes` are the places of those that are spikes."""
    return beyond(_rates(found, limits.longest_step_s, spikes), limits)


def _rates(found: Sequence[Point], longest_step_s: float, spikes: Container[int]) -> Iterator[tuple[int, float]]:
    before: Point | None = None
    for place, each in enumerate(found):
        if before and each.time_s - before.time_s <= longest_step_s:
            step_s = max(each.time_s - before.time_s, SHORTEST_STEP_S)
            yield place, abs(each.result - before.result) / step_s * _HOUR_S
        if place not in spikes:
            before = each
