"""Spans of time of datastreams, both ends included, in whole seconds since 1970: moved, merged, cut. Pure."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

DAY_S = 86_400
# What is divided no further: values so near decide on each other's flags anyway.
_LEAST_S = 3_600


class Span(NamedTuple):
    """From a second to another one, this one included."""

    first_s: int
    last_s: int

    def wider(self, before_s: float, after_s: float) -> "Span":
        """This span and so much more at either end."""
        return Span(int(self.first_s - before_s), int(self.last_s + after_s))

    def __contains__(self, moment_s: object) -> bool:
        return isinstance(moment_s, int) and self.first_s <= moment_s <= self.last_s


Spans = Mapping[int, Sequence[Span]]


def merged(spans: Iterable[Span], gap_s: int = 0) -> list[Span]:
    """The spans in their order, those in one that lie at most so far apart."""
    found: list[Span] = []
    for span in sorted(set(spans)):  # neighbours often bring the same one
        if found and span.first_s <= found[-1].last_s + 1 + gap_s:
            found[-1] = Span(found[-1].first_s, max(found[-1].last_s, span.last_s))
        else:
            found.append(span)
    return found


class Collected:
    """Spans of datastreams as they are found, in any order."""

    def __init__(self) -> None:
        self._spans: defaultdict[int, list[Span]] = defaultdict(list)

    def add(self, datastream_id: int, *spans: Span) -> None:
        self._spans[datastream_id] += spans

    def add_to(self, datastream_ids: Iterable[int], spans: Iterable[Span]) -> None:
        """The same spans of several datastreams."""
        same = list(spans)
        for each in datastream_ids:
            self._spans[each] += same

    def __iter__(self) -> Iterator[int]:
        return iter(self._spans)

    def merged(self, gap_s: int = 0) -> dict[int, list[Span]]:
        """By datastream, merged."""
        return {datastream_id: merged(spans, gap_s) for datastream_id, spans in self._spans.items()}


def by_days(spans: Spans) -> Iterator[tuple[int, Span]]:
    """The spans cut at the beginning of UTC days, earlier days first; made as they are asked for: a span of years has
    a thousand."""
    cut = (_days(datastream_id, sorted(some)) for datastream_id, some in spans.items())
    return ((datastream_id, part) for _, datastream_id, part in heapq.merge(*cut))


def pieces(parts: Iterable[tuple[int, Span, float]], most: float) -> Iterator[dict[int, list[Span]]]:
    """Spans of datastreams (`by_days`), each with how many values it may have, as work of about so many values.

    Days are kept together: what belongs together is judged together, and what later ones are computed from is there.
    """
    piece, so_far = Collected(), 0.0
    for datastream_id, part, expected in parts:
        if so_far and so_far + expected > most:
            yield piece.merged()
            piece, so_far = Collected(), 0.0
        piece.add(datastream_id, part)
        so_far += max(expected, 1.0)
    if so_far:
        yield piece.merged()


def halves(spans: Spans) -> tuple[dict[int, list[Span]], dict[int, list[Span]]] | None:
    """The same work in two; None where it is one span of one datastream, of an hour or less."""
    parts = sorted((span.first_s, each, span) for each, found in spans.items() for span in found)
    if len(parts) > 1:
        middle = len(parts) // 2
        return _of(parts[:middle]), _of(parts[middle:])
    ((_, datastream_id, span),) = parts
    if span.last_s - span.first_s <= _LEAST_S:
        return None
    middle_s = (span.first_s + span.last_s) // 2
    return {datastream_id: [Span(span.first_s, middle_s)]}, {datastream_id: [Span(middle_s + 1, span.last_s)]}


def _of(parts: Iterable[tuple[int, int, Span]]) -> dict[int, list[Span]]:
    collected = Collected()
    for _, datastream_id, span in parts:
        collected.add(datastream_id, span)
    return collected.merged()


def _days(datastream_id: int, spans: Iterable[Span]) -> Iterator[tuple[int, int, Span]]:
    """Spans of a datastream, which do not overlap, by the UTC days in which they lie."""
    for span in spans:
        for day in range(span.first_s // DAY_S, span.last_s // DAY_S + 1):
            yield day, datastream_id, Span(max(span.first_s, day * DAY_S), min(span.last_s, (day + 1) * DAY_S - 1))
