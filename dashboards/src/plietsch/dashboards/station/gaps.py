"""Gaps: when a station said nothing, for chart and table alike."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

# A pause is a gap when it is so many times as long as the ones beside it: a station may change its pace.
_INTERVALS = 2.5
_NONE = timedelta(0)
_AN_INSTANT = timedelta(microseconds=1)


class Gap(NamedTuple):
    """Nothing was measured between these two moments."""

    since: datetime
    until: datetime


def of_moments(times: Sequence[datetime], since: datetime, until: datetime, shortest: timedelta) -> list[Gap]:
    """The gaps between values as measured, and at both ends of a span; none is shorter than `shortest`."""
    if not times:
        return _if_any(since, until)
    pauses = [later - earlier for earlier, later in pairwise(times)]
    around = [_NONE, *pauses, _NONE]
    between = [
        Gap(times[n], times[n + 1])
        for n, pause in enumerate(pauses)
        # around[n] is the pause before pauses[n], around[n + 2] the one after it.
        if pause > max(shortest, _INTERVALS * max(around[n], around[n + 2]))
    ]
    first = _if_any(since, times[0], shortest)
    return [*first, *between, *_if_any(times[-1], until, shortest)]


def of_steps(
    starts: Sequence[datetime],
    ended: Callable[[datetime], datetime],
    since: datetime,
    until: datetime,
    shortest: timedelta,
    patience: timedelta,
) -> list[Gap]:
    """The gaps between steps that hold values, and before them: whole steps, `shortest` or longer.

    `ended` says when the step ends in which a moment lies: days are not equally long. After the last one there is a gap
    once nothing has come for longer than `patience`.
    """
    if not starts:
        return _if_any(since, until)
    ends = [ended(start) for start in starts]
    between = [
        Gap(end, later) for end, later in zip(ends, starts[1:], strict=False) if later > end and later - end >= shortest
    ]
    # A begun step is none that is missing: from the next one on, a whole one must be.
    has_missed = ended(ended(since - _AN_INSTANT)) <= starts[0] and starts[0] - since >= shortest
    first = [Gap(since, starts[0])] if has_missed else []
    return [*first, *between, *_if_any(ends[-1], until, patience)]


def _if_any(since: datetime, until: datetime, shortest: timedelta = _NONE) -> list[Gap]:
    return [Gap(since, until)] if until - since > shortest else []
