"""Regions as pages show them: their name in a language, their time zone, their place on the map."""

from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection
from psycopg.rows import class_row

from plietsch.api import errors as api_errors
from plietsch.dashboards import errors
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.dashboards")


class Region(NamedTuple):
    """A region: names by language, a box in degrees."""

    code: str
    name: dict[str, str]
    timezone: str
    west: float
    south: float
    east: float
    north: float

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its times are shown."""
        return ZoneInfo(self.timezone)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        return self.west, self.south, self.east, self.north


async def every(connection: AsyncConnection[Any]) -> list[Region]:
    """The regions, those with stations first."""
    async with connection.cursor(row_factory=class_row(Region)) as cursor:
        await cursor.execute(_QUERIES["regions"])
        return await cursor.fetchall()


async def chosen(connection: AsyncConnection[Any], code: str | None) -> Region | None:
    """The region of that code; without one the first that has stations, None where there is no region at all.

    Raises errors.PageUnknown for a code that no region has.
    """
    found = await every(connection)
    if code is None:
        return found[0] if found else None
    for region in found:
        if region.code == code:
            return region
    raise errors.PageUnknown("There is no such region.")


async def known(connection: AsyncConnection[Any], code: str) -> Region:
    """The region of that code, for a program that asks. Raises api.errors.RegionUnknown."""
    found = {region.code: region for region in await every(connection)}
    if code not in found:
        raise api_errors.RegionUnknown(code, sorted(found))
    return found[code]
