"""Hours and days of a datastream in a span: the same on both kinds of database, as the aggregates have them, and read
within the span."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from plietsch.platform import roles
from support import databases, wait

Row = tuple[Any, ...]


@pytest.fixture
def connection(either_url: str) -> Iterator[psycopg.Connection]:
    """Two datastreams, the second one without any values, and times in UTC."""
    with psycopg.connect(either_url, autocommit=True) as connection:
        databases.register(connection, datastreams=2)
        connection.execute("SET timezone = 'UTC'")
        yield connection


def buckets(connection: psycopg.Connection, function: str, since: str, until: str, datastream: int = 1) -> list[Row]:
    query = f"SELECT bucket::text, count, mean, min, max, last FROM {function}(%s, %s, %s)"
    return [(row[0][5:16], *row[1:]) for row in connection.execute(query, (datastream, since, until))]


def measure(connection: psycopg.Connection, *values: tuple[str, float | None, int]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO observation VALUES (1, %s, %s, NULL, %s)", values)


def test_an_hour_is_of_what_did_not_fail_and_an_empty_one_is_left_out(connection: psycopg.Connection):
    measure(
        connection, ("2026-01-01T10:05Z", 10, 1), ("2026-01-01T10:55Z", 20, 2), ("2026-01-01T10:56Z", None, 9),
        ("2026-01-01T10:57Z", 999, 4), ("2026-01-01T10:58Z", 99, 3), ("2026-01-01T11:30Z", None, 9),
        ("2026-01-01T13:00Z", 7, 1), ("2026-01-02T00:00Z", 8, 1),
    )  # fmt: skip
    hours = [("01-01 10:00", 2, 15, 10, 20, 20), ("01-01 13:00", 1, 7, 7, 7, 7), ("01-02 00:00", 1, 8, 8, 8, 8)]
    days = [("01-01 00:00", 3, pytest.approx(37 / 3), 7, 20, 7), ("01-02 00:00", 1, 8, 8, 8, 8)]
    everything = ("2025-01-01Z", "2027-01-01Z")
    assert buckets(connection, "hours_of", *everything) == hours
    assert buckets(connection, "days_of", *everything) == days
    assert buckets(connection, "hours_of", "-infinity", "infinity") == hours
    assert buckets(connection, "days_of", "-infinity", "infinity") == days
    assert buckets(connection, "hours_of", "-infinity", "infinity", datastream=2) == []


def test_what_begins_in_the_span_belongs_to_it(connection: psycopg.Connection):
    measure(connection, *((f"2026-01-0{day}T{hour:02}:30Z", hour, 1) for day in (1, 2) for hour in range(24)))

    def hours(since: str, until: str) -> list[str]:
        return [row[0] for row in buckets(connection, "hours_of", since, until)]

    assert hours("2026-01-01T10:00Z", "2026-01-01T12:00Z") == ["01-01 10:00", "01-01 11:00"]
    assert hours("2026-01-01T10:00:01Z", "2026-01-01T12:00:01Z") == ["01-01 11:00", "01-01 12:00"]
    assert hours("2026-01-01T10:40Z", "2026-01-01T10:50Z") == []
    assert hours("2026-01-01T12:00Z", "2026-01-01T10:00Z") == []
    days = buckets(connection, "days_of", "2026-01-01T00:00:01Z", "2026-01-03Z")
    assert [row[:2] for row in days] == [("01-02 00:00", 24)]


def test_a_day_has_24_hours_whatever_the_sessions_zone_is(connection: psycopg.Connection):
    measure(connection, *((f"2026-03-{day}T12:00Z", day, 1) for day in (28, 29, 30)))
    connection.execute("SET timezone = 'Europe/Berlin'")  # where the 29th has 23 hours
    rows = connection.execute("SELECT bucket::text, last FROM days_of(1, '2026-03-01Z', '2026-04-01Z')").fetchall()
    assert rows == [("2026-03-28 01:00:00+01", 28), ("2026-03-29 01:00:00+01", 29), ("2026-03-30 02:00:00+02", 30)]


@pytest.mark.parametrize(("function", "aggregate"), [("hours_of", "observation_hour"), ("days_of", "observation_day")])
def test_they_are_those_of_the_aggregates(connection: psycopg.Connection, function: str, aggregate: str):
    connection.execute(
        """INSERT INTO observation SELECT 1, t, extract(minute FROM t), NULL, CASE WHEN random() < 0.1 THEN 4 ELSE 1 END
        FROM generate_series('2026-01-01Z'::timestamptz, '2026-01-09Z', INTERVAL '17 minutes') t"""
    )
    there = connection.execute(
        f"""SELECT bucket, count, mean, min, max, last FROM {aggregate}
        WHERE datastream_id = 1 AND bucket >= '2026-01-03T05:00Z' AND bucket < '2026-01-07Z' ORDER BY bucket"""
    ).fetchall()
    span = "(1, '2026-01-03T05:00Z', '2026-01-07Z')"
    assert connection.execute(f"SELECT * FROM {function}{span}").fetchall() == there != []


def test_those_of_several_are_those_of_the_aggregates_also_of_what_came_late(connection: psycopg.Connection):
    """Before anything is materialised, when a part of the span is, and with late values in that part and behind it."""

    def write(since: str, until: str, minutes: int) -> None:
        connection.execute(
            """INSERT INTO observation SELECT d, t, d + extract(minute FROM t), NULL, 1
            FROM generate_series(%s::timestamptz, %s, %s * INTERVAL '1 minute') t, unnest('{1,2}'::integer[]) d""",
            (since, until, minutes),
        )

    write("2026-01-01T00:03Z", "2026-01-12Z", 17)
    assert_as_aggregates(connection)
    refresh(connection, "2026-01-01Z", "2026-01-08Z")
    assert_as_aggregates(connection)
    write("2026-01-03T00:00:30Z", "2026-01-04Z", 30)
    write("2026-01-10T00:00:30Z", "2026-01-11Z", 30)
    assert_as_aggregates(connection)
    refresh(connection, "2026-01-01Z", "2026-01-08Z")
    assert_as_aggregates(connection)
    (late,) = connection.execute(
        "SELECT sum(count) FROM hours_of_each('{2}', '2026-01-03Z', '2026-01-04Z')"
    ).fetchone() or (0,)
    there = "SELECT count(*) FROM observation WHERE datastream_id = 2 AND phenomenon_time >= '2026-01-03Z' "
    assert connection.execute(there + "AND phenomenon_time < '2026-01-04Z'").fetchone() == (late,)


def assert_as_aggregates(connection: psycopg.Connection) -> None:
    for function, aggregate in (("hours_of_each", "observation_hour"), ("days_of_each", "observation_day")):
        for datastreams, since, until in (
            ([1, 2], "2026-01-02T05:00Z", "2026-01-11T05:00Z"),
            ([2], "2026-01-09Z", "2026-01-20Z"),
            ([2, 3], "2026-01-02Z", "2026-01-06Z"),
        ):
            given = (datastreams, since, until)
            found = connection.execute(f"SELECT * FROM {function}(%s, %s, %s) ORDER BY 1, 2", given).fetchall()
            there = connection.execute(
                f"""SELECT datastream_id, bucket, count, mean, min, max, last FROM {aggregate}
                WHERE datastream_id = ANY(%s) AND bucket >= %s AND bucket < %s ORDER BY 1, 2""",
                given,
            ).fetchall()
            assert found == there != []


def refresh(connection: psycopg.Connection, since: str, until: str) -> None:
    """Materialise a span; views of plain PostgreSQL are none that could be."""
    if connection.execute("SELECT FROM pg_extension WHERE extname = 'timescaledb'").fetchone() is None:
        return
    for aggregate in ("observation_hour", "observation_day"):
        wait.until(lambda aggregate=aggregate: refreshed(connection, aggregate, since, until), f"{aggregate} is there")


def refreshed(connection: psycopg.Connection, aggregate: str, since: str, until: str) -> bool:
    """Unless the server's own scheduler is just at it."""
    try:
        connection.execute(
            "CALL refresh_continuous_aggregate(%s, %s::timestamptz, %s::timestamptz)", (aggregate, since, until)
        )
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
        return False
    return True


def test_the_sites_users_may_ask(connection: psycopg.Connection, either_url: str):
    measure(connection, ("2026-01-01T10:05Z", 10, 1))
    with databases.member(either_url, roles.SITE) as url, psycopg.connect(url, autocommit=True) as site:
        site.execute("SET timezone = 'UTC'")
        assert buckets(site, "hours_of", "2026-01-01Z", "2026-01-02Z") == [("01-01 10:00", 1, 10, 10, 10, 10)]
        assert buckets(site, "days_of", "2026-01-01Z", "2026-01-02Z") == [("01-01 00:00", 1, 10, 10, 10, 10)]
        for function in ("hours_of_each", "days_of_each"):
            found = site.execute(f"SELECT datastream_id, last FROM {function}('{{1,2}}', '2026-01-01Z', '2026-01-02Z')")
            assert found.fetchall() == [(1, 10)]


def test_a_days_worth_costs_a_days_reading_not_two_years(database_url: str):
    with psycopg.connect(database_url, autocommit=True) as connection:
        databases.register(connection)
        connection.execute(
            """INSERT INTO observation SELECT 1, t, 1, t, 1
            FROM generate_series('2024-01-01Z'::timestamptz, '2026-01-01Z', INTERVAL '5 minutes') t"""
        )
        connection.execute("VACUUM ANALYZE observation")
        for function, most in (
            ("hours_of(1", 24),
            ("days_of(1", 1),
            ("hours_of_each('{1}'", 24),
            ("days_of_each('{1}'", 1),
        ):
            query = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM {function}, '2025-06-01Z', '2025-06-02Z')"
            (plan,) = (connection.execute(query).fetchone() or ([{}],))[0]
            assert plan["Plan"]["Actual Rows"] == most
            blocks = plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
            assert blocks < 150, "the table has 1750 and its index 800"
            assert _rows(plan["Plan"]) < 1000, "288 values, and no bucket of other days: two years have 17 544 hours"


def _rows(node: dict[str, Any]) -> float:
    """How many rows all the nodes of a plan have made."""
    return node["Actual Rows"] * node["Actual Loops"] + sum(_rows(part) for part in node.get("Plans", []))
