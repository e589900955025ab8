"""Axes of a picture: how far it reaches up and down, and what its ticks are called. As in the site's own chart."""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time

from plietsch.dashboards.picture.scene import Scene
from plietsch.dashboards.texts import Texts

# What the values' axis shows at least, in the quantity's unit, and the room above and below, as a share.
_LEAST_SPAN = 2.0
_ROOM = 0.12
# A limit is worth the room if it lies no further away than this share of what is shown.
_REACH = 1.5
_LEAST_REACH = 15.0
_HOURS = (1, 2, 3, 6, 12)
_DAYS = (1, 2, 5, 10, 15)
_MONTHS = (1, 2, 3, 6, 12)
_DAY_S = 86_400
# Of a step: what differs from a round value by less is that value, in floating point.
_NEARLY = 1e-9


def values(scene: Scene) -> tuple[float, float]:
    """From where to where the values' axis goes: with room around, its natural beginning, and the limits near by."""
    low, high = _with_limits(scene, *(scene.extent or (0.0, _LEAST_SPAN)))
    begin = scene.beginning if scene.beginning is not None and low >= scene.beginning else None
    shown = high - (low if begin is None else begin)
    room = max(shown * _ROOM, (_LEAST_SPAN - shown) / 2)
    return (low - room if begin is None else begin), high + room


def _with_limits(scene: Scene, low: float, high: float) -> tuple[float, float]:
    reach = max((high - low) * _REACH, _LEAST_REACH)
    above = [limit.value for limit in scene.limits if high < limit.value <= high + reach]
    below = [limit.value for limit in scene.limits if low - reach <= limit.value < low]
    return max(below, default=low), min(above, default=high)


def value_ticks(low: float, high: float, most: int, decimals: int) -> tuple[list[float], int]:
    """At most so many round values between two, no finer than the quantity's decimals; and the decimals they need."""
    least = max((high - low) / max(1, most), 10.0**-decimals)
    power = math.floor(math.log10(least))
    step = next(digit * 10.0**power for digit in (1, 2, 5, 10) if digit * 10.0**power >= least - _NEARLY * least)
    first, last = math.ceil(low / step - _NEARLY), math.floor(high / step + _NEARLY)
    return [number * step for number in range(first, last + 1)], max(0, -math.floor(math.log10(step) + _NEARLY))


def time_ticks(scene: Scene, most: int, texts: Texts) -> list[tuple[float, str]]:
    """At most so many moments of the span, each with its name: the day at midnight, otherwise the clock."""
    zone = ZoneInfo(scene.timezone)
    for moments, name in _candidates(scene, zone, texts.locale, texts):
        if len(moments) <= max(1, most):
            return [(moment.timestamp(), name(moment)) for moment in moments]
    return []


Named = tuple[list[datetime], Callable[[datetime], str]]


def _candidates(scene: Scene, zone: ZoneInfo, locale: Locale, texts: Texts) -> list[Named]:
    """Ticks from the finest on."""
    since, until = (datetime.fromtimestamp(moment, UTC).astimezone(zone) for moment in (scene.since, scene.until))
    days = [since.date() + timedelta(days=n) for n in range((until.date() - since.date()).days + 1)]

    def day(moment: datetime) -> str:
        return format_date(moment, "d. MMM" if texts.language != "en" else "d MMM", locale)

    def clock(moment: datetime) -> str:
        is_midnight = not (moment.hour or moment.minute)
        return day(moment) if is_midnight else format_time(moment, _clock(texts), zone, locale)

    def month(moment: datetime) -> str:
        pattern = "MMM" if moment.month > 1 else "MMM y"
        return format_date(moment, pattern, locale)

    found: list[Named] = []
    # Steps of a day are between midnights: hours would say what nobody knows.
    if scene.step_s < _DAY_S and len(days) <= len(_HOURS) * 2:
        found += [(_hours(days, step, zone), clock) for step in _HOURS]
    if len(days) <= 400:
        found += [([_midnight(each, zone) for each in _every(days, step)], day) for step in _DAYS]
    firsts = [each for each in days if each.day == 1]
    found += [([_midnight(each, zone) for each in firsts if (each.month - 1) % n == 0], month) for n in _MONTHS]
    # The end belongs to the next day, of which nothing is shown.
    return [([each for each in moments if since <= each < until], name) for moments, name in found]


def _clock(texts: Texts) -> str:
    return {"da": "HH.mm"}.get(texts.language, "HH:mm")


def _hours(days: Sequence[date], step: int, zone: ZoneInfo) -> list[datetime]:
    """Hours of the clock; one that a summer's beginning leaves out is none."""
    every = (
        datetime(each.year, each.month, each.day, hour, tzinfo=zone) for each in days for hour in range(0, 24, step)
    )
    found = [each.astimezone(UTC).astimezone(zone) for each in every]
    return found[:1] + [later for earlier, later in pairwise(found) if later > earlier and later.hour % step == 0]


def _every(days: Sequence[date], step: int) -> list[date]:
    """Days of the month so far apart, the first among them; what would stand too near the next month is left out."""
    return [each for each in days if step == 1 or ((each.day - 1) % step == 0 and each.day <= 31 - step)]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
