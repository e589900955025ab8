"""The region's own time: traffic, stoves and fireworks keep to what clocks on walls show."""

import functools
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")  # Denmark's clocks show the same
HOUR_S, DAY_S = 3_600, 86_400
THURSDAY = 3  # 1 January 1970, where Monday is 0
SATURDAY, SUNDAY = 5, 6


def local_s(time_s: float) -> float:
    """Return the seconds since 1970 that a clock on a wall shows at a Unix time."""
    return time_s + _ahead_of_utc_s(int(time_s // HOUR_S))


def midnight_before_s(time_s: float) -> float:
    """Return the Unix time of the last local midnight; in the nights that change the clocks, an hour beside it."""
    return time_s - local_s(time_s) % DAY_S


def weekday(local: float) -> int:
    """Return the day of the week at a local second: 0 is Monday."""
    return (int(local // DAY_S) + THURSDAY) % 7


def since_new_year_s(local: float) -> float:
    """Return how far a local second lies behind the nearest New Year, in seconds; before it, less than zero."""
    return local - _nearest_new_year(int(local // DAY_S))


@functools.lru_cache(maxsize=1024)
def _ahead_of_utc_s(hour: int) -> float:
    """Return how far local time is ahead: it changes with the hour of UTC only."""
    offset = datetime.fromtimestamp(hour * HOUR_S, ZONE).utcoffset()
    assert offset is not None  # noqa: S101 it has a time zone
    return offset.total_seconds()


@functools.lru_cache(maxsize=1024)
def _nearest_new_year(day: int) -> float:
    date = time.gmtime(day * DAY_S)
    year = date.tm_year + (date.tm_mon > 6)
    return datetime(year, 1, 1, tzinfo=UTC).timestamp()
