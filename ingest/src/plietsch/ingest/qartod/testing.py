"""All tests of a series at once: which of them each value did not pass, as a function of the set of values. Pure.

Tests see values with the flags of arrival, and know of one another in one case only: a spike is not what the rate of
change is counted from.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from plietsch.ingest.qartod import flat_line, gross_range, multi_variate, neighbour, rate_of_change, spike
from plietsch.ingest.qartod.values import Beside, Flags, Point, Reach, Value, point, points, widest
from plietsch.ingest.quality import Quality
from plietsch.platform.device_types.specification import Limits

__all__ = ("NAMES", "Beside", "Reach", "Value", "reach", "run", "worst")

# As `observation_test.tests` names them, in the manual's order.
NAMES: Final = (gross_range.NAME, spike.NAME, rate_of_change.NAME, flat_line.NAME, multi_variate.NAME, neighbour.NAME)
_NOTHING: Final = Beside()


def reach(limits: Limits) -> Reach:
    """How far around a value the values of its own series decide on its flag.

    One that came at t can change flags from t − `after_s` to t + `before_s`. Of other channels the same time counts, of
    neighbours what lies within `Neighbour.within_s`.
    """
    return widest(_reaches(limits))


def _reaches(limits: Limits) -> Iterator[Reach]:
    if limits.spike:
        yield spike.reach(limits.spike)
    if limits.rate_of_change:
        yield rate_of_change.reach(limits.rate_of_change, limits.spike)
    if limits.flat_line:
        yield flat_line.reach(limits.flat_line)


def run(values: Sequence[Value], limits: Limits, beside: Beside = _NOTHING) -> list[dict[str, int]]:
    """For each value, in whatever order they are, the tests that it did not pass, each with its flag.

    It is right for those values around which all that are within reach are among `values`.
    """
    tested = sorted((found, place) for place, value in enumerate(values) if (found := point(value)))
    tests: list[dict[str, int]] = [{} for _ in values]
    for name, flags in _flags([found for found, _ in tested], limits, beside):
        for number, flag in flags.items():
            tests[tested[number][1]][name] = int(flag)
    return tests


def _flags(found: Sequence[Point], limits: Limits, beside: Beside) -> Iterator[tuple[str, Flags]]:
    spikes = spike.test(found, limits.spike) if limits.spike else Flags()
    if limits.suspect_range:
        yield gross_range.NAME, gross_range.test(found, limits.suspect_range)
    yield spike.NAME, spikes
    if limits.rate_of_change:
        yield rate_of_change.NAME, rate_of_change.test(found, limits.rate_of_change, spikes)
    if limits.flat_line:
        yield flat_line.NAME, flat_line.test(found, limits.flat_line)
    if limits.multi_variate:
        other = points(beside.channels.get(limits.multi_variate.channel, ()))
        yield multi_variate.NAME, multi_variate.test(found, limits.multi_variate, other)
    if limits.neighbour:
        yield neighbour.NAME, neighbour.test(found, limits.neighbour, beside.neighbours)


def worst(flags: Iterable[int]) -> int:
    """The flag of a value with these: missing before fail before suspect before not evaluated; good where there is
    none."""
    return max(flags, default=int(Quality.GOOD))
