"""QARTOD test 8, flat line: values that stay the same for longer than what they measure ever does.

    suspect (3)  x(n) lies in a stretch of values with  max − min ≤ tolerance,  t(last) − t(first) ≥ suspect_after_s
    fail (4)     likewise, ≥ fail_after_s

No pause within a stretch is longer than `longest_step_s`: nobody knows what was in between. The manual counts values;
here time counts, as nodes measure more often when the water rises.

The manual flags the value that completes the count, and leaves the ones before as they are. Here the whole stretch is
flagged as soon as it is known to be one, the first value as the last: who looks at a level later, or computes a mean of
the day, must not find hours of a stuck instrument among what is good. So a flag may be revised until `fail_after_s`
have passed, or a value differs.

Source: IOOS, Manual for Real-Time Quality Control of Water Level Data, version 2.1, 2021, test 8.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from math import ceil
from typing import Final

from plietsch.ingest.qartod.values import ROUNDING, Flags, Point, Reach, chains
from plietsch.ingest.quality import Quality
from plietsch.platform.device_types.specification import FlatLine

NAME: Final = "flat_line"


def reach(limits: FlatLine) -> Reach:
    """The longest stretch that must be seen, and the step by which it may go beyond that."""
    longest_s = max(limits.suspect_after_s or 0.0, limits.fail_after_s or 0.0)
    furthest_s = ceil(longest_s + limits.longest_step_s) if longest_s else 0
    return Reach(furthest_s, furthest_s)


def test(found: Sequence[Point], limits: FlatLine) -> Flags:
    """The points that lie in a flat line."""
    stretches = [
        stretch
        for chain in chains(found, limits.longest_step_s)
        for stretch in _stretches(found, chain, limits.tolerance + ROUNDING)
    ]
    suspect = _lasting(found, stretches, limits.suspect_after_s)
    failed = _lasting(found, stretches, limits.fail_after_s)
    return dict.fromkeys(suspect, int(Quality.SUSPECT)) | dict.fromkeys(failed, int(Quality.FAIL))


def _stretches(found: Sequence[Point], chain: range, tolerance: float) -> Iterator[range]:
    """For each place of a chain the longest stretch that ends there and stays within the tolerance."""
    # Places of which no later one has a higher (a lower) result: the first of them is the stretch's highest (lowest).
    highest, lowest = deque[int](), deque[int]()
    first = chain.start
    for last in chain:
        result = found[last].result
        while highest and found[highest[-1]].result <= result:
            highest.pop()
        while lowest and found[lowest[-1]].result >= result:
            lowest.pop()
        highest.append(last)
        lowest.append(last)
        while found[highest[0]].result - found[lowest[0]].result > tolerance:
            first = min(highest[0], lowest[0]) + 1
            for extremes in (highest, lowest):
                if extremes[0] < first:
                    extremes.popleft()
        yield range(first, last + 1)


def _lasting(found: Sequence[Point], stretches: Sequence[range], after_s: float | None) -> Iterator[int]:
    """The places in stretches that last that long, each once."""
    if after_s is None:
        return
    seen = 0
    for stretch in stretches:
        if found[stretch[-1]].time_s - found[stretch.start].time_s >= after_s:
            yield from range(max(stretch.start, seen), stretch.stop)
            seen = stretch.stop
