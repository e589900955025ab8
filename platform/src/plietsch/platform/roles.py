"""The two groups of the database's users: who may what is in `migrations/grants.sql`.

Groups belong to the whole server, not to one of its databases: another database's migration may make them at the same
moment, and whoever may migrate a database may not make them at all.
"""

import psycopg
from psycopg import sql

from plietsch.platform import errors

INGEST = "plietsch_ingest"
SITE = "plietsch_site"
_GROUPS = (INGEST, SITE)


def ensure(connection: psycopg.Connection) -> None:
    """Make the groups that are not there. Raises errors.RolesMissing; the connection must be in autocommit mode."""
    missing = [name for name in _GROUPS if not _exists(connection, name)]
    for name in missing:
        try:
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(name)))
        except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            continue  # another database's migration was quicker
        except psycopg.errors.InsufficientPrivilege as error:
            raise errors.RolesMissing(
                "The groups of the database's users are missing, and this user may not make them.",
                "Let an administrator of the server run, then migrate again:\n"
                + "\n".join(f"  CREATE ROLE {name} NOLOGIN;" for name in missing),
            ) from error


def _exists(connection: psycopg.Connection, name: str) -> bool:
    return connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (name,)).fetchone() is not None
