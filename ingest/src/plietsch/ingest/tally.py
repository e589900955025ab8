"""What a worker counted since it last said so."""

from collections import Counter
from dataclasses import dataclass, field

import structlog

from plietsch.ingest.writer import Stored

log = structlog.get_logger(__name__)

# A flood of unknown senders must not become a flood of log lines.
_MOST_NAMED = 20


@dataclass
class Tally:
    """Counts of an interval, and which complaints were made in it: each device and reason is named once."""

    counts: Counter[str] = field(default_factory=Counter[str])
    _named: set[tuple[str | None, str]] = field(default_factory=set[tuple[str | None, str]])

    def add(self, stored: Stored) -> None:
        """Count a batch, and log what went wrong with devices not named yet."""
        self.counts["messages"] += len(stored.outcomes)
        self.counts["observations"] += stored.observations
        for outcome in stored.outcomes:
            if outcome.quarantined:
                self.counts["quarantined"] += 1
                self._name(
                    outcome.dev_eui, "unknown-device", "The device is not registered: see `plietsch ingest quarantine`."
                )
            elif outcome.problem:
                self.counts["errors"] += 1
                self._name(outcome.dev_eui, outcome.problem.reason, outcome.problem.detail)

    def report(self) -> None:
        """Log the counts and begin again; says nothing where nothing was counted."""
        if self.counts:
            log.info("stored", **self.counts)
        self.counts.clear()
        self._named.clear()

    def _name(self, dev_eui: str | None, reason: str, detail: str) -> None:
        if (dev_eui, reason) not in self._named and len(self._named) < _MOST_NAMED:
            self._named.add((dev_eui, reason))
            log.warning("rejected", device=dev_eui, reason=reason, detail=detail)
