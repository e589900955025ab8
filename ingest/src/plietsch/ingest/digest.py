"""What is noteworthy of a batch, looked up once for the log and the metrics: thirty thousand messages come in a second,
and nearly all of them have nothing to say."""

from collections import Counter
from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

from plietsch.ingest import events
from plietsch.ingest.interpret import Outcome
from plietsch.ingest.writer import Stored

# The kinds of events that are told apart; whatever else somebody sends makes one more, and a topic without any another.
KINDS = (*events.TYPES, "other", "none")
_KIND = attrgetter("kind")


class Digest(NamedTuple):
    """A batch: how many messages of each kind, which of them are stored, and which need a word.

    A message that was kept and is tried once more (`retried`) was received before and counts in no `kinds`.
    """

    messages: int
    retried: int
    kinds: Counter[str]
    stored: int
    refused: Sequence[Outcome]
    quarantined: Sequence[Outcome]
    clocks: Sequence[Outcome]
    copies: Sequence[Outcome]
    counts: Stored

    @staticmethod
    def of(stored: Stored) -> "Digest":
        outcomes = stored.outcomes
        heard = [outcome for outcome in outcomes if not outcome.message.retried]
        uplinks = [outcome for outcome in outcomes if outcome.uplink]
        return Digest(
            len(outcomes),
            len(outcomes) - len(heard),
            Counter(map(_KIND, heard)),
            sum(1 for outcome in outcomes if outcome.uplink or outcome.device_event),
            [outcome for outcome in outcomes if outcome.problem],
            [outcome for outcome in outcomes if outcome.quarantined],
            [outcome for outcome in uplinks if outcome.clock],
            [outcome for outcome in uplinks if outcome.repeats] if stored.copies else (),
            stored,
        )

    @property
    def oldest(self) -> Outcome | None:
        """The message that was received first; None where none was received. A batch is in the order of receipt."""
        return next((outcome for outcome in self.counts.outcomes if not outcome.message.retried), None)


def kind_label(kind: str) -> str:
    """One of KINDS."""
    if kind in events.TYPES:
        return kind
    return "other" if kind else "none"
