"""Air-quality indices: the class of an hour's air, by its worst pollutant.

- `eaqi-2024/1`: the European Air Quality Index, classes 1 to 6 (European Environment Agency, airindex.eea.europa.eu;
  bands as revised in 2024, ETC HE Report 2024/17).
- `uba-lqi-2025/1`: the Luftqualitätsindex, classes 1 to 5 (Umweltbundesamt, "Der Luftqualitätsindex (LQI) des
  Umweltbundesamtes", bands of 2025).

Both are made from hourly means in µg/m³. A class ends with its upper bound, which belongs to it. The German one has
bands of whole numbers (0-9, 10-27): a mean is rounded to one of them first, halves up. The European one names the
bounds alone: a mean is taken as it is.

An hour of which less than three quarters were measured has no index: a value is worth the interval at which its device
measures, or the time up to the next one where that is shorter by more than a tenth, as nodes do not measure on the dot.
So values that follow one another quickly are no hour, and an hour that runs has no index before most of it was
measured. Where enough came and too little of it can be used, that is said (flag 9). Both indices are made for reference
instruments and for five pollutants; of low-cost instruments that measure dust only, they are indicative.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import floor, inf
from statistics import fmean
from typing import Final, NamedTuple

from plietsch.ingest.qartod.values import Value
from plietsch.ingest.quality import Quality
from plietsch.ingest.series.pointwise import is_usable
from plietsch.platform import methods

HOUR_S: Final = 3600
# Data capture that an hourly mean needs (directive 2008/50/EC, Annex XI).
LEAST_CAPTURE: Final = 0.75
# So much of the interval counts as all of it: nodes do not measure on the dot.
_ON_TIME: Final = 0.9


class Index(NamedTuple):
    """An index: how many classes it has, the upper bounds of all but the last one by pollutant, in µg/m³, and whether
    they are of whole numbers."""

    classes: int
    bounds: Mapping[str, tuple[float, ...]]
    whole: bool

    def class_of(self, pollutant: str, mean_ug_m3: float) -> int:
        """The class of an hourly mean, from 1 (best) on."""
        mean = floor(mean_ug_m3 + 0.5) if self.whole else mean_ug_m3
        return 1 + sum(mean > upper for upper in self.bounds[pollutant])


EUROPEAN: Final = Index(6, {"pm2_5": (5, 15, 50, 90, 140), "pm10": (15, 45, 120, 195, 270)}, whole=False)
GERMAN: Final = Index(5, {"pm2_5": (5, 15, 30, 50), "pm10": (9, 27, 54, 90)}, whole=True)
BY_METHOD: Final[Mapping[str, Index]] = {methods.EAQI: EUROPEAN, methods.UBA_LQI: GERMAN}


class Measured(NamedTuple):
    """Some values of a pollutant, and the seconds that each of them is worth."""

    pollutant: str
    values: Sequence[Value]
    interval_s: int


class Mean(NamedTuple):
    """A pollutant's mean of an hour with the worst flag of its values; None where too little can be used."""

    pollutant: str
    ug_m3: float | None
    flag: int


def means(measured: Iterable[Measured]) -> dict[int, list[Mean]]:
    """The means by the hour's beginning (Unix time, of full hours UTC) of the hours of which enough came."""
    found: dict[int, dict[str, list[tuple[Value, int]]]] = {}
    for pollutant, values, interval_s in measured:
        for value in values:
            hour = found.setdefault(value.time_s - value.time_s % HOUR_S, {})
            hour.setdefault(pollutant, []).append((value, interval_s))
    return {
        hour_s: some
        for hour_s, pollutants in found.items()
        if (some := [_mean(code, came) for code, came in pollutants.items() if _is_enough(came)])
    }


def index(of: Index, hour_s: int, found: Iterable[Mean]) -> Value:
    """The index of an hour: the worst class; as good as the values of all pollutants that have a mean."""
    known = [(of.class_of(mean.pollutant, mean.ug_m3), mean.flag) for mean in found if mean.ug_m3 is not None]
    if not known:
        return Value(hour_s, None, Quality.MISSING)
    return Value(hour_s, float(max(rank for rank, _ in known)), max(flag for _, flag in known))


def _mean(pollutant: str, came: Sequence[tuple[Value, int]]) -> Mean:
    usable = [(value, interval_s) for value, interval_s in came if is_usable(value)]
    if not _is_enough(usable):
        return Mean(pollutant, None, Quality.MISSING)
    return Mean(pollutant, fmean(value.result or 0.0 for value, _ in usable), max(value.flag for value, _ in usable))


def _is_enough(came: Iterable[tuple[Value, int]]) -> bool:
    """Whether values with the seconds that each is worth at most make an hour's mean."""
    worth = sorted((value.time_s, interval_s) for value, interval_s in came)
    nexts_s = [time_s for time_s, _ in worth[1:]]
    return sum(map(_worth_s, worth, [*nexts_s, inf])) >= LEAST_CAPTURE * HOUR_S


def _worth_s(measured: tuple[int, int], next_s: float) -> float:
    time_s, interval_s = measured
    passed_s = next_s - time_s
    return passed_s if passed_s < _ON_TIME * interval_s else interval_s
