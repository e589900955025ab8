"""The connection to the database: opened, held for as long as it answers, and its errors told apart.

errors.DatabaseError
└── DatabaseUnavailable
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import Format

from plietsch.platform import errors, sql

QUERIES = sql.load("plietsch.ingest")

Connection = psycopg.Connection[tuple[Any, ...]]

_TIMEOUTS = {
    # Longer than any batch takes, shorter than the broker's patience with a silent client.
    "statement_timeout": "30s",
    # Shorter: whoever holds a lock for so long does not let go of it for a smaller batch either.
    "lock_timeout": "20s",
    # A worker that stopped in the middle of a transaction holds up others that know its devices, but not for ever.
    "idle_in_transaction_session_timeout": "60s",
}
_PARAMETERS = {
    "application_name": "plietsch ingest",
    "connect_timeout": 5,
    # A database that vanished without a word is noticed within half a minute.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}

# What is acknowledged shall outlive a power cut, whatever the server's default; stronger settings stay.
_DURABLE = """
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')
"""

# SQLSTATE classes that blame the data: 22 data exception, 23 integrity, 54 program limit, P0 raised by a trigger.
_DATA_CLASSES = ("22", "23", "54", "P0")


class DatabaseUnavailable(errors.DatabaseError):
    """The database cannot take anything at the moment; later it may."""


def connect(database_url: str) -> Connection:
    """Open a connection. Raises psycopg.Error."""
    connection = psycopg.connect(make_conninfo(database_url, **_PARAMETERS), autocommit=True)
    for name, value in _TIMEOUTS.items():
        connection.execute("SELECT set_config(%s, %s, false)", (name, value))
    connection.execute(_DURABLE)
    # For COPY, which chooses by the column's type.
    connection.adapters.register_dumper(None, _RawJsonb)
    connection.adapters.register_dumper(None, _RawJson)
    return connection


class _RawJsonb(Dumper):
    """JSON that is passed on as it came, not parsed and written again."""

    format = Format.BINARY
    oid = psycopg.adapters.types["jsonb"].oid

    def dump(self, obj: bytes) -> Buffer:
        return b"\1" + obj  # the version of jsonb's binary form


class _RawJson(Dumper):
    """The same for the type that keeps JSON as it came."""

    format = Format.BINARY
    oid = psycopg.adapters.types["json"].oid

    def dump(self, obj: bytes) -> Buffer:
        return obj


def shown(database_url: str) -> str:
    """The address as it may be shown: host, port and name, without user and password."""
    try:
        parts = conninfo_to_dict(database_url)
    except psycopg.ProgrammingError:
        return "an address that cannot be read"
    return f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"


@contextmanager
def availability() -> Generator[None]:
    """Turn the driver's errors into DatabaseUnavailable, but for those that blame the data."""
    try:
        yield
    except psycopg.Error as error:
        if blames_data(error):
            raise
        raise DatabaseUnavailable(explain(error), "Is it running, and was `plietsch db migrate` run?") from error


def blames_data(error: psycopg.Error) -> bool:
    """Whether the same rows would fail again, however often they are sent."""
    if error.sqlstate is None:  # raised by the driver itself, before anything was sent
        return isinstance(error, psycopg.DataError)
    return error.sqlstate[:2] in _DATA_CLASSES


def explain(error: psycopg.Error) -> str:
    """The error in one line."""
    return error.diag.message_primary or " ".join(str(error).split()) or type(error).__name__
