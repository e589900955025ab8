"""The newest values as rows. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import pyarrow as pa

from plietsch.api.formats import Table
from plietsch.api.hot.state import View
from plietsch.api.listings import answers
from plietsch.api.listings.answers import NUMBER, TEXT, TIME, WHOLE, Column
from plietsch.api.stations import model, tables
from plietsch.api.stations.filtering import Filter, Found
from plietsch.api.stations.model import Held, Latest, Station


class Line(NamedTuple):
    """A newest value, the code of its property, its datastream's id, its station, and how far away that is."""

    station: Station
    code: str
    latest: Latest
    datastream: int
    distance_m: float | None

    @property
    def key(self) -> tuple[float | str, ...]:
        """Where it stands in the order of all: as its station, then by property and method."""
        named = (self.station.code, self.code, self.latest.method)
        return named if self.distance_m is None else (self.distance_m, *named)


_COLUMNS: Sequence[Column[Line]] = (
    Column("station", TEXT, "The station's id.", lambda each: each.station.code),
    Column("property", TEXT, "What is measured.", lambda each: each.code),
    Column(
        "method", TEXT, "`raw`, or the name and version of what it is computed by.", lambda each: each.latest.method
    ),
    Column("value", NUMBER, "The newest value that did not fail, in `unit`.", lambda each: each.latest.value),
    Column("unit", TEXT, "UCUM.", lambda each: each.latest.unit),
    Column("time", TIME, "When it was measured; of an index, when its hour began.", lambda each: each.latest.time),
    Column("quality", pa.int8(), "QARTOD: 1 good, 2 not evaluated, 3 suspect.", lambda each: each.latest.quality),
    Column("freshness", TEXT, "What its age says of now: fresh, late, silent.", lambda each: each.latest.freshness),
    Column("longitude", NUMBER, "Of its public place, WGS 84.", lambda each: each.station.longitude, "deg", 5),
    Column("latitude", NUMBER, "Of its public place, WGS 84.", lambda each: each.station.latitude, "deg", 5),
    Column("datastream", WHOLE, "The id of its datastream.", lambda each: each.datastream),
)
_DISTANCE: Column[Line] = tables.distance(lambda each: each.distance_m)


def of(view: View, found: Iterable[Found], filter_: Filter) -> list[Line]:
    """What some stations say, in their order."""
    lines: list[Line] = []
    for code, distance_m in found:
        entry = view.entries[code]
        for each in _wanted(entry.held, filter_):
            latest = each.latest(entry.made_at)
            lines.append(Line(entry.shown.station, each.series.property, latest, each.series.id, distance_m))
    return lines


def table(lines: Sequence[Line], filter_: Filter, next_: str | None) -> Table:
    """Them as a table."""
    columns = [*_COLUMNS, *([_DISTANCE] if filter_.near else [])]
    return replace(
        answers.table("latest", columns, lines),
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
