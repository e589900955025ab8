"""Live: what is written to the database, told to everybody who listens, at once or half a second after the last time.

One thread reads the ledger of writes for all (`reader`), in the order of commits, and hands over to the event
loop what changed. There are two ways to listen: to the newest values as they change (`newest`), or to every change
(`every`). Both remember what was told lately, for all; a listener (`listener`) only knows how far it came,
and costs little more than its connection.

The reader begins and ends with the application. What else is kept from the ledger in a process is kept by the same one:
`follow`; who waits for something to be committed waits for its `bell`, and asks for `pages`.
"""

import asyncio
import random
import time
from collections.abc import Coroutine, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

from plietsch.api import database, errors
from plietsch.api.changes import model
from plietsch.api.changes.cursor import Place
from plietsch.api.changes.waiting import MOST_WAITING, Bell, Pages
from plietsch.api.limits.places import MOST_EACH, Places
from plietsch.api.live import events, told
from plietsch.api.live.every import MOST_PAGES, Every, EveryListener
from plietsch.api.live.listener import Listener, Send
from plietsch.api.live.newest import OVERLAP_S, REMEMBERED, Newest, NewestListener
from plietsch.api.live.reader import Follower, Reader
from plietsch.api.live.told import Change
from plietsch.platform.ledger import Position

# Each takes an open file, which `plietsch serve` allows for, and some 30 kB.
MOST_LISTENERS = 4_000
# With the time that a telling takes, nobody waits for longer than a second.
_PACE_S = 0.5
# Proxies close what has been silent for a minute, some earlier.
_SILENCE_S = 15.0
# Silence is noticed so many times within.
_TICKS = 3
# When to connect again, in milliseconds: not everybody at once.
_RETRY_MS = (2_000, 5_000)


class Live:
    """Everybody who listens, and what they are told. All of it runs in the event loop's thread."""

    def __init__(
        self,
        database_url: str,
        *,
        most_listeners: int = MOST_LISTENERS,
        most_each: int = MOST_EACH,
        pace_s: float = _PACE_S,
        silence_s: float = _SILENCE_S,
        remembered: int = REMEMBERED,
        most_pages: int = MOST_PAGES,
    ) -> None:
        self._database_url = database_url
        self._pace_s = pace_s
        self._silence_s = silence_s
        self._listeners: set[Listener] = set()
        self._places = Places(most_listeners, most_each)
        self._telling: set[asyncio.Task[None]] = set()
        self._followers: list[Follower] = []
        self._reader: Reader | None = None
        self._ticks: asyncio.TimerHandle | None = None
        self._is_closed = False
        self.bell = Bell(Places(MOST_WAITING, most_each))
        self.pages = Pages()
        self._newest = Newest(remembered)
        self._every = Every(self.bell, self._tell, remembered, most_pages)

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    @property
    def is_following(self) -> bool:
        """Whether what is written is heard of."""
        return self._reader is not None and self._reader.is_following

    def follow(self, follower: Follower) -> None:
        """Have somebody told by the reader, before it starts."""
        self._followers.append(follower)

    def start(self, pool: database.Pool) -> None:
        """Begin to read: once, in the event loop's thread. The database may come later."""
        tell = asyncio.get_running_loop().call_soon_threadsafe
        began, wrote = partial(tell, self._began), partial(tell, self._wrote)
        self._every.pool = pool
        self._reader = Reader(self._database_url, began, wrote, self._pace_s, OVERLAP_S, self._followers)
        self._reader.start()
        self._tick()

    def require_room(self, who: str | None) -> None:
        """For a client (`limits.places.client`). Raises errors.TooManyListeners."""
        if self._is_closed:
            raise errors.TooManyListeners
        self._places.require(who)

    def staying(self, who: str | None) -> AbstractContextManager[None]:
        """Have a client's place taken."""
        return self._places.taken(who)

    @contextmanager
    def newest(self, send: Send, filter_: told.Filter, since: Place | str | None) -> Generator[Listener]:
        """Somebody listens to the newest values, after a place if it has one; text is one that cannot be read."""
        with self._listening(NewestListener(send, self._newest, filter_, since)) as listener:
            yield listener

    @contextmanager
    def every(self, send: Send, filter_: model.Filter, since: Place | str | None) -> Generator[Listener]:
        """Somebody listens to every change, after a place if it has one."""
        with self._listening(EveryListener(send, self._every, filter_, since)) as listener:
            self._every.join()
            try:
                yield listener
            finally:
                self._every.leave()

    def greet(self, listener: Listener) -> None:
        """Begin to tell somebody who listens."""
        if self._is_closed:  # since it asked
            self._spawn(listener.end())
            return
        self._spawn(listener.tell(events.greeting(random.randint(*_RETRY_MS))))  # noqa: S311 nothing to guess

    def hang_up(self) -> None:
        """End all streams, and begin no more: a server that is to stop would wait for them otherwise."""
        self._is_closed = True
        for listener in self._listeners:
            self._spawn(listener.end())

    async def close(self) -> None:
        """End everything."""
        self.hang_up()
        if self._ticks is not None:
            self._ticks.cancel()
        if self._reader is not None:
            await asyncio.to_thread(self._reader.stop)

    @contextmanager
    def _listening(self, listener: Listener) -> Generator[Listener]:
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def _began(self, server: str, position: Position) -> None:
        self._newest.began(server, position)
        self._tell()

    def _wrote(self, position: Position, changes: Sequence[Change] | None) -> None:
        self._newest.wrote(position, changes)
        self.bell.ring()
        self._tell()

    def _tell(self) -> None:
        """Tell everybody what is new to them."""
        for listener in self._listeners:
            self._tell_one(listener)

    def _tell_one(self, listener: Listener) -> None:
        event = listener.start()
        if event is not None:
            self._spawn(listener.tell(event))

    def _tick(self) -> None:
        """Say to who was told nothing for long that the stream is alive, and let be tried again what was in vain."""
        silent_since = time.monotonic() - self._silence_s * (1 - 1 / _TICKS)
        for listener in self._listeners:
            if listener.sent_at < silent_since and listener.is_idle:
                self._spawn(listener.tell(events.alive(listener.at)))
            else:
                self._tell_one(listener)
        self._ticks = asyncio.get_running_loop().call_later(self._silence_s / _TICKS, self._tick)

    def _spawn(self, what: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(what)
        self._telling.add(task)  # nobody else holds it
        task.add_done_callback(self._telling.discard)
