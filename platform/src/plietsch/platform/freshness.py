"""Freshness: what the age of a newest value says of now. One definition, for pages and open data alike.

A value is `fresh` as long as it tells of now. What came before is `late`: one or more readings did not come. `silent`
is what has said nothing for so long that nobody should expect the next one.

How long a value tells of now follows from how often its device is meant to measure: three of its intervals, since one
frame may be lost and two are bad luck; but never less than 75 minutes, since a node that sends when something changes
says every hour that nothing does (`silence_s`, docs/node.md), and the frame takes its time.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

Freshness = Literal["fresh", "late", "silent"]

# A value that is older says nothing of now, where its device is not meant to measure less often.
STALE_AFTER = timedelta(minutes=75)
# Until a day is over nobody climbs a ladder.
SILENT_AFTER = timedelta(days=1)
# A frame may be lost, two are bad luck; the same number is where `plietsch device why` begins to wonder.
_INTERVALS = 3
# ... and what measures once a day is not silent before a week or so.
_SILENT_INTERVALS = 8
# An index is of the hour that begins at its time: it tells of now until that hour is over, and as long after as others.
_LASTS: Mapping[str, timedelta] = MappingProxyType({"aqi_eu": timedelta(hours=1), "aqi_de": timedelta(hours=1)})
_NO_TIME = timedelta(0)


def stale_after(interval_s: int = 0) -> timedelta:
    """How long a value tells of now, of a device that measures so often; 0 if that is not known."""
    return max(STALE_AFTER, _INTERVALS * timedelta(seconds=interval_s))


def silent_after(interval_s: int = 0) -> timedelta:
    """How old a newest value is at most where the next one is still to be expected."""
    return max(SILENT_AFTER, _SILENT_INTERVALS * timedelta(seconds=interval_s))


def of(time: datetime, now: datetime, interval_s: int = 0, property_: str = "") -> Freshness:
    """What a newest value of a time says of now. A clock that is ahead is as wrong as a value that is old."""
    ends = time + _LASTS.get(property_, _NO_TIME)
    age = max(time - now, now - ends, _NO_TIME)
    if age <= stale_after(interval_s):
        return "fresh"
    return "late" if age <= silent_after(interval_s) else "silent"


def changes_at(time: datetime, now: datetime, interval_s: int = 0, property_: str = "") -> datetime | None:
    """When a value's freshness becomes another one if nothing newer comes; None if it never will."""
    ends = time + _LASTS.get(property_, _NO_TIME)
    stale, silent = stale_after(interval_s), silent_after(interval_s)
    # Of an age that is allowed, the last moment is fresh still, and the first one as well where a clock was ahead.
    edges = (time - silent, time - stale, ends + stale + timedelta.resolution, ends + silent + timedelta.resolution)
    return next((edge for edge in edges if edge > now), None)
