"""What a worker counts for Prometheus: plain numbers, added to once for each batch.

`exposition` reads them when somebody asks. So neither the worker's start nor a batch pays for what nobody may look at.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from plietsch.ingest.digest import Digest, kind_label

# In messages: from a quiet network to `worker.LARGEST_BATCH`.
_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)
# In seconds: a commit takes milliseconds; a broker that hands out what it kept is hours or days behind.
_DELAYS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_LAGS_S = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600, 21_600, 86_400)


class Histogram:
    """How many values lay at or below each bound, and their sum."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)  # the last one: above all bounds
        self.sum = 0.0

    def observe(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value


class Metrics:
    """Totals since the worker started. Written by the worker's thread, read by any."""

    def __init__(self) -> None:
        self.received: Counter[str] = Counter()  # by kind of event
        self.refused: Counter[str] = Counter()  # by reason
        self.quarantined = 0
        self.stored = 0
        self.observations = 0
        self.repeated = 0
        self.differing = 0
        self.late = 0
        self.copies = 0
        self.batch_size = Histogram(_SIZES)
        self.lag_s = Histogram(_LAGS_S)
        self.acknowledgement_delay_s = Histogram(_DELAYS_S)

    def add(self, digest: Digest, now: datetime) -> None:
        """Count a batch that was committed and acknowledged by now; delays are those of its oldest message."""
        counts = digest.counts
        for kind, number in digest.kinds.items():
            self.received[kind_label(kind)] += number
        for outcome in digest.refused:
            if outcome.problem and not outcome.message.retried:
                self.refused[outcome.problem.reason.value] += 1
        self.quarantined += sum(1 for outcome in digest.quarantined if not outcome.message.retried)
        self.stored += digest.stored
        self.observations += counts.observations
        self.repeated += counts.repeated
        self.differing += counts.differing
        self.late += counts.late
        self.copies += counts.copies
        if oldest := digest.oldest:
            self.batch_size.observe(digest.messages - digest.retried)
            self.acknowledgement_delay_s.observe(_seconds(now, oldest.message.received_at))
            if row := oldest.uplink or oldest.device_event:
                self.lag_s.observe(_seconds(now, row.event_time))


def _seconds(now: datetime, before: datetime) -> float:
    """Never negative: the network's clock and this one differ."""
    return max(0.0, (now - before).total_seconds())
