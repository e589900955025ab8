"""Rain in mm: `rain-difference/1`, what fell since the reading before; `rain-sum/1`, what fell in an hour or a day.

What a gauge has counted since it was new goes up by what fell since the reading before. It is rain of the later one's
time, as a node speaks when it rains; where the two lie further apart than a node is ever silent, nobody knows when it
fell: no result, flag 9, unless the count is 0. Counts that are missing or failed their tests are left out: what they
would have added, the next one adds.

A count never goes back. Where one does, the counter has begun anew, and what it then counts is rain; or it was misread,
and comes back at once to where it was: that is none. It came back at once where it rises by more than it had counted
since it fell.

Where one rises and soon falls back, though not below what was counted before, it was misread the other way: that rise
is no rain either, and the counts after it are held against those before it. A count of 0 says nothing of that, as it
is where a counter begins anew, too.

What rose by more than can fall in that time is suspect, or no rain at all (flag 4): its number stays to be seen, and no
sum takes it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final

from plietsch.ingest.qartod.values import Reach, Value
from plietsch.ingest.quality import Quality
from plietsch.ingest.series.pointwise import is_usable

# A node sends when it rains, and otherwise hourly: one such frame may be lost on its way. What a longer pause adds fell
# at a time that nobody knows.
LONGEST_PAUSE_S: Final = 8_100
# How far back counts are known that a misread one comes back to.
REMEMBERED_S: Final = 6 * 3600
# How far the counts lie around one that decide on its rain: those before it, how far each of these is held against
# earlier ones, and the next ones, which may take a rise back.
REACH: Final = Reach(2 * REMEMBERED_S, LONGEST_PAUSE_S)
# The line below which the world's greatest falls of rain lie: 422 mm · (hours ^ 0.475) (WMO-No. 168, Guide to
# Hydrological Practices; Galmarini, Steyn, Ainslie 2004, doi:10.1002/joc.1022). A fifth of it is ours: 26 mm in five
# minutes, 84 mm in an hour, 382 mm in a day; Germany's record of a day is 312 mm (DWD, Zinnwald-Georgenfeld, 2002).
RECORD_OF_AN_HOUR_MM: Final = 422.0
RECORD_EXPONENT: Final = 0.475
SUSPECT_PART: Final = 0.2
# Counts may come seconds apart, and the first of them may bring what another one should have.
_SHORTEST_S: Final = 300
_DECIMALS: Final = 4  # a tip is often 0.2794 mm (a hundredth of an inch, and a tenth more)


def differences(counts: Sequence[Value], mm_of_one: float, since_s: float, before_s: float) -> list[Value]:
    """The rain of each count from `since_s` on, before `before_s`, of one gauge's counts in the order of time."""
    usable = [count for count in counts if is_usable(count)]
    times = [count.time_s for count in usable]
    taken_back = [_is_taken_back(usable, times, n) for n in range(len(usable))]
    return [
        _difference(
            [usable[n] for n in range(bisect_left(times, times[place] - REMEMBERED_S), place) if not taken_back[n]],
            usable[place],
            mm_of_one,
            taken_back[place],
        )
        for place in range(bisect_left(times, since_s), bisect_left(times, before_s))
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


def flag_of(fell_mm: float, passed_s: float) -> Quality:
    """How far to believe that so much fell in a time."""
    most_mm = RECORD_OF_AN_HOUR_MM * (max(passed_s, _SHORTEST_S) / 3600) ** RECORD_EXPONENT
    if fell_mm > most_mm:
        return Quality.FAIL
    return Quality.SUSPECT if fell_mm > SUSPECT_PART * most_mm else Quality.GOOD


def _is_taken_back(counts: Sequence[Value], times: Sequence[int], place: int) -> bool:
    """Whether a count is higher than a later one that is not below what was counted earlier."""
    later = bisect_right(times, times[place] + LONGEST_PAUSE_S)
    lower = [fell for each in counts[place + 1 : later] if 0 < (fell := _counted(each)) < _counted(counts[place])]
    if not lower:
        return False
    earlier = counts[bisect_left(times, times[place] - REMEMBERED_S) : place]
    return any(0 < _counted(each) <= max(lower) for each in earlier)


def _counted(count: Value) -> float:
    return count.result or 0.0


def _difference(before: Sequence[Value], count: Value, mm_of_one: float, is_taken_back: bool) -> Value:
    counted = _counted(count)
    if not before or count.time_s - before[-1].time_s > LONGEST_PAUSE_S:
        known = counted == 0
        return Value(count.time_s, 0.0 if known else None, count.flag if known else Quality.MISSING)
    flag = max(count.flag, before[-1].flag)
    if is_taken_back:
        return Value(count.time_s, 0.0, flag)
    fell_mm = round(added(counted, [_counted(each) for each in before]) * mm_of_one, _DECIMALS)
    return Value(count.time_s, fell_mm, max(flag, flag_of(fell_mm, count.time_s - before[-1].time_s)))


def _sum(rain: Sequence[Value]) -> Value:
    fell = [each.result for each in rain if is_usable(each)]
    if len(fell) < len(rain):
        return Value(rain[-1].time_s, None, Quality.MISSING)
    total = sum(each for each in fell if each is not None)
    return Value(rain[-1].time_s, round(total, _DECIMALS), max(each.flag for each in rain))
