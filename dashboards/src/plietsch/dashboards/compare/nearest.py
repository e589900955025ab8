"""Whom a station can be compared with."""

from typing import Any, NamedTuple

from psycopg import AsyncConnection

from plietsch.dashboards.station import streams
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.dashboards.compare", "compare.sql")
MOST = 3


class Neighbour(NamedTuple):
    """A station by its code and name."""

    code: str
    name: str


async def of(connection: AsyncConnection[Any], station: str, code: str, most: int = MOST) -> list[Neighbour]:
    """The nearest stations of the region that measure the same quantity now, by public places."""
    parameters = {"station": station, "property": streams.source_of(code), "most": most}
    cursor = await connection.execute(_QUERIES["nearest"], parameters)
    return [Neighbour(*row) for row in await cursor.fetchall()]
