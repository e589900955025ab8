"""The series that a question means: datastreams that were fed by something installed, by station and property."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.types.multirange import Multirange

from plietsch.api import properties, stations
from plietsch.api.observations import buckets
from plietsch.api.observations.intervals import Intervals
from plietsch.api.observations.question import Question
from plietsch.api.parameters import check_methods
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.api.observations", "observations.sql")


class Unit(msgspec.Struct, frozen=True):
    """A unit in UCUM and as people write it."""

    unit: str
    unit_symbol: str


class Source(msgspec.Struct, frozen=True):
    """Where observations come from, and what they may be used for: the station, as far as their readers must know."""

    name: str
    simulated: bool
    licence: str
    attribution: str


class Series(NamedTuple):
    """A datastream; `installed` are the times of the question's span when it was fed by something installed."""

    id: int
    station: str
    name: str
    simulated: bool
    licence: str
    attribution: str
    property: str
    method: str
    unit: str
    unit_symbol: str
    decimals: int
    installed: "Multirange[Any]"

    def key(self) -> tuple[str, str, int]:
        """Its place in the order of all."""
        return self.station, self.property, self.id


async def meant(connection: AsyncConnection[Any], question: Question) -> list[Series]:
    """The series asked for, in their order.

    Raises errors.StationUnknown, errors.PropertyUnknown, errors.RegionUnknown, errors.ParameterInvalid for a method
    that is none.
    """
    check_methods(question.methods)
    await properties.check(connection, question.properties)
    await stations.check_regions(connection, question.regions)
    await stations.check(connection, question.stations)
    parameters = {
        "start": buckets.within_calendar(question.start),
        "end": buckets.within_calendar(question.end),
        "stations": list(question.stations) or None,
        "properties": list(question.properties) or None,
        "methods": list(question.methods) or None,
        "regions": list(question.regions) or None,
    }
    async with connection.cursor(row_factory=class_row(Series)) as cursor:
        await cursor.execute(_QUERIES["series"], parameters)
        return sorted(await cursor.fetchall(), key=Series.key)


def intervals(series: Sequence[Series]) -> Intervals:
    """When each of them was fed by something installed: what may be read."""
    return Intervals.of(
        (rank, buckets.microseconds(span.lower), buckets.microseconds(span.upper))
        for rank, each in enumerate(series)
        for span in each.installed
        if span.lower is not None and span.upper is not None  # the question's span has both ends
    )


def units(series: Iterable[Series]) -> Mapping[str, Unit]:
    """By property."""
    return {each.property: Unit(each.unit, each.unit_symbol) for each in series}


def sources(series: Iterable[Series]) -> Mapping[str, Source]:
    """By station."""
    return {each.station: Source(each.name, each.simulated, each.licence, each.attribution) for each in series}
