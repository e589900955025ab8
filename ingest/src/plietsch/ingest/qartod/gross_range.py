"""QARTOD test 4, gross range: a value beyond what is plausible.

    suspect (3)  x < lowest  or  x > highest          in the property's unit

`Limits.suspect_range` is the operator's range of the manual (WL_MIN, WL_MAX), narrower than what the instrument can
measure at all: a value beyond that failed when it arrived (SENSOR_MIN, SENSOR_MAX; `plietsch.ingest.quality`).
Source: IOOS, Manual for Real-Time Quality Control of Water Level Data, version 2.1, 2021, test 4.
"""

from collections.abc import Sequence

from plietsch.ingest.qartod.values import ROUNDING, Flags, Point
from plietsch.ingest.quality import Quality
from plietsch.platform.device_types.specification import Span

NAME = "gross_range"


def test(found: Sequence[Point], plausible: Span) -> Flags:
    """The points that lie beyond what is plausible."""
    lowest, highest = plausible[0] - ROUNDING, plausible[1] + ROUNDING
    return {place: Quality.SUSPECT for place, each in enumerate(found) if not lowest <= each.result <= highest}
