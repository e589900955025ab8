"""What is to be judged anew where values changed, and what that takes. Pure but for facts that are looked up."""

from collections.abc import Iterable, Iterator

from plietsch.ingest.judge.facts import Series
from plietsch.ingest.judge.knowing import Known
from plietsch.ingest.judge.spans import Collected, Span, Spans
from plietsch.ingest.qartod.testing import reach as reach_of
from plietsch.ingest.qartod.values import SAME_READING_S, Reach


def widest_reach(series: Series) -> Reach:
    """How far around a value others decide on its flags, by any limits that it may be held against."""
    reaches = [reach_of(limits) for _, limits in series.every_limits()]
    return Reach(
        max((each.before_s for each in reaches), default=0), max((each.after_s for each in reaches), default=0)
    )


def concerned(known: Known, changed: Spans) -> dict[int, list[Span]]:
    """The spans of datastreams whose flags may be others now that values changed: the changed ones and those around
    them, channels of the same readings, the same property at stations nearby.

    What stands beside decides on the one value, and that value's flags on no other's.
    """
    known.load(changed)
    found = Collected()
    for datastream_id, spans in changed.items():
        series = known.find(datastream_id)
        if series is None:
            continue
        found.add(datastream_id, *_around(series, spans))
        for other in _who_stands_beside(known, series):
            found.add(other.id, *(span.wider(SAME_READING_S, SAME_READING_S) for span in spans))
        for looking, within_s in known.who_looks_at(series):
            found.add(looking.id, *(span.wider(within_s, within_s) for span in spans))
    return found.merged()


def needed(known: Known, judged: Spans) -> dict[int, list[Span]]:
    """What must be known to judge spans: values around them, those beside them, and neighbours'."""
    found = Collected()
    for datastream_id, spans in judged.items():
        series = known.find(datastream_id)
        if series is None:
            continue
        reach = widest_reach(series)
        wide = [span.wider(reach.before_s, reach.after_s) for span in spans]
        found.add(datastream_id, *wide)
        for feed, limits in series.every_limits():
            if limits.multi_variate and (other := feed.beside.get(limits.multi_variate.channel)):
                found.add(other, *(span.wider(SAME_READING_S, SAME_READING_S) for span in spans))
            if near := limits.neighbour:
                for other in known.neighbours(datastream_id, near.radius_km):
                    found.add(other, *(span.wider(near.within_s, near.within_s) for span in spans))
    return found.merged()


def _around(series: Series, spans: Iterable[Span]) -> Iterator[Span]:
    """Where a series has values on whose flags those in the spans decide."""
    wide = widest_reach(series)
    return (span.wider(wide.after_s, wide.before_s) for span in spans)


def _who_stands_beside(known: Known, series: Series) -> Iterator[Series]:
    """The series of the same station that are tested by what a series says."""
    for other in known.of_station(series):
        if any(
            limits.multi_variate and feed.beside.get(limits.multi_variate.channel) == series.id
            for feed, limits in other.every_limits()
        ):
            yield other
