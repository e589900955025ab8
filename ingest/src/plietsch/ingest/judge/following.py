"""Follows the ledger of writes and judges what was touched, one piece of bounded work after another.

    entries after the kept position, but for its own → spans → pieces → assess each, in a transaction of its own
                                                                 └─ the last one keeps the position

What it is stopped within is judged again, which changes nothing. A piece for which the database has no room is divided.
"""

import time
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate
from math import ceil, floor
from typing import Final

import psycopg
import structlog
from psycopg.errors import ConfigurationLimitExceeded, OutOfMemory, QueryCanceled

from plietsch.ingest import database, readiness
from plietsch.ingest.database import Connection
from plietsch.ingest.judge import assessing, windows, writing
from plietsch.ingest.judge.knowing import Known
from plietsch.ingest.judge.measure import Measure
from plietsch.ingest.judge.queries import QUERIES
from plietsch.ingest.judge.spans import DAY_S, Collected, Span, Spans, by_days, halves, pieces
from plietsch.ingest.judge.tally import Tally
from plietsch.ingest.stopping import Stop
from plietsch.platform import errors, ledger
from plietsch.platform.ledger import Entry, Position

log = structlog.get_logger(__name__)

READER: Final = "judge"
# Entries that are taken up together, and about how many new values at most.
_PAGE: Final = 1_000
_MOST_NEW: Final = 200_000
_TOO_LARGE = (QueryCanceled, OutOfMemory, ConfigurationLimitExceeded)
# What the data are to blame for, in the database or in reckoning: it would fail again, and hold up all others.
_BLAMES_DATA = (psycopg.DataError, psycopg.IntegrityError, ArithmeticError, ValueError)
# What revisions name as their cause, by that of the entry which made them.
_CAUSES = {"deployment": "deployment", "limits": "limits"}


class Following:
    """A time during which the database answers: the position in the ledger, and what is known of datastreams."""

    def __init__(
        self, connection: Connection, stop: Stop, tally: Tally | None = None, known: Known | None = None
    ) -> None:
        self._connection = connection
        self._stop = stop
        self._tally = tally or Tally()
        # Whether more was there to read than a turn takes up.
        self.has_backlog = False
        self._is_outdated = False
        self._patience_s = 0.0
        connection.execute(QUERIES["listen_to_registry"])  # before anything is loaded: no change is missed
        ledger.listen(connection)
        self._known = known or Known(connection)
        self._measure = Measure(self._known)
        self.position = ledger.kept(connection, READER) or ledger.BEGINNING

    def wait(self, timeout_s: float) -> bool:
        """Wait until there is something to read; False when it is asked to stop, or the time is over, before."""
        deadline = time.monotonic() + timeout_s
        while not self._stop.is_set():
            if self._look():
                return True
            remaining_s = deadline - time.monotonic()
            if remaining_s <= 0:
                return False
            if not self._hear():  # what was heard while it looked
                descriptors = {self._connection.fileno(): readiness.READ, self._stop.fileno(): readiness.READ}
                readiness.wait(min(remaining_s, self._patience_s), descriptors)
        return False

    def turn(self) -> bool:
        """Judge what the next entries of the ledger touched; False where there are none, or it was asked to stop."""
        try:
            found = ledger.read(self._connection, self.position, _PAGE)
        except errors.LedgerPositionUnknown:
            self._begin_again()
            return True
        entries = _page(found)
        self.has_backlog = len(entries) < len(found) or len(found) == _PAGE
        if not entries:
            return False
        foreign = [entry for entry in entries if entry.cause != "judge"]
        self._hear()
        if self._is_outdated or any(entry.cause in _CAUSES for entry in foreign):
            self._is_outdated = False
            self._known.forget()
        if foreign and not self._judge(foreign, entries[-1].position):
            return False
        self.position = entries[-1].position
        self._tally.read(entries)
        return True

    def _judge(self, entries: Sequence[Entry], position: Position) -> bool:
        """Judge what entries touched, and keep the position with the last piece; False if it was asked to stop."""
        held: tuple[str, Spans] = "judge", {}
        for cause, spans in self._touched(entries).items():
            # A piece is as large as the ones before it let expect.
            for piece in pieces(self._measure.expected(by_days(spans)), self._measure.most):
                if self._stop.is_set():
                    return False
                if held[1]:
                    self._assess(held[1], held[0], None)
                held = cause, piece
        self._assess(held[1], held[0], position)
        return True

    def _assess(self, piece: Spans, cause: str, position: Position | None) -> None:
        try:
            with self._connection.transaction():
                assessed = assessing.assess(self._connection, self._known, piece, cause)
                writing.enter(self._connection, assessed.written, "judge")
                if position:
                    ledger.keep(self._connection, READER, position)
        except (*_TOO_LARGE, *_BLAMES_DATA) as error:
            self._divide(piece, cause, position, error)
            return
        self._measure.learn(piece, assessed)
        self._tally.assessed(assessed)

    def _divide(self, piece: Spans, cause: str, position: Position | None, error: Exception) -> None:
        if parts := halves(piece) if piece else None:
            self._assess(parts[0], cause, None)
            self._assess(parts[1], cause, position)
            return
        # The others shall be judged; and it, when something changes there.
        why = database.explain(error) if isinstance(error, psycopg.Error) else repr(error)
        log.error("could not judge", datastream=next(iter(piece), None), error=why)
        if position:
            with self._connection.transaction():
                ledger.keep(self._connection, READER, position)

    def _touched(self, entries: Sequence[Entry]) -> dict[str, dict[int, list[Span]]]:
        """What entries touched, by the cause that revisions shall name."""
        found: defaultdict[str, Collected] = defaultdict(Collected)
        for entry in entries:
            span = Span(floor(entry.first_time.timestamp()), ceil(entry.last_time.timestamp()))
            for datastream_id in entry.datastream_ids:
                found[_CAUSES.get(entry.cause, "judge")].add(datastream_id, span)
        return {cause: self._as_stored(collected.merged(self._measure.gap_s)) for cause, collected in found.items()}

    def _as_stored(self, spans: Spans) -> dict[int, list[Span]]:
        """The spans, long ones as far as there are values in them: a mounting may be older than its first value."""
        short = {each: [span for span in some if span.last_s - span.first_s <= DAY_S] for each, some in spans.items()}
        long = {each: [span for span in some if span.last_s - span.first_s > DAY_S] for each, some in spans.items()}
        found = windows.extent(self._connection, {each: some for each, some in long.items() if some})
        return {each: [*short[each], *found.get(each, ())] for each in spans}

    def _begin_again(self) -> None:
        log.warning("begins again: this database has not reached the kept position of its ledger")
        self.position = ledger.BEGINNING
        self._known.forget()

    def _look(self) -> bool:
        """Whether there is something to read; a position that is not known is, too: `turn` begins again."""
        try:
            found = ledger.look(self._connection, self.position)
        except errors.LedgerPositionUnknown:
            return True
        self._patience_s = found.patience_s
        return found.readable

    def _hear(self) -> bool:
        """Whether anything was notified since the last call; notes what the registry says of itself."""
        heard = [notification.channel for notification in self._connection.notifies(timeout=0)]
        self._is_outdated = self._is_outdated or "plietsch_registry" in heard
        return bool(heard)


def _page(entries: Sequence[Entry]) -> Sequence[Entry]:
    """As many of the entries as are judged together, one at least."""
    sums = accumulate(entry.observations for entry in entries)
    few = sum(1 for so_far in sums if so_far <= _MOST_NEW)
    return entries[: max(few, 1)]
