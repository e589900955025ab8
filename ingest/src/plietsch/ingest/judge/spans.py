"""Spans of time of datastreams, both ends included, in whole seconds since 1970: moved, merged, cut. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
    for span in sorted(spans):
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

    def merged(self, gap_s: int = 0) -> dict[int, list[Span]]:
        """By datastream, merged."""
        return {datastream_id: merged(spans, gap_s) for datastream_id, spans in self._spans.items()}


def pieces(spans: Spans, values: Callable[[int, Span], float], most: float) -> Iterator[dict[int, list[Span]]]:
    """Cut spans into work of about so many values: by UTC days, so that what belongs together is judged together.

    `values` says how many a span may have. Earlier days come first: what later ones are computed from is there then.
    """
    parts = [(day, each, part) for each, found in spans.items() for span in found for day, part in _days(span)]
    piece, so_far = Collected(), 0.0
    for _, datastream_id, part in sorted(parts):
        expected = values(datastream_id, part)
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


def _days(span: Span) -> Iterator[tuple[int, Span]]:
    """A span by the UTC days in which it lies."""
    for day in range(span.first_s // DAY_S, span.last_s // DAY_S + 1):
        yield day, Span(max(span.first_s, day * DAY_S), min(span.last_s, (day + 1) * DAY_S - 1))
