"""Windows of values tested: each value by what it is held against at its moment, among those of its deployment. Pure
but for facts that are looked up.

A value outside of all deployments is tested by nothing, and stands beside no other one.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from plietsch.ingest.judge.facts import Feed, Held, Series
from plietsch.ingest.judge.knowing import Known
from plietsch.ingest.judge.spans import Span
from plietsch.ingest.judge.windows import Tests
from plietsch.ingest.qartod import testing
from plietsch.ingest.qartod.values import SAME_READING_S, Beside, Usable, Value
from plietsch.platform.device_types.specification import Limits


class Values(dict[int, Sequence[Value]]):
    """Values by datastream, in the order of time. What neighbours are held against is made of them once."""

    def installed(self, series: Series) -> Usable:
        """What was measured while a device was installed: only that says something of the world."""
        found = self._installed.get(series.id)
        if found is None:
            spans = [feed for feed in series.feeds if feed.installed]
            own = self.get(series.id, ())
            self._installed[series.id] = found = Usable.of(
                value for value in own if any(value.time_s in feed for feed in spans)
            )
        return found

    @cached_property
    def _installed(self) -> dict[int, Usable]:
        return {}


class Tested(NamedTuple):
    """A value, and the tests that it does not pass with the flag of each."""

    value: Value
    tests: Tests


def test(known: Known, series: Series, values: Values, spans: Sequence[Span]) -> dict[int, Tested]:
    """The values of a series within spans, tested, by second; `values` has all that it takes (`planning.needed`), by
    datastream and in the order of time."""
    own = values.get(series.id, ())
    tested = {value.time_s: Tested(value, {}) for span in spans for value in _between(own, *span)}
    for feed in reversed(series.feeds):  # where several meet, the first one counts
        of_feed = _fed(own, feed)
        for held in series.held(feed):
            for span in spans:
                tested |= _held(known, series, feed, held, of_feed, values, span)
    return tested


def _held(
    known: Known, series: Series, feed: Feed, held: Held, own: Sequence[Value], values: Values, span: Span
) -> dict[int, Tested]:
    first_s, last_s = max(span.first_s, held.since_s), min(span.last_s, held.until_s)
    reach = testing.reach(held.limits)
    around = _between(own, first_s - reach.before_s, last_s + reach.after_s)
    if first_s > last_s or not around:
        return {}
    results = testing.run(around, held.limits, _beside(known, series, feed, held.limits, values, span))
    return {
        value.time_s: Tested(value, tests)
        for value, tests in zip(around, results, strict=True)
        if first_s <= value.time_s <= last_s and value.time_s < held.until_s
    }


def _beside(known: Known, series: Series, feed: Feed, limits: Limits, values: Values, span: Span) -> Beside:
    channels: dict[str, Sequence[Value]] = {}
    if many := limits.multi_variate:
        other = values.get(feed.beside.get(many.channel, 0), ())
        channels[many.channel] = _between(other, *span.wider(SAME_READING_S, SAME_READING_S))
    near = limits.neighbour
    around = known.neighbours(series.id, near.radius_km) if near else ()
    return Beside(channels, [values.installed(found) for other in around if (found := known.find(other))])


def _fed(values: Sequence[Value], feed: Feed) -> Sequence[Value]:
    first = bisect_left(values, feed.since_s, key=_time_s)
    return values[first : bisect_left(values, feed.until_s, first, key=_time_s)]


def _between(values: Sequence[Value], first_s: float, last_s: float) -> Sequence[Value]:
    first = bisect_left(values, first_s, key=_time_s)
    return values[first : bisect_right(values, last_s, first, key=_time_s)]


def _time_s(value: Value) -> int:
    return value.time_s
