"""Requests counted in a sliding window: this minute, and of the one before as much as still lies in the window.

Two dictionaries of counters, one of which is thrown away each minute: half a microsecond a request, and nothing to tidy
up. (The package `limits` starts a thread for that and takes 60 µs, and every so often holds up everybody for 20 ms.)
"""

import math
import time
from collections.abc import Callable
from typing import NamedTuple

from plietsch.api.limits import clients

WINDOW_S = 60
# So many are counted each on their own; who else comes in the same minute is counted with those around them, as far as
# these are a tenth as many, and then all together: a crowd needs no more memory, and is held off, too.
_MOST = 200_000
_THE_REST = "the rest"


class Taken(NamedTuple):
    """Whether a request is within the quota, how many are left, and when, in seconds, it is worth asking again.

    Where there are some left, this is when those of the minute before count no more.
    """

    allowed: bool
    remaining: int
    reset_s: int


class Windows:
    """Counts by who asks; `clock` gives seconds."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        most: int = _MOST,
        wider: Callable[[str], str] = clients.wider,
    ) -> None:
        self._clock = clock
        self._most = most
        self._wider = wider
        self._minute = -1
        self._before: dict[str, int] = {}
        self._now: dict[str, int] = {}

    def take(self, who: str, quota: int) -> Taken:
        """Count a request of somebody who has `quota` (at least 1) a minute; one beyond it is not counted."""
        at_s = self._clock()
        minute = int(at_s // WINDOW_S)
        if minute != self._minute:
            self._turn(minute)
        past_s = at_s - minute * WINDOW_S
        past = past_s / WINDOW_S
        name = self._name(who)
        before, now = self._before.get(name, 0), self._now.get(name, 0)
        used = before * (1 - past) + now
        if used + 1 > quota:
            return Taken(False, 0, _wait_s(before, now, past, quota))
        self._now[name] = now + 1
        return Taken(True, int(quota - used - 1), math.ceil(WINDOW_S - past_s))

    def _name(self, who: str) -> str:
        """What somebody is counted as: themselves, where there is room, or who is around them."""
        if who in self._now or len(self._now) < self._most:
            return who
        around = self._wider(who)
        has_room = around in self._now or len(self._now) < self._most + self._most // 10
        return around if has_room else _THE_REST

    def _turn(self, minute: int) -> None:
        self._before = self._now if minute == self._minute + 1 else {}
        self._now = {}
        self._minute = minute


def _wait_s(before: int, now: int, past: float, quota: int) -> int:
    """Until one more is within the quota, if nobody asks meanwhile."""
    room = quota - 1
    if now <= room:  # in this minute, when enough of the one before has left the window
        share = 1 - (room - now) / before
        return max(math.ceil((share - past) * WINDOW_S), 1)
    share = 1 - room / now  # in the next minute, when enough of this one has
    return max(math.ceil((1 - past + share) * WINDOW_S), 1)
