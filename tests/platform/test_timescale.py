"""Plain PostgreSQL and TimescaleDB give the same rows for the same observations.

TimescaleDB's half needs a server that has it: PLIETSCH_TEST_TIMESCALE_URL names one on which the user may create
databases. Each test makes a database of its own there and drops it.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import LiteralString

import psycopg
import pytest
import structlog
from ingest.judging import Reading
from typer.testing import CliRunner

from ingest import judging
from plietsch.ingest import commands
from plietsch.platform import migrations
from support import databases
from support.wait import until

_MIGRATIONS = migrations.available(timescale=True)
_INTERRUPTIBLE = [
    pytest.param(step, done, id=f"{step.name}-{done}")
    for step in _MIGRATIONS
    if step.sql.startswith("-- plietsch: no transaction")
    for done in range(1, len(list(step.statements())) + 1)
]
_VIEWS = {"observation_hour": timedelta(hours=1), "observation_day": timedelta(days=1)}
# Three weeks, so several chunks, with the night in which Berlin's clocks go forward: buckets are those of UTC.
_START = datetime(2026, 3, 14, 22, 50, tzinfo=UTC)
_END = _START + timedelta(days=21)


@dataclass(frozen=True, order=True)
class Observation:
    """A row of the hot table, in the order of its key."""

    datastream_id: int
    time: datetime
    result: float | None
    quality: int


@dataclass(frozen=True)
class Database:
    """A migrated database, seen through one session of somebody in Berlin."""

    connection: psycopg.Connection
    timescale: bool

    def store(self, observations: Iterable[Observation]) -> None:
        """Write observations; one that is there already gets the new result and quality."""
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.executemany(
                """INSERT INTO observation (datastream_id, phenomenon_time, result, quality) VALUES (%s, %s, %s, %s)
                ON CONFLICT (datastream_id, phenomenon_time)
                DO UPDATE SET result = EXCLUDED.result, quality = EXCLUDED.quality""",
                [(each.datastream_id, each.time, each.result, each.quality) for each in observations],
            )

    def refresh(self) -> None:
        """Materialise everything there is; plain views have nothing to refresh."""
        for view in _VIEWS if self.timescale else ():
            self._call("refresh_continuous_aggregate(%s, NULL, NULL)", view)

    def run_policies(self) -> None:
        """What TimescaleDB's scheduler does every now and then."""
        for job in _policies(self.connection) if self.timescale else ():
            until(lambda job=job: databases.ran(self.connection, job), f"job {job} has run")

    def compress(self) -> None:
        """Turn every chunk into columns, of what was materialised, too, as the policies do later."""
        for table in ("observation", *_VIEWS) if self.timescale else ():
            for (chunk,) in self.connection.execute("SELECT show_chunks(%s)", (table,)).fetchall():
                self._call("convert_to_columnstore(%s, if_not_columnstore => true)", chunk)

    def _call(self, procedure: LiteralString, name: str) -> None:
        """Call a procedure once no policy is at the same: the server's own scheduler may be, and may be quicker."""

        def called() -> bool:
            try:
                self.connection.execute("CALL " + procedure, (name,))
            except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected, psycopg.errors.DuplicateObject):
                return False
            return True

        until(called, f"{procedure} of {name}")

    def insert(self, observations: Iterable[Observation]) -> int:
        """As ingest does with what may be there already; returns how many are new."""
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE stage (LIKE observation) ON COMMIT DROP")
            self._copy(cursor, "stage", observations)
            cursor.execute(
                """WITH stored AS (
                    INSERT INTO observation SELECT * FROM stage ORDER BY datastream_id, phenomenon_time
                    ON CONFLICT DO NOTHING RETURNING datastream_id
                ) SELECT count(*) FROM stored"""
            )
            return (cursor.fetchone() or (0,))[0]

    def copy(self, observations: Iterable[Observation]) -> None:
        """As ingest does with what should be new. Raises psycopg.errors.UniqueViolation."""
        with self.connection.transaction(), self.connection.cursor() as cursor:
            self._copy(cursor, "observation", observations)

    def _copy(self, cursor: psycopg.Cursor, table: str, observations: Iterable[Observation]) -> None:
        columns = "(datastream_id, phenomenon_time, result, quality)"
        with cursor.copy(f"COPY {table} {columns} FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(("int4", "timestamptz", "float8", "int2"))
            for each in observations:
                copy.write_row((each.datastream_id, each.time, each.result, each.quality))

    def rows(self, view: str) -> list[tuple[object, ...]]:
        """All rows of an aggregate."""
        query = f"SELECT datastream_id, bucket, count, mean, min, max, last FROM {view} ORDER BY datastream_id, bucket"
        return self.connection.execute(query).fetchall()

    def assert_aggregates(self, observations: Iterable[Observation]) -> None:
        """Both aggregates say of these observations what they should, to the last bit."""
        stored = list(observations)
        for view, width in _VIEWS.items():
            assert self.rows(view) == _aggregated(stored, width), view


@pytest.fixture
def database(either_url: str) -> Iterator[Database]:
    """Each of the two kinds of database, migrated, with three datastreams."""
    options = "-c timezone=Europe/Berlin -c plietsch.cause=reprocess"
    with psycopg.connect(either_url, autocommit=True, options=options) as connection:
        databases.register(connection, datastreams=3)
        yield Database(connection, _is_timescale(connection))


@pytest.fixture
def timescale_limit() -> Iterator[LiteralString]:
    """What lets TimescaleDB turn back no more than the rows of one station's changed series; the log as it was."""
    yield 'ALTER DATABASE "{database}" SET timescaledb.max_tuples_decompressed_per_dml_transaction = 170'
    structlog.reset_defaults()


def _is_timescale(connection: psycopg.Connection) -> bool:
    return connection.execute("SELECT FROM pg_extension WHERE extname = 'timescaledb'").fetchone() is not None


def _policies(connection: psycopg.Connection) -> list[int]:
    query = """SELECT job_id FROM timescaledb_information.jobs
        WHERE hypertable_name = ANY(%s) AND proc_name = 'policy_refresh_continuous_aggregate'"""
    return [row[0] for row in connection.execute(query, (list(_VIEWS),))]


def _observations() -> list[Observation]:
    """Two datastreams, every 20 minutes, all qualities. Results are quarters: their sums are exact in any order."""
    instants = range(int((_END - _START) / timedelta(minutes=20)))
    return [
        Observation(
            datastream_id,
            _START + timedelta(minutes=20 * n),
            None if n % 31 == 0 else (n * 37 % 101 - 40) / 4 * datastream_id,
            9 if n % 31 == 0 else 4 if n % 17 == 0 else 3 if n % 13 == 0 else 1 + n % 2,
        )
        for datastream_id in (1, 2)
        for n in instants
    ]


def _aggregated(observations: Iterable[Observation], width: timedelta) -> list[tuple[object, ...]]:
    def bucket(observation: Observation) -> tuple[int, datetime]:
        midnight = observation.time.replace(hour=0, minute=0, second=0)
        return observation.datastream_id, midnight + (observation.time - midnight) // width * width

    good = [each for each in sorted(observations) if each.quality <= 2 and each.result is not None]
    groups = ((key, [each.result for each in group]) for key, group in groupby(good, bucket))
    return [
        (*key, len(results), sum(results) / len(results), min(results), max(results), results[-1])
        for key, results in groups
    ]


def test_timescale_gets_hypertables_and_real_time_aggregates_once(empty_timescale_url: str):
    assert migrations.migrate(empty_timescale_url) == migrations.available(timescale=True)
    assert migrations.migrate(empty_timescale_url) == []
    with psycopg.connect(empty_timescale_url) as connection:
        hypertables = connection.execute("SELECT hypertable_name FROM timescaledb_information.hypertables")
        assert {row[0] for row in hypertables} == {"observation", "observation_repeat", "uplink", "device_event"}
        aggregates = connection.execute(
            "SELECT view_name, materialized_only FROM timescaledb_information.continuous_aggregates"
        )
        assert dict(aggregates.fetchall()) == dict.fromkeys(_VIEWS, False)


@pytest.mark.parametrize(("interrupted", "done"), _INTERRUPTIBLE)
def test_an_interrupted_migration_is_taken_up_again(
    empty_timescale_url: str, interrupted: migrations.Migration, done: int
):
    with psycopg.connect(empty_timescale_url, autocommit=True) as connection:
        connection.execute(migrations._LEDGER)
        for step in _MIGRATIONS[: _MIGRATIONS.index(interrupted)]:
            migrations._apply(connection, step)
        for statement in list(interrupted.statements())[:done]:
            connection.execute(statement)
    assert migrations.migrate(empty_timescale_url)[0] == interrupted
    with psycopg.connect(empty_timescale_url) as connection:
        assert len(_policies(connection)) == len(_VIEWS)


def test_what_grows_is_stored_as_columns_after_a_fortnight(timescale_url: str):
    with psycopg.connect(timescale_url) as connection:
        policies = connection.execute(
            """SELECT hypertable_name, config ->> 'compress_after' FROM timescaledb_information.jobs
            WHERE proc_name = 'policy_compression'"""
        )
        raw = dict.fromkeys(("observation", "observation_repeat", "uplink", "device_event"), "14 days")
        assert dict(policies.fetchall()) == raw | dict.fromkeys(_VIEWS, "90 days")
        segments = connection.execute(
            """SELECT hypertable::text, segmentby FROM timescaledb_information.hypertable_columnstore_settings
            WHERE hypertable::text NOT LIKE '%materialized%'"""
        )
        assert dict(segments.fetchall()) == {
            "observation": "datastream_id", "observation_repeat": "datastream_id",
            "uplink": "device_id", "device_event": "device_id",
        }  # fmt: skip


def test_no_index_costs_write_rate_for_nothing(timescale_url: str):
    with psycopg.connect(timescale_url) as connection:
        indexes = connection.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND tablename IN ('observation', 'uplink')"
        )
        assert {row[0] for row in indexes} == {
            "observation_pkey", "observation_time_range", "uplink_pkey", "uplink_device_id_event_time_idx",
        }  # fmt: skip


def test_both_have_the_same_columns(database: Database):
    for view in _VIEWS:
        cursor = database.connection.execute(f"SELECT * FROM {view}")
        assert [(column.name, column.type_display) for column in cursor.description or ()] == [
            ("datastream_id", "int4"), ("bucket", "timestamptz"), ("count", "int8"),
            ("mean", "float8"), ("min", "float8"), ("max", "float8"), ("last", "float8"),
        ]  # fmt: skip


def test_what_was_just_written_counts(database: Database):
    database.store(_observations())
    database.assert_aggregates(_observations())


def test_materialising_changes_nothing(database: Database):
    database.store(_observations())
    database.refresh()
    database.assert_aggregates(_observations())


def test_what_is_newer_than_the_last_refresh_counts_at_once(database: Database):
    # A bucket's edge: one that was refreshed while it was not over yet waits for the next refresh.
    midnight = datetime(2026, 4, 2, tzinfo=UTC)
    database.store(each for each in _observations() if each.time < midnight)
    database.refresh()
    database.store(each for each in _observations() if each.time >= midnight)
    database.assert_aggregates(_observations())


@pytest.mark.parametrize("materialise", [Database.refresh, Database.run_policies])
def test_late_observations_count_after_the_next_refresh(database: Database, materialise):
    database.store(_observations())
    materialise(database)
    late = [replace(each, time=each.time + timedelta(minutes=7)) for each in _observations()[:2000:250]]
    earlier_than_all = Observation(3, _START - timedelta(days=400), 2.5, 1)
    database.store([*late, earlier_than_all])
    materialise(database)
    database.assert_aggregates([*_observations(), *late, earlier_than_all])


def _late(minutes: int, *, every: int) -> list[Observation]:
    """Values beside those of _observations(), all over its three weeks."""
    return [replace(each, time=each.time + timedelta(minutes=minutes)) for each in _observations()[::every]]


def test_late_observations_are_taken_by_what_was_compressed(database: Database):
    database.store(_observations())
    database.refresh()
    database.compress()
    by_copy, by_insert = _late(7, every=11), _late(13, every=13)
    database.copy(by_copy)
    assert database.insert(by_insert) == len(by_insert)
    database.refresh()
    database.assert_aggregates([*_observations(), *by_copy, *by_insert])


def test_what_was_compressed_is_not_stored_twice(database: Database):
    database.store(_observations())
    database.compress()
    known, late = _observations()[::10], _late(7, every=10)
    assert database.insert(known) == 0
    assert database.insert([replace(each, result=-999.0) for each in known] + late) == len(late)
    with pytest.raises(psycopg.errors.UniqueViolation):
        database.copy([*_late(13, every=50), *known])
    database.refresh()
    database.assert_aggregates([*_observations(), *late])


def test_what_comes_within_a_day_counts_at_once(database: Database):
    """The policy leaves the last day to the real-time part of the answer."""
    now = datetime.now(UTC).replace(microsecond=0)
    hours = [Observation(1, now - timedelta(hours=n), n / 4, 1) for n in range(72)]
    database.store(hours)
    database.run_policies()
    late = [Observation(2, now - timedelta(hours=n, minutes=7), n / 4, 1) for n in range(22)]
    database.store(late)
    database.assert_aggregates([*hours, *late])


def test_an_hour_that_turns_out_to_be_bad_goes_away(database: Database):
    good = [replace(each, quality=1, result=1.0) for each in _observations()]
    database.store(good)
    database.refresh()
    noon = datetime(2026, 3, 29, 12, tzinfo=UTC)
    bad = [replace(each, quality=4) if noon <= each.time < noon + timedelta(hours=1) else each for each in good]
    database.store(bad)
    database.refresh()
    database.assert_aggregates(bad)
    assert noon not in {row[1] for row in database.rows("observation_hour")}


def test_a_device_is_in_one_place_at_a_time(database: Database):
    connection = database.connection
    deploy = "INSERT INTO deployment (device_id, station_id, phase, during) VALUES (1, 1, 'installed', %s::tstzrange)"
    connection.execute(deploy, ("[2026-01-01Z, 2026-02-01Z)",))
    connection.execute(deploy, ("[2026-02-01Z,)",))
    with pytest.raises(psycopg.errors.ExclusionViolation):
        connection.execute(deploy, ("[2026-01-31Z, 2026-02-02Z)",))


def test_what_was_compressed_is_judged_and_decoded_anew_like_anything_else(either_url: str, timescale_limit: str):
    """Piece by piece: TimescaleDB turns so many rows of a chunk back in one transaction, and refuses more."""
    region = judging.register(either_url)
    story = [
        [Reading(station, step, {"pm2_5": 300.0 if step == 7 else 10.0, "humidity": 60.0,
                                 "distance": 3000.0 + (step % 5 * 2 if step < 20 else 0)}) for station in range(3)]
        for step in range(40)
    ]  # fmt: skip
    judging.store(region, story)
    with psycopg.connect(either_url, autocommit=True) as connection:
        if _is_timescale(connection):
            for table in ("observation", "uplink"):
                for (chunk,) in connection.execute("SELECT show_chunks(%s)", (table,)).fetchall():
                    connection.execute("CALL convert_to_columnstore(%s)", (chunk,))
            database = connection.info.dbname
            connection.execute(timescale_limit.format(database=database))
    judging.judge(region)
    expected = [1] * 20 + [4] * 20
    assert [judging.flags(region, station, "distance") for station in range(3)] == [expected] * 3
    assert judging.flags(region, 1, "pm2_5") == [4 if step == 7 else 1 for step in range(40)]
    with psycopg.connect(either_url, autocommit=True) as connection:
        kept = "SELECT count(*)::int FROM observation_revision WHERE cause = %s"
        # Distances and levels of 20 readings, the spike and its corrected series, at three stations.
        assert connection.execute(kept, ("judge",)).fetchone() == (3 * (2 * 20 + 2),)
        connection.execute(
            """UPDATE device_type SET definition = jsonb_set(definition, '{channels,pm2_5,range}', '[0, 200]')
            WHERE code = 'test-node'"""
        )
    before = judging.tables(region)
    for expected_changes in (3, 0):
        arguments = ["reprocess", "--all", "--since", "2025-12-01", "--until", "2026-03-01", "--json"]
        ended = CliRunner().invoke(commands.app, [*arguments, "--database-url", either_url], catch_exceptions=False)
        assert sum(each["revised"] for each in json.loads(ended.output)["changes"]) == expected_changes
    after = judging.tables(region)
    assert len(set(before.observation) ^ set(after.observation)) == 2 * 3, "three numbers that are none any more"
    with psycopg.connect(either_url) as connection:
        assert connection.execute(kept, ("reprocess",)).fetchone() == (3,)
