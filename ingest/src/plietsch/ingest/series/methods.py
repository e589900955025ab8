"""What is computed at a station, and how: for each computed series its inputs, how far they reach, and its values.

A computation is a function of what is stored: of the values of its inputs with their flags, and of how the device was
mounted when they were measured. Their order of arrival is none of its arguments, so that a value that came late changes
what it concerns, and nothing else.

| method | property | from | reach |
|---|---|---|---|
| `gauge-zero/1` | water_level | distance, or water_depth | the reading |
| `gauge-zero-sound/1` | water_level | distance, temperature | the reading |
| `kappa-koehler/1` | pm2_5, pm10 | the raw one, humidity | the reading |
| `rain-difference/1` | rain | rain_tips, or rain_total | 12 hours back, 2 h 15 min on |
| `rain-sum/1` | rain_1h, rain_24h | rain | an hour, a day back |
| `eaqi-2024/1` | aqi_eu | pm2_5 and pm10, corrected where they are, or else raw | the hour that begins |
| `uba-lqi-2025/1` | aqi_de | the same | the hour that begins |

Of one reading is what was measured within five seconds (`qartod.values`): of a node that reads one instrument after
another, each value may have a second of its own.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final, NamedTuple

from plietsch.ingest.qartod.values import SAME_READING_S, Reach, Value, nearest
from plietsch.ingest.series import air_quality, pointwise, rain
from plietsch.ingest.series.air_quality import Index
from plietsch.ingest.series.dust import DryDust
from plietsch.ingest.series.level import FromDepth, FromDistance, FromSound
from plietsch.ingest.series.pointwise import Pointwise
from plietsch.platform import methods

Values = Mapping[int, Sequence[Value]]

_THE_READING: Final = Reach(SAME_READING_S, SAME_READING_S)
_RAIN_SPANS_S: Final = {"rain_1h": 3600, "rain_24h": 24 * 3600}
# An hour's index stands at its beginning.
_THE_HOUR: Final = Reach(0, air_quality.HOUR_S)


class Series(NamedTuple):
    """A property, and the method of its values."""

    property: str
    method: str = methods.RAW


class Mounted(NamedTuple):
    """A deployment as far as it is reckoned with: from `since_s` on, before `until_s` (Unix time; infinite where open).

    `series` are the datastreams that its device feeds there, computed ones among them. `assumes_c` is the temperature
    that its instrument for the distance takes for granted where it does not compensate for that itself, None where
    nobody knows it; `interval_s` is how far its readings lie apart.
    """

    since_s: float
    until_s: float
    series: Mapping[Series, int]
    interval_s: int
    gauge_zero_distance_m: float | None = None
    rain_tip_mm: float | None = None
    assumes_c: float | None = None


class Part(NamedTuple):
    """What one deployment gives a computed datastream: all values from a time on and before another one."""

    output: int
    inputs: tuple[int, ...]
    reach: Reach
    make: Callable[[Values, float, float], Iterable[Value]]


@dataclass(frozen=True, slots=True)
class Computation:
    """How a computed datastream comes about; `reach` is how far around a value's time its inputs decide on it."""

    output: int
    method: str
    inputs: tuple[int, ...]
    reach: Reach
    parts: tuple[Part, ...]

    def compute(self, inputs: Values, since_s: int, until_s: int) -> list[Value]:
        """All values of the series from `since_s` to `until_s`, both included, in the order of time.

        `inputs` has the values of each input in the order of time, from `since_s - reach.before_s` to
        `until_s + reach.after_s` at least. What is stored of the series in that span and is not in the result is no
        value of it any more.
        """
        found = {value.time_s: value for part in self.parts for value in part.make(inputs, since_s, until_s + 1)}
        return [found[time_s] for time_s in sorted(found)]


def computed_series() -> list[Series]:
    """All that is ever computed; what is an input of another one comes before it."""
    return [Series(*each) for each in methods.COMPUTED]


def computations(deployments: Sequence[Mounted]) -> list[Computation]:
    """What is computed at a station, from all its deployments; what is an input of another one comes before it."""
    found: list[Computation] = []
    for series in computed_series():
        fed: dict[int, list[Mounted]] = {}
        for mounted in deployments:
            if series in mounted.series:
                fed.setdefault(mounted.series[series], []).append(mounted)
        for output, some in fed.items():
            if parts := _parts(output, series, some):
                found.append(_joined(series.method, parts))
    return found


def pointwise_method(series: Series, mounted: Mounted) -> Pointwise | None:
    """The method by which a series is computed from one reading alone, None where it is not."""
    height_m = mounted.gauge_zero_distance_m
    match series:
        case ("water_level", methods.GAUGE_ZERO) if height_m is not None:
            return FromDistance(height_m) if Series("distance") in mounted.series else FromDepth(height_m)
        case ("water_level", methods.GAUGE_ZERO_SOUND) if height_m is not None:
            return FromSound(height_m, mounted.assumes_c)
        case (code, methods.KAPPA_KOEHLER):
            return DryDust(code)
        case _:
            return None


def _joined(method: str, parts: Sequence[Part]) -> Computation:
    inputs = tuple(dict.fromkeys(each for part in parts for each in part.inputs))
    return Computation(parts[0].output, method, inputs, parts[0].reach, tuple(parts))


def _parts(output: int, series: Series, deployments: Sequence[Mounted]) -> list[Part]:
    if index := air_quality.BY_METHOD.get(series.method):
        return [_of_hours(output, index, deployments)]
    return [part for mounted in deployments if (part := _part(output, series, mounted))]


def _part(output: int, series: Series, mounted: Mounted) -> Part | None:
    if method := pointwise_method(series, mounted):
        return _of_readings(output, method, mounted)
    match series:
        case ("rain", methods.RAIN_DIFFERENCE):
            return _of_counts(output, mounted)
        case (code, methods.RAIN_SUM):
            return _of_rain(output, mounted, _RAIN_SPANS_S[code])
        case _:
            return None


def _of_readings(output: int, method: Pointwise, mounted: Mounted) -> Part | None:
    lead = mounted.series.get(Series(method.lead))
    beside = {code: each for code in method.beside if (each := mounted.series.get(Series(code))) is not None}
    if lead is None:
        return None

    def make(inputs: Values, since_s: float, before_s: float) -> Iterable[Value]:
        others = {code: inputs.get(each, ()) for code, each in beside.items()}
        times_s = {code: [value.time_s for value in values] for code, values in others.items()}
        for value in _within(inputs.get(lead, ()), *_clipped(mounted, since_s, before_s)):
            places = {code: nearest(each, value.time_s, SAME_READING_S) for code, each in times_s.items()}
            measured = {code: others[code][place] for code, place in places.items() if place is not None}
            yield Value(value.time_s, *pointwise.result(method, value, measured))

    return Part(output, (lead, *beside.values()), _THE_READING, make)


def _of_counts(output: int, mounted: Mounted) -> Part | None:
    """Rain from the tips of a bucket, whose size belongs to the deployment, or from a device's own total."""
    tips, total = mounted.series.get(Series("rain_tips")), mounted.series.get(Series("rain_total"))
    counts, mm_of_one = (tips, mounted.rain_tip_mm) if tips is not None else (total, 1.0)
    if counts is None or mm_of_one is None:
        return None

    def make(inputs: Values, since_s: float, before_s: float) -> Iterable[Value]:
        # A device that follows another one counts from its own number.
        own = _within(inputs.get(counts, ()), mounted.since_s, mounted.until_s)
        return rain.differences(own, mm_of_one, since_s, before_s)

    return Part(output, (counts,), rain.REACH, make)


def _of_rain(output: int, mounted: Mounted, span_s: int) -> Part | None:
    fallen = mounted.series.get(Series("rain", methods.RAIN_DIFFERENCE))
    if fallen is None:
        return None

    def make(inputs: Values, since_s: float, before_s: float) -> Iterable[Value]:
        return rain.sums(inputs.get(fallen, ()), span_s, *_clipped(mounted, since_s, before_s))

    return Part(output, (fallen,), Reach(span_s, 0), make)


def _of_hours(output: int, index: Index, deployments: Sequence[Mounted]) -> Part:
    """An hour's index, of one deployment or of several of one hour."""
    taken = [(mounted, code, found) for mounted in deployments for code in index.bounds
             if (found := _dust(code, mounted)) is not None]  # fmt: skip

    def make(inputs: Values, since_s: float, before_s: float) -> Iterable[Value]:
        # The hours that begin in the span; the last one's values lie behind it.
        first_s, last_s = _next_hour(since_s), _next_hour(before_s)
        measured = [
            air_quality.Measured(
                code, _within(inputs.get(found, ()), *_clipped(mounted, first_s, last_s)), mounted.interval_s
            )
            for mounted, code, found in taken
        ]
        return [air_quality.index(index, hour_s, means) for hour_s, means in air_quality.means(measured).items()]

    return Part(output, tuple(dict.fromkeys(found for *_, found in taken)), _THE_HOUR, make)


def _dust(code: str, mounted: Mounted) -> int | None:
    """The fine dust of that size: without the water in it where that is known."""
    return mounted.series.get(Series(code, methods.KAPPA_KOEHLER), mounted.series.get(Series(code)))


def _next_hour(moment_s: float) -> float:
    return ceil(moment_s / air_quality.HOUR_S) * air_quality.HOUR_S


def _clipped(mounted: Mounted, since_s: float, before_s: float) -> tuple[float, float]:
    return max(since_s, mounted.since_s), min(before_s, mounted.until_s)


def _within(values: Sequence[Value], since_s: float, before_s: float) -> Sequence[Value]:
    first = bisect_left(values, since_s, key=_time_s)
    return values[first : bisect_left(values, before_s, first, key=_time_s)]


def _time_s(value: Value) -> int:
    return value.time_s
