"""The ingest worker: receive, interpret, commit, acknowledge, in one thread and in this order.

    database away → leave the broker, which keeps what was not acknowledged; wait; come back
    broker away   → wait; come back
    asked to stop → read no more, commit and acknowledge what was read, leave

Nothing is acknowledged before the transaction that stores it has committed. A kill between the two makes the broker
deliver again what was stored already, which then does nothing.
"""

import time
from dataclasses import dataclass, field

import structlog

from plietsch.ingest import session
from plietsch.ingest.backoff import Backoff
from plietsch.ingest.database import DatabaseUnavailable
from plietsch.ingest.session import Session
from plietsch.ingest.source import Source
from plietsch.ingest.stopping import Stop
from plietsch.ingest.tally import Tally

log = structlog.get_logger(__name__)

# A batch is what has arrived while the one before was stored, up to this many messages: the only bound there is on
# what a worker holds in memory.
LARGEST_BATCH = 5_000
# How often a silent worker looks whether the registry has changed, and whether the database still answers.
_IDLE_S = 1.0
_REPORT_EVERY_S = 60.0


@dataclass
class Worker:
    """Brings messages from a source into a database until it is asked to stop."""

    database_url: str
    source: Source
    stop: Stop
    largest_batch: int = LARGEST_BATCH
    _backoff: Backoff = field(default_factory=Backoff)
    _tally: Tally = field(default_factory=Tally)
    _reported_at: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        """Work; returns when it was asked to stop and everything that was read is committed and acknowledged."""
        while not self.stop.is_set():
            try:
                with session.opened(self.database_url) as opened:
                    self._serve(opened)
            except DatabaseUnavailable as error:
                self.source.release()
                self._wait(error)
        self.source.release()
        self._tally.report()
        log.info("stopped")

    def _serve(self, opened: Session) -> None:
        log.info("connected to the database")
        self._release(opened)
        while not self.stop.is_set():
            deliveries = self.source.receive(self.largest_batch, _IDLE_S)
            if opened.registry_changed():
                self._release(opened)
            if deliveries:
                self._tally.add(opened.store([delivery.message for delivery in deliveries]))
                for delivery in deliveries:
                    delivery.acknowledge()
            # Not when it connected: a database that refuses every batch is to be left in peace for longer and longer.
            self._backoff.reset()
            self._report()

    def _wait(self, error: DatabaseUnavailable) -> None:
        delay_s = self._backoff.next()
        next_s = round(delay_s, 1)
        log.warning("waiting for the database", why=error.message, hint=error.hint, next_attempt_in_s=next_s)
        self.stop.wait(delay_s)

    def _release(self, opened: Session) -> None:
        for stored in opened.release():
            log.info("released from quarantine", messages=len(stored.outcomes), observations=stored.observations)
            self._tally.add(stored)

    def _report(self) -> None:
        if time.monotonic() - self._reported_at >= _REPORT_EVERY_S:
            self._tally.report()
            self._reported_at = time.monotonic()
