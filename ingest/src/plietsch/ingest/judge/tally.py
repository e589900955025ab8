"""What the judge counted since it last said so."""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import structlog

from plietsch.ingest.judge.assessing import Assessed
from plietsch.platform.ledger import Entry

log = structlog.get_logger(__name__)

_REPORT_EVERY_S: Final = 60.0


class Tally:
    """Counts of a minute: entries of the ledger, values judged, and of these what was written otherwise."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._behind_s = 0.0
        self._reported_at = time.monotonic()

    def said(self) -> str:
        """All that was counted, in a sentence."""
        counts = self.counts
        changed = ", ".join(f"{name}: {counts[name]}" for name in ("added", "revised", "removed"))
        return f"Judged: {counts['judged']} values ({changed})."

    def assessed(self, assessed: Assessed) -> None:
        """A piece is judged and committed."""
        written = assessed.written
        self.counts.update(pieces=1, judged=assessed.judged, loaded=assessed.loaded)
        self.counts.update({"added": written.added, "revised": written.revised, "removed": written.removed})

    def read(self, entries: Sequence[Entry]) -> None:
        """All that these entries touched is judged."""
        self.counts["entries"] += sum(1 for entry in entries if entry.cause != "judge")
        behind_s = (datetime.now(UTC) - entries[-1].written_at).total_seconds()
        self._behind_s = max(0.0, behind_s)

    def report_now_and_then(self) -> None:
        """Log the counts when a minute is over."""
        if time.monotonic() - self._reported_at >= _REPORT_EVERY_S:
            self.report()

    def report(self) -> None:
        """Log the counts and begin again; says nothing where nothing was judged."""
        if self.counts["judged"]:
            log.info("judged", **{name: number for name, number in self.counts.items() if number},
                     behind_s=round(self._behind_s, 1))  # fmt: skip
        self.counts.clear()
        self._reported_at = time.monotonic()
