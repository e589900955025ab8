"""Who works under which MQTT client id: an advisory lock in the database that ends with the one who holds it."""

import hashlib
from collections.abc import Generator
from contextlib import closing, contextmanager

import psycopg

from plietsch.ingest import database
from plietsch.ingest.database import Connection, DatabaseUnavailable
from plietsch.platform import errors, sql

_QUERIES = sql.load("plietsch.ingest", "presence.sql")


class WorkerPresent(errors.PlietschError):
    """A worker with this client id is at work."""


def key(client_id: str) -> int:
    """The number of the lock: the same for the same client id, and hardly ever for another."""
    digest = hashlib.blake2b(client_id.encode(), digest_size=8, person=b"plietsch worker")
    return int.from_bytes(digest.digest(), "big", signed=True)


def announce(connection: Connection, client_id: str) -> None:
    """Be the worker of a client id for as long as the connection lasts; there may be several by mistake.

    Raises database.DatabaseUnavailable while the worker's session is being drained.
    """
    with database.availability():
        present = connection.execute(_QUERIES["be_present"], (key(client_id),)).fetchone()
    if present != (True,):
        raise DatabaseUnavailable(
            f"the session of {client_id} is being drained", "`plietsch ingest drain` runs somewhere: let it end."
        )


@contextmanager
def alone(database_url: str, client_id: str) -> Generator[None]:
    """Keep a client id's workers away. Raises WorkerPresent, database.DatabaseUnavailable."""
    try:
        connection = database.connect(database_url)
    except psycopg.Error as error:
        raise DatabaseUnavailable(database.explain(error)) from error
    with closing(connection):
        with database.availability():
            alone = connection.execute(_QUERIES["be_alone"], (key(client_id),)).fetchone()
        if alone != (True,):
            raise WorkerPresent(
                f"A worker with the client id {client_id} is at work, or its session is being drained already.",
                "Stop it first; it then stores what it has, and the rest can be drained.",
            )
        yield
