"""What is to be judged anew where values changed, and what that takes. Pure but for facts that are looked up."""

from collections.abc import Callable, Iterable, Iterator

from plietsch.ingest.judge.facts import Series
from plietsch.ingest.judge.knowing import Known
from plietsch.ingest.judge.spans import Collected, Span, Spans
from plietsch.ingest.qartod.values import SAME_READING_S

# Spans with the flat lines that they meet.
AroundFlat = Callable[[Spans], Spans]


def concerned(known: Known, changed: Spans, around_flat: AroundFlat) -> dict[int, list[Span]]:
    """The spans of datastreams whose flags may be others now that values changed: the changed ones and those around
    them, channels of the same readings, the same property at stations nearby.

    What stands beside decides on the one value, and that value's flags on no other's.
    """
    known.load(changed)
    known.load({near for datastream_id in changed for near in known.all_around(datastream_id)})
    found = Collected()
    for datastream_id, spans in around_flat(changed).items():
        found.add(datastream_id, *spans)
    for datastream_id, spans in changed.items():
        series = known.find(datastream_id)
        if series is None:
            continue
        found.add(datastream_id, *_wider(spans, series.reach.after_s, series.reach.before_s))
        found.add_to(known.says_of(datastream_id), _wider(spans, SAME_READING_S, SAME_READING_S))
        for within_s, looking in known.who_looks_at(datastream_id).items():
            found.add_to(looking, _wider(spans, within_s, within_s))
    return found.merged()


def needed(known: Known, judged: Spans, around_flat: AroundFlat) -> dict[int, list[Span]]:
    """What must be known to judge spans: values around them, those beside them, and neighbours'."""
    known.load(judged)
    found = Collected()
    for datastream_id, spans in around_flat(judged).items():
        found.add(datastream_id, *spans)
    for datastream_id, spans in judged.items():
        if series := known.find(datastream_id):
            found.add(datastream_id, *_wider(spans, series.reach.before_s, series.reach.after_s))
            found.add_to(series.stands_beside, _wider(spans, SAME_READING_S, SAME_READING_S))
            _add_neighbours(known, series, spans, found)
    known.load(found)  # whether something was installed where neighbours' values were measured
    return found.merged()


def _add_neighbours(known: Known, series: Series, spans: Iterable[Span], found: Collected) -> None:
    for near in series.looks:
        found.add_to(known.neighbours(series.id, near.radius_km), _wider(spans, near.within_s, near.within_s))


def _wider(spans: Iterable[Span], before_s: float, after_s: float) -> Iterator[Span]:
    return (span.wider(before_s, after_s) for span in spans)
