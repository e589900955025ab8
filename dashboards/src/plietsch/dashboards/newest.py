"""The newest values of stations as of a moment: what was known then, of every quantity that pages show."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from plietsch.dashboards import rain
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.dashboards", "newest.sql")
RAIN = "rain_1h"
# QARTOD's flags, from the best one on; a value that is missing has none to show.
GOOD, NOT_EVALUATED, SUSPECT, FAILED = 1, 2, 3, 4
# How far back a newest value may lie: what is older says nothing on a page of many stations ...
REACH = timedelta(days=30)
# ... and on a station's own page, that it has been silent for long.
REACH_OF_ONE = timedelta(days=366)


class Newest(NamedTuple):
    """A value in the quantity's unit, when it was measured, and its quality (QARTOD)."""

    value: float
    time: datetime
    quality: int


async def of(
    connection: AsyncConnection[Any],
    codes: Collection[str],
    at: datetime,
    *,
    region: str | None = None,
    station: str | None = None,
    stations: Collection[str] | None = None,
    worst: int = SUSPECT,
    reach: timedelta = REACH,
) -> dict[str, dict[str, Newest]]:
    """The newest values of some quantities until a moment, by station and quantity.

    Of a region, of a station, of several, or of all; only where a device is installed now. `worst` is the worst quality
    that is taken: with FAILED, a newest value that failed its checks stands before an older good one. Rain is that of
    the hour up to the moment, not up to the newest reading. What is older than `reach` is not looked for.
    """
    some = [station] if station is not None else None if stations is None else list(stations)
    parameters: dict[str, Any] = {"at": at, "region": region, "stations": some, "worst": worst, "reach": reach}
    found: dict[str, dict[str, Newest]] = defaultdict(dict)
    cursor = await connection.execute(
        _QUERIES["newest"], {**parameters, "codes": [code for code in codes if code != RAIN]}
    )
    for code, quantity, value, time, quality in await cursor.fetchall():
        found[code][quantity] = Newest(value, time, quality)
    if RAIN in codes:
        for code, hour in (await rain.last_hour(connection, at, reach, region=region, stations=some)).items():
            if hour.mm is not None:
                found[code][RAIN] = Newest(hour.mm, hour.newest, hour.quality)
    return found
