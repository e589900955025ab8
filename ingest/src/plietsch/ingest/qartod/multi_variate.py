"""QARTOD test 9, multi-variate: a value whose instrument is beyond what it is made for, as another channel says.

    suspect (3)  y(t) ≥ at_least                        y: the other channel in the same reading, in its property's unit

Of the same reading is the value nearest in time, within five seconds. Where there is none that can be tested, the test
says nothing. Its flag of arrival counts, not what later tests say of it: so the test reaches no further than that.

Source: IOOS, Manual for Real-Time Quality Control of Water Level Data, version 2.1, 2021, test 9.
"""

from collections.abc import Sequence
from typing import Final

from plietsch.ingest.qartod.values import ROUNDING, SAME_READING_S, Flags, Point, nearest
from plietsch.ingest.quality import Quality
from plietsch.platform.device_types.specification import MultiVariate

NAME: Final = "multi_variate"


def test(found: Sequence[Point], limits: MultiVariate, other: Sequence[Point]) -> Flags:
    """The points in whose reading the `other` channel, in the order of time, is that high."""
    times_s = [each.time_s for each in other]

    def is_beyond(here: Point) -> bool:
        place = nearest(times_s, here.time_s, SAME_READING_S)
        return place is not None and other[place].result >= limits.at_least - ROUNDING

    return {place: Quality.SUSPECT for place, here in enumerate(found) if is_beyond(here)}
