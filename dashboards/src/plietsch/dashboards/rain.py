"""Rain of an hour in millimetres: sums of the series `rain`, of what fell since the reading before.

How it is made of what a gauge counts, and where nobody knows it, `plietsch.ingest.series.rain` says. `rain_1h` is the
hour up to a reading; here it is the hour up to any moment, as pages show it.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from plietsch.dashboards import quantities
from plietsch.ingest.series.rain import LONGEST_PAUSE_S
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.dashboards", "rain.sql")
HOUR = timedelta(hours=1)
# What a value says fell since the one before, up to so long before it.
_PAUSE = timedelta(seconds=LONGEST_PAUSE_S)


class LastHour(NamedTuple):
    """What fell in the hour up to `until`, in mm, None where nobody knows; when the newest value was measured."""

    mm: float | None
    newest: datetime
    quality: int
    until: datetime

    @property
    def since(self) -> datetime:
        """When the hour began; what was measured at that moment is not of it."""
        return self.until - HOUR


async def last_hour(
    connection: AsyncConnection[Any],
    at: datetime,
    reach: timedelta,
    *,
    region: str | None = None,
    stations: Collection[str] | None = None,
) -> dict[str, LastHour]:
    """What fell in the hour up to a moment, by station.

    Where a station's newest value is too old to say anything of that moment, it is the hour up to that value, no older
    than `reach`.
    """
    parameters = {
        "at": at,
        "reach": reach,
        "region": region,
        "stations": None if stations is None else list(stations),
        "stale_after": quantities.STALE_AFTER,
    }
    cursor = await connection.execute(_QUERIES["last_hour"], parameters)
    return {code: LastHour(*found) for code, *found in await cursor.fetchall()}


async def hours(
    connection: AsyncConnection[Any],
    since: datetime,
    until: datetime,
    *,
    region: str | None = None,
    station: str | None = None,
) -> dict[str, dict[datetime, float]]:
    """What fell in mm in each hour (UTC) that begins in a span, by station and the hour's beginning.

    An hour of which nobody knows is not among them, a dry one is.
    """
    parameters = {"since": since, "until": until, "region": region, "station": station, "pause": _PAUSE}
    cursor = await connection.execute(_QUERIES["hours"], parameters)
    found: dict[str, dict[datetime, float]] = defaultdict(dict)
    for code, hour, mm in await cursor.fetchall():
        found[code][hour] = mm
    return found
