"""Computed series made anew, from what is stored and was judged of their inputs."""

from collections.abc import Mapping, Sequence

from plietsch.ingest.database import Connection
from plietsch.ingest.judge import windows
from plietsch.ingest.judge.knowing import Known
from plietsch.ingest.judge.spans import Collected, Span, Spans
from plietsch.ingest.judge.windows import Window
from plietsch.ingest.qartod.values import Value, is_usable
from plietsch.ingest.quality import Quality


def following(known: Known, changed: Spans) -> dict[int, list[Span]]:
    """The spans of computed series whose values may be others now that values, or their flags, changed."""
    known.load(changed)
    found = Collected()
    for datastream_id, spans in changed.items():
        for each in known.computed_from(datastream_id):
            found.add(each.output, *(span.wider(each.reach.after_s, each.reach.before_s) for span in spans))
    return found.merged()


def compute(connection: Connection, known: Known, outputs: Spans) -> dict[int, dict[int, Value]]:
    """All values of computed series within spans, by second."""
    inputs = windows.load(connection, _needed(known, outputs))
    values = {datastream_id: _values(window) for datastream_id, window in inputs.items()}
    return {datastream_id: _computed(known, datastream_id, spans, values) for datastream_id, spans in outputs.items()}


def _computed(
    known: Known, datastream_id: int, spans: Sequence[Span], values: Mapping[int, Sequence[Value]]
) -> dict[int, Value]:
    computation = known.computation(datastream_id)
    if computation is None:
        return {}
    made = (value for span in spans for value in computation.compute(values, span.first_s, span.last_s))
    return {value.time_s: value for value in made}


def _needed(known: Known, outputs: Spans) -> dict[int, list[Span]]:
    found = Collected()
    for datastream_id, spans in outputs.items():
        if computation := known.computation(datastream_id):
            wide = [span.wider(computation.reach.before_s, computation.reach.after_s) for span in spans]
            for each in computation.inputs:
                found.add(each, *wide)
    return found.merged()


def _values(window: Window) -> list[Value]:
    """With the flags that they were judged with; what nobody can reckon with is as good as failed."""
    return [
        Value(time_s, stored.result, stored.quality)
        if stored.result is None or is_usable(stored.result)
        else Value(time_s, None, Quality.FAIL)
        for time_s, stored in window.items()
    ]
