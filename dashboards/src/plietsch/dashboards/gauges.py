"""Gauges: what their water is called, its mean level, and the gauge's own levels."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from psycopg import AsyncConnection

from plietsch.dashboards import scales
from plietsch.dashboards.scales import Level, Scale
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.dashboards", "gauges.sql")


@dataclass(frozen=True)
class Gauge:
    """A gauge: what its water is called in a language, as it follows "The water of", and its levels, lowest first.

    `sources` say who set each level, in the levels' order.
    """

    water: str
    mean_level_cm: float | None
    levels: tuple[Level, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def scale(self) -> Scale | None:
        """The classes of this gauge's water levels; None where it has no levels."""
        return scales.of_gauge(self.levels) if self.levels else None


async def of(
    connection: AsyncConnection[Any], language: str, *, region: str | None = None, station: str | None = None
) -> dict[str, Gauge]:
    """The gauges of a region, of a station, or all, by station, with names in a language."""
    cursor = await connection.execute(_QUERIES["gauges"], {"language": language, "region": region, "station": station})
    rows = await cursor.fetchall()
    return {code: _gauge(list(some)) for code, some in groupby(rows, key=lambda row: row[0])}


def _gauge(rows: list[tuple[Any, ...]]) -> Gauge:
    _, water, mean_level_cm, *_ = rows[0]
    levels = [(Level(level_cm, rank, name), source) for *_, level_cm, rank, name, source in rows if rank is not None]
    return Gauge(water, mean_level_cm, tuple(level for level, _ in levels), tuple(source for _, source in levels))
