"""Users of the embedded database for the services: each in its group, with a password of its own.

The owner's address stays with whoever migrates, imports and looks after things; a service that is broken into has no
more than its group.
"""

import secrets
from pathlib import Path

import psycopg
from psycopg import sql

from plietsch.platform import roles
from plietsch.platform.local import ports
from plietsch.platform.local.postgres import EmbeddedPostgres

# The users' names by their groups.
_USERS = {roles.INGEST: "ingest", roles.SITE: "site"}


def url(server: EmbeddedPostgres, group: str) -> str:
    """The address of the database for a group's user, who is made or mended. The schema must be there, as it makes the
    groups."""
    user = _USERS[group]
    password = _password(server.home / f"password.{user}")
    with psycopg.connect(server.url(), autocommit=True) as connection:
        # Hashed here: a statement that fails is in the server's log as it was sent.
        hashed = connection.pgconn.encrypt_password(password.encode(), user.encode(), b"scram-sha-256").decode()
        known = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (user,)).fetchone() is not None
        statement = "ALTER ROLE {} LOGIN PASSWORD {}" if known else "CREATE ROLE {} LOGIN PASSWORD {}"
        connection.execute(sql.SQL(statement).format(sql.Identifier(user), sql.Literal(hashed)))
        connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), sql.Identifier(user)))
    return f"postgresql://{user}:{password}@{ports.LOOPBACK}:{server.port}/plietsch"


def _password(file: Path) -> str:
    """What the file beside the server's own password says; written once, for nobody else to read."""
    file.touch(mode=0o600)
    known = file.read_text().strip()
    if known:
        return known
    password = secrets.token_urlsafe(24)
    file.write_text(password)
    return password
