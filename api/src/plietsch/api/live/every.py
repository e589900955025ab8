"""Every change as it is committed, also what is late, revised or deleted: what `changes` tells, told as it happens.

As long as somebody wants that, one task reads the changes of all and remembers the last ones; who listens is told those
that pass its filter. Who comes with a place from before reads on from the database, few at a time, until it has come to
what is remembered; who would have to read very much is told where to catch up instead. A listener that reads slowly
falls behind what is remembered, and catches up in the same way: nothing is lost.
"""

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple
from urllib.parse import urlencode

import psycopg
import structlog
from psycopg import AsyncConnection

from plietsch.api import database, errors
from plietsch.api.changes import cursor, reading, texts
from plietsch.api.changes.cursor import Place
from plietsch.api.changes.model import Filter, Page, Series
from plietsch.api.changes.waiting import Bell
from plietsch.api.live import events
from plietsch.api.live.listener import Listener, Send
from plietsch.platform.ledger import BEGINNING

# As JSON some 10 MB.
REMEMBERED = 20_000
# Changes a page, as long as an event becomes; pages that somebody is told who has to catch up; who does so at a time.
_PAGE, MOST_PAGES, _CATCHING_UP = 1_000, 100, 2
# Changes that somebody looks through at once, about a millisecond: others have their turn then.
_LOOKED = 1_000
# Before the database is asked again that did not answer, in seconds.
_PAUSE_S = 1.0
_log = structlog.get_logger(__name__)


class _Step(NamedTuple):
    """What was read together: up to which place, and each change's series and JSON."""

    next: Place
    id: str
    changes: Sequence[tuple[Series, bytes]]


class Every:
    """What was changed lately, read for all who listen to it, as long as somebody does."""

    def __init__(
        self, bell: Bell, told: Callable[[], None], remembered: int = REMEMBERED, most_pages: int = MOST_PAGES
    ) -> None:
        self._bell = bell
        self._told = told
        self._most = remembered
        self.most_pages = most_pages
        # Numbered from the first one ever; `_forgotten` is the number of the oldest that is remembered.
        self._steps: deque[_Step] = deque()
        self._forgotten = 0
        self._size = 0
        self._wanted = 0
        self._task: asyncio.Task[None] | None = None
        self.catching_up = asyncio.Semaphore(_CATCHING_UP)
        self.pool: database.Pool | None = None
        # All after `first` is remembered, up to `last`; None until something was read.
        self.first: Place | None = None
        self.last: Place | None = None

    def join(self) -> None:
        """Somebody wants every change."""
        self._wanted += 1
        if self._task is None:
            self._task = asyncio.create_task(self._read())

    def leave(self) -> None:
        """Somebody does no longer; after the last one nothing is read or remembered."""
        self._wanted -= 1
        if not self._wanted and self._task is not None:
            self._task.cancel()
            self._task = None
            self.begin(None)

    async def page(self, filter_: Filter, place: Place) -> Page:
        """A page of changes, of the database. Raises errors.CursorGone, psycopg.Error."""
        async with self._connection() as connection:
            return await reading.page(connection, filter_, place, _PAGE)

    def number_after(self, place: Place, known: int | None) -> int:
        """The number of the step that follows a place that is remembered: the one that is `known`, if that still is."""
        if known is not None and known >= self._forgotten:
            return known
        return self._forgotten + bisect_right(self._steps, place.order, key=lambda step: step.next.order)

    def step(self, number: int) -> _Step | None:
        """A step that is remembered, or None where that is still to come."""
        index = number - self._forgotten
        return self._steps[index] if index < len(self._steps) else None

    def remember(self, page: Page) -> None:
        """The next page was read: a step further."""
        told = [(change.series, texts.as_json(change)) for change in page.changes]
        self._steps.append(_Step(page.next, cursor.encode(page.next), told))
        self.last = page.next
        self._size += len(told) + 1
        while self._size > self._most:
            oldest = self._steps.popleft()
            self._forgotten += 1
            self._size -= len(oldest.changes) + 1
            self.first = oldest.next

    def begin(self, place: Place | None) -> None:
        """Forget all, and go on from a place; from the present, once it is known, where that is None."""
        self._forgotten += len(self._steps)
        self._steps.clear()
        self._size = 0
        self.first = self.last = place

    def _connection(self) -> AbstractAsyncContextManager[AsyncConnection[Any]]:
        if self.pool is None:
            raise psycopg.OperationalError("There is no pool of connections yet.")
        return self.pool.connection()

    async def _read(self) -> None:
        while True:
            heard = self._bell.next  # before looking: what is committed meanwhile is heard
            try:
                if await self._step():
                    continue
            except errors.CursorGone:
                self.begin(None)  # of another database now: listeners find that out by themselves
                continue
            except psycopg.Error as error:
                _log.warning("every change waits for the database", error=str(error).strip())
                await asyncio.sleep(_PAUSE_S)
                continue
            except Exception:  # noqa: BLE001 the task's root: listeners catch up with what is skipped
                _log.exception("every change could not be read; reading begins anew")
                self.begin(None)
                await asyncio.sleep(_PAUSE_S)
                continue
            await heard.wait()

    async def _step(self) -> bool:
        """Read what comes next, and tell; whether there is more."""
        if self.last is None:
            async with self._connection() as connection:
                self.begin(await reading.present(connection))
            self._told()
            return True
        page = await self.page(Filter(), self.last)
        if page.next != self.last:
            self.remember(page)
            self._told()
        return page.more


class EveryListener(Listener):
    """Somebody who is told every change that passes a filter, after a place or from now on."""

    __slots__ = ("_every", "_filter", "_number", "_pages", "_place")

    def __init__(self, send: Send, every: Every, filter_: Filter, since: Place | str | None) -> None:
        super().__init__(send)
        if isinstance(since, str):  # of no server: it is told so
            since = Place("", BEGINNING)
        self._every = every
        self._filter = filter_
        self._place = since
        self._number: int | None = None  # of the step that is next, where that is known
        self._pages = 0

    @property
    def at(self) -> str | None:
        """Up to where it was told."""
        return None if self._place is None else cursor.encode(self._place)

    @property
    def is_behind(self) -> bool:
        """Whether what follows is remembered no longer."""
        first, place = self._every.first, self._place
        if first is None or place is None:
            return False
        return place.server != first.server or place.order < first.order

    def news(self) -> bytes | None:
        """What it has not been told yet, as far as that is remembered."""
        if self._place is None and self._every.last is not None:
            self._place = self._every.last
            return events.alive(self.at)
        if self._place is None or self.is_behind:
            return None
        self._pages = 0
        number = self._every.number_after(self._place, self._number)
        looked = 0
        while looked < _LOOKED and (step := self._every.step(number)):
            number, self._place = number + 1, step.next
            self._number = number
            looked += 1 + len(step.changes)
            if wanted := [text for series, text in step.changes if self._filter.wants(series)]:
                return events.changes(step.id, wanted)
        return None if looked < _LOOKED else b""

    async def catch_up(self) -> bytes | None:
        """A page of what it missed, or where to get it, where that is very much."""
        first, last, place = self._every.first, self._every.last, self._place
        self._number = None
        if first is None or last is None or place is None:
            return None
        if self._pages == self._every.most_pages:
            self._place = last
            return events.reload(cursor.encode(last), "too-long-ago", self._address(place))
        self._pages += 1
        try:
            async with self._every.catching_up:
                page = await self._every.page(self._filter, place)
        except errors.CursorGone:
            self._place = last
            return events.reload(cursor.encode(last), "cursor-gone")
        except psycopg.Error as error:
            _log.warning("who catches up waits for the database", error=str(error).strip())
            return None
        # Where there is no more, all was told that could be read when `first` could.
        self._place = page.next if page.more else max(page.next, first, key=lambda each: each.order)
        told = [texts.as_json(change) for change in page.changes]
        return events.changes(self.at or "", told) if told else events.alive(self.at)

    def _address(self, place: Place) -> str:
        names = {"regions": "region", "stations": "station", "properties": "property", "methods": "method"}
        wanted = self._filter._asdict().items()
        query = [(names[name], code) for name, codes in wanted for code in sorted(codes)]
        return f"/api/v1/changes?{urlencode([*query, ('cursor', cursor.encode(place))])}"
