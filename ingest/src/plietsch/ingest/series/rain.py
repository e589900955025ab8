"""Rain in mm: `rain-difference/1`, what fell since the reading before; `rain-sum/1`, what fell in an hour or a day.

What a gauge has counted since it was new goes up by what fell since the reading before. It is rain of the later one's
time, as a node speaks when it rains; where the two lie further apart than a node is ever silent, nobody knows when it
fell: no result, flag 9, unless the count is 0. Counts that are missing or failed their tests are left out: what they
would have added, the next one adds.

A count never goes back. Where one does, the counter has begun anew, and what it then counts is rain; or it was misread,
and comes back at once to where it was: that is none. It came back at once where it rises by more than it had counted
since it fell.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final

from plietsch.ingest.qartod.values import Value
from plietsch.ingest.quality import Quality
from plietsch.ingest.series.pointwise import is_usable

# A node sends when it rains, and otherwise hourly: one such frame may be lost on its way. What a longer pause adds fell
# at a time that nobody knows.
LONGEST_PAUSE_S: Final = 8_100
# How far back counts are known that a misread one comes back to.
REMEMBERED_S: Final = 6 * 3600
_DECIMALS: Final = 4  # a tip is often 0.2794 mm (a hundredth of an inch, and a tenth more)


def differences(counts: Sequence[Value], mm_of_one: float, since_s: float, before_s: float) -> list[Value]:
    """The rain of each count from `since_s` on, before `before_s`, of one gauge's counts in the order of time."""
    usable = [count for count in counts if is_usable(count)]
    times = [count.time_s for count in usable]
    return [
        _difference(usable[bisect_left(times, times[n] - REMEMBERED_S) : n], usable[n], mm_of_one)
        for n in range(bisect_left(times, since_s), bisect_left(times, before_s))
    ]


def sums(rain: Sequence[Value], span_s: int, since_s: float, before_s: float) -> list[Value]:
    """What fell in the span up to each value of `rain` from `since_s` on, before `before_s`; nobody knows it where one
    of its values is not known."""
    times = [value.time_s for value in rain]
    return [
        _sum(rain[bisect_right(times, times[n] - span_s) : n + 1])
        for n in range(bisect_left(times, since_s), bisect_left(times, before_s))
    ]


def added(count: float, before: Sequence[float]) -> float:
    """What a count adds to those before it, one at least, oldest first.

    A rise back to the highest of them, larger than all that was counted since the drop, only undoes it: what is more
    than the highest is rain.
    """
    peak = max(before)
    low = min(before[before.index(peak) :])
    if count >= peak and count - before[-1] > before[-1] - low:
        return count - peak
    return max(0.0, count - before[-1])


def _difference(before: Sequence[Value], count: Value, mm_of_one: float) -> Value:
    counted = count.result or 0.0
    if not before or count.time_s - before[-1].time_s > LONGEST_PAUSE_S:
        known = counted == 0
        return Value(count.time_s, 0.0 if known else None, count.flag if known else Quality.MISSING)
    fell = added(counted, [each.result or 0.0 for each in before])
    return Value(count.time_s, round(fell * mm_of_one, _DECIMALS), max(count.flag, before[-1].flag))


def _sum(rain: Sequence[Value]) -> Value:
    fell = [each.result for each in rain if is_usable(each)]
    if len(fell) < len(rain):
        return Value(rain[-1].time_s, None, Quality.MISSING)
    total = sum(each for each in fell if each is not None)
    return Value(rain[-1].time_s, round(total, _DECIMALS), max(each.flag for each in rain))
