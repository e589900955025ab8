"""The newest values as rows. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from plietsch.api.formats import Table, arrow, at_once, column
from plietsch.api.hot.state import View
from plietsch.api.stations import model, tables
from plietsch.api.stations.filtering import Filter, Found
from plietsch.api.stations.model import Held, Latest, Station

_TEXT, _FLOAT = pa.string(), pa.float64()
_COLUMNS = (
    column("station", _TEXT, "The station's id."),
    column("property", _TEXT, "What is measured."),
    column("method", _TEXT, "`raw`, or the name and version of what it is computed by."),
    column("value", _FLOAT, "The newest value that did not fail, in `unit`."),
    column("unit", _TEXT, "UCUM."),
    column("time", pa.timestamp("us", tz="UTC"), "When it was measured; of an index, when its hour began."),
    column("quality", pa.int8(), "QARTOD: 1 good, 2 not evaluated, 3 suspect."),
    column("freshness", _TEXT, "What its age says of now: fresh, late, silent."),
    column("longitude", _FLOAT, "Of the station's public place, WGS 84.", unit="deg", decimals=5),
    column("latitude", _FLOAT, "Of the station's public place, WGS 84.", unit="deg", decimals=5),
)
_DISTANCE = column("distance_m", pa.int32(), "From the point that was given to the public place.", unit="m")


class Line(NamedTuple):
    """A newest value, the code of its property, its station, and how far away that is."""

    station: Station
    code: str
    latest: Latest
    distance_m: float | None

    @property
    def key(self) -> tuple[float | str, ...]:
        """Where it stands in the order of all: as its station, then by property and method."""
        named = (self.station.code, self.code, self.latest.method)
        return named if self.distance_m is None else (self.distance_m, *named)


def of(view: View, found: Iterable[Found], filter_: Filter) -> list[Line]:
    """What some stations say, in their order."""
    lines: list[Line] = []
    for code, distance_m in found:
        entry = view.entries[code]
        for each in _wanted(entry.held, filter_):
            latest = each.latest(entry.made_at)
            lines.append(Line(entry.shown.station, each.series.property, latest, distance_m))
    return lines


def table(lines: Sequence[Line], filter_: Filter, next_: str | None) -> Table:
    """Them as a table."""
    fields = [*_COLUMNS, *([_DISTANCE] if filter_.near else [])]
    schema = pa.schema(fields)
    columns: list[list[Any]] = [
        [each.station.code for each in lines],
        [each.code for each in lines],
        [each.latest.method for each in lines],
        [each.latest.value for each in lines],
        [each.latest.unit for each in lines],
        [each.latest.time for each in lines],
        [each.latest.quality for each in lines],
        [each.latest.freshness for each in lines],
        [each.station.longitude for each in lines],
        [each.station.latitude for each in lines],
    ]
    if filter_.near:
        columns.append([None if each.distance_m is None else round(each.distance_m) for each in lines])
    arrays = [arrow.array(values, field.type) for values, field in zip(columns, fields, strict=True)]
    return Table(
        "latest",
        schema,
        at_once([arrow.record_batch(arrays, schema)]),
        after=lambda: {"next": next_},
        title="Newest values",
        description="The newest value of each series that did not fail; `freshness` says what its age tells of now.",
        sources=tables.sources(each.station for each in lines),
    )


def _wanted(held: Iterable[Held], filter_: Filter) -> list[Held]:
    """What is meant where no method is named; otherwise the newest by each of these."""
    if not filter_.methods:
        return list(model.meant(held, filter_.properties).values())
    found: list[Held] = []
    for method in filter_.methods:
        some = [each for each in held if each.series.method == method]
        if filter_.properties:
            some = [each for each in some if each.series.property in filter_.properties]
        else:
            some = [each for each in some if not each.series.is_spread]
        found += model.newest(some).values()
    return sorted(found, key=lambda each: (each.series.property, each.series.method))
