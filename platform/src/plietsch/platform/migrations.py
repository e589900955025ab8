"""Migrations: numbered SQL files that run once, in order, and are recorded with their hash.

A file `NNNN_name.sql` runs everywhere. Where a step differs between plain PostgreSQL and TimescaleDB there are two
files, `NNNN_name.plain.sql` and `NNNN_name.timescale.sql`; the extension's presence decides which one runs. A file that
begins with `-- plietsch: no transaction` runs statement by statement (a continuous aggregate needs it) and must
therefore be able to run again.

Files without a number run every time, after the numbered ones: they say all there is to say of their matter. So are the
observed properties, instruments and device types stored that this version knows.
"""

import hashlib
import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import LiteralString, cast

import psycopg

from plietsch.platform import database, errors, roles
from plietsch.platform.device_types import storing

# Any constant will do, it only has to be the same for everybody who migrates.
_LOCK = 0x706C6965  # "plie"
_NO_TRANSACTION = "-- plietsch: no transaction"
_FILE = re.compile(r"^(\d{4})_(\w+?)(?:\.(plain|timescale))?\.sql$")
_EVERY_TIME = ("grants.sql", "restored.sql")
_STATEMENT_END = re.compile(r";[ \t]*$", re.MULTILINE)
_LEDGER = """
CREATE TABLE IF NOT EXISTS schema_migration (
    number integer PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)"""


@dataclass(frozen=True)
class Migration:
    """One step of the schema."""

    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()

    def statements(self) -> Iterator[LiteralString]:
        """The whole file as one, or each statement where the file cannot run in a transaction."""
        parts = _STATEMENT_END.split(self.sql) if self.sql.startswith(_NO_TRANSACTION) else [self.sql]
        return (cast(LiteralString, part) for part in parts if part.strip())


def available(*, timescale: bool) -> list[Migration]:
    """The migrations for one kind of database, in order."""
    wanted = {None, "timescale" if timescale else "plain"}
    files = ((entry, _FILE.match(entry.name)) for entry in _folder().iterdir())
    found = [
        Migration(int(match[1]), entry.name.removesuffix(".sql"), entry.read_text(encoding="utf-8"))
        for entry, match in files
        if match and match[3] in wanted
    ]
    return sorted(found, key=lambda migration: migration.number)


def migrate(database_url: str) -> Sequence[Migration]:
    """Bring a database to the newest schema; returns what was applied.

    Safe to call from several processes at once: an advisory lock lets one at a time. Raises errors.DatabaseUnreachable,
    errors.RolesMissing, errors.MigrationFailed and errors.MigrationChanged.
    """
    with database.connect(database_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        connection.execute(_LEDGER)
        pending = list(_pending(connection))
        roles.ensure(connection)
        for migration in pending:
            _apply(connection, migration)
        for name in _EVERY_TIME:
            _run(connection, name)
        with _failing("of the device types"):
            storing.store_built_in(connection)
        return pending


def _folder() -> Traversable:
    return resources.files("plietsch.platform").joinpath("migrations")


def _pending(connection: psycopg.Connection) -> Iterator[Migration]:
    applied = dict(connection.execute("SELECT number, sha256 FROM schema_migration").fetchall())
    for migration in available(timescale=_has_timescale(connection)):
        known = applied.get(migration.number)
        if known is None:
            yield migration
        elif known != migration.sha256:
            raise errors.MigrationChanged(
                f"Migration {migration.name} was applied to this database in another form.",
                "Released migrations are never changed: add a new one. "
                "A demo's database is made anew by `make demo FRESH=1`.",
            )


def _has_timescale(connection: psycopg.Connection) -> bool:
    query = "SELECT FROM pg_available_extensions WHERE name = 'timescaledb'"
    return connection.execute(query).fetchone() is not None


def _apply(connection: psycopg.Connection, migration: Migration) -> None:
    in_one = not migration.sql.startswith(_NO_TRANSACTION)
    with _failing(migration.name), connection.transaction() if in_one else nullcontext():
        for statement in migration.statements():
            connection.execute(statement)
        connection.execute(
            "INSERT INTO schema_migration (number, name, sha256) VALUES (%s, %s, %s)",
            (migration.number, migration.name, migration.sha256),
        )


def _run(connection: psycopg.Connection, name: str) -> None:
    statements = _folder().joinpath(name).read_text(encoding="utf-8")
    with _failing(name.removesuffix(".sql")), connection.transaction():
        connection.execute(cast(LiteralString, statements))


@contextmanager
def _failing(name: str) -> Generator[None]:
    """Say which file the database refused."""
    try:
        yield
    except psycopg.Error as error:
        raise errors.MigrationFailed(
            f"Migration {name} could not be applied: {error}",
            "Nothing after it was tried; once mended, run `plietsch db migrate` again.",
        ) from error
