"""The stations of a region as the map and its table need them: many, and little of each."""

from typing import Any, NamedTuple

from psycopg import AsyncConnection

from plietsch.platform import sql

_QUERIES = sql.load("plietsch.dashboards.map", "map.sql")


class Station(NamedTuple):
    """A station at its public place, in degrees.

    `number` is its row's in the database: stable, and no secret, for it says no more than when it was registered.
    """

    number: int
    code: str
    name: str
    simulated: bool
    longitude: float
    latitude: float


async def of(connection: AsyncConnection[Any], region: str, quantity: str | None = None) -> list[Station]:
    """The installed stations of a region by name; with a quantity, those that measure it."""
    parameters = {"region": region, "property": quantity}
    # Many rows: a tuple each is made four times as fast as by name.
    cursor = await connection.execute(_QUERIES["stations"], parameters)
    return [Station._make(row) for row in await cursor.fetchall()]


async def levels(connection: AsyncConnection[Any], region: str) -> dict[str, list[float | None]]:
    """The levels of gauges in cm, in the order of their ranks from 1 on; None for a rank that a gauge does not have."""
    cursor = await connection.execute(_QUERIES["levels"], {"region": region})
    found = {
        code: {int(rank): level_cm for rank, level_cm in by_rank.items()} for code, by_rank in await cursor.fetchall()
    }
    return {code: [ranks.get(rank) for rank in range(1, max(ranks) + 1)] for code, ranks in found.items()}


async def level_names(connection: AsyncConnection[Any], region: str, language: str) -> dict[int, list[str]]:
    """What the gauges of a region call the levels of each rank, the commonest name first."""
    cursor = await connection.execute(_QUERIES["level_names"], {"region": region, "language": language})
    names: dict[int, list[str]] = {}
    for rank, name in await cursor.fetchall():
        names.setdefault(rank, []).append(name)
    return names
