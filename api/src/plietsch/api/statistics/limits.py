"""What the air is held against: limits of fine dust for the mean of a day and of a year, in µg/m³. Pure.

Directive 2008/50/EC, Annex XI (PM10) and XIV (PM2.5); directive (EU) 2024/2881, Annex I, from 2030 on; WHO global air
quality guidelines of 2021, whose limit of a day is held against the 99th percentile of a year's days: three to four
days a year may be above.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

Of = Literal["day", "year"]
EU_2008, EU_2024, WHO_2021 = "eu-2008-50", "eu-2024-2881", "who-2021"
CODES = (EU_2008, EU_2024, WHO_2021)
# The percentile of a year's days that the WHO holds against its limit of a day.
WHO_PERCENTILE = 99


class Limit(NamedTuple):
    """A limit, who sets it, for the mean of what; on how many days of a year the mean of a day may be above it.

    `days_allowed` is None for a year's mean, and for the WHO's: there a percentile decides.
    """

    code: str
    of: Of
    value: float
    days_allowed: int | None = None


LIMITS: Mapping[str, tuple[Limit, ...]] = MappingProxyType(
    {
        "pm10": (
            Limit(EU_2008, "day", 50, 35),
            Limit(EU_2008, "year", 40),
            Limit(EU_2024, "day", 45, 18),
            Limit(EU_2024, "year", 20),
            Limit(WHO_2021, "day", 45),
            Limit(WHO_2021, "year", 15),
        ),
        "pm2_5": (
            Limit(EU_2008, "year", 25),
            Limit(EU_2024, "day", 25, 18),
            Limit(EU_2024, "year", 10),
            Limit(WHO_2021, "day", 15),
            Limit(WHO_2021, "year", 5),
        ),
    }
)


class Held(NamedTuple):
    """What a period says of a limit: days above it, and whether it was met; None where only a whole year says so.

    With too few days `days_above` is None, too; or, where these are more than a year may have, how many at least.
    """

    limit: Limit
    days_above: int | None
    met: bool | None


def held(limit: Limit, days_above: int, mean: float, percentile: float | None, *, is_year: bool, is_over: bool) -> Held:
    """A period against a limit; `percentile` is that of the WHO, of the means of its days; None with too few.

    A year that is not over, or lacks days, has missed a limit once too many days are above, and met none.
    """
    is_whole = is_year and is_over
    if limit.of == "year":
        return Held(limit, None, mean <= limit.value if is_whole else None)
    if percentile is None:
        is_missed = is_year and limit.days_allowed is not None and days_above > limit.days_allowed
        return Held(limit, days_above, False) if is_missed else Held(limit, None, None)
    if limit.days_allowed is None:
        return Held(limit, days_above, percentile <= limit.value if is_whole else None)
    is_met = days_above <= limit.days_allowed
    return Held(limit, days_above, is_met if is_whole or (is_year and not is_met) else None)
