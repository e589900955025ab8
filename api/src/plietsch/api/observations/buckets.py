"""Where buckets of time begin: ten minutes and hours by the clock of UTC, days and months by that of a zone. Pure.

Moments are microseconds since 1970 (UTC). A day of a zone has 23 or 25 hours where its clocks change.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

Resolution = Literal["raw", "10m", "1h", "1d", "1mo"]
Aggregated = Literal["10m", "1h", "1d", "1mo"]

SECOND_US = 1_000_000
HOUR_US = 3600 * SECOND_US
DAY_US = 24 * HOUR_US
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTH_DAYS = 30
# Local days can be reckoned with between these: the calendar ends a day before and after.
FIRST, LAST = datetime(2, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


class Buckets(Protocol):
    """How time is divided. `usual_us` is how long a bucket is, more or less."""

    @property
    def usual_us(self) -> int: ...

    def floor(self, at: int) -> int:
        """The beginning of the bucket that a moment lies in."""
        ...

    def following(self, at: int) -> int:
        """The beginning of the bucket after the one that a moment lies in."""
        ...


@dataclass(frozen=True)
class Fixed:
    """Buckets of one length, counted from 1970 on."""

    usual_us: int

    def floor(self, at: int) -> int:
        return at - at % self.usual_us

    def following(self, at: int) -> int:
        return self.floor(at) + self.usual_us


@dataclass(frozen=True)
class Calendar:
    """Days or months of a zone."""

    zone: ZoneInfo
    is_month: bool = False

    @property
    def usual_us(self) -> int:
        return (_MONTH_DAYS if self.is_month else 1) * DAY_US

    def floor(self, at: int) -> int:
        day = moment(at).astimezone(self.zone).date()
        # Where clocks go back over midnight, a day begins twice, and the first time counts: the day before goes on
        # within it. Where they go forward over it, it begins later than it would.
        days = (self._day_after(day), day, self._day_before(day))
        return next(begin for begin in map(self._begin, days) if begin <= at)

    def following(self, at: int) -> int:
        day = moment(at).astimezone(self.zone).date()
        while (begin := self._begin(day)) <= at:
            day = self._day_after(day)
        return begin

    def _begin(self, day: date) -> int:
        first = day.replace(day=1) if self.is_month else day
        return microseconds(datetime(first.year, first.month, first.day, tzinfo=self.zone))

    def _day_after(self, day: date) -> date:
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1) if self.is_month else day + timedelta(days=1)

    def _day_before(self, day: date) -> date:
        return day.replace(day=1) - timedelta(days=1) if self.is_month else day - timedelta(days=1)


def of(resolution: Aggregated, zone: str) -> Buckets:
    """The buckets of a resolution: days and months are those of the zone (IANA)."""
    if resolution == "10m":
        return Fixed(600 * SECOND_US)
    if resolution == "1h":
        return Fixed(HOUR_US)
    return Calendar(ZoneInfo(zone), resolution == "1mo")


def begins(buckets: Buckets, start: int, stop: int) -> Iterator[int]:
    """Where the buckets begin that have something of a span, the first one perhaps before it."""
    at = buckets.floor(start)
    while at < stop:
        yield at
        at = buckets.following(at)


def microseconds(time: datetime) -> int:
    """Since 1970."""
    return (time.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)


def moment(at: int) -> datetime:
    """The time, in UTC, of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=at)


def within_calendar(time: datetime) -> datetime:
    """The time, or where the calendar ends."""
    return min(max(time, FIRST), LAST)
