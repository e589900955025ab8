"""Turns of those who ask for much: so many at once, and of those who wait, whoever can wait least goes first.

Each says how long others may go before: nothing, who begins and asks for little; some seconds, who asks for much or has
had much already. That is earliest deadline first (Liu and Layland 1973, section 7): a thousand who read everything hold
up no quick question, and none of them waits for ever, as their times come, too.
"""

import asyncio
import heapq
import itertools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from plietsch.api import errors


class Turns:
    """At most `at_once` at a time; `busy` is what somebody is told who waited for `patience_s` seconds in vain."""

    def __init__(self, at_once: int, busy: str, patience_s: float) -> None:
        self._free = at_once
        self._busy = busy
        self._patience_s = patience_s
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._came = itertools.count()

    async def take(self, defer_s: float = 0.0, *, is_patient: bool = False) -> None:
        """A turn, to be given back. Whoever comes within `defer_s` seconds may go before; whoever is patient waits as
        long as it takes.

        Raises errors.TooBusy where there was none in time.
        """
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (asyncio.get_running_loop().time() + defer_s, next(self._came), turn))
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
        while self._waiting:
            *_, turn = heapq.heappop(self._waiting)
            if not turn.done():  # they may have gone
                turn.set_result(None)
                return
        self._free += 1

    @asynccontextmanager
    async def one(self, defer_s: float = 0.0, *, is_patient: bool = False) -> AsyncGenerator[None]:
        """A turn that is given back in the end, as `take`."""
        await self.take(defer_s, is_patient=is_patient)
        try:
            yield
        finally:
            self.give_back()
