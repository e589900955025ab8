"""Migrations: once, in order, never changed, the same for everybody."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from plietsch.platform import errors, migrations
from support import databases


def test_an_empty_database_gets_everything_once(empty_database_url: str):
    applied = migrations.migrate(empty_database_url)
    assert [step.number for step in applied] == sorted({step.number for step in applied}) != []
    assert migrations.migrate(empty_database_url) == []


def test_several_at_once_do_not_disturb_each_other(empty_database_url: str):
    with ThreadPoolExecutor(4) as pool:
        counts = [len(applied) for applied in pool.map(migrations.migrate, [empty_database_url] * 4)]
    assert sorted(counts)[:3] == [0, 0, 0]
    assert sorted(counts)[3] > 0


def test_a_changed_migration_is_refused(database_url: str):
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE schema_migration SET sha256 = 'another' WHERE number = 1")
    with pytest.raises(errors.MigrationChanged, match="0001_model"):
        migrations.migrate(database_url)


def test_a_migration_that_the_database_refuses_is_named_and_leaves_nothing_behind(empty_database_url: str):
    with psycopg.connect(empty_database_url) as connection:
        connection.execute("CREATE TABLE organisation ()")
    with pytest.raises(errors.MigrationFailed, match=r"0001_model could not be applied.*already exists"):
        migrations.migrate(empty_database_url)
    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute("SELECT FROM schema_migration").fetchall() == []
        assert connection.execute("SELECT to_regclass('region')").fetchone() == (None,)


def test_a_database_that_is_away_is_said_so():
    with pytest.raises(errors.DatabaseUnreachable, match="does not answer"):
        migrations.migrate("postgresql://nobody@127.0.0.1:1/nothing")


def test_both_kinds_of_database_have_the_same_numbers_and_names():
    def numbers(*, timescale: bool) -> list[tuple[int, str]]:
        return [(step.number, step.name.split(".")[0]) for step in migrations.available(timescale=timescale)]

    assert numbers(timescale=True) == numbers(timescale=False)


def test_the_hourly_view_leaves_out_what_failed(database_url: str):
    with psycopg.connect(database_url) as connection:
        databases.register(connection)
        connection.execute(
            """INSERT INTO observation (datastream_id, phenomenon_time, result, quality) VALUES
            (1, '2026-01-01T10:05Z', 10, 1), (1, '2026-01-01T10:55Z', 20, 2),
            (1, '2026-01-01T10:30Z', NULL, 9), (1, '2026-01-01T10:40Z', 999, 4), (1, '2026-01-01T11:00Z', 7, 1)"""
        )
        rows = connection.execute(
            "SELECT bucket AT TIME ZONE 'UTC', count, mean, min, max, last FROM observation_hour ORDER BY bucket"
        ).fetchall()
    assert [(str(row[0]), *row[1:]) for row in rows] == [
        ("2026-01-01 10:00:00", 2, 15.0, 10.0, 20.0, 20.0),
        ("2026-01-01 11:00:00", 1, 7.0, 7.0, 7.0, 7.0),
    ]


def test_hours_of_a_day_cost_a_day_not_a_year(database_url: str):
    with psycopg.connect(database_url, autocommit=True) as connection:
        databases.register(connection)
        connection.execute(
            """INSERT INTO observation SELECT 1, t, 1, t, 1
            FROM generate_series('2025-01-01Z'::timestamptz, '2026-01-01Z', INTERVAL '5 minutes') t"""
        )
        connection.execute("VACUUM ANALYZE observation")
        for view, most in (("observation_hour", 24), ("observation_day", 1)):
            query = f"""EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM {view}
                WHERE datastream_id = 1 AND bucket >= '2025-06-01Z' AND bucket < '2025-06-02Z'"""
            (plan,) = (connection.execute(query).fetchone() or ([{}],))[0]
            assert plan["Plan"]["Actual Rows"] == most
            blocks = plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
            assert blocks < 300, "the whole table has 700 and its index 400"
