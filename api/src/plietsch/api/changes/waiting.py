"""Waiting for what is committed next, without a connection: the one reader of the ledger rings."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from typing import NamedTuple

from plietsch.api.changes import reading
from plietsch.api.changes.cursor import Place
from plietsch.api.changes.model import Filter, Page
from plietsch.api.database import Pool
from plietsch.api.limits.places import Places
from plietsch.api.shared import Shared

# Each waits in a request of its own, for at most half a minute.
MOST_WAITING = 2_000
# Pages that are read at a time for all who were woken at once: others find connections free.
_READING = 4


class Bell:
    """Rings whenever the reader has read something. To be used in the event loop's thread.

    Who waits takes `next` before it looks whether there is something already: nothing can come in between unheard.
    """

    def __init__(self, places: Places | None = None) -> None:
        self._places = places or Places(MOST_WAITING)
        self.next = asyncio.Event()
        # How many wait.
        self.present = 0

    def ring(self) -> None:
        """Wake everybody who waits."""
        rung, self.next = self.next, asyncio.Event()
        rung.set()

    @contextmanager
    def waiting(self, who: str | None) -> Generator[None]:
        """A client (`limits.places.client`) is going to wait. Raises errors.TooManyListeners."""
        self._places.require(who)
        with self._places.taken(who):
            self.present += 1
            try:
                yield
            finally:
                self.present -= 1


class Asked(NamedTuple):
    """A page that somebody waits for, and the ring of the bell that it waits for next."""

    filter: Filter
    place: Place
    limit: int
    rung: asyncio.Event


class Pages:
    """Pages for those who wait. Most follow all, and wait at the same place: it is read once for all of them.

    Who waits for the same ring may share what was begun before it asked: what is committed since then will ring.
    """

    def __init__(self) -> None:
        self._shared = Shared[Asked, Page]()
        self._reading = asyncio.Semaphore(_READING)

    async def page(self, pool: Pool, asked: Asked) -> Page:
        """What there is now. Raises errors.CursorGone, psycopg.Error."""
        return await self._shared.get(asked, lambda: self._read(pool, asked))

    async def _read(self, pool: Pool, asked: Asked) -> Page:
        async with self._reading, pool.connection() as connection:
            return await reading.page(connection, asked.filter, asked.place, asked.limit)
