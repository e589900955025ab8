"""What tests are run on: values with their times, and what lies beside them. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import inf, isfinite
from typing import Final, NamedTuple

from plietsch.ingest.quality import Quality
from plietsch.platform.device_types.specification import Threshold

# By so much may a difference of decimals be off in binary; far below the finest resolution there is (0.01).
ROUNDING: Final = 1e-7

# A node reads its instruments one after another. What lies no further apart is of one reading, also where it has a
# second for each instrument, as in Sensor.Community's archive; no node measures as often as every ten seconds.
SAME_READING_S: Final = 5

# What no property measures in its unit, by a factor of a million at least: a maker's object may say any number that a
# double holds, and the square or the sum of some is none that one holds any more.
LARGEST: Final = 1e12

# What a test finds: the flags of the points that did not pass, by their places in the sequence.
Flags = dict[int, int]


class Value(NamedTuple):
    """A number of a datastream: Unix time in seconds, result in the property's unit, the flag it arrived with."""

    time_s: int
    result: float | None
    flag: int


class Point(NamedTuple):
    """A value that can be tested."""

    time_s: int
    result: float


class Reach(NamedTuple):
    """How far before and after a value those lie that decide on its flag, in seconds."""

    before_s: int
    after_s: int


class Usable(NamedTuple):
    """The values of a series that can be tested, in the order of time: many others may be held against them."""

    times_s: Sequence[int]
    results: Sequence[float]

    @staticmethod
    def of(values: Iterable[Value]) -> "Usable":
        """What can be tested of values, in whatever order they are."""
        found = points(values)
        return Usable([each.time_s for each in found], [each.result for each in found])


class Beside(NamedTuple):
    """What lies beside a series, all with the flags of arrival: values of the device's other channels, by channel, in
    whatever order, and those of the same property at other stations."""

    channels: Mapping[str, Sequence[Value]] = {}
    neighbours: Sequence[Usable] = ()


def point(value: Value) -> Point | None:
    """A value as it can be tested; None where it has no result that can be reckoned with, or failed when it arrived."""
    if value.result is None or value.flag in (Quality.FAIL, Quality.MISSING) or not is_usable(value.result):
        return None
    return Point(value.time_s, value.result)


def is_usable(result: float) -> bool:
    """Whether it is a number that can be reckoned with."""
    return isfinite(result) and abs(result) < LARGEST


def points(values: Iterable[Value]) -> list[Point]:
    """What can be tested of values, in the order of time."""
    return sorted(found for found in map(point, values) if found)


def nearest(times_s: Sequence[int], time_s: int, within_s: float) -> int | None:
    """The place among times, in their order, of the one nearest to a time, the earlier of two; None where none is
    within so many seconds."""
    after = bisect_left(times_s, time_s)
    earlier_s = time_s - times_s[after - 1] if after else inf
    later_s = times_s[after] - time_s if after < len(times_s) else inf
    if min(earlier_s, later_s) > within_s:
        return None
    return after - 1 if earlier_s <= later_s else after


def chains(found: Sequence[Point], longest_step_s: float) -> list[range]:
    """The places of points that follow one another without a pause longer than that."""
    ends = (
        place
        for place, (before, after) in enumerate(pairwise(found), 1)
        if after.time_s - before.time_s > longest_step_s
    )
    return [range(start, end) for start, end in pairwise([0, *ends, len(found)]) if start < end]


def beyond(sizes: Iterable[tuple[int, float]], threshold: Threshold) -> Flags:
    """The flags of the places whose number lies beyond a threshold."""
    found: Flags = {}
    for place, size in sizes:
        if threshold.fail is not None and size > threshold.fail + ROUNDING:
            found[place] = Quality.FAIL
        elif threshold.suspect is not None and size > threshold.suspect + ROUNDING:
            found[place] = Quality.SUSPECT
    return found


def widest(reaches: Iterable[Reach]) -> Reach:
    """How far somebody looks who looks as far as all of these."""
    both = [*reaches, Reach(0, 0)]
    return Reach(max(each.before_s for each in both), max(each.after_s for each in both))
