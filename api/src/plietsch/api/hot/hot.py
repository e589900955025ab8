"""Keeping the hot state: told by the ledger's reader what was written, and by the clock what became of it.

Two threads: the reader's asks the database for what was touched and makes the view that questions are answered from;
one of our own makes the ready answer from it, at most every quarter of a second, and looks after what changes by the
clock.
"""

import asyncio
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import structlog

from plietsch.api import errors
from plietsch.api.hot import reading
from plietsch.api.hot.answer import Answers
from plietsch.api.hot.reading import Connection
from plietsch.api.hot.state import Span, State, View
from plietsch.api.stations import lookback

# How long the last known state is good for while the database is away, in seconds.
_GOOD_FOR_S = 60.0
# Deployments begin and end by the clock, and what is dated ahead has its time: looked after so often, in seconds.
_CLOCK_S = 10.0
# Between two answers, in seconds: half of the reader's pace, as what is written waits for that already.
_PACE_S = 0.25
# Until it is tried again when an answer could not be made, in seconds.
_ANEW_S = 1.0
# Making an answer takes a third of one core at most, however large the network is; others' load does not count.
_SHARE = 3.0
# How long a question waits at the start until the state is there, in seconds, and how often it looks.
_PATIENCE_S, _LOOK_S = 5.0, 0.02
_FAREWELL_S = 2.0
_log = structlog.get_logger(__name__)


class Hot:
    """The hot state of a process; a Follower of the ledger's reader."""

    def __init__(self, *, good_for_s: float = _GOOD_FOR_S, pace_s: float = _PACE_S) -> None:
        self.answers = Answers()
        self._good_for_s = good_for_s
        self._pace_s = pace_s
        self._state = State()
        self._lock = threading.Lock()  # of the state: both threads make views of it
        self._view: View | None = None
        self._away_since: float | None = None
        self._looked_at = 0.0  # at the clock: by a steady one,
        self._clock = lookback.BEGINNING  # and as the database had it then
        self._changed = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="plietsch-hot", daemon=True)

    def start(self) -> None:
        """Begin to make answers."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        self._changed.set()
        if self._thread.is_alive():
            self._thread.join(_FAREWELL_S)

    @property
    def view(self) -> View | None:
        """What is known; None as long as nothing is, or since it is too old."""
        away_since = self._away_since
        is_good = away_since is None or time.monotonic() - away_since <= self._good_for_s
        return self._view if is_good else None

    async def known(self) -> View:
        """What is known, as soon as it is. Raises errors.NotReady."""
        deadline = time.monotonic() + _PATIENCE_S
        while (view := self.view) is None:
            if time.monotonic() > deadline:
                raise errors.NotReady
            await asyncio.sleep(_LOOK_S)
        return view

    def began(self, connection: Connection) -> None:
        """Read everything: registry and newest values."""
        begun_at = time.monotonic()
        # Before what is read: whatever begins in between is read again.
        self._clock, _ = reading.by_the_clock(connection, self._clock)
        self._register(connection)
        with self._lock:
            ids = self._state.series
        self._read(connection, ids)
        self._show()
        self._away_since = None
        seconds = round(time.monotonic() - begun_at, 3)
        _log.debug("newest values are known", series=len(ids), seconds=seconds)

    def wrote(self, connection: Connection, touched: Mapping[int, Span]) -> None:
        """Read what was touched, as far as it may be the newest."""
        self._look_at_clock(connection)
        now = _now()
        with self._lock:
            self._state.hold_ahead({each: span.last for each, span in touched.items()}, now)
            since, anew = self._state.asked_by(touched)
        found = reading.newest_since(connection, since)
        with self._lock:
            anew += self._state.hold_since(since, found)
        self._read(connection, anew)
        self._show()

    def registered(self, connection: Connection) -> None:
        """Read the registry, and the values of what is new in it."""
        self._read(connection, self._register(connection))
        self._show()

    def waited(self, connection: Connection) -> None:
        """Nothing was heard for a while: time goes on all the same."""
        self._look_at_clock(connection)
        self._show()

    def lost(self) -> None:
        """The database does not answer: what is known is good for a while."""
        if self._away_since is None:
            self._away_since = time.monotonic()

    def _look_at_clock(self, connection: Connection) -> None:
        """Once in a while read what is different only because time went on."""
        if time.monotonic() - self._looked_at < _CLOCK_S:
            return
        self._looked_at = time.monotonic()
        self._clock, is_different = reading.by_the_clock(connection, self._clock)
        anew = self._register(connection) if is_different else []
        with self._lock:
            anew += self._state.arrived(_now())
        self._read(connection, anew)

    def _register(self, connection: Connection) -> list[int]:
        registry = reading.registry(connection)
        with self._lock:
            return self._state.register(registry)

    def _read(self, connection: Connection, ids: list[int]) -> None:
        """The newest values of some series, however old."""
        if not ids:
            return
        now = _now()
        found, ahead = reading.newest(connection, ids, now), reading.ahead(connection, ids)
        with self._lock:
            self._state.hold(ids, found)
            self._state.hold_ahead(ahead, now)

    def _show(self) -> None:
        with self._lock:
            view = self._state.view(_now())
            is_new, self._view = view is not self._view, view
        if is_new:
            self._changed.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._changed.wait(self._until_change_s())
            self._changed.clear()
            if self._stopping.is_set():
                return
            begun_at, spent_s = time.monotonic(), time.thread_time()
            try:
                self._make()
            except Exception:  # noqa: BLE001 the thread's root: a mistake of ours must neither end it for good nor go unseen
                _log.exception("no answer could be made ready; what is asked for is answered one by one")
                self.answers.forget()
                self._changed.set()
                self._stopping.wait(_ANEW_S)
            took_s, spent_s = time.monotonic() - begun_at, time.thread_time() - spent_s
            self._stopping.wait(max(self._pace_s, _SHARE * spent_s) - took_s)

    def _make(self) -> None:
        if self._view is not None:
            self._show()
            self.answers.make(self._view)

    def _until_change_s(self) -> float | None:
        """How long it takes until something changes by the clock alone; None if nothing does."""
        view = self._view
        if view is None or view.changes_at is None:
            return None
        return max(0.0, (view.changes_at - _now()).total_seconds())


def _now() -> datetime:
    return datetime.now(UTC)
