"""How far the flat lines go that a change can make, lengthen or break.

A flat line takes hours to be one, and to look that far around each value would take most of the judge's time. But what
changes at a moment belongs to a stretch beyond that moment only if the value next to it there does. So one looks from
there on as far as values are like that one: a step or two where they vary, hours where an instrument is stuck.
"""

from collections.abc import Sequence
from typing import Final

from plietsch.ingest.database import Connection
from plietsch.ingest.judge.knowing import Known
from plietsch.ingest.judge.queries import QUERIES
from plietsch.ingest.judge.spans import Collected, Span, Spans
from plietsch.ingest.qartod.values import LARGEST, ROUNDING

# A stretch with the value next to a change keeps within the tolerance of it, one that shares a value with that stretch
# within twice as much; what ends both lies beyond.
_BAND: Final = 2.0


def around(connection: Connection, known: Known, spans: Spans) -> dict[int, list[Span]]:
    """The spans with the flat lines that they meet. Of series that are computed anew as they are judged, what is stored
    says nothing: these are taken as far as any flat line can go."""
    found = Collected()
    stored: list[tuple[int, Span, float, float]] = []
    for datastream_id, some in spans.items():
        series = known.find(datastream_id)
        if series is None or series.flat is None:
            found.add(datastream_id, *some)
        elif known.rank(datastream_id):
            found.add(datastream_id, *(span.wider(series.flat.reach_s, series.flat.reach_s) for span in some))
        else:
            stored += [(datastream_id, span, series.flat.tolerance, series.flat.reach_s) for span in some]
    for datastream_id, span in _looked_up(connection, stored):
        found.add(datastream_id, span)
    return found.merged()


def _looked_up(connection: Connection, asked: Sequence[tuple[int, Span, float, float]]) -> list[tuple[int, Span]]:
    if not asked:
        return []
    parameters = {
        "datastream_ids": [datastream_id for datastream_id, *_ in asked],
        "first_s": [span.first_s for _, span, *_ in asked],
        "last_s": [span.last_s for _, span, *_ in asked],
        "bands": [_BAND * (tolerance + ROUNDING) for *_, tolerance, _ in asked],
        "reaches_s": [int(reach_s) for *_, reach_s in asked],
        "largest": LARGEST,
    }
    return [(row[0], Span(row[1], row[2])) for row in connection.execute(QUERIES["flat_around"], parameters)]
