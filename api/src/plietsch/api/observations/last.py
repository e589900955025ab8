"""`last=`: a span that ends now, or the newest so many values of each series. Pure."""

import re
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from plietsch.api import errors

# More of each series are better asked for by a span.
MOST = 10_000
# Of all series together: where they begin is found in two or three seconds. Buckets are looked for one by one.
_MOST_VALUES, _MOST_BUCKETS = 2_000_000, 250_000
_HINT = (
    "Write a span in min, h, d, w, mo or y, as in last=24h, last=7d or last=12mo; or how many of the newest of each"
    f" series, from 1 to {MOST}, as in last=100."
)
_TEXT = re.compile(r"(\d{1,6})(min|h|d|w|mo|y)?", re.ASCII)
_LENGTHS = {
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_MONTHS = {"mo": 1, "y": 12}


class Last(NamedTuple):
    """So many of a unit; without a unit, so many values."""

    number: int
    unit: str | None

    def before(self, end: datetime, zone: ZoneInfo) -> datetime:
        """Where the span begins that ends then: months and years are those of the zone's calendar.

        Raises errors.ParameterInvalid where no calendar goes so far.
        """
        try:
            if self.unit in _LENGTHS:
                return end - self.number * _LENGTHS[self.unit]
            return _months_before(end.astimezone(zone), self.number * _MONTHS[self.unit or "mo"]).astimezone(end.tzinfo)
        except (OverflowError, ValueError) as error:
            raise errors.ParameterInvalid("last", "Nothing was measured so long ago.", _HINT) from error


def read(text: str) -> Last:
    """What somebody wrote. Raises errors.ParameterInvalid."""
    match = _TEXT.fullmatch(text)
    if match is None or int(match[1]) == 0:
        raise errors.ParameterInvalid("last", f"last={errors.shown(text)} is neither a span nor a number.", _HINT)
    last = Last(int(match[1]), match[2])
    if last.unit is None and last.number > MOST:
        raise errors.ParameterInvalid("last", f"last={last.number} is more than {MOST} values of each series.", _HINT)
    return last


def check(newest: int, series: int, *, is_raw: bool) -> None:
    """Raises errors.ParameterInvalid where the newest values or buckets of all series are too many to look for."""
    most, what = (_MOST_VALUES, "values") if is_raw else (_MOST_BUCKETS, "buckets")
    if newest * series > most:
        message = f"The newest {newest} of {series} series are more than {most} {what}."
        few = f"ask for {most // series} at most, or " if series <= most else ""
        hint = f"Name stations and properties, {few}ask for a span, as in last=24h: that may hold any number."
        raise errors.ParameterInvalid("last", message, hint)


def _months_before(time: datetime, months: int) -> datetime:
    """The same day and time of an earlier month, or that month's last day."""
    years, month = divmod(time.year * 12 + time.month - 1 - months, 12)
    for day in (time.day, 30, 29, 28):
        try:
            return time.replace(year=years, month=month + 1, day=day)
        except ValueError:
            if day == 28 or years < 1:
                raise
    raise ValueError(months)
