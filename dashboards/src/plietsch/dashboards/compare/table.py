"""A comparison as a table: a row for each step, the newest first, and a column for each line; and what they span."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from plietsch.dashboards.compare import scenes
from plietsch.dashboards.picture.scenes import Told
from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.station import table
from plietsch.dashboards.texts import Texts

_NOTHING = "–"


@dataclass(frozen=True)
class Row:
    """A time, and each line's value there."""

    time: str
    time_iso: str
    cells: list[str]


@dataclass(frozen=True)
class Extent:
    """The least and the most of a line; a dash where nothing was measured."""

    name: str
    least: str
    most: str


@dataclass(frozen=True)
class Table:
    """Column heads, rows, and the lines' extents."""

    heads: list[str]
    rows: list[Row]
    extents: list[Extent]


def of(told: Sequence[Told], texts: Texts) -> Table:
    """The table of a comparison of at least one station."""
    went, zone = told[0].course, told[0].region.zone
    heads = [line.name for line in scenes.named(told, texts)]
    lines = [line for each in told for line in each.course.lines]
    points = [{moment: point.value for moment, point in line.points.items()} for line in lines]
    moments = sorted({moment for line in points for moment in line}, reverse=True)
    decimals = QUANTITIES[went.code].decimals

    def row(moment: datetime) -> Row:
        cells = [_number(values.get(moment), decimals, texts) for values in points]
        return Row(table.said(went, moment, texts, zone), table.iso(went, moment, zone), cells)

    ends = [table.summary(line) or (None, None) for line in lines]
    extents = [
        Extent(name, _number(least, decimals, texts), _number(most, decimals, texts))
        for name, (least, most) in zip(heads, ends, strict=True)
    ]
    return Table(heads, [row(moment) for moment in moments], extents)


def _number(value: float | None, decimals: int, texts: Texts) -> str:
    return _NOTHING if value is None else texts.number(value, decimals)
