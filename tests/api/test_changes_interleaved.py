"""Whoever applies changes, read at any moments, ends with what is public: whatever was written meanwhile, and by how
many at once."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from api.following import Copy, public
from api.world import World
from hypothesis import example, given, settings
from hypothesis import strategies as st
from psycopg import AsyncConnection

from plietsch.api.changes import cursor, reading
from plietsch.api.changes.cursor import Place
from plietsch.api.changes.model import Filter
from plietsch.ingest import entries
from plietsch.ingest.database import QUERIES
from plietsch.ingest.judge import writing
from plietsch.ingest.judge.spans import Span
from plietsch.ingest.judge.writing import Written
from plietsch.ingest.rows import ObservationRow
from plietsch.platform import deployments
from plietsch.platform.local.postgres import EmbeddedPostgres

_MIDNIGHT = datetime(2026, 5, 1, tzinfo=UTC)
# Times that lie hours apart, so that some are late; few of them, so that they are written again and again.
_TIMES = [_MIDNIGHT + timedelta(hours=2 * n) for n in range(13)]
_FILTERS = [
    Filter(),
    Filter(stations=frozenset({"harbour"})),
    Filter(properties=frozenset({"pm10"}), methods=frozenset({"raw"})),
    Filter(regions=frozenset({"nordfriesland"})),
]


@pytest.fixture(scope="module")
def world(postgres: EmbeddedPostgres) -> Iterator[World]:
    """One database for all examples: each begins with nothing written."""
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE changes_interleaved TEMPLATE template_plietsch")
        world = World(postgres.url("changes_interleaved"))
        yield world
        world.close()
        connection.execute("DROP DATABASE changes_interleaved WITH (FORCE)")


@dataclass
class Writer:
    """A connection with at most one transaction open. Where another one has what it wants to write, it rolls back."""

    connection: psycopg.Connection[Any]
    ids: list[int]
    is_open: bool = False

    def do(self, what: str, values: list[tuple[int, int, float]]) -> None:
        if what in ("COMMIT", "ROLLBACK"):
            self._end(what)
            return
        if not self.is_open:
            self.connection.execute("BEGIN")
            self.is_open = True
        try:
            getattr(self, what)(values)
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            self._end("ROLLBACK")

    def _end(self, how: str) -> None:
        if self.is_open:
            self.connection.execute(how)
            self.is_open = False

    def take_number(self, _: list[tuple[int, int, float]]) -> None:
        """A transaction that has its number long before it writes."""
        self.connection.execute("SELECT pg_current_xact_id()")

    def measure(self, values: list[tuple[int, int, float]]) -> None:
        """New values, on time and late, with the entries that ingest makes."""
        heard = _TIMES[max(time for _, time, _ in values)] + timedelta(seconds=5)
        rows: list[ObservationRow] = []
        for series, time, value in values:
            row = ObservationRow(self.ids[series % len(self.ids)], _TIMES[time], value, heard, 1)
            insert = "INSERT INTO observation VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING 1"
            if self.connection.execute(insert, row).fetchone():
                rows.append(row)
        late = sum(1 for row in rows if row.result_time - row.phenomenon_time > timedelta(hours=1))
        for entry in entries.of(rows, late) if rows else ():
            self.connection.execute(QUERIES["store_ledger"], entry)

    def judge(self, values: list[tuple[int, int, float]]) -> None:
        """Other flags and results."""
        self._revise("UPDATE observation SET quality = 1 + (quality %% 4), result = %s", values, "judge")

    def remove(self, values: list[tuple[int, int, float]]) -> None:
        """What a frame that is decoded anew no longer says."""
        self._revise("DELETE FROM observation WHERE %s IS NOT NULL", values, "reprocess")

    def rewrite(self, values: list[tuple[int, int, float]]) -> None:
        """Deleted and written again."""
        self.remove(values)
        self.measure(values)

    def _revise(self, statement: str, values: list[tuple[int, int, float]], cause: str) -> None:
        self.connection.execute("SELECT set_config('plietsch.cause', %s, true)", [cause])
        where = " AND " if "WHERE" in statement else " WHERE "
        written = Written()
        for series, time, value in values:
            id_, at = self.ids[series % len(self.ids)], _TIMES[time]
            query = f"{statement}{where} datastream_id = %s AND phenomenon_time = %s"
            if self.connection.execute(query.encode(), (value, id_, at)).rowcount:
                second = int(at.timestamp())
                written += Written(revised=1, spans={id_: [Span(second, second)]})
        writing.enter(self.connection, written, cause)

    def mount(self, values: list[tuple[int, int, float]]) -> None:
        """A station's device is said to hang there since another time, or to have been on the bench."""
        series, time, value = values[0]
        phase = "installed" if value < 50 else "bench"
        row = self.connection.execute(
            """UPDATE deployment d SET during = tstzrange(%s, NULL), phase = %s
            FROM deployment_channel c WHERE c.deployment_id = d.id AND c.datastream_id = %s
            RETURNING d.id""",
            (_TIMES[time], phase, self.ids[series % len(self.ids)]),
        ).fetchone()
        if row:
            deployments.concern(self.connection, [row[0]], _TIMES[0], None)


@dataclass
class Follower:
    """Reads on from where it was, now and then."""

    connection: AsyncConnection[Any]
    filter: Filter
    place: Place
    copy: Copy = field(default_factory=Copy)

    async def read(self, limit: int) -> bool:
        page = await reading.page(self.connection, self.filter, self.place, limit)
        self.copy.apply(page.changes)
        self.place = cursor.decode(cursor.encode(page.next))
        return page.more


_VALUES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 12), st.integers(1, 99)), min_size=1, max_size=4)
_KINDS = ["measure"] * 4 + ["judge", "remove", "rewrite", "mount", "take_number", "COMMIT", "COMMIT", "ROLLBACK"]
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 2), st.sampled_from(_KINDS), _VALUES),
        st.tuples(st.integers(0, 3), st.integers(1, 5)),
    ),
    min_size=10,
    max_size=50,
)


# What is being written while its device is said to have hung elsewhere then, which does not see it.
_UNSEEN: list[tuple[Any, ...]] = [
    (0, "judge", [(0, 0, 1)]),
    (1, "measure", [(0, 0, 1)]),
    (0, "mount", [(0, 1, 1)]),
    (1, "COMMIT", [(0, 0, 1)]),
    (0, 1),
]


def test_any_interleaving_ends_equal_to_the_table(world: World, request: pytest.FixtureRequest):
    @settings(max_examples=500 if request.config.getoption("--long") else 10, deadline=None, print_blob=True)
    @given(steps=_STEPS)
    @example(steps=_UNSEEN)
    def ends_equal(steps: list[tuple[Any, ...]]) -> None:
        asyncio.run(_follow(world, steps))

    ends_equal()


async def _follow(world: World, steps: list[tuple[Any, ...]]) -> None:
    world.connection.execute("TRUNCATE observation, observation_revision, write_ledger")
    world.connection.execute("UPDATE deployment SET during = '[2026-01-01,)', phase = 'installed'")
    ids = [id_ for (id_,) in world.connection.execute("SELECT id FROM datastream ORDER BY id")]
    with ExitStack() as stack:
        writers: list[Writer] = []
        for _ in range(3):
            connection = stack.enter_context(psycopg.connect(world.database_url, autocommit=True))
            connection.execute("SET lock_timeout = '5ms'")
            writers.append(Writer(connection, ids))
        options = "-c timezone=UTC -c default_transaction_read_only=on"
        async with await AsyncConnection.connect(world.database_url, autocommit=True, options=options) as connection:
            place = await reading.present(connection)
            followers = [Follower(connection, filter_, place) for filter_ in _FILTERS]
            for who, what, *values in steps:
                if isinstance(what, int):
                    await followers[who].read(what)
                else:
                    writers[who].do(what, *values)
            for number, writer in enumerate(writers):
                writer.do("ROLLBACK" if number else "COMMIT", [])
            for follower in followers:
                while await follower.read(7):
                    pass
                assert follower.copy == public(world.connection, follower.filter)
