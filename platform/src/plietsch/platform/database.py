"""Connections of commands and migrations, with errors that say what to do."""

from collections.abc import Generator
from contextlib import contextmanager

import psycopg

from plietsch.platform import errors


@contextmanager
def connect(database_url: str, *, autocommit: bool = False) -> Generator[psycopg.Connection]:
    """A connection; without autocommit its changes are committed at the end. Raises errors.DatabaseUnreachable."""
    try:
        connection = psycopg.connect(database_url, autocommit=autocommit)
    except psycopg.OperationalError as error:
        raise errors.DatabaseUnreachable(
            f"The database does not answer: {error}", "Is it running, and is PLIETSCH_DATABASE_URL right?"
        ) from error
    with connection:
        yield connection
