"""The newest values of stations as of a moment: what was known then, of every quantity that pages show."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from plietsch.dashboards import quantities
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.dashboards", "newest.sql")
RAIN = "rain_1h"
# QARTOD's flags, from the best one on; a value that is missing has none to show.
GOOD, NOT_EVALUATED, SUSPECT, FAILED = 1, 2, 3, 4


class Newest(NamedTuple):
    """A value in the quantity's unit, when it was measured, and its quality (QARTOD)."""

    value: float
    time: datetime
    quality: int

    @property
    def is_usable(self) -> bool:
        """Whether it may be classed and summed up: what failed its checks is shown as such, or not at all."""
        return self.quality <= SUSPECT


async def of(
    connection: AsyncConnection[Any],
    codes: Collection[str],
    at: datetime,
    *,
    region: str | None = None,
    station: str | None = None,
    stations: Collection[str] | None = None,
    worst: int = SUSPECT,
) -> dict[str, dict[str, Newest]]:
    """The newest values of some quantities until a moment, by station and quantity.

    Of a region, of a station, of several, or of all; only where a device is installed now. `worst` is the worst quality
    that is taken: with FAILED, a newest value that failed its checks stands before an older good one.
    """
    some = [station] if station is not None else None if stations is None else list(stations)
    parameters: dict[str, Any] = {"at": at, "region": region, "stations": some, "worst": worst}
    found: dict[str, dict[str, Newest]] = defaultdict(dict)
    cursor = await connection.execute(_QUERIES["newest"], {**parameters, "codes": list(codes)})
    for code, quantity, value, time, quality in await cursor.fetchall():
        found[code][quantity] = Newest(value, time, quality)
    if RAIN in codes:
        spans = {"stale_after": quantities.STALE_AFTER, "pause": quantities.SHORTEST_GAP_ON_CHANGE}
        cursor = await connection.execute(_QUERIES["newest_rain"], {**parameters, **spans})
        for code, fallen_mm, time, quality in await cursor.fetchall():
            found[code][RAIN] = Newest(fallen_mm, time, quality)
    return found
