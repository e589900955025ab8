"""Rain in millimetres: made of the tips that a gauge has counted since it was new, and of how much makes it tip.

What a reading adds to the one before fell between the two. It is counted at the later one's time, as a node speaks when
it rains; where the two lie further apart than a node is ever silent, nobody knows when it fell.
"""

from collections import defaultdict
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from plietsch.dashboards import quantities
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.dashboards", "rain.sql")


class Fallen(NamedTuple):
    """What fell in a span, and the newest reading in it."""

    mm: float
    newest: datetime


async def fallen(
    connection: AsyncConnection[Any],
    since: datetime,
    until: datetime,
    *,
    region: str | None = None,
    station: str | None = None,
) -> dict[str, Fallen]:
    """What fell after `since` until `until`, by station. A station without a reading in the span is not among them."""
    cursor = await connection.execute(_QUERIES["fallen"], _parameters(since, until, region, station))
    return {code: Fallen(mm, newest) for code, mm, newest in await cursor.fetchall()}


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
    cursor = await connection.execute(_QUERIES["hours"], _parameters(since, until, region, station))
    found: dict[str, dict[datetime, float]] = defaultdict(dict)
    for code, hour, mm in await cursor.fetchall():
        found[code][hour] = mm
    return found


def _parameters(since: datetime, until: datetime, region: str | None, station: str | None) -> dict[str, Any]:
    pause = quantities.SHORTEST_GAP_ON_CHANGE
    return {"since": since, "until": until, "region": region, "station": station, "pause": pause}
