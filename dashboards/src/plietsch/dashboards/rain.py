"""Rain in millimetres: made of the tips that a gauge has counted since it was new, and of how much makes it tip.

What a reading adds to the one before fell between the two. It is counted at the later one's time, as a node speaks when
it rains; where the two lie further apart than a node is ever silent, nobody knows when it fell. Counts that failed
their checks are left out.

A count never goes back. Where one does, the counter has begun anew, and what it then counts is rain; or it was misread,
and comes back at once to where it was: that is none. It came back at once where it rises by more than it had counted
since it fell.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from plietsch.dashboards import quantities
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.dashboards", "rain.sql")
HOUR = timedelta(hours=1)
# How long before a span the counts are known that a misread one comes back to.
_REMEMBERED = timedelta(hours=6)


class LastHour(NamedTuple):
    """What fell in the hour up to `until`, in tips and in mm, None where nobody knows; the newest count until then."""

    tips: float | None
    mm: float | None
    newest: datetime
    quality: int
    until: datetime

    @property
    def since(self) -> datetime:
        """When the hour began; what was counted at that moment is not of it."""
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

    Where a station's newest count is too old to say anything of that moment, it is the hour up to that count, no older
    than `reach`.
    """
    parameters = {
        "at": at,
        "reach": reach,
        "region": region,
        "stations": None if stations is None else list(stations),
        "stale_after": quantities.STALE_AFTER,
    }
    cursor = await connection.execute(_QUERIES["last_hour"], {**parameters, **_spans()})
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
    parameters = {"since": since, "until": until, "region": region, "station": station}
    cursor = await connection.execute(_QUERIES["hours"], {**parameters, **_spans()})
    found: dict[str, dict[datetime, float]] = defaultdict(dict)
    for code, hour, mm in await cursor.fetchall():
        found[code][hour] = mm
    return found


def _spans() -> dict[str, timedelta]:
    return {"pause": quantities.SHORTEST_GAP_ON_CHANGE, "remembered": _REMEMBERED}
