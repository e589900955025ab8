"""What decoding anew changed, for whoever asked: by datastream, how many values, from when to when, the first few."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from plietsch.ingest.judge.writing import Difference

# As many as somebody reads.
_EXAMPLES: Final = 3

# A result, and its quality.
Value = tuple[float | None, int]


class Example(NamedTuple):
    """A value before and after; None where there was none, or is none any more."""

    time: datetime
    before: Value | None
    after: Value | None


@dataclass
class Changed:
    """The changes of one datastream, the earliest and the latest of them by their phenomenon time."""

    first: datetime
    last: datetime
    added: int = 0
    revised: int = 0
    removed: int = 0
    examples: list[Example] = field(default_factory=list[Example])

    def add(self, example: Example) -> None:
        """One more."""
        self.added += example.before is None
        self.removed += example.after is None
        self.revised += example.before is not None and example.after is not None
        self.first, self.last = min(self.first, example.time), max(self.last, example.time)
        if len(self.examples) < _EXAMPLES:
            self.examples.append(example)

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        examples = [
            {"time": each.time, "before": _named(each.before), "after": _named(each.after)} for each in self.examples
        ]
        counts = {"added": self.added, "revised": self.revised, "removed": self.removed}
        return {**counts, "first": self.first, "last": self.last, "examples": examples}


class Changes(dict[int, Changed]):
    """The changes by datastream."""

    def note(self, found: Iterable[Difference]) -> None:
        """Add what one transaction changed, in its order; a value that it changed twice is one."""
        before: dict[tuple[int, int], Value | None] = {}
        after: dict[tuple[int, int], Value | None] = {}
        for each in found:
            key = each.datastream_id, each.time_s
            before.setdefault(key, (each.stored.result, each.stored.quality) if each.stored else None)
            after[key] = (each.wanted.result, each.wanted.quality) if each.wanted else None
        for key in sorted(key for key in before if before[key] != after[key]):
            moment = datetime.fromtimestamp(key[1], UTC)
            self.setdefault(key[0], Changed(moment, moment)).add(Example(moment, before[key], after[key]))


def _named(value: Value | None) -> dict[str, Any] | None:
    return {"result": value[0], "quality": value[1]} if value else None
