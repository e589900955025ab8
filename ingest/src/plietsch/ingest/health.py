"""Whether a worker is well: what it is connected to and since when, what it waits for, whether it moves at all."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

# A worker looks round every second and waits thirty for a statement; one that has not for so long hangs.
_STALLED_S = 120.0


class Link:
    """The connection to one neighbour."""

    def __init__(self, where: str, now: datetime) -> None:
        self.where = where
        self.connected = False
        self.since = now

    def is_now(self, connected: bool, now: datetime) -> None:
        if connected is not self.connected:
            self.since = now
            self.connected = connected


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Health:
    """Written by the worker's thread, read by any. The addresses given are shown: without passwords."""

    def __init__(
        self,
        broker: str = "",
        database: str = "",
        *,
        now: Callable[[], datetime] = _utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now = now
        self._monotonic = monotonic
        self.broker = Link(broker, now())
        self.database = Link(database, now())
        self.last_committed_at: datetime | None = None
        self._moved_at = monotonic()

    def is_connected(self, link: Link, connected: bool) -> None:
        """Note how a connection is, and that the worker moves."""
        link.is_now(connected, self._now())
        self._moved_at = self._monotonic()

    def committed(self) -> datetime:
        """Note a commit, and that the worker moves; returns when it was."""
        self._moved_at = self._monotonic()
        self.last_committed_at = self._now()
        return self.last_committed_at

    @property
    def waiting_for(self) -> str | None:
        """Which neighbour is away. Without a database the worker leaves the broker of its own accord."""
        if not self.database.connected:
            return "database"
        return None if self.broker.connected else "broker"

    @property
    def stalled(self) -> bool:
        """Whether the worker has done nothing at all for two minutes."""
        return self._monotonic() - self._moved_at > _STALLED_S

    @property
    def status(self) -> str:
        if self.stalled:
            return "stalled"
        return "waiting" if self.waiting_for else "ok"

    def document(self) -> dict[str, Any]:
        """The answer of /healthz."""
        return {
            "status": self.status,
            "waiting_for": self.waiting_for,
            "broker": _link(self.broker),
            "database": _link(self.database),
            "last_committed_at": self.last_committed_at,
        }


def _link(link: Link) -> dict[str, Any]:
    return {"address": link.where, "connected": link.connected, "since": link.since}
