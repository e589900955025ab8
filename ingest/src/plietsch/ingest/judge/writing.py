"""What differs from what is stored is written: with a revision of each value that was another one, and one row of the
ledger for all of it."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from plietsch.ingest.database import Connection
from plietsch.ingest.judge.queries import QUERIES
from plietsch.ingest.judge.spans import Span, merged
from plietsch.ingest.judge.windows import Stored, Tests, Window
from plietsch.ingest.qartod.testing import worst
from plietsch.ingest.qartod.values import Reach

# No computed value says anything of longer than an hour from its time on.
_LONGEST_S: Final = 3_600
PASSES: Final = "passes all tests"


class Wanted(NamedTuple):
    """A value as it should be: its result, the flag that it comes with, and the tests that it does not pass.

    `heard_at` is when the network heard it; where that is not said, and the value is new, it is when the latest of the
    values was that it is computed from.
    """

    result: float | None
    arrival: int
    tests: Tests
    heard_at: datetime | None = None

    @property
    def quality(self) -> int:
        return worst([self.arrival, *self.tests.values()])

    def said(self) -> str:
        """The tests that it does not pass, and their flags."""
        return ", ".join(f"{name} {self.tests[name]}" for name in sorted(self.tests)) or PASSES


class Inputs(NamedTuple):
    """What a computed series comes from, and how far around a value's time."""

    datastream_ids: Sequence[int]
    reach: Reach

    @property
    def heard_within_s(self) -> int:
        """From its time on, what it says was measured for so long: an hour's index, for that hour. What came hours
        later tells whether a count began anew, and is not what the value says."""
        return max(self.reach.after_s, 1) if self.reach.after_s <= _LONGEST_S else 1


_NOTHING: Final = Inputs((), Reach(0, 0))


class Difference(NamedTuple):
    """A value that is stored otherwise (or not at all) than it should be (or should not be there at all)."""

    datastream_id: int
    time_s: int
    stored: Stored | None
    wanted: Wanted | None

    @property
    def is_of_value(self) -> bool:
        """Whether it is the value that differs, not only what is known of its tests."""
        if self.stored is None or self.wanted is None:
            return True
        return not (_same(self.stored.result, self.wanted.result) and self.stored.quality == self.wanted.quality)

    @property
    def is_of_tests(self) -> bool:
        known = None if self.stored is None or self.stored.tests is None else (self.stored.arrival, self.stored.tests)
        wanted = (self.wanted.arrival, self.wanted.tests) if self.wanted and self.wanted.tests else None
        return known != wanted


@dataclass
class Written:
    """What was written: how many values are new, others than they were, or gone; and where."""

    added: int = 0
    revised: int = 0
    removed: int = 0
    spans: dict[int, list[Span]] = field(default_factory=dict[int, list[Span]])

    def __iadd__(self, other: "Written") -> "Written":
        self.added += other.added
        self.revised += other.revised
        self.removed += other.removed
        for datastream_id, spans in other.spans.items():
            self.spans[datastream_id] = merged([*self.spans.get(datastream_id, ()), *spans])
        return self


def differences(
    datastream_id: int, spans: Sequence[Span], window: Window, wanted: Mapping[int, Wanted]
) -> Iterator[Difference]:
    """Where what is stored within spans is not what is wanted there."""
    for time_s in sorted({*_within(window, spans), *_within(wanted, spans)}):
        difference = Difference(datastream_id, time_s, window.get(time_s), wanted.get(time_s))
        if difference.is_of_value or difference.is_of_tests:
            yield difference


def write(
    connection: Connection,
    found: Sequence[Difference],
    cause: str,
    reason: Callable[[Difference], str],
    inputs: Mapping[int, Inputs] | None = None,
) -> Written:
    """Write differences, each with its reason. `inputs` is what computed ones come from."""
    _write_tests(connection, [each for each in found if each.is_of_tests])
    by_reason: defaultdict[str, defaultdict[int, list[Difference]]] = defaultdict(lambda: defaultdict(list))
    for each in found:
        if each.is_of_value:
            by_reason[reason(each)][each.datastream_id].append(each)
    for why, of_reason in by_reason.items():
        connection.execute(QUERIES["say_why"], {"cause": cause, "reason": why})
        _write_values(connection, of_reason, inputs or {})
    return _written(found)


def enter(connection: Connection, written: Written, cause: str) -> None:
    """Say in the ledger what was written; nothing where nothing was."""
    if not written.spans:
        return
    spans = [span for found in written.spans.values() for span in found]
    entry = {
        "datastream_ids": sorted(written.spans),
        "first_s": min(span.first_s for span in spans),
        "last_s": max(span.last_s for span in spans),
        "observations": written.added,
        "revised": written.revised + written.removed,
        "cause": cause,
    }
    connection.execute(QUERIES["enter"], entry)


def _write_values(
    connection: Connection, found: Mapping[int, Sequence[Difference]], inputs: Mapping[int, Inputs]
) -> None:
    added, revised, removed = list[dict[str, object]](), list[dict[str, object]](), list[dict[str, object]]()
    for datastream_id, of_datastream in found.items():
        come_from = inputs.get(datastream_id, _NOTHING)
        common = {
            "datastream_id": datastream_id,
            "inputs": list(come_from.datastream_ids),
            "within_s": come_from.heard_within_s,
        }
        for kind, some in (
            (added, [each for each in of_datastream if each.stored is None]),
            (revised, [each for each in of_datastream if each.stored and each.wanted]),
            (removed, [each for each in of_datastream if each.wanted is None]),
        ):
            if some:
                kind.append(common | _columns(some))
    with connection.cursor() as cursor:
        for query, parameters in (("add", added), ("revise", revised), ("remove", removed)):
            if parameters:
                cursor.executemany(QUERIES[query], parameters)


def _columns(some: Sequence[Difference]) -> dict[str, object]:
    times_s = [each.time_s for each in some]
    return {
        "times_s": times_s,
        "first_s": min(times_s),
        "last_s": max(times_s),
        "heard_at": [each.wanted.heard_at if each.wanted else None for each in some],
        "results": [each.wanted.result if each.wanted else None for each in some],
        "qualities": [each.wanted.quality if each.wanted else None for each in some],
    }


def _write_tests(connection: Connection, found: Sequence[Difference]) -> None:
    failed = [(each.datastream_id, each.time_s, each.wanted) for each in found if each.wanted and each.wanted.tests]
    passed = [each for each in found if each.wanted is None or not each.wanted.tests]
    if failed:
        rows = {
            "datastream_ids": [datastream_id for datastream_id, _, _ in failed],
            "times_s": [time_s for _, time_s, _ in failed],
            "arrivals": [wanted.arrival for _, _, wanted in failed],
            "tests": [json.dumps(dict(wanted.tests), sort_keys=True) for _, _, wanted in failed],
        }
        connection.execute(QUERIES["keep_failed_tests"], rows)
    if passed:
        rows = {
            "datastream_ids": [each.datastream_id for each in passed],
            "times_s": [each.time_s for each in passed],
        }
        connection.execute(QUERIES["forget_failed_tests"], rows)


def _written(found: Iterable[Difference]) -> Written:
    written, spans = Written(), defaultdict[int, list[Span]](list)
    for each in found:
        spans[each.datastream_id].append(Span(each.time_s, each.time_s))
        if each.is_of_value:
            written.added += each.stored is None
            written.removed += each.wanted is None
            written.revised += each.stored is not None and each.wanted is not None
    # What lies as near as two readings do is one span.
    written.spans = {datastream_id: merged(some, _NEAR_S) for datastream_id, some in spans.items()}
    return written


# Values that differ lie as near as this mostly: a span for each of them would be as long a list.
_NEAR_S: Final = 3_600


def _within(times_s: Iterable[int], spans: Sequence[Span]) -> Iterator[int]:
    if len(spans) == 1:
        first_s, last_s = spans[0]
        return (time_s for time_s in times_s if first_s <= time_s <= last_s)
    return (time_s for time_s in times_s if any(time_s in span for span in spans))


def _same(result: float | None, other: float | None) -> bool:
    # What is not a number is not even itself.
    return result == other or (result is not None and other is not None and result != result and other != other)
