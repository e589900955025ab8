"""Live: what is written to the database, told to everybody who listens, about once a second.

**What is told.** Of every public datastream that a committed transaction touched: its newest value that did not fail,
if it lies within the times that this transaction touched. So a value that comes late, an import of last year, a reading
that came again are written without being told as news: what was newest stays newest. A value may be told twice; what
failed or is missing is never told. Where the newest value fails after it was told, the one before it, of a day at
most, is told in its place, with the time of the one that failed. Between two tellings of a station only the newest
value counts.

**How.** One thread reads the ledger of writes for all (`live_reader`), in the order of commits, and hands batches over
to the event loop; each listener has a bounded queue. Who is so slow that its queue is full is told to fetch anew
instead: it loses nothing that it could not have. The last batches are remembered: who comes back with the id of the
last event that it got is told what it missed, or, where that is forgotten, to fetch anew. A newcomer is told what
changed in the half minute before, while its page was made and loaded.

The reader begins and ends with the application. What else is kept from the ledger in a process is kept by the same one:
`follow`.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import contextmanager
from functools import partial

from plietsch.api import errors, live_changes, live_events
from plietsch.api.live_changes import Batch, Change, Filter
from plietsch.api.live_reader import Follower, Reader
from plietsch.platform import ledger
from plietsch.platform.ledger import Position

# Half of the 1024 files that a process may have open where nobody has set it otherwise: the rest is for questions.
MOST_LISTENERS = 500
# Events that wait for a listener: a few seconds of them.
_QUEUE = 8
# With the time that a telling takes, nobody waits for longer than a second.
_PACE_S = 0.5
# Longer than a page takes to be made and loaded on a bad line.
_OVERLAP_S = 30.0
# Proxies close what has been silent for a minute, some earlier.
_SILENCE_S = 15.0
# An event is never longer than about 700 kB; and what is remembered takes about 15 MB.
_MOST_CHANGES = 5_000
_REMEMBERED = 20_000
# When to connect again, in milliseconds: not everybody at once.
_RETRY_MS = (2_000, 5_000)


class Listener:
    """Somebody who listens: what it wants, and the events that wait for it. None is the end."""

    def __init__(self, filter_: Filter, since: str | None, queue: int) -> None:
        self.filter = filter_
        self.since = since
        self.admitted = False
        self._events: asyncio.Queue[bytes | None] = asyncio.Queue(queue)

    def tell(self, event: bytes, at: Position) -> None:
        """Have an event sent; where too many wait already, all of them become one: fetch anew."""
        if self._events.full():
            self._forget()
            event = live_events.reload(at, "too-slow")
        self._events.put_nowait(event)

    def end(self) -> None:
        """Have the stream end, whatever still waits."""
        self._forget()
        self._events.put_nowait(None)

    async def next(self) -> bytes | None:
        """The next event."""
        return await self._events.get()

    def _forget(self) -> None:
        while not self._events.empty():
            self._events.get_nowait()


class Live:
    """Everybody who listens, and what they are told. All of it runs in the event loop's thread."""

    def __init__(
        self,
        database_url: str,
        *,
        most_listeners: int = MOST_LISTENERS,
        queue: int = _QUEUE,
        pace_s: float = _PACE_S,
        silence_s: float = _SILENCE_S,
        remembered: int = _REMEMBERED,
    ) -> None:
        self._database_url = database_url
        self._most_listeners = most_listeners
        self._queue = queue
        self._pace_s = pace_s
        self._silence_s = silence_s
        self._most_remembered = remembered
        self._listeners: set[Listener] = set()
        self._reader: Reader | None = None
        self._followers: list[Follower] = []
        self._is_closed = False
        self._batches: deque[Batch] = deque()
        self._changes = 0  # in all of these
        # What was written after `_first` is remembered, up to `_last`: None until the reader has come to the present.
        self._first = ledger.BEGINNING
        self._last: Position | None = None

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def follow(self, follower: Follower) -> None:
        """Have somebody told by the reader, before it starts."""
        self._followers.append(follower)

    def start(self) -> None:
        """Begin to read: once, in the event loop's thread. The database may come later."""
        if self._reader is None:
            tell = asyncio.get_running_loop().call_soon_threadsafe
            began, wrote = partial(tell, self._began), partial(tell, self._wrote)
            reader = Reader(self._database_url, began, wrote, self._pace_s, _OVERLAP_S, self._followers)
            self._reader = reader
            reader.start()

    @contextmanager
    def listening(self, filter_: Filter, since: str | None) -> Generator[Listener]:
        """Somebody listens, after the event with the id `since` if it got one. Raises errors.TooManyListeners."""
        if self._is_closed or len(self._listeners) >= self._most_listeners:
            raise errors.TooManyListeners
        listener = Listener(filter_, since, self._queue)
        self._listeners.add(listener)
        self.start()
        self._admit(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def events(self, listener: Listener) -> AsyncGenerator[bytes]:
        """What is sent to a listener, until it goes or everything ends."""
        yield live_events.greeting(random.randint(*_RETRY_MS))  # noqa: S311 nothing to guess
        while True:
            try:
                async with asyncio.timeout(self._silence_s):
                    event = await listener.next()
            except TimeoutError:
                event = live_events.alive(self._last)
            if event is None:
                return
            yield event

    def hang_up(self) -> None:
        """End all streams, and begin no more: a server that is to stop would wait for them otherwise."""
        self._is_closed = True
        for listener in self._listeners:
            listener.end()

    async def close(self) -> None:
        """End everything."""
        self.hang_up()
        if self._reader is not None:
            await asyncio.to_thread(self._reader.stop)

    def _began(self, position: Position) -> None:
        """The reader has begun, or begun anew: what was remembered may have a gap now."""
        self._forget(position)
        self._last = None
        for listener in self._admitted():
            listener.tell(live_events.reload(position, "interrupted"), position)

    def _wrote(self, position: Position, changes: Sequence[Change] | None) -> None:
        self._last = position
        if changes is None:
            self._forget(position)
            for listener in self._admitted():
                listener.tell(live_events.reload(position, "too-much"), position)
        elif changes:
            batch = Batch(position, time.monotonic(), changes)
            self._remember(batch)
            self._tell(batch)
        for listener in self._listeners:
            self._admit(listener)

    def _admitted(self) -> list[Listener]:
        return [listener for listener in self._listeners if listener.admitted]

    def _tell(self, batch: Batch) -> None:
        events: dict[Filter, bytes | None] = {}  # most want the same: it is put together once
        for listener in self._admitted():
            if listener.filter not in events:
                events[listener.filter] = _event(batch.position, [batch], listener.filter)
            if event := events[listener.filter]:
                listener.tell(event, batch.position)

    def _admit(self, listener: Listener) -> None:
        """Tell somebody who came what it missed, once that is known."""
        if listener.admitted or self._last is None:
            return
        listener.admitted = True
        since = None if listener.since is None else live_events.position(listener.since)
        if listener.since is not None and (since is None or not self._first <= since <= self._last):
            listener.tell(live_events.reload(self._last, "too-long-ago"), self._last)
            return
        recently = time.monotonic() - _OVERLAP_S
        missed = [each for each in self._batches if (each.position > since if since else each.at > recently)]
        listener.tell(_event(self._last, missed, listener.filter) or live_events.alive(self._last), self._last)

    def _remember(self, batch: Batch) -> None:
        self._batches.append(batch)
        self._changes += batch.size
        while self._changes > self._most_remembered:
            oldest = self._batches.popleft()
            self._changes -= oldest.size
            self._first = oldest.position

    def _forget(self, position: Position) -> None:
        self._batches.clear()
        self._changes = 0
        self._first = position


def _event(at: Position, batches: Sequence[Batch], filter_: Filter) -> bytes | None:
    """The event that tells what of some batches passes a filter; None where nothing does."""
    changes = live_changes.newest(batches, filter_)
    if len(changes) > _MOST_CHANGES:
        return live_events.reload(at, "too-much")
    return live_events.observations(at, changes) if changes else None
