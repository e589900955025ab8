"""What a gauge is, and that of one station."""

from typing import Any

import msgspec
from psycopg import AsyncConnection

from plietsch.platform import sql

_QUERIES = sql.load("plietsch.api")

Name = dict[str, str]


class Level(msgspec.Struct, frozen=True):
    """A level in cm above the gauge's zero, its rank from 1 to 4, its name in the region's languages, who says so."""

    level_cm: float
    rank: int
    name: Name
    source: str


class Gauge(msgspec.Struct, frozen=True):
    """What a gauge stands in, its zero above NHN in metres (DHHN2016), its mean level in cm above that zero.

    `water` follows "The water of". Levels rise in height and rank; what is below all of them has the rank 0.
    """

    water: Name
    zero_nhn_m: float | None
    mean_level_cm: float | None
    levels: list[Level]


async def of(connection: AsyncConnection[Any], station_id: int) -> Gauge | None:
    """The gauge at a station; None if it is none."""
    cursor = await connection.execute(_QUERIES["gauge"], {"station": station_id})
    row = await cursor.fetchone()
    if row is None:
        return None
    levels = await (await connection.execute(_QUERIES["gauge_levels"], {"station": station_id})).fetchall()
    water, zero_nhn_m, mean_level_cm = row
    return Gauge(water, zero_nhn_m, mean_level_cm, [Level(*level) for level in levels])
