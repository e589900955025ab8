"""What the developers' page knows of this site: its stations, what they measure, and on which terms."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from psycopg import AsyncConnection
from psycopg.rows import class_row

from plietsch.dashboards.developers.examples import DUST, LEVEL, MUNICIPALITY, Here
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.dashboards.developers", "developers.sql")
# As many as a form can list, and as many as a reader takes in.
_MOST_STATIONS = 300
_MOST_TERMS = 20


class Station(NamedTuple):
    """A station as a form offers it."""

    code: str
    name: str


class Measured(NamedTuple):
    """An observed property that is measured here, and a station that measures it."""

    code: str
    name: str
    unit_symbol: str
    station: str
    municipality_key: str | None


class Terms(NamedTuple):
    """A licence with whom to name, and whose data it is of."""

    licence: str
    attribution: str
    operator: str
    url: str | None


async def stations(connection: AsyncConnection[Any]) -> list[Station]:
    """The first stations by name."""
    async with connection.cursor(row_factory=class_row(Station)) as cursor:
        await cursor.execute(_QUERIES["stations"], {"most": _MOST_STATIONS})
        return await cursor.fetchall()


async def measured(connection: AsyncConnection[Any]) -> list[Measured]:
    """What is measured, by code."""
    async with connection.cursor(row_factory=class_row(Measured)) as cursor:
        await cursor.execute(_QUERIES["measured"])
        return await cursor.fetchall()


async def terms(connection: AsyncConnection[Any]) -> list[Terms]:
    """The terms on which data of this site may be used."""
    async with connection.cursor(row_factory=class_row(Terms)) as cursor:
        await cursor.execute(_QUERIES["terms"], {"most": _MOST_TERMS})
        return await cursor.fetchall()


def here(base: str, known: Sequence[Measured]) -> Here:
    """What examples are about here."""
    by_code = {each.code: each for each in known}
    dust, level = by_code.get("pm2_5"), by_code.get("water_level")
    keys = (each.municipality_key for each in (dust, level) if each and each.municipality_key)
    return Here(base, dust.station if dust else DUST, level.station if level else LEVEL, next(keys, MUNICIPALITY))
