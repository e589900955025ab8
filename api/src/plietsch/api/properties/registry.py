"""Observed properties: what is measured, in which unit."""

from collections.abc import Collection
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from plietsch.api import errors
from plietsch.platform import sql
from plietsch.platform.properties import Property

_QUERIES = sql.load("plietsch.api")


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
