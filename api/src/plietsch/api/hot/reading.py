"""The hot state's questions to the database, over the connection of the ledger's reader."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from plietsch.api.hot.state import Registry
from plietsch.api.stations import lookback
from plietsch.api.stations.model import Row, Series, Value
from plietsch.platform import sql
from plietsch.platform.properties import Property

Connection = psycopg.Connection[Any]

_QUERIES = sql.load("plietsch.api.hot", "hot.sql")
_STATIONS = sql.load("plietsch.api.stations", "stations.sql")
_SHARED = sql.load("plietsch.api")


def registry(connection: Connection) -> Registry:
    """Which stations are public now, and what can be asked for."""
    rows = [Row._make(row) for row in connection.execute(_STATIONS["stations"], {"code": None}, binary=True)]
    series = connection.execute(_STATIONS["series"], {"stations": [row.id for row in rows]}, binary=True)
    with connection.cursor(row_factory=class_row(Property)) as cursor:
        properties = cursor.execute(_SHARED["properties"]).fetchall()
    return Registry(
        rows,
        [Series._make(row) for row in series],
        properties,
        [code for (code,) in connection.execute(_QUERIES["regions"])],
        [code for (code,) in connection.execute(_QUERIES["operators"])],
    )


def newest(connection: Connection, ids: Collection[int], now: datetime) -> dict[int, Value]:
    """The newest usable value of each of some series, however old."""
    found: dict[int, Value] = {}
    missing = list(ids)
    for since in lookback.steps(now):
        if not missing:
            break
        rows = connection.execute(_STATIONS["newest"], lookback.question(missing, since), binary=True).fetchall()
        found |= lookback.found(rows)
        missing = [each for each in missing if each not in found]
    return found


def newest_since(connection: Connection, since: Mapping[int, datetime]) -> dict[int, Value]:
    """The newest usable value of each of some series, if it is not older than is said."""
    if not since:
        return {}
    question = lookback.question_each(since)
    return lookback.found(connection.execute(_STATIONS["newest"], question, binary=True).fetchall())


def ahead(connection: Connection, ids: Collection[int]) -> dict[int, datetime]:
    """Those of some series that have values dated ahead, and up to when."""
    return dict(connection.execute(_QUERIES["ahead"], {"datastreams": list(ids)}).fetchall())


def by_the_clock(connection: Connection, since: datetime) -> tuple[datetime, bool]:
    """What time it is for the database, and whether a deployment has begun or ended by the clock since a time."""
    row = connection.execute(_QUERIES["by_the_clock"], {"since": since}).fetchone()
    return row or (since, False)
