"""Observed properties: what is measured, in which unit."""

from collections.abc import Collection
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import class_row

from plietsch.api import errors
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.api")


class Property(msgspec.Struct, frozen=True):
    """An observed property: `definition` is an IRI, `unit` is UCUM, `unit_symbol` is how people write it.

    `spread_of` is the property whose samples it says the spread of; both have one definition. `default_method` is
    that of the series which is meant where nobody names a method.
    """

    code: str
    name: str
    description: str
    definition: str
    unit: str
    unit_symbol: str
    decimals: int
    spread_of: str | None
    default_method: str


async def known(connection: AsyncConnection[Any]) -> list[Property]:
    """Every property, by code."""
    async with connection.cursor(row_factory=class_row(Property)) as cursor:
        await cursor.execute(_QUERIES["properties"])
        return await cursor.fetchall()


async def check(connection: AsyncConnection[Any], codes: Collection[str]) -> None:
    """Raises errors.PropertyUnknown for the first code that no property has."""
    if not codes:
        return
    known_codes = [each.code for each in await known(connection)]
    for code in codes:
        if code not in known_codes:
            raise errors.PropertyUnknown(code, known_codes)
