"""Turns of those who ask for much: so many at once, and of those who wait, whoever can wait least goes first.

Each says how long others may go before: nothing, who begins and asks for little; some seconds, who asks for much or has
had much already. That is earliest deadline first (Liu and Layland 1973, section 7): a thousand who read everything hold
up no quick question, and none of them waits for ever, as their times come, too. Once more of these have come than there
are turns, every other turn is for whoever asks for the least all the same: else a quick question would wait for all.
"""

import asyncio
import heapq
import itertools
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

from plietsch.api import errors


class _Waiting(NamedTuple):
    """Somebody who waits: until when others may go before, by the clock; in order of coming."""

    until: float
    came: int
    defer_s: float
    turn: asyncio.Future[None]


class Turns:
    """At most `at_once` at a time; `busy` is what somebody is told who waited for `patience_s` seconds in vain; `clock`
    gives seconds."""

    def __init__(self, at_once: int, busy: str, patience_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._free = at_once
        self._busy = busy
        self._patience_s = patience_s
        self._clock = clock
        self._waiting: list[_Waiting] = []
        self._came = itertools.count()
        self._is_for_the_least = False

    async def take(self, defer_s: float = 0.0, *, is_patient: bool = False) -> None:
        """A turn, to be given back. Whoever comes within `defer_s` seconds may go before; whoever is patient waits as
        long as it takes.

        Raises errors.TooBusy where there was none in time.
        """
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, _Waiting(self._clock() + defer_s, next(self._came), defer_s, turn))
        try:
            async with asyncio.timeout(None if is_patient else self._patience_s):
                await turn
        except (TimeoutError, asyncio.CancelledError) as error:
            if turn.done() and not turn.cancelled():
                self.give_back()  # it came at the moment of going
            if isinstance(error, TimeoutError):
                raise errors.TooBusy(self._busy) from error
            raise

    def give_back(self) -> None:
        """Whoever can wait least has it now."""
        turn = self._next()
        if turn is None:
            self._free += 1
        else:
            turn.set_result(None)

    def _next(self) -> asyncio.Future[None] | None:
        while self._waiting and self._waiting[0].turn.done():  # they may have gone, or have had it
            heapq.heappop(self._waiting)
        if not self._waiting:
            return None
        if self._waiting[0].until <= self._clock():
            self._is_for_the_least = not self._is_for_the_least
            if not self._is_for_the_least:
                present = (each for each in self._waiting if not each.turn.done())
                return min(present, key=lambda each: (each.defer_s, each.came)).turn
        return heapq.heappop(self._waiting).turn

    @asynccontextmanager
    async def one(self, defer_s: float = 0.0, *, is_patient: bool = False) -> AsyncGenerator[None]:
        """A turn that is given back in the end, as `take`."""
        await self.take(defer_s, is_patient=is_patient)
        try:
            yield
        finally:
            self.give_back()
