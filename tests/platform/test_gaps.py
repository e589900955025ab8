"""Gaps of a datastream: where observations are missing, and how many, on both kinds of database."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from support import databases

_NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
_STEP = timedelta(minutes=5)
_DAY = timedelta(days=1)
Gap = tuple[datetime, datetime | None, int]


def _at(steps: float) -> datetime:
    return _NOON + steps * _STEP


@dataclass
class Series:
    """Datastream 1, and what is deployed for it."""

    connection: psycopg.Connection

    def deploy(self, device: int, since: datetime, until: datetime | None = None, phase: str = "installed") -> None:
        self.connection.execute(
            """WITH deployed AS (
                INSERT INTO deployment (device_id, station_id, phase, during)
                VALUES (%s, 1, %s, tstzrange(%s, %s)) RETURNING id
            ) INSERT INTO deployment_channel SELECT id, 'pm2_5', 1 FROM deployed""",
            (device, phase, since, until),
        )

    def interval(self, device: int, seconds: int) -> None:
        self.connection.execute("UPDATE device SET interval_s = %s WHERE id = %s", (seconds, device))

    def measure(self, times: Iterable[datetime], quality: int = 1) -> None:
        with self.connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO observation VALUES (1, %s, 1, NULL, %s)", [(time, quality) for time in times]
            )

    def forget(self) -> None:
        self.connection.execute("TRUNCATE observation; DELETE FROM deployment")

    def gaps(self, since: datetime = _NOON, until: datetime = _NOON + _DAY) -> list[Gap]:
        return self.connection.execute("SELECT * FROM observation_gap(1, %s, %s)", (since, until)).fetchall()

    def now(self) -> datetime:
        """The transaction's now: what the gaps are counted up to."""
        (now,) = self.connection.execute("SELECT now()").fetchone() or ()
        return now


@pytest.fixture
def series(either_module_url: str) -> Iterator[Series]:
    # In one transaction, in which now() stands still, and which is rolled back; it counts ids from 1, too.
    with psycopg.connect(either_module_url) as connection:
        for table in ("organisation", "region", "station", "datastream", "device"):
            connection.execute(sql.SQL("ALTER TABLE {} ALTER id RESTART").format(sql.Identifier(table)))
        databases.register(connection, devices=3)
        yield Series(connection)
        connection.rollback()


def test_who_measures_steadily_has_no_gaps(series: Series):
    series.deploy(1, _NOON)
    series.measure(_at(n + 0.4 * (n % 2)) for n in range(288))
    assert series.gaps() == []


def test_between_two_observations(series: Series):
    series.deploy(1, _NOON)
    series.measure(_at(n) for n in range(288) if not 100 <= n < 110)
    assert series.gaps() == [(_at(99), _at(110), 10)]


def test_one_missing_is_enough_and_being_late_is_not(series: Series):
    series.deploy(1, _NOON, _at(6))
    series.measure([_at(0), _at(1.5), _at(3), _at(5)])
    assert series.gaps() == [(_at(3), _at(5), 1)]


def test_from_the_deployment_to_the_first_and_from_the_last_to_the_end(series: Series):
    series.deploy(1, _at(0), _at(20))
    series.measure(_at(n) for n in range(4, 17))
    assert series.gaps() == [(_at(0), _at(4), 4), (_at(16), _at(20), 3)]


def test_no_observation_at_all(series: Series):
    series.deploy(1, _NOON)
    assert series.gaps() == [(_NOON, _NOON + _DAY, 288)]


def test_a_gap_that_lasts_has_no_end(series: Series):
    now = series.now()
    series.deploy(1, now - 20 * _STEP)
    series.measure(now - n * _STEP for n in range(11, 21))
    assert series.gaps(now - _DAY, now + _DAY) == [(now - 11 * _STEP, None, 10)]
    assert series.gaps(now - _DAY, now - _STEP) == [(now - 11 * _STEP, now - _STEP, 9)]


def test_nothing_is_missing_yet_in_the_future(series: Series):
    now = series.now()
    series.deploy(1, now - _STEP)
    assert series.gaps(now, now + _DAY) == []
    assert series.gaps(now + _STEP, now + _DAY) == []
    assert series.gaps(now, now - _DAY) == []


def test_late_observations_close_a_gap(series: Series):
    series.deploy(1, _NOON)
    series.measure(_at(n) for n in range(288) if not 100 <= n < 110)
    series.measure(_at(n) for n in range(100, 105))
    assert series.gaps() == [(_at(104), _at(110), 5)]
    series.measure(_at(n) for n in range(105, 110))
    assert series.gaps() == []


def test_without_a_device_nothing_is_missing(series: Series):
    series.deploy(1, _at(0), _at(10))
    series.deploy(2, _at(50), _at(60))
    series.measure(_at(n) for n in (*range(10), *range(50, 60)))
    assert series.gaps() == []


def test_what_was_removed_does_not_count(series: Series):
    series.deploy(1, _at(0), _at(10))
    series.deploy(1, _at(10), phase="removed")
    series.measure(_at(n) for n in range(10))
    assert series.gaps() == []


def test_a_device_that_goes_from_the_bench_to_the_wall_leaves_no_seam(series: Series):
    series.deploy(1, _at(0), _at(10.5), phase="bench")
    series.deploy(1, _at(10.5))
    series.measure(_at(n) for n in range(288) if n not in (10, 11))
    assert series.gaps() == [(_at(9), _at(12), 2)]


def test_each_device_at_its_own_interval(series: Series):
    series.interval(2, 900)
    series.deploy(1, _at(0), _at(30))
    series.deploy(2, _at(30), _at(90))
    series.measure([*(_at(n) for n in range(30)), *(_at(n) for n in (30, 33, 36, 42, 45, 75, 78, 81, 84, 87))])
    assert series.gaps() == [(_at(36), _at(42), 1), (_at(45), _at(75), 9)]


def test_of_two_at_once_the_quicker_one_counts_and_gaps_are_told_once(series: Series):
    series.interval(2, 900)
    series.deploy(1, _at(10), _at(20))
    series.deploy(3, _at(12), _at(18))
    series.deploy(2, _at(0), _at(30))
    series.measure(_at(n) for n in (0, 3, 6, 9, *range(10, 14), *range(17, 20), 20, 23, 26, 29))
    assert series.gaps() == [(_at(13), _at(17), 3)]


def test_a_reading_without_a_number_is_a_reading(series: Series):
    series.deploy(1, _at(0), _at(3))
    series.measure([_at(0), _at(1), _at(2)], quality=9)
    assert series.gaps() == []


def test_the_interval_bounds_what_is_told(series: Series):
    series.deploy(1, _at(-1000))
    assert series.gaps(_at(10), _at(20)) == [(_at(10), _at(20), 10)]


# The fixture is one for all the examples: each begins by forgetting the one before.
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(there=st.sets(st.integers(0, 47)), first=st.integers(0, 40), length=st.integers(1, 48))
def test_what_is_missing_and_what_is_there_make_up_the_whole(series: Series, there: set[int], first: int, length: int):
    last = min(first + length, 48)
    series.forget()
    series.deploy(1, _at(first), _at(last))
    series.measure(_at(n) for n in there)
    inside = {n for n in there if first <= n < last}
    gaps = series.gaps()
    # A single one that is missing at the beginning or the end may be one that is late.
    lenient = sum(n not in inside for n in {first, last - 1})
    assert 0 <= last - first - len(inside) - sum(missing for _, _, missing in gaps) <= lenient
    for start, stop, missing in gaps:
        assert stop is not None
        assert missing >= 1
        assert not [n for n in inside if start < _at(n) < stop]
