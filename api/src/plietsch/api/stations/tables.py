"""Stations as rows: what a Feature says, flat; of each property the newest value and when it was measured."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import pyarrow as pa

from plietsch.api.formats import Source, Table
from plietsch.api.listings import answers
from plietsch.api.listings.answers import FLAG, NUMBER, TEXT, TIME, Column
from plietsch.api.stations.model import Station
from plietsch.platform.properties import Property

Row = TypeVar("Row")
_COLUMNS: Sequence[Column[Station]] = (
    Column("station", TEXT, "The station's id.", lambda each: each.code),
    Column("name", TEXT, "What it is called.", lambda each: each.name),
    Column("description", TEXT, "What else its operator says of it.", lambda each: each.description),
    Column("kind", TEXT, "What it is, by what it measures.", lambda each: each.kind),
    Column("region", TEXT, "The region's id.", lambda each: each.region),
    Column(
        "municipality_key",
        TEXT,
        "Amtlicher Gemeindeschlüssel; null outside Germany.",
        lambda each: each.municipality_key,
    ),
    Column("operator", TEXT, "The id of who runs it.", lambda each: each.operator.code),
    Column("operator_name", TEXT, "Who runs it.", lambda each: each.operator.name),
    Column("licence", TEXT, "Of its values: SPDX identifier.", lambda each: each.licence),
    Column("attribution", TEXT, "Whom to name.", lambda each: each.attribution),
    Column("simulated", FLAG, "Whether its values are simulated.", lambda each: each.simulated),
    Column("longitude", NUMBER, "WGS 84.", lambda each: each.longitude, "deg", 5),
    Column("latitude", NUMBER, "WGS 84.", lambda each: each.latitude, "deg", 5),
    Column(
        "grid_m", pa.int32(), "The place is the centre of a grid cell of so many metres.", lambda each: each.grid_m, "m"
    ),
    Column("since", TIME, "Since when it is installed.", lambda each: each.since),
    Column(
        "freshness",
        TEXT,
        "What its newest value's age says of now: fresh, late, silent.",
        lambda each: each.freshness,
    ),
)


def distance(of: Callable[[Row], float | None]) -> Column[Row]:
    """How far away rows are, where a point was given; whole metres."""

    def rounded(row: Row) -> int | None:
        metres = of(row)
        return None if metres is None else round(metres)

    return Column("distance_m", pa.int32(), "From the point that was given to the public place.", rounded, "m")


_DISTANCE: Column[Station] = distance(lambda each: each.distance_m)


def of(
    stations: Sequence[Station], properties: Mapping[str, Property], asked: Iterable[str], next_: str | None
) -> Table:
    """A row a station. There are columns of the properties asked for, or else of all that one of them says."""
    codes = list(asked) or sorted({code for each in stations for code in each.latest})
    has_distances = any(each.distance_m is not None for each in stations)
    columns = [
        *_COLUMNS,
        *([_DISTANCE] if has_distances else []),
        *(column for code in codes for column in _newest(properties[code])),
    ]
    return replace(
        answers.table("stations", columns, stations),
        after=lambda: {"next": next_},
        title="Stations with their newest values",
        description="Where is measured. Places are the centres of grid cells, of the size that `grid_m` says.",
        sources=sources(stations),
    )


def sources(stations: Iterable[Station]) -> list[Source]:
    """Whose the values of some stations are, each once."""
    once = {each.code: each for each in stations}.values()
    return [Source(each.code, each.name, each.licence, each.attribution, each.simulated) for each in once]


def _newest(known: Property) -> Iterator[Column[Station]]:
    code, name = known.code, known.name

    def value(station: Station) -> float | None:
        latest = station.latest.get(code)
        return latest and latest.value

    def time(station: Station) -> datetime | None:
        latest = station.latest.get(code)
        return latest and latest.time

    said = f"{name}: the newest value that did not fail."
    yield Column(code, NUMBER, said, value, known.unit, known.decimals)
    yield Column(f"{code}_time", TIME, f"{name}: when that was measured.", time)
