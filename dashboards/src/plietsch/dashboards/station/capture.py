"""Data capture: on each of the last thirty days, in how many hours of a hundred a quantity was measured.

An hour counts that has a value, were it a suspect one: how far to trust it is said elsewhere. What a node sends when it
changes, and otherwise hourly, counts for the hour after, too: the frame that says that nothing changes may come a
minute late.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection

from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.station import course, streams
from plietsch.dashboards.station.spans import Window
from plietsch.dashboards.station.streams import Stream
from plietsch.dashboards.texts import Texts
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.dashboards.station", "station.sql")
DAYS = 30
_HOUR = timedelta(hours=1)
_TENTHS = 10
# The node's own needs are not a quantity of the place, and a level is measured whenever its distance is.
_LEFT_OUT = {"battery"}


@dataclass(frozen=True)
class Day:
    """A day: its name, and the share of its hours with data; None where nothing was installed."""

    name: str
    percent: int | None

    @property
    def tenths(self) -> int:
        """The share in tenths: nothing is 0, and anything at least 1."""
        return -(-(self.percent or 0) // _TENTHS)


@dataclass(frozen=True)
class Captured:
    """A quantity's days, the oldest first, and the share of all of them."""

    name: str
    days: list[Day]
    percent: int | None


async def of(
    connection: AsyncConnection[Any],
    own: Sequence[Stream],
    codes: Sequence[str],
    at: datetime,
    texts: Texts,
    zone: ZoneInfo,
) -> list[Captured]:
    """The data capture of a station's quantities in the days up to a moment, in local days."""
    found: list[Captured] = []
    for code in codes:
        if code in _LEFT_OUT or (code == "distance" and "water_level" in codes):
            continue
        heard = await _hours(connection, own, code, at)
        begun = await _begun(connection, own, code)
        if begun is not None:
            window = Window(at - timedelta(days=DAYS + 1), at)
            heard |= set(await course.doubted(connection, own, code, window, "1h", zone))
            found.append(_captured(code, heard, begun, at, texts, zone))
    return found


async def _hours(connection: AsyncConnection[Any], own: Sequence[Stream], code: str, at: datetime) -> set[datetime]:
    """The hours (UTC) in which something was measured."""
    hours: set[datetime] = set()
    for stream in own:
        if stream.property != streams.source_of(code):
            continue
        parameters = {"stream": stream.id, "since": at - timedelta(days=DAYS + 1), "until": at}
        cursor = await connection.execute(_QUERIES["by_1h"], parameters)
        hours |= {row[0].astimezone(UTC) for row in await cursor.fetchall()}
    if QUANTITIES[code].on_change:
        hours |= {hour + _HOUR for hour in hours}
    return hours


async def _begun(connection: AsyncConnection[Any], own: Sequence[Stream], code: str) -> datetime | None:
    ids = [each.id for each in own if each.property == streams.source_of(code)]
    row = await (await connection.execute(_QUERIES["fed_since"], {"streams": ids})).fetchone()
    return row[0] if row else None


def _captured(code: str, heard: set[datetime], begun: datetime, at: datetime, texts: Texts, zone: tzinfo) -> Captured:
    today = at.astimezone(zone).date()
    counts = [_counted(today - timedelta(days=age), heard, begun, at, zone) for age in reversed(range(DAYS))]
    days = [Day(texts.day(day), _percent(hits, of_them)) for day, hits, of_them in counts]
    total = _percent(sum(hits for _, hits, _ in counts), sum(of_them for *_, of_them in counts))
    return Captured(texts.translate(QUANTITIES[code].short), days, total)


def _counted(day: date, heard: set[datetime], begun: datetime, at: datetime, zone: tzinfo) -> tuple[date, int, int]:
    """Of a local day's full hours up to now: how many had data, and how many there are (23 to 25 in all). Within the
    first hour of a day it is that one."""
    start = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    next_day = day + timedelta(days=1)
    end = datetime(next_day.year, next_day.month, next_day.day, tzinfo=zone).astimezone(UTC)
    hours = [start + number * _HOUR for number in range(int((end - start) / _HOUR))]
    over = [hour for hour in hours if begun <= hour and hour + _HOUR <= at]
    due = over or [hour for hour in hours[:1] if begun <= hour < at]
    return day, sum(hour in heard for hour in due), len(due)


def _percent(hits: int, of_them: int) -> int | None:
    return round(100 * hits / of_them) if of_them else None
