"""What a picture of a station needs, read from the database."""

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection

from plietsch.api import stations
from plietsch.dashboards import gauges, present, regions
from plietsch.dashboards.picture import asked
from plietsch.dashboards.picture.scenes import Told
from plietsch.dashboards.station import course, past, streams


async def told(
    connection: AsyncConnection[Any],
    station: str,
    code: str | None,
    methods: Sequence[str],
    time: asked.Time,
    language: str,
) -> Told:
    """A station's course of a quantity over a time. Raises api.errors.StationUnknown, api.errors.ParameterInvalid."""
    one = await stations.one(connection, station)
    region = await regions.known(connection, one.region)
    own = await streams.of(connection, station)
    quantity = asked.quantity(code, own)
    some = asked.by_method(own, quantity, methods)
    now = (await present.of(connection, region)).at
    span = time.interval(now)
    went = await course.of(connection, station, some, quantity, span, min(span.until, now))
    gauge = (await gauges.of(connection, language, station=station)).get(station)
    return Told(one, region, went, gauge, await past.deployments(connection, station), now)
