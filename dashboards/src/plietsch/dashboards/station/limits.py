"""Limits: lines of a chart that say what a value is held against, each with who says so.

For fine dust those for the mean of a day, where means of days are shown: in the European Union directive 2008/50/EC
(Annex XI: PM10 50 µg/m³ on at most 35 days a year) and, from 2030, directive (EU) 2024/2881 (Annex I: PM10 45 and PM2.5
25 µg/m³ on at most 18 days a year); the WHO's global air quality guidelines of 2021 (PM10 45 and PM2.5 15 µg/m³, the
99th percentile of a year: three to four days). For water a gauge's own levels and its mean one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from plietsch.dashboards.gauges import Gauge
from plietsch.dashboards.scales import Level
from plietsch.dashboards.station.course import Course
from plietsch.dashboards.texts import N_, Texts


@dataclass(frozen=True)
class Limit:
    """A line: its value in the quantity's unit, its name, and the class whose colour it has, if any."""

    value: float
    name: str
    band: str = ""


_WHO_2021 = N_("WHO guideline 2021 for a day (3 to 4 days a year may be above)")
_EU_2024 = N_("EU limit for a day from 2030 (at most 18 days a year above; 2024/2881)")
_EU_2008 = N_("EU limit for a day (at most 35 days a year above; 2008/50/EC)")
_EU_2024_WHO_2021 = N_("EU limit for a day from 2030 (2024/2881) and WHO guideline 2021")
_MEAN_LEVEL = N_("Mean level")

_OF_DAYS = {
    "pm2_5": ((15, _WHO_2021), (25, _EU_2024)),
    "pm10": ((45, _EU_2024_WHO_2021), (50, _EU_2008)),
}


def of(went: Course, gauge: Gauge | None, texts: Texts) -> list[Limit]:
    """What a course is held against: a gauge's levels, or what holds for means of days."""
    if went.code == "water_level" and gauge:
        return of_gauge(gauge.mean_level_cm, gauge.levels, texts)
    return of_days(went.code, texts) if went.step == "1d" else []


def of_days(code: str, texts: Texts) -> list[Limit]:
    """What the mean of a day is held against."""
    return [Limit(value, texts.translate(name)) for value, name in _OF_DAYS.get(code, ())]


def of_gauge(mean_cm: float | None, levels: Sequence[Level], texts: Texts) -> list[Limit]:
    """A gauge's mean level and its own ones."""
    mean = [] if mean_cm is None else [Limit(mean_cm, texts.translate(_MEAN_LEVEL))]
    return [*mean, *(Limit(level.level_cm, level.name, f"level-{level.rank}") for level in levels)]
