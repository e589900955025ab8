"""The newest values, as they change: what is remembered of them for all who listen, and who is told what.

Of every public datastream that a committed transaction touched: its newest value that did not fail, if it lies within
the times that this transaction touched. So a value that comes late, an import of last year, a reading that came again
are written without being told as news: what was newest stays newest. A value may be told twice; what failed or is
missing is never told. Where the newest value fails after it was told, the one before it, of a day at most, is told in
its place, with the time of the one that failed. Between two tellings of a station only the newest value counts.

Who comes back with the id of the last event that it got is told what it missed or, where that is forgotten, to fetch
anew. A newcomer is told what changed in the half minute before, while its page was made and loaded.
"""

import time
from collections import deque
from collections.abc import Iterable, Sequence

from plietsch.api.changes import cursor
from plietsch.api.changes.cursor import Place
from plietsch.api.live import events, told
from plietsch.api.live.events import Reason
from plietsch.api.live.listener import Listener, Send
from plietsch.api.live.told import Batch, Change, Filter
from plietsch.platform import ledger
from plietsch.platform.ledger import Position

# Longer than a page takes to be made and loaded on a bad line.
OVERLAP_S = 30.0
# An event is never longer than about 700 kB; and what is remembered takes about 15 MB.
_MOST_CHANGES = 5_000
REMEMBERED = 20_000


class Newest:
    """What was told lately. What was written after `first` is remembered, up to `last`: None until the reader has come
    to the present."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._most = remembered
        self._batches: deque[Batch] = deque()
        self._size = 0
        self._events: dict[tuple[Filter, Position], bytes | None] = {}
        self._interruptions = 0
        self._reason: Reason = "interrupted"
        self.server = ""
        self.first = ledger.BEGINNING
        self.last: Position | None = None

    @property
    def interruptions(self) -> int:
        """How often something may have gone unseen: who was there before has to fetch anew."""
        return self._interruptions

    def began(self, server: str, position: Position) -> None:
        """The reader has begun, or begun anew: what was remembered may have a gap now."""
        self.server, self.last = server, None
        self._interrupt(position, "interrupted")

    def wrote(self, position: Position, changes: Sequence[Change] | None) -> None:
        """What was written up to a position; None where it was too much to be told."""
        self.last = position
        self._events.clear()
        if changes is None:
            self._interrupt(position, "too-much")
        elif changes:
            self._remember(Batch(position, time.monotonic(), changes))

    def id(self, position: Position | None = None) -> str | None:
        """A position, the last one if none is given, as an event's id."""
        position = position or self.last
        return None if position is None else cursor.encode(Place(self.server, position))

    def after(self, filter_: Filter, position: Position) -> bytes | None:
        """The event that tells what was written after a position that is remembered."""
        key = filter_, position
        if key not in self._events:  # most want the same: it is put together once
            self._events[key] = self._event(filter_, (each for each in self._batches if each.position > position))
        return self._events[key]

    def lately(self, filter_: Filter) -> bytes | None:
        """The event that tells a newcomer what changed while its page was made."""
        recently = time.monotonic() - OVERLAP_S
        return self._event(filter_, (each for each in self._batches if each.at > recently))

    def reload(self, reason: Reason | None = None) -> bytes:
        """The event that has somebody fetch anew: by default for what interrupted the stream."""
        return events.reload(self.id(self.last or self.first) or "", reason or self._reason)

    def _event(self, filter_: Filter, batches: Iterable[Batch]) -> bytes | None:
        changes = told.newest(batches, filter_)
        if len(changes) > _MOST_CHANGES:
            return self.reload("too-much")
        return events.observations(self.id() or "", (each.json for each in changes)) if changes else None

    def _remember(self, batch: Batch) -> None:
        self._batches.append(batch)
        self._size += batch.size
        while self._size > self._most:
            oldest = self._batches.popleft()
            self._size -= oldest.size
            self.first = oldest.position

    def _interrupt(self, position: Position, reason: Reason) -> None:
        self._batches.clear()
        self._events.clear()
        self._size = 0
        self._interruptions += 1
        self.first, self._reason = position, reason


class NewestListener(Listener):
    """Somebody who is told the newest values that pass a filter, after a place if it was told up to there."""

    __slots__ = ("_filter", "_interruptions", "_newest", "_position", "_since")

    def __init__(self, send: Send, newest: Newest, filter_: Filter, since: Place | str | None) -> None:
        super().__init__(send)
        self._newest = newest
        self._filter = filter_
        self._since = since
        self._position: Position | None = None
        self._interruptions = 0

    @property
    def at(self) -> str | None:
        """Where all is that it was told, or did not want."""
        return self._newest.id()

    def news(self) -> bytes | None:
        """What it has not been told yet."""
        newest = self._newest
        if self._position is None:
            return self._admitted() if newest.last is not None else None
        if self._interruptions != newest.interruptions:
            self._interruptions, self._position = newest.interruptions, newest.last or newest.first
            return newest.reload()
        if newest.last is None or self._position >= newest.last:
            return None
        position, self._position = self._position, newest.last
        return newest.reload("too-slow") if position < newest.first else newest.after(self._filter, position)

    def _admitted(self) -> bytes | None:
        """What somebody who came is told at first: what it missed, or at least where it is."""
        newest, since = self._newest, self._since
        self._interruptions, self._position, self._since = newest.interruptions, newest.last, None
        if since is None:
            return newest.lately(self._filter) or events.alive(newest.id())
        if isinstance(since, str) or since.server != newest.server or newest.last is None:
            return newest.reload("too-long-ago")
        if since.before < newest.first:
            return newest.reload("too-long-ago")
        # The present, as `changes` and downloads have it, lies behind the last entry: what comes may be told twice.
        return newest.after(self._filter, min(since.before, newest.last)) or events.alive(newest.id())
