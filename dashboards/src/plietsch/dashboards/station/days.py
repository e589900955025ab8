"""The days of series, from midnight to midnight of a zone, reckoned by the API's own query: a download says the same.

They are made of hours and days that are kept, where those lie whole in a day of the zone, and of observations around.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection
from psycopg.types.multirange import Multirange

from plietsch.api.observations import buckets
from plietsch.api.observations.intervals import Intervals
from plietsch.api.observations.queries import Queries
from plietsch.api.observations.question import AGGREGATED
from plietsch.dashboards.station.points import Point
from plietsch.dashboards.station.spans import Window
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.dashboards.station", "station.sql")


async def of(
    connection: AsyncConnection[Any], ids: Sequence[int], window: Window, zone: ZoneInfo
) -> dict[datetime, Point]:
    """The days of datastreams by their beginning (UTC); where several have the same day, the last one's."""
    asked = await _installed(connection, ids, window)
    divided = buckets.of("1d", zone.key)
    start, stop = (buckets.microseconds(moment) for moment in window)
    most = len(ids) * len(list(buckets.begins(divided, start, stop)))
    query = Queries(ids, AGGREGATED, divided, are_kept=True).piece(asked, start, stop, most)
    rows = await (await connection.execute(query.encode())).fetchall()
    # In the order of time and series: of equal days, the later series' is kept.
    return {time.astimezone(UTC): Point(mean, 1, count, low, high) for time, _, count, mean, low, high, _ in rows}


async def _installed(connection: AsyncConnection[Any], ids: Sequence[int], window: Window) -> Intervals:
    """When they were fed by something installed; ranks are their places in the list."""
    parameters = {"streams": list(ids), "since": window.since, "until": window.until}
    rows = await (await connection.execute(_QUERIES["installed"], parameters)).fetchall()
    found: dict[int, Multirange[datetime]] = dict(rows)
    return Intervals.of(
        (rank, buckets.microseconds(span.lower), buckets.microseconds(span.upper))
        for rank, id_ in enumerate(ids)
        for span in found.get(id_, ())
        if span.lower is not None and span.upper is not None  # the window has both ends
    )
