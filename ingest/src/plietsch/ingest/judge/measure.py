"""How much work a span is: about how many values are loaded to judge it, as far as that was seen before."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from plietsch.ingest.judge.assessing import Assessed
from plietsch.ingest.judge.knowing import Known
from plietsch.ingest.judge.spans import Span, Spans

# A piece holds so many values in memory, some hundred bytes each, and takes a second or less.
_MOST: Final = 50_000.0
# What lies nearer than this is judged as one span: the hours around it are loaded once.
_GAP_S: Final = 6 * 3_600
# A device that is meant to measure every ten seconds may have measured every fifteen minutes until now.
_LEAST_SHARE: Final = 0.01
_FORGETS: Final = 0.7
# So many are looked up at once.
_TOGETHER: Final = 10_000


class Measure:
    """Expects as many values as devices are meant to measure, and learns which share of these there are."""

    most: float = _MOST
    gap_s: int = _GAP_S

    def __init__(self, known: Known) -> None:
        self._known = known
        self._share = 1.0

    def expected(self, parts: Iterable[tuple[int, Span]]) -> Iterator[tuple[int, Span, float]]:
        """Spans of datastreams, each with how many values are likely to be loaded to judge it."""
        left = iter(parts)
        while some := list(islice(left, _TOGETHER)):
            self._known.load({datastream_id for datastream_id, _ in some})
            for datastream_id, span in some:
                yield datastream_id, span, self._meant(datastream_id, span) * self._share

    def learn(self, piece: Spans, assessed: Assessed) -> None:
        """So many were."""
        meant = sum(self._meant(each, span) for each, spans in piece.items() for span in spans)
        share = assessed.loaded / meant if meant else 1.0
        # More than expected counts at once.
        self._share = min(1.0, max(share, _FORGETS * self._share, _LEAST_SHARE))

    def _meant(self, datastream_id: int, span: Span) -> float:
        series = self._known.find(datastream_id)
        if series is None:
            return 1.0
        reach = series.reach
        computed_s = sum(each.reach.before_s + each.reach.after_s for each in self._known.computed_from(datastream_id))
        loaded_s = span.last_s - span.first_s + 2 * (reach.before_s + reach.after_s) + computed_s
        return 1.0 + loaded_s / series.interval_s
