"""How long things are kept: for ever by default; where raw values go, their aggregates stay."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from plietsch.platform import errors, retention
from support import databases, processes
from support.wait import until

_DAYS = 120
_KEEP = timedelta(days=60)


@pytest.fixture
def connection(timescale_url: str) -> Iterator[psycopg.Connection]:
    """A value each hour for 120 days, all of it materialised, as TimescaleDB's scheduler would."""
    with psycopg.connect(timescale_url, autocommit=True) as connection:
        databases.register(connection)
        connection.execute(
            """INSERT INTO observation
            SELECT 1, t, extract(hour FROM t), t, 1
            FROM generate_series(date_trunc('day', now(), 'UTC') - %s, now(), INTERVAL '1 hour') t""",
            (timedelta(days=_DAYS),),
        )
        _run(connection, "policy_refresh_continuous_aggregate")
        yield connection


def _run(connection: psycopg.Connection, policy: str) -> None:
    query = "SELECT job_id FROM timescaledb_information.jobs WHERE proc_name = %s"
    for (job,) in connection.execute(query, (policy,)).fetchall():
        until(lambda job=job: databases.ran(connection, job), f"job {job} has run")


def _rows(connection: psycopg.Connection, table: str) -> list[tuple[object, ...]]:
    return connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()


def _oldest_days(connection: psycopg.Connection) -> int:
    return (connection.execute("SELECT now() - min(phenomenon_time) FROM observation").fetchone() or ())[0].days


def test_plain_postgresql_deletes_as_the_manual_says(database_url: str):
    """And afterwards no observation changes without a trace, as before."""
    manual = (Path(__file__).parents[2] / "docs/database.md").read_text(encoding="utf-8")
    blocks = [each for each in re.findall(r"```sql\n(.*?)```", manual, re.DOTALL) if "INTERVAL '5 years'" in each]
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            """INSERT INTO observation SELECT 1, t, 1, t, 1 FROM unnest(ARRAY[now() - INTERVAL '6 years', now()]) t;
            INSERT INTO observation_test SELECT 1, phenomenon_time, 1, '{}' FROM observation;
            INSERT INTO observation_revision (datastream_id, phenomenon_time, quality_before, cause, reason)
            SELECT 1, phenomenon_time, 1, 'judge', '' FROM observation"""
        )
        for block in blocks:
            connection.execute(block)
        for table in ("observation", "observation_test", "observation_revision"):
            assert len(_rows(connection, table)) == 1, table
        with pytest.raises(psycopg.errors.RaiseException, match="without a cause"):
            connection.execute("DELETE FROM observation")


def test_without_a_word_everything_is_kept(either_url: str):
    with psycopg.connect(either_url) as connection:
        assert retention.read(connection) == (dict.fromkeys(retention.TABLES), None)


def test_aggregates_outlive_what_they_were_made_of(connection: psycopg.Connection):
    hours, days = _rows(connection, "observation_hour"), _rows(connection, "observation_day")
    retention.keep(connection, "observation", _KEEP)
    assert retention.read(connection).keep["observation"] == _KEEP
    _run(connection, "policy_retention")
    assert _KEEP.days <= _oldest_days(connection) <= _KEEP.days + 7, "whole chunks of a week go"
    _run(connection, "policy_refresh_continuous_aggregate")
    assert _rows(connection, "observation_hour") == hours
    assert _rows(connection, "observation_day") == days


@pytest.mark.parametrize("afterwards", [None, timedelta(days=365)])
def test_aggregates_stay_when_more_is_kept_again(connection: psycopg.Connection, afterwards: timedelta | None):
    hours, days = _rows(connection, "observation_hour"), _rows(connection, "observation_day")
    retention.keep(connection, "observation", _KEEP)
    _run(connection, "policy_retention")
    retention.keep(connection, "observation", afterwards)
    assert retention.read(connection).keep["observation"] == afterwards
    _run(connection, "policy_refresh_continuous_aggregate")
    assert _rows(connection, "observation_hour") == hours
    assert _rows(connection, "observation_day") == days


def test_late_values_still_count_within_what_is_kept(connection: psycopg.Connection):
    retention.keep(connection, "observation", _KEEP)
    _run(connection, "policy_retention")
    for age in (timedelta(days=50), timedelta(days=100)):
        connection.execute(
            """INSERT INTO observation
            SELECT 1, date_trunc('day', now(), 'UTC') - %s + INTERVAL '1 minute', 7, now(), 1""",
            (age,),
        )
    _run(connection, "policy_refresh_continuous_aggregate")
    count = "SELECT count FROM observation_hour WHERE bucket = date_trunc('day', now(), 'UTC') - %s"
    assert connection.execute(count, (timedelta(days=50),)).fetchone() == (2,)
    assert connection.execute(count, (timedelta(days=100),)).fetchone() == (1,), "as it was: its raw values are gone"


def test_nothing_is_deleted_on_the_first_day(connection: psycopg.Connection):
    retention.keep(connection, "uplink", _KEEP)
    query = """SELECT next_start - now() FROM timescaledb_information.jobs WHERE proc_name = 'policy_retention'"""
    (wait,) = connection.execute(query).fetchone() or ()
    assert timedelta(hours=23) < wait <= timedelta(hours=24)


def test_saying_it_again_changes_nothing(connection: psycopg.Connection):
    for _ in range(2):
        retention.keep(connection, "device_event", _KEEP)
    assert retention.read(connection).keep == {**dict.fromkeys(retention.TABLES), "device_event": _KEEP}


def test_what_makes_no_sense_is_refused(connection: psycopg.Connection):
    with pytest.raises(errors.RetentionImpossible, match="too short"):
        retention.keep(connection, "uplink", timedelta(days=5))
    with pytest.raises(errors.RetentionImpossible, match="station"):
        retention.keep(connection, "station", _KEEP)


def test_the_command_sets_and_shows(timescale_url: str):
    settings = {"database_url": timescale_url}
    done = processes.run("db", "retention", "observation", "--keep", "5y", settings=settings)
    assert "1825 days" in done.stdout, done.stderr
    assert "up to 1823 days back" in done.stdout
    shown = processes.run("db", "retention", settings=settings)
    assert shown.stdout == done.stdout
    off = processes.run("db", "retention", "observation", "--off", settings=settings)
    assert "1825 days" not in off.stdout
    assert processes.run("db", "retention", "observation", settings=settings).returncode == 2
    assert processes.run("db", "retention", "uplink", "--keep", "soon", settings=settings).returncode == 2


def test_plain_postgresql_says_what_to_do(database_url: str):
    settings = {"database_url": database_url}
    refused = processes.run("db", "retention", "observation", "--keep", "5y", settings=settings)
    assert refused.returncode == 1
    assert "TimescaleDB" in refused.stderr
    assert "for ever" in processes.run("db", "retention", settings=settings).stdout
