"""Connections of commands and migrations, with errors that say what to do."""

from collections.abc import Generator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import conninfo_to_dict

from plietsch.platform import errors


def usable(database_url: str) -> bool:
    """Whether libpq reads the URL as the one who wrote it meant it. Its own errors quote it, often with the password.

    A password with @ or / in it that is not URL-encoded ends the user or the server early: what is left of it would be
    taken for the name of a server, a port or a database, and named wherever these are.
    """
    try:
        parts = conninfo_to_dict(database_url)
    except (psycopg.ProgrammingError, UnicodeError, ValueError):
        return False
    hosts, ports = str(parts.get("host", "")).split(","), str(parts.get("port", "")).split(",")
    if any("@" in host and not host.startswith(("/", "@")) for host in hosts):  # these two begin a socket's name
        return False
    if any(port and not (port.isdecimal() and 0 < int(port) < 65_536) for port in ports):
        return False
    server, _, rest = database_url.partition("://")[2].partition("/")
    return not (":" in server and "@" not in server and "@" in rest.partition("?")[0])


@contextmanager
def connect(database_url: str, *, autocommit: bool = False) -> Generator[psycopg.Connection]:
    """A connection; without autocommit its changes are committed at the end.

    Raises errors.DatabaseUnreachable, and errors.NotAllowed where its user lacks a right.
    """
    try:
        connection = psycopg.connect(database_url, autocommit=autocommit)
    except psycopg.OperationalError as error:
        raise errors.DatabaseUnreachable(
            f"The database does not answer: {error}", "Is it running, and is PLIETSCH_DATABASE_URL right?"
        ) from error
    try:
        with connection:
            yield connection
    except psycopg.errors.InsufficientPrivilege as error:
        raise errors.NotAllowed(
            f"The database does not let this user: {error.diag.message_primary}.",
            "Take the address of the database's owner: --database-url or PLIETSCH_DATABASE_URL.",
        ) from error
