"""QARTOD test 9, multi-variate: a value whose instrument is beyond what it is made for, as another channel says.

    suspect (3)  y(t) ≥ at_least                        y: the other channel of the same reading, in its property's unit

Where the other channel has no value of that reading that can be tested, the test says nothing. Its flag of arrival
counts, not what later tests say of it: so the reach stays that of one reading.

Source: IOOS, Manual for Real-Time Quality Control of Water Level Data, version 2.1, 2021, test 9.
"""

from collections.abc import Sequence
from typing import Final

from plietsch.ingest.qartod.values import ROUNDING, Flags, Point
from plietsch.ingest.quality import Quality
from plietsch.platform.device_types.specification import MultiVariate

NAME: Final = "multi_variate"


def test(found: Sequence[Point], limits: MultiVariate, other: Sequence[Point]) -> Flags:
    """The points in whose reading the `other` channel is that high."""
    high = {each.time_s for each in other if each.result >= limits.at_least - ROUNDING}
    return {place: Quality.SUSPECT for place, each in enumerate(found) if each.time_s in high}
