"""The present of a region: now, or where a simulated region runs in fast motion, how far it has come.

A simulation plays a storm surge of three days in minutes: what it measures is of hours ago by the clock on the wall,
and is the newest there is all the same. Pages of such a region show its newest time as their present, and say so.
What has stopped is not in motion: of that, what it measured last is old, and shown as that.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from plietsch.dashboards.regions import Region
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.dashboards")
# Real stations that are all silent for so long are a fault, and are shown as one; simulated ones are behind.
_BEHIND = timedelta(hours=1)
# What runs in fast motion writes all the time; a broker or a worker that is started again takes less than that.
_LATELY = timedelta(minutes=5)


class Present(NamedTuple):
    """What counts as now; `fast_motion` says that it is not what the clock on the wall shows."""

    at: datetime
    fast_motion: bool


async def of(connection: AsyncConnection[Any], region: Region) -> Present:
    """The present of a region."""
    now = datetime.now(UTC)
    cursor = await connection.execute(_QUERIES["newest_simulated"], {"region": region.code, "lately": _LATELY})
    row = await cursor.fetchone()
    newest: datetime | None = row[0] if row else None
    if newest is None or now - newest < _BEHIND:
        return Present(now, False)
    return Present(newest, True)
