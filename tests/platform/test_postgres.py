"""The embedded PostgreSQL: started, adopted after a kill, stopped, kept."""

import os
import signal
from pathlib import Path

import psycopg
import pytest

from plietsch.platform import errors, migrations, roles
from plietsch.platform.local import logins
from plietsch.platform.local.postgres import EmbeddedPostgres
from support import databases


@pytest.fixture
def server(tmp_path: Path):
    server = EmbeddedPostgres(tmp_path / "database")
    yield server
    server.remove()


def test_keeps_its_data_over_a_restart(server: EmbeddedPostgres):
    server.start()
    with psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    server.stop()
    assert server.port is None
    server.start()
    with psycopg.connect(server.url()) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_server_that_outlived_its_owner_is_adopted_and_can_be_stopped(server: EmbeddedPostgres):
    server.start()
    port = server.port
    heir = EmbeddedPostgres(server.directory)
    heir.start()
    assert heir.port == port
    heir.stop()
    assert server.port is None


def test_a_server_that_was_killed_recovers(server: EmbeddedPostgres):
    server.start()
    pid = int((server.data / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    heir = EmbeddedPostgres(server.directory)
    heir.start()
    with psycopg.connect(heir.url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_an_interrupted_first_start_begins_anew(server: EmbeddedPostgres):
    (server.home / "data.new").mkdir(parents=True)
    (server.home / "data.new" / "half").touch()
    server.start()
    assert server.port


def test_tcp_needs_the_password(server: EmbeddedPostgres):
    server.start()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://plietsch@127.0.0.1:{server.port}/plietsch")


def test_a_broken_data_folder_says_where_to_look(server: EmbeddedPostgres):
    server.start()
    server.stop()
    (server.data / "postgresql.conf").write_text("this is no setting")
    with pytest.raises(errors.DatabaseWouldNotStart, match=r"configuration file|did not start") as caught:
        server.start()
    assert str(server.log_file) in caught.value.hint


def _who(url: str) -> tuple[object, ...]:
    with psycopg.connect(url) as connection:
        query = "SELECT current_user::text, pg_has_role(%s, 'MEMBER'), pg_has_role(%s, 'MEMBER')"
        return connection.execute(query, (roles.INGEST, roles.SITE)).fetchone() or ()


def test_each_service_has_a_user_of_its_own_who_outlasts_a_restart(server: EmbeddedPostgres):
    server.start()
    migrations.migrate(server.url())
    urls = [logins.url(server, group) for group in (roles.INGEST, roles.SITE)]
    assert [_who(url) for url in urls] == [("ingest", True, False), ("site", False, True)]
    passwords = {file: file.stat().st_mode & 0o777 for file in server.home.glob("password*")}
    assert list(passwords.values()) == [0o600] * 3
    assert len({file.read_text() for file in passwords}) == 3
    server.stop()
    server.start()
    assert _who(logins.url(server, roles.INGEST)) == ("ingest", True, False)


def test_a_lost_password_is_replaced(server: EmbeddedPostgres):
    server.start()
    migrations.migrate(server.url())
    before = logins.url(server, roles.SITE)
    (server.home / "password.site").unlink()
    assert _who(logins.url(server, roles.SITE)) == ("site", False, True)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(before)


def test_a_folder_from_before_there_were_users_goes_on(server: EmbeddedPostgres):
    server.start()
    with psycopg.connect(server.url(), autocommit=True) as owner:
        owner.execute(migrations._LEDGER)
        for step in migrations.available(timescale=False)[:2]:
            migrations._apply(owner, step)
        databases.register(owner)
        owner.execute("INSERT INTO observation VALUES (1, '2026-01-01Z', 42, NULL, 1)")
    migrations.migrate(server.url())
    with psycopg.connect(logins.url(server, roles.SITE)) as site:
        assert site.execute("SELECT result FROM observation").fetchone() == (42,)
        assert site.execute("SELECT mean FROM observation_day").fetchone() == (42,)
    with psycopg.connect(logins.url(server, roles.INGEST)) as ingest:
        assert ingest.execute("SELECT device_id FROM device_health").fetchone() == (1,)
