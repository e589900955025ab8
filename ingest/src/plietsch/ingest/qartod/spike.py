"""QARTOD test 6, spike: a value that stands out from those around it, which agree with one another.

    size = | x(n) − median( x(n−2), x(n−1), x(n), x(n+1), x(n+2) ) |       in the property's unit
    suspect (3)  size > suspect   and   size > share · | median |
    fail (4)     size > fail      likewise

The manual takes the mean of x(n−1) and x(n+1) for reference. That makes spikes of the two values beside a spike, and of
two spikes side by side it finds neither where they are alike. A median of five is none of the spikes as long as there
are no more than two; what rises or falls steadily is its own median, so that a surge or a cloud of smoke is no spike.

Where a pause longer than `longest_step_s` lies among the five, or the series begins or ends there, as many values count
on either side as are there on both: three in all give min(|x(n) − x(n−1)|, |x(n) − x(n+1)|) of a value that lies
above both or below both, and 0 of any other (as GTSPP tests it: IOC Manuals and Guides 22, 2010).
The first and the last value before and after a pause are not tested: nothing tells a spike from a step there. So a flag
stands when two values have come after it.

Source: IOOS, Manual for Real-Time Quality Control of Water Level Data, version 2.1, 2021, test 6; the median: Hampel,
J. Am. Stat. Assoc. 69 (1974), 383-393.
"""

from collections.abc import Iterator, Sequence
from math import ceil
from typing import Final

from plietsch.ingest.qartod.values import ROUNDING, Flags, Point, Reach, beyond, chains
from plietsch.platform.device_types.specification import Spike

NAME: Final = "spike"
# Values on either side: with two of them, two spikes in a row are still fewer than what they are held against.
_BESIDE: Final = 2


def reach(limits: Spike) -> Reach:
    """Two steps to either side."""
    furthest_s = _BESIDE * ceil(limits.longest_step_s)
    return Reach(furthest_s, furthest_s)


def test(found: Sequence[Point], limits: Spike) -> Flags:
    """The points that are spikes."""
    return beyond(_sizes(found, limits), limits)


def _sizes(found: Sequence[Point], limits: Spike) -> Iterator[tuple[int, float]]:
    for chain in chains(found, limits.longest_step_s):
        for place in chain:
            beside = min(_BESIDE, place - chain.start, chain.stop - 1 - place)
            median = sorted(each.result for each in found[place - beside : place + beside + 1])[beside]
            size = abs(found[place].result - median)
            if size > limits.share * abs(median) + ROUNDING:
                yield place, size
