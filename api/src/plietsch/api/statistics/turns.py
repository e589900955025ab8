"""Who reckons now: few at a time, for each reads thousands of hours, and others need connections, too."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from plietsch.api import errors

# Of the eight connections that all share (plietsch.api.database).
_AT_ONCE = 2
# A page of ten years' worth of hours takes some seconds.
_PATIENCE_S = 10.0


class Turns:
    """Turns of those who reckon: whoever waits for one has no connection yet."""

    def __init__(self, at_once: int = _AT_ONCE, patience_s: float = _PATIENCE_S) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._patience_s = patience_s

    @asynccontextmanager
    async def one(self, *, is_patient: bool = False) -> AsyncGenerator[None]:
        """A turn, given back in the end; whose answer has begun waits as long as it takes. Raises errors.TooBusy."""
        try:
            async with asyncio.timeout(None if is_patient else self._patience_s):
                await self._free.acquire()
        except TimeoutError as error:
            raise errors.TooBusy("Others' statistics are being reckoned.") from error
        try:
            yield
        finally:
            self._free.release()
