"""The series that a question means: datastreams that were fed by something installed, by station and property."""

from collections.abc import Collection, Iterable, Mapping, Sequence
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
    """A datastream; `installed` are the times of the question's span when it was fed by something installed.

    `is_further` says that its station has an earlier one of the same property (and method, where methods are asked
    for). It is looked for where columns are named by series.
    """

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
    is_further: bool = False

    def key(self) -> tuple[str, str, int]:
        """Its place in the order of all."""
        return self.station, self.property, self.id


async def meant(connection: AsyncConnection[Any], question: Question) -> list[Series]:
    """The series asked for, in their order.

    Raises errors.StationUnknown, errors.PropertyUnknown, errors.RegionUnknown, errors.ParameterInvalid for a method
    that is none.
    """
    check_methods(question.methods)
    parameters = {
        "start": buckets.within_calendar(question.start),
        "end": buckets.within_calendar(question.end),
        "stations": _named(question.stations),
        "properties": _named(question.properties),
        "methods": _named(question.methods),
        "regions": _named(question.regions),
    }
    async with connection.cursor(row_factory=class_row(Series)) as cursor:
        await cursor.execute(_QUERIES["series"], parameters)
        found = sorted(await cursor.fetchall(), key=Series.key)
    await _check(connection, question, found)
    return await _numbered(connection, question, found) if question.layout == "wide" else found


async def _numbered(connection: AsyncConnection[Any], question: Question, found: Sequence[Series]) -> list[Series]:
    """The series, which say whether they are further ones."""
    asked = {"ids": [each.id for each in found], "by_method": bool(question.methods)}
    further = {id_ for (id_,) in await (await connection.execute(_QUERIES["further"], asked)).fetchall()}
    return [each._replace(is_further=each.id in further) for each in found]


async def _check(connection: AsyncConnection[Any], question: Question, found: Sequence[Series]) -> None:
    """That everything exists that was named: what has a series does, and only what has none is looked for."""
    await properties.check(connection, _without(question.properties, {each.property for each in found}))
    # Which of several regions a series is of, it does not say.
    await stations.check_regions(connection, question.regions if len(question.regions) > 1 or not found else ())
    if unseen := _without(question.stations, {each.station for each in found}):
        await stations.check(connection, unseen)


def _named(codes: Sequence[str]) -> list[str] | None:
    """Codes as the database can compare them: it has no text with a null character in it. None where none are named."""
    return [code for code in codes if "\0" not in code] if codes else None


def _without(codes: Sequence[str], seen: Collection[str]) -> list[str]:
    return [code for code in codes if code not in seen]


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
