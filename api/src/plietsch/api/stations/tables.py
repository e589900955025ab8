"""Stations as rows: what a Feature says, flat; of each property the newest value and when it was measured."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from plietsch.api.formats import Source, Table, arrow, at_once, column
from plietsch.api.properties import Property
from plietsch.api.stations.model import Station

_TEXT, _FLOAT, _TIME = pa.string(), pa.float64(), pa.timestamp("us", tz="UTC")
# In the order of `_cells`.
_COLUMNS = (
    column("station", _TEXT, "The station's id."),
    column("name", _TEXT, "What it is called."),
    column("description", _TEXT, "What else its operator says of it."),
    column("kind", _TEXT, "What it is, by what it measures."),
    column("region", _TEXT, "The region's id."),
    column("municipality_key", _TEXT, "Amtlicher Gemeindeschlüssel; null outside Germany."),
    column("operator", _TEXT, "The id of who runs it."),
    column("operator_name", _TEXT, "Who runs it."),
    column("licence", _TEXT, "Of its values: SPDX identifier."),
    column("attribution", _TEXT, "Whom to name."),
    column("simulated", pa.bool_(), "Whether its values are simulated."),
    column("longitude", _FLOAT, "WGS 84.", unit="deg", decimals=5),
    column("latitude", _FLOAT, "WGS 84.", unit="deg", decimals=5),
    column("grid_m", pa.int32(), "The place is the centre of a grid cell of so many metres.", unit="m"),
    column("since", _TIME, "Since when it is installed."),
    column("freshness", _TEXT, "What its newest value's age says of now: fresh, late, silent."),
)
_DISTANCE = column("distance_m", pa.int32(), "From the point that was given to the public place.", unit="m")


def of(
    stations: Sequence[Station], properties: Mapping[str, Property], asked: Iterable[str], next_: str | None
) -> Table:
    """A row a station. There are columns of the properties asked for, or else of all that one of them says."""
    fields, columns = list(_COLUMNS), _columns(stations)
    if any(each.distance_m is not None for each in stations):
        fields.append(_DISTANCE)
        columns.append([each.distance_m for each in stations])
    for code in list(asked) or sorted({code for each in stations for code in each.latest}):
        known = properties[code]
        latest = [each.latest.get(code) for each in stations]
        said = f"{known.name}: the newest value that did not fail."
        fields.append(column(code, _FLOAT, said, unit=known.unit, decimals=known.decimals))
        fields.append(column(f"{code}_time", _TIME, f"{known.name}: when that was measured."))
        columns += [[each and each.value for each in latest], [each and each.time for each in latest]]
    schema = pa.schema(fields)
    arrays = [arrow.array(values, field.type) for values, field in zip(columns, fields, strict=True)]
    return Table(
        "stations",
        schema,
        at_once([arrow.record_batch(arrays, schema)]),
        after=lambda: {"next": next_},
        title="Stations with their newest values",
        description="Where is measured. Places are the centres of grid cells, of the size that `grid_m` says.",
        sources=sources(stations),
    )


def sources(stations: Iterable[Station]) -> list[Source]:
    """Whose the values of some stations are, each once."""
    once = {each.code: each for each in stations}.values()
    return [Source(each.code, each.name, each.licence, each.attribution, each.simulated) for each in once]


def _columns(stations: Sequence[Station]) -> list[list[Any]]:
    rows = [_cells(each) for each in stations]
    return [list(each) for each in zip(*rows, strict=True)] if rows else [[] for _ in _COLUMNS]


def _cells(station: Station) -> tuple[Any, ...]:
    return (
        station.code,
        station.name,
        station.description,
        station.kind,
        station.region,
        station.municipality_key,
        station.operator.code,
        station.operator.name,
        station.licence,
        station.attribution,
        station.simulated,
        station.longitude,
        station.latitude,
        station.grid_m,
        station.since,
        station.freshness,
    )
