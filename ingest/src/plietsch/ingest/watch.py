"""How a worker is seen from outside: its log lines, its metrics and its health, behind one object."""

import time

from plietsch.ingest.digest import Digest
from plietsch.ingest.health import Health
from plietsch.ingest.metrics import Metrics
from plietsch.ingest.tally import Tally
from plietsch.ingest.writer import Stored

_REPORT_EVERY_S = 60.0


class Watch:
    """What the worker tells as it works. Cheap enough to be told of every batch; nothing here ever fails or waits."""

    def __init__(self, health: Health | None = None) -> None:
        self.health = health or Health()
        self.metrics = Metrics()
        self._tally = Tally()
        self._reported_at = time.monotonic()

    def database(self, connected: bool) -> None:
        """The database answers, or does not: at every attempt."""
        self.health.is_connected(self.health.database, connected)
        if not connected:
            self.health.is_connected(self.health.broker, False)

    def turn(self, receiving: bool) -> None:
        """One more turn of the loop, with the broker's subscription in force or not."""
        self.health.is_connected(self.health.broker, receiving)
        if time.monotonic() - self._reported_at >= _REPORT_EVERY_S:
            self._tally.report()
            self._reported_at = time.monotonic()

    def committed(self, stored: Stored) -> None:
        """A batch is committed, and acknowledged where it came from a broker."""
        digest = Digest.of(stored)
        self.metrics.add(digest, self.health.committed())
        self._tally.add(digest)

    def end(self) -> None:
        """Say what was counted and not said yet."""
        self._tally.report()
