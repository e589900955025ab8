"""What a picture of a station needs, read from the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from plietsch.api import stations
from plietsch.api.stations import Station
from plietsch.dashboards import gauges, present, regions
from plietsch.dashboards.picture import asked
from plietsch.dashboards.picture.scenes import Told
from plietsch.dashboards.regions import Region
from plietsch.dashboards.station import course, past, streams
from plietsch.dashboards.station.spans import Interval
from plietsch.dashboards.station.streams import Stream


class Place(NamedTuple):
    """A station, its region, its series, and what counts as now there."""

    station: Station
    region: Region
    streams: list[Stream]
    now: datetime


async def told(
    connection: AsyncConnection[Any],
    station: str,
    code: str | None,
    methods: Sequence[str],
    time: asked.Time,
    language: str,
) -> Told:
    """A station's course of a quantity over a time. Raises api.errors.StationUnknown, api.errors.ParameterInvalid."""
    known = await place(connection, station)
    quantity = asked.quantity(code, known.streams)
    some = asked.by_method(known.streams, quantity, methods)
    return await of_place(connection, known, some, quantity, time.interval(known.now, known.region.zone), language)


async def place(connection: AsyncConnection[Any], station: str) -> Place:
    """What is known of a station before anything is measured. Raises api.errors.StationUnknown."""
    one = await stations.one(connection, station)
    region = await regions.known(connection, one.region)
    own = await streams.of(connection, station)
    return Place(one, region, own, (await present.of(connection, region)).at)


async def of_place(
    connection: AsyncConnection[Any], known: Place, some: Sequence[Stream], code: str, span: Interval, language: str
) -> Told:
    """Its course of a quantity, of some of its series."""
    station = known.station.code
    went = await course.of(connection, station, some, code, span, min(span.until, known.now), span.zone)
    gauge = (await gauges.of(connection, language, station=station)).get(station)
    devices = await past.deployments(connection, station)
    return Told(known.station, known.region, went, gauge, devices, known.now)
