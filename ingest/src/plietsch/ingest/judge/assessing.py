"""One transaction of the judge's work: what was touched is judged, and what follows from it, until nothing follows.

Raw series come first, then those that are computed from them, then those that are computed from these: each in its
rank. What was touched or made anew, and what turned out otherwise than it was stored, is what the next rank is made
anew for.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from plietsch.ingest.database import Connection
from plietsch.ingest.judge import computing, flat, planning, testing, windows, writing
from plietsch.ingest.judge.knowing import Known
from plietsch.ingest.judge.queries import QUERIES
from plietsch.ingest.judge.spans import Collected, Span, Spans
from plietsch.ingest.judge.windows import Window
from plietsch.ingest.judge.writing import PASSES, Difference, Inputs, Wanted, Written
from plietsch.ingest.qartod.values import Value

# Any number that nobody else locks: "judge" in letters of eight bits.
LOCK: Final = 0x6A75646765


class Assessed(NamedTuple):
    """What came of it: how many values were loaded to judge how many, and what was written."""

    loaded: int
    judged: int
    written: Written


def lock(connection: Connection) -> None:
    """Keep everybody else from judging until the transaction ends; waits for who does."""
    connection.execute(QUERIES["begin_judging"], (LOCK,))


def assess(
    connection: Connection,
    known: Known,
    touched: Spans,
    cause: str = "judge",
    on_found: Callable[[Sequence[Difference]], object] = len,
) -> Assessed:
    """Judge what was touched, within the caller's transaction, and write what differs; `cause` is what revisions name.

    What was written is entered in the ledger by the caller (`writing.enter`). `on_found` is told of each difference.
    Nobody else judges until the transaction ends.
    """
    lock(connection)
    known.load(touched)
    assessment = _Assessment(connection, known, cause, on_found)
    assessment.run(touched)
    return Assessed(assessment.loaded, assessment.judged, assessment.written)


class _Assessment:
    """What is still to be judged and computed, by rank."""

    def __init__(
        self, connection: Connection, known: Known, cause: str, on_found: Callable[[Sequence[Difference]], object]
    ) -> None:
        self._connection = connection
        self._known = known
        self._cause = cause
        self._on_found = on_found
        self._touched: defaultdict[int, Collected] = defaultdict(Collected)
        self._concerned: defaultdict[int, Collected] = defaultdict(Collected)
        self.loaded = 0
        self.judged = 0
        self.written = Written()

    def run(self, touched: Spans) -> None:
        """Judge what was touched."""
        for datastream_id, spans in touched.items():
            if self._known.find(datastream_id):
                self._touched[self._known.rank(datastream_id)].add(datastream_id, *spans)
        rank = 0
        while rank <= max([*self._touched, *self._concerned], default=-1):
            self._judge(rank)
            rank += 1

    def _judge(self, rank: int) -> None:
        touched = self._touched[rank].merged()
        for datastream_id, spans in planning.concerned(self._known, touched, self._around_flat).items():
            self._concerned[max(rank, self._known.rank(datastream_id))].add(datastream_id, *spans)
        judged = self._concerned[rank].merged()
        stored = windows.load(self._connection, planning.needed(self._known, judged, self._around_flat))
        # After what is stored: of a reading that is committed in between, nothing is missing that it is computed from.
        computed = computing.compute(self._connection, self._known, touched) if rank else {}
        arrived = testing.Values({each: _arrived(window, touched, computed, each) for each, window in stored.items()})
        self.loaded += sum(map(len, arrived.values()))
        found = [each for datastream_id, spans in judged.items()
                 for each in self._differences(datastream_id, spans, stored[datastream_id], arrived)]  # fmt: skip
        written = self._write(found)
        self.written += written
        self._follow(rank, touched, written)

    def _around_flat(self, spans: Spans) -> Spans:
        return flat.around(self._connection, self._known, spans)

    def _differences(
        self, datastream_id: int, spans: Sequence[Span], stored: Window, arrived: testing.Values
    ) -> Iterator[Difference]:
        series = self._known.find(datastream_id)
        if series is None:
            return
        tested = testing.test(self._known, series, arrived, spans)
        self.judged += len(tested)
        wanted = {time_s: Wanted(value.result, value.flag, tests) for time_s, (value, tests) in tested.items()}
        yield from writing.differences(datastream_id, spans, stored, wanted)

    def _write(self, found: Sequence[Difference]) -> Written:
        computations = {each: self._known.computation(each) for each in {one.datastream_id for one in found}}
        inputs = {each: Inputs(found.inputs, found.reach) for each, found in computations.items() if found}

        def reason(difference: Difference) -> str:
            computation = computations[difference.datastream_id]
            return _reason(difference, computation.method if computation else "", self._cause)

        self._on_found(found)
        return writing.write(self._connection, found, self._cause, reason, inputs)

    def _follow(self, rank: int, touched: Spans, written: Written) -> None:
        """What is computed from what came, and from what turned out otherwise."""
        changed = Collected()
        for datastream_id, spans in written.spans.items():
            changed.add(datastream_id, *spans)
        for datastream_id, spans in touched.items():  # also where nothing differs: what follows may be missing
            changed.add(datastream_id, *spans)
        for datastream_id, spans in computing.following(self._known, changed.merged()).items():
            self._touched[self._known.rank(datastream_id)].add(datastream_id, *spans)


def _arrived(window: Window, touched: Spans, computed: Mapping[int, Mapping[int, Value]], each: int) -> list[Value]:
    """Values with the flags that they came with: stored ones, and those that were computed anew."""
    values = {time_s: Value(time_s, stored.result, stored.arrival) for time_s, stored in window.items()}
    if each not in computed:
        return list(values.values())
    anew = touched[each]
    kept = {time_s: value for time_s, value in values.items() if not any(time_s in span for span in anew)}
    return [value for _, value in sorted((kept | dict(computed[each])).items())]


def _reason(difference: Difference, method: str, cause: str) -> str:
    """Which tests a value does not pass; of a computed one the method, and what became of it."""
    if difference.wanted is None:
        return f"{method or 'a method that is not used any more'}: nothing is there that it is computed from"
    said = difference.wanted.said()
    if not method:
        return said
    mounted = f"{method}, mounted otherwise" if cause == "deployment" else method
    return mounted if said == PASSES else f"{mounted}; {said}"
