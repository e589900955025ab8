"""How long what was measured and heard is kept: for ever, unless somebody says otherwise (TimescaleDB only).

What is deleted are whole chunks of raw values; the hourly and daily aggregates stay. For that their refresh must never
look at a time of which raw values were deleted: it would find nothing there and keep nothing. So how far back it looks
only ever gets shorter, also when more is kept from now on, or all of it again.
"""

from datetime import timedelta
from typing import Any, NamedTuple

import psycopg

from plietsch.platform import errors, sql

TABLES = ("observation", "observation_repeat", "uplink", "device_event")
# To delete what has hardly been stored as columns yet is more likely a mistake than meant.
LEAST = timedelta(days=30)
# The refresh stops short of what may be deleted: by a day, which is the widest bucket, and by another one because a
# refresh that has begun takes its time.
_MARGIN = timedelta(days=2)
_QUERIES = sql.load("plietsch.platform", "retention.sql")


class Retention(NamedTuple):
    """How long each table's rows are kept, and how old a late value may be to change an aggregate; None: no limit."""

    keep: dict[str, timedelta | None]
    looks_back: timedelta | None


def read(connection: psycopg.Connection[Any]) -> Retention:
    """What is kept for how long."""
    if not _has_policies(connection):
        return Retention(dict.fromkeys(TABLES), None)
    policies = dict(connection.execute(_QUERIES["policies"]).fetchall())
    (looks_back,) = connection.execute(_QUERIES["looks_back"]).fetchone() or (None,)
    return Retention({table: policies.get(table) for table in TABLES}, looks_back)


def keep(connection: psycopg.Connection[Any], table: str, duration: timedelta | None) -> None:
    """Delete a table's chunks from tomorrow on once they are older than this, or nothing any more (None).

    Raises errors.RetentionImpossible.
    """
    _require_possible(connection, table, duration)
    with connection.transaction():
        connection.execute(_QUERIES["forever"], {"table": table})
        if duration is None:
            return
        if table == "observation":
            connection.execute(_QUERIES["look_back_no_further"], {"within": duration - _MARGIN})
        connection.execute(_QUERIES["keep"], {"table": table, "keep": duration})


def _require_possible(connection: psycopg.Connection[Any], table: str, duration: timedelta | None) -> None:
    if table not in TABLES:
        raise errors.RetentionImpossible(f"{table} is not kept by time.", f"These are: {', '.join(TABLES)}.")
    if duration is not None and duration < LEAST:
        raise errors.RetentionImpossible(
            f"{duration.days} days are too short to keep anything.", f"Name at least {LEAST.days} days."
        )
    if not _has_policies(connection):
        raise errors.RetentionImpossible(
            "Plain PostgreSQL deletes nothing by itself.",
            "Move the database to a server with TimescaleDB, or delete old rows yourself: docs/database.md says how. "
            "Hourly and daily aggregates are views here and go with them.",
        )


def _has_policies(connection: psycopg.Connection[Any]) -> bool:
    (has,) = connection.execute(_QUERIES["has_policies"]).fetchone() or (False,)
    return has
