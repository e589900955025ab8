"""Waiting for what is committed next, without a connection: the one reader of the ledger rings."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager

from plietsch.api import errors

# Each waits in a request of its own, for at most half a minute.
MOST_WAITING = 2_000


class Bell:
    """Rings whenever the reader has read something. To be used in the event loop's thread.

    Who waits takes `next` before it looks whether there is something already: nothing can come in between unheard.
    """

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self._most_waiting = most_waiting
        self._waiting = 0
        self.next = asyncio.Event()

    def ring(self) -> None:
        """Wake everybody who waits."""
        rung, self.next = self.next, asyncio.Event()
        rung.set()

    @contextmanager
    def waiting(self) -> Generator[None]:
        """Somebody is going to wait. Raises errors.TooManyListeners."""
        if self._waiting >= self._most_waiting:
            raise errors.TooManyListeners
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1
