"""The ingest worker: receive, interpret, commit, acknowledge, in this order. While one batch is stored, in a thread of
its own, the next one is received; a third one is not.

    database away → leave the broker, which keeps what was not acknowledged; wait; come back
    broker away   → wait; come back
    asked to stop → read no more, commit and acknowledge what was read, leave

Nothing is acknowledged before the transaction that stores it has committed. A kill between the two makes the broker
deliver again what was stored already, which then does nothing.
"""

import gc
from collections.abc import Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import structlog

from plietsch.ingest import session
from plietsch.ingest.backoff import Backoff
from plietsch.ingest.database import DatabaseUnavailable
from plietsch.ingest.messages import Delivery
from plietsch.ingest.session import Session
from plietsch.ingest.source import Source
from plietsch.ingest.stopping import Stop
from plietsch.ingest.watch import Watch
from plietsch.ingest.writer import Stored

log = structlog.get_logger(__name__)

# A batch is what has arrived while the one before was stored, up to so many messages, or bytes (plietsch.ingest.mqtt).
# Two of them are all that a worker holds in memory.
LARGEST_BATCH = 5_000
# How often a silent worker looks whether the registry has changed, and whether the database still answers.
_IDLE_S = 1.0


@dataclass
class Worker:
    """Brings messages from a source into a database until it is asked to stop."""

    database_url: str
    source: Source
    stop: Stop
    largest_batch: int = LARGEST_BATCH
    # Whose session the source has: that a worker is at work there can be seen in the database.
    client_id: str = ""
    watch: Watch = field(default_factory=Watch)
    _backoff: Backoff = field(default_factory=Backoff)

    def run(self) -> None:
        """Work; returns when it was asked to stop and everything that was read is committed and acknowledged."""
        with ThreadPoolExecutor(1, "store") as thread:
            while not self.stop.is_set():
                try:
                    with session.opened(self.database_url, self.client_id) as opened:
                        self._serve(opened, thread)
                except DatabaseUnavailable as error:
                    self.watch.database(False)
                    self.source.release()
                    self._wait(error)
        self.source.release()
        self.watch.end()
        log.info("stopped")

    def _serve(self, opened: Session, thread: Executor) -> None:
        log.info("connected to the database")
        self.watch.database(True)
        self._release(opened)
        storing: _Storing | None = None
        while storing or not self.stop.is_set():
            # While a batch is being stored the next one is read; with nothing to read one waits for the commit.
            deliveries = self.source.receive(self.largest_batch, 0 if storing else _IDLE_S)
            if storing:
                self._finish(storing)
            if opened.registry_changed():
                self._release(opened)
            storing = _Storing(thread, opened, deliveries) if deliveries else None
            self.watch.turn(self.source.receiving)

    def _finish(self, storing: "_Storing") -> None:
        stored = storing.stored.result()
        for delivery in storing.deliveries:
            delivery.acknowledge()
        self.watch.committed(stored)
        # Not when it connected: a database that refuses every batch is to be left in peace for longer and longer.
        self._backoff.reset()

    def _wait(self, error: DatabaseUnavailable) -> None:
        delay_s = self._backoff.next()
        next_s = round(delay_s, 1)
        log.warning("waiting for the database", why=error.message, hint=error.hint, next_attempt_in_s=next_s)
        self.stop.wait(delay_s)

    def _release(self, opened: Session) -> None:
        for stored in opened.release():
            log.info("released from quarantine", messages=len(stored.outcomes), observations=stored.observations)
            self.watch.committed(stored)


class _Storing:
    """A batch that is being stored, in a thread of its own."""

    def __init__(self, thread: Executor, opened: Session, deliveries: Sequence[Delivery]) -> None:
        self.deliveries = deliveries
        self.stored: Future[Stored] = thread.submit(opened.store, [delivery.message for delivery in deliveries])


def collect_rarely() -> None:
    """A setting of the whole process. A batch makes hundreds of thousands of objects without a cycle among them: to
    look for cycles at every seven hundredth, as Python does unless told otherwise, takes a fifth of a worker's time."""
    gc.freeze()
    gc.set_threshold(100_000)
