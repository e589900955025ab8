"""Figures of a period, from the hours of a series. Pure.

Capture is the share of a period's hours that are known (`hours`). A day counts with 75 % of its hours, 18 of 24
(directive 2008/50/EC, Annex XI A); a period with 75 % of its hours, as the European Environment Agency takes a year
into its statistics. The directive itself wants 90 % for the mean of a year: `capture` says how much there was. Below
75 % there are no figures.

Figures that are made of days (percentiles of days, days above a limit, days that have a name) need 75 % of the period's
days, by the same rule: what a figure is made of is what has to be there. A day that is missing may have been above, so
that fewer days say nothing; only where too many are above already is it sure that a limit was missed.

The mean of a period is that of its hours' means, the mean of a day that of its hours'; percentiles are linear between
two values (Hyndman and Fan 1996, type 7). Days are local ones; an hour belongs to the day in which it begins.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from plietsch.api.statistics import hours as by_hour
from plietsch.api.statistics import kinds, limits, periods
from plietsch.api.statistics.hours import CAPTURE, Flags, Hours, Integers, Numbers
from plietsch.api.statistics.limits import Held
from plietsch.api.statistics.periods import Period

PERCENTILES: tuple[int, ...] = (50, 90, 98, 99)
# German Meteorological Service (Deutscher Wetterdienst), Wetterlexikon: Eistag, Frosttag, Sommertag, Heißer Tag.
_FREEZING_C, _SUMMER_C, _HOT_C = 0.0, 25.0, 30.0
# World Meteorological Organization, WMO-No. 1203: a day with precipitation has 1 mm at least.
_WET_MM = 1.0
# Levels are told to a tenth of a centimetre: what rounds to a level has reached it.
_JUST_BELOW_CM = 0.05
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)


class Capture(NamedTuple):
    """How many hours and days are known, of how many; those that are over by now."""

    hours: int
    hours_possible: int
    days: int
    days_possible: int

    @property
    def share(self) -> float:
        """Of the hours, from 0 to 1."""
        return self.hours / self.hours_possible if self.hours_possible else 0.0

    @property
    def is_enough(self) -> bool:
        return self.hours_possible > 0 and self.share >= CAPTURE

    @property
    def has_days(self) -> bool:
        """Whether there are enough days for figures of days."""
        return self.days_possible > 0 and self.days >= CAPTURE * self.days_possible


class Extreme(NamedTuple):
    """The least or the most of a period, in which hour since 1970 (UTC), and of which datastream."""

    value: float
    hour: int
    datastream: int


class Figures(NamedTuple):
    """What a period comes to. `percentiles` are of the means of days or hours, as `percentiles_of` says.

    `sum` and `days` are of what falls and of temperatures. What is made of days is None where `has_days` says that
    there are too few (`Capture.has_days`). `levels` are the days on which the water reached each level.
    """

    mean: float
    min: Extreme
    max: Extreme
    percentiles: Mapping[int, float] | None
    percentiles_of: str
    sum: float | None
    days: Mapping[str, int] | None
    limits: Sequence[Held]
    levels: Sequence[int]
    has_days: bool = True

    @property
    def lacks_days(self) -> bool:
        """Whether a figure is missing because there are too few days."""
        return not self.has_days and (self.days is None or self.percentiles is None)


class _Days(NamedTuple):
    """Local days: which hour is of which, how many hours each has, and whether it lies within the period as a whole."""

    of_hour: Integers
    possible: Integers
    is_whole: Flags
    begins: Integers

    def counted(self, some: Integers) -> Integers:
        """How many of some hours are in each day."""
        index = np.searchsorted(self.begins, some, side="right") - 1
        return np.bincount(index, minlength=len(self.possible))


class Answer(NamedTuple):
    """Capture, and the figures where that is enough."""

    capture: Capture
    figures: Figures | None


def of(
    every: Hours,
    code: str,
    period: Period,
    zone: ZoneInfo,
    now: datetime,
    *,
    reach: int = 1,
    levels: Sequence[float] = (),
) -> Answer:
    """What the hours of a series say of a period; `reach` is how many hours a value stands for, `levels` are in cm."""
    start, end = _hour(period.start), _over(min(period.end, now))
    known = by_hour.known(every, reach=reach, is_on_change=code in kinds.ON_CHANGE)
    known = known[(known >= start) & (known < end)]
    some = every.between(start, end)
    days = _days(some, period, zone, start, end)
    enough = days.is_whole & (days.counted(known) >= np.ceil(CAPTURE * days.possible))
    capture = Capture(len(known), max(0, end - start), int(enough.sum()), int(days.is_whole.sum()))
    if not capture.is_enough or not len(some.hour):
        return Answer(capture, None)
    used = some if code in kinds.ON_CHANGE or reach > 1 else some.at(some.enough)
    return Answer(capture, _figures(some, used, days, enough, capture.has_days, code, period, now, levels))


def _figures(
    some: Hours, used: Hours, days: _Days, enough: Flags, has_days: bool, code: str, period: Period, now: datetime,
    levels: Sequence[float],
) -> Figures:  # fmt: skip
    mean = float(used.mean.mean())
    means = _means(used, days)[enough]
    is_dust = code in kinds.DUST
    percentiles = _percentiles(means if is_dust else used.mean) if has_days or not is_dust else None
    return Figures(
        mean=mean,
        min=_extreme(some, int(np.argmin(some.min)), some.min),
        max=_extreme(some, int(np.argmax(some.max)), some.max),
        percentiles=percentiles,
        percentiles_of="day" if is_dust else "hour",
        sum=float((some.values * some.mean).sum()) if code == kinds.RAIN else None,
        days=_special(some, days, enough, code) if has_days or code not in kinds.WITH_DAYS else None,
        limits=_limits(code, means, mean, percentiles, is_year=period.kind == "year", is_over=period.end <= now),
        levels=[_reached(some, days, level) for level in levels] if code == kinds.LEVEL else (),
        has_days=has_days,
    )


def _percentiles(values: Numbers) -> dict[int, float] | None:
    return dict(zip(PERCENTILES, np.percentile(values, PERCENTILES).tolist(), strict=True)) if len(values) else None


def _limits(
    code: str, means: Numbers, mean: float, percentiles: Mapping[int, float] | None, *, is_year: bool, is_over: bool
) -> list[Held]:
    percentile = percentiles[limits.WHO_PERCENTILE] if percentiles else None
    return [
        limits.held(limit, int((means > limit.value).sum()), mean, percentile, is_year=is_year, is_over=is_over)
        for limit in limits.LIMITS.get(code, ())
    ]


def _special(some: Hours, days: _Days, enough: Flags, code: str) -> dict[str, int]:
    """Days that have a name, of those with enough hours."""
    if code == kinds.RAIN:
        fallen = np.bincount(days.of_hour, some.values * some.mean, len(days.possible))[enough]
        return {"wet": int((fallen >= _WET_MM).sum())}
    if code != kinds.TEMPERATURE:
        return {}
    least, most = np.full(len(enough), np.inf), np.full(len(enough), -np.inf)
    np.minimum.at(least, days.of_hour, some.min)
    np.maximum.at(most, days.of_hour, some.max)
    least, most = least[enough], most[enough]
    return {
        "ice": int((most < _FREEZING_C).sum()),
        "frost": int((least < _FREEZING_C).sum()),
        "summer": int((most >= _SUMMER_C).sum()),
        "hot": int((most >= _HOT_C).sum()),
    }


def _reached(some: Hours, days: _Days, level_cm: float) -> int:
    """On how many days the water reached a level: one value suffices, however many are missing."""
    return len(np.unique(days.of_hour[some.max > level_cm - _JUST_BELOW_CM]))


def _means(used: Hours, days: _Days) -> Numbers:
    """The means of the days; what has no hours has none."""
    index = np.searchsorted(days.begins, used.hour, side="right") - 1
    counted = np.bincount(index, minlength=len(days.possible))
    summed = np.bincount(index, used.mean, len(days.possible))
    return np.divide(summed, counted, out=np.full(len(counted), np.nan), where=counted > 0)


def _days(some: Hours, period: Period, zone: ZoneInfo, start: int, end: int) -> _Days:
    moments = periods.days(period.start, max(period.start + _HOUR, _EPOCH + end * _HOUR), zone)
    edges = np.array([_hour(each) for each in moments], np.int64)
    begins, ends = edges[:-1], edges[1:]
    of_hour = np.searchsorted(begins, some.hour, side="right") - 1
    return _Days(of_hour, ends - begins, (begins >= start) & (ends <= end), begins)


def _extreme(some: Hours, at: int, values: Numbers) -> Extreme:
    return Extreme(float(values[at]), int(some.hour[at]), int(some.datastream[at]))


def _hour(moment: datetime) -> int:
    """The first whole hour since 1970 that does not begin before a moment."""
    return math.ceil((moment - _EPOCH) / _HOUR)


def _over(moment: datetime) -> int:
    """The first hour since 1970 that is not over by a moment."""
    return (moment - _EPOCH) // _HOUR
