"""What a worker counted since it last said so, and what it has to say of devices."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog

from plietsch.ingest import events
from plietsch.ingest.clock import Clock
from plietsch.ingest.digest import Digest

log = structlog.get_logger(__name__)

# A flood of unknown senders must not become a flood of log lines.
_MOST_NAMED = 20
# Kinds of events are named once in a worker's life; who invents new ones is not followed for ever.
_MOST_KINDS = 100

_CLOCKS = {
    Clock.UNSET: "The node's clock was never set: readings count back from when the network heard them.",
    Clock.RESET: "The node's clock began anew: readings count back from when they were heard, where that is possible.",
    Clock.AHEAD: "The node's clock is more than an hour ahead: its readings are stored as suspect.",
    Clock.WRONG: "The node's clock is years off: readings whose time cannot be believed are not stored.",
}


@dataclass
class Tally:
    """Counts of an interval, and which complaints were made in it: each device and reason is named once."""

    counts: Counter[str] = field(default_factory=Counter[str])
    _named: set[tuple[str | None, str]] = field(default_factory=set[tuple[str | None, str]])
    _kinds: set[str] = field(default_factory=lambda: {*events.TYPES, ""})

    def add(self, digest: Digest) -> None:
        """Count a batch, and log what is wrong with devices not named yet."""
        self._sum_up(digest)
        for outcome in digest.quarantined:
            self._name(
                outcome.dev_eui, "unknown-device", "The device is not registered: see `plietsch ingest quarantine`."
            )
        for outcome in digest.refused:
            if outcome.problem:
                self._name(outcome.dev_eui, outcome.problem.reason, outcome.problem.detail)
        for outcome in digest.clocks:
            if outcome.clock:
                self._name(outcome.dev_eui, f"clock-{outcome.clock}", _CLOCKS[outcome.clock], "clock")
        for outcome in digest.copies:
            self._name(outcome.dev_eui, "copy", "The network gave a frame again under a new id.", "copy")
        if digest.counts.differing:
            detail = "A reading came again with another number; the first one stays (table observation_repeat)."
            self._name(None, "repeat-differs", detail, "repeat")
        self._name_kinds(digest.kinds)

    def report(self) -> None:
        """Log the counts and begin again; says nothing where nothing was counted."""
        if self.counts:
            log.info("stored", **self.counts)
        self.counts.clear()
        self._named.clear()

    def _sum_up(self, digest: Digest) -> None:
        counts = digest.counts
        self.counts["messages"] += digest.messages
        self.counts["observations"] += counts.observations
        noteworthy = {
            "late": counts.late,
            "repeated": counts.repeated,
            "differing": counts.differing,
            "copies": counts.copies,
            "quarantined": len(digest.quarantined),
            "errors": len(digest.refused),
        }
        self.counts.update({name: number for name, number in noteworthy.items() if number})

    def _name(self, dev_eui: str | None, reason: str, detail: str, event: str = "rejected") -> None:
        if (dev_eui, reason) in self._named:
            return
        if len(self._named) >= _MOST_NAMED:
            self.counts["unnamed"] += 1
            return
        self._named.add((dev_eui, reason))
        whose = {"device": dev_eui} if dev_eui else {}  # the database tells how many readings differ, not whose
        log.warning(event, **whose, reason=str(reason), detail=detail)

    def _name_kinds(self, kinds: Iterable[str]) -> None:
        for kind in kinds:
            if kind not in self._kinds and len(self._kinds) < _MOST_KINDS:
                self._kinds.add(kind)
                log.info("unknown kind of event", kind=kind, detail="Such events are kept in device_event, unread.")
