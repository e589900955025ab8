"""Reading in pieces: connections that are lent and come back, and the buffer between reading and sending."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from api.world import World

from plietsch.api import errors
from plietsch.api.reading import PIECE, Pool, Readers, Reading
from plietsch.api.turns import Turns
from support import wait

Read = Callable[[str], Awaitable[pa.Table]]


def reading(database_url: str, use: Callable[[Pool], Awaitable[Any]], most: int = 2, patience_s: float = 10) -> Any:
    """What is done with a pool that is closed afterwards."""

    async def run() -> Any:
        pool = Pool(database_url, most, patience_s)
        try:
            return await use(pool)
        finally:
            await pool.close()

    return asyncio.run(run())


def connections(world: World, state: str = "%") -> int:
    row = world.connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name = 'plietsch-reading' AND state LIKE %s",
        [state],
    ).fetchone()
    return row[0] if row else 0


def test_a_few_connections_read_for_many_and_all_are_closed(world: World):
    async def use(pool: Pool) -> list[Any]:
        found = await asyncio.gather(*(pool.read(f"SELECT {number} AS n, now() AS at") for number in range(20)))
        assert 1 <= connections(world) <= 2
        assert pool.lent == 0
        return [table.column("n").to_pylist() for table in found]

    assert reading(world.database_url, use) == [[number] for number in range(20)]
    wait.until(lambda: connections(world) == 0, "all are closed")


def test_what_is_read_is_arrow_in_utc(world: World):
    async def use(pool: Pool) -> pa.Table:
        return await pool.read(
            "SELECT timestamptz '2026-05-01T14:00+02' AS time, 7 AS rank, NULL::float8 AS value, 9::smallint AS quality"
        )

    table = reading(world.database_url, use)
    assert [str(field.type) for field in table.schema] == ["timestamp[us, tz=UTC]", "int32", "double", "int16"]
    assert str(table.column("time").to_pylist()[0]) == "2026-05-01 12:00:00+00:00"


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("DELETE FROM observation", psycopg.errors.ReadOnlySqlTransaction),
        ("SELECT * FROM nothing_of_that_name", psycopg.errors.UndefinedTable),
        ("SELECT pg_sleep(20)", psycopg.errors.QueryCanceled),
    ],
)
def test_errors_are_those_that_psycopg_has(world: World, query: str, error: type[psycopg.Error]):
    async def use(pool: Pool) -> None:
        await pool.read("SELECT set_config('statement_timeout', '50', false)")
        with pytest.raises(error):
            await pool.read(query)
        # Whatever went wrong, the next one is read.
        assert (await pool.read("SELECT 1 AS n")).num_rows == 1

    reading(world.database_url, use, most=1)


def test_a_database_that_is_away_is_an_operational_error():
    async def use(pool: Pool) -> None:
        with pytest.raises(psycopg.OperationalError):
            await pool.read("SELECT 1")

    reading("postgresql://nobody@127.0.0.1:1/nothing", use)


def test_connections_that_the_server_closed_are_replaced(world: World):
    async def use(pool: Pool) -> int:
        await asyncio.gather(*(pool.read("SELECT pg_sleep(0.05)") for _ in range(2)))
        world.connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'plietsch-reading'"
        )
        return (await pool.read("SELECT 1 AS n")).num_rows

    assert reading(world.database_url, use) == 1


def test_a_turn_is_waited_for_with_patience(world: World):
    async def use(pool: Pool) -> None:
        slow = asyncio.ensure_future(pool.read("SELECT pg_sleep(60)"))
        await asyncio.to_thread(wait.until, lambda: pool.lent == 1, "it is being read")
        with pytest.raises(errors.TooBusy):
            await pool.read("SELECT 1 AS n")
        patient = asyncio.ensure_future(pool.read("SELECT 1 AS n", is_patient=True))
        slow.cancel()
        assert (await patient).num_rows == 1

    reading(world.database_url, use, most=1, patience_s=0.01)


def test_what_has_begun_waits_as_long_as_it_takes(world: World):
    async def use(pool: Pool) -> None:
        read = answering(pool, rows=10)
        assert (await read("SELECT 1 AS n")).num_rows == 1
        slow = asyncio.ensure_future(pool.read("SELECT pg_sleep(0.1)"))
        await asyncio.to_thread(wait.until, lambda: pool.lent == 1, "it is being read", poll_s=0.002)
        assert (await read("SELECT 1 AS n")).num_rows == 1
        assert slow.done()

    reading(world.database_url, use, most=1, patience_s=0.01)


def test_who_has_had_and_asks_for_the_least_goes_first(world: World):
    async def use(pool: Pool) -> list[str]:
        much, more, little = (answering(pool, rows) for rows in (PIECE, 5 * PIECE, 10))
        await much("SELECT 1 AS n")
        slow = asyncio.ensure_future(pool.read("SELECT pg_sleep(60)"))
        await asyncio.to_thread(wait.until, lambda: pool.lent == 1, "it is being read")
        answered: list[str] = []

        async def ask(name: str, read: Read) -> None:
            await read("SELECT 1 AS n")
            answered.append(name)

        async with asyncio.TaskGroup() as group:
            for name, read in (("more", more), ("much, again", much), ("little", little), ("little, too", little)):
                group.create_task(ask(name, read))
            await asyncio.sleep(0)
            slow.cancel()
        return answered

    assert reading(world.database_url, use, most=1) == ["little", "little, too", "much, again", "more"]


def test_who_goes_away_cancels_what_is_read(world: World):
    async def use(pool: Pool) -> None:
        asked = asyncio.ensure_future(pool.read("SELECT pg_sleep(60)"))
        await asyncio.to_thread(wait.until, lambda: connections(world, "active") == 1, "it is being read")
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        await asyncio.to_thread(wait.until, lambda: connections(world, "active") == 0, "the query is cancelled", 5)
        await asyncio.to_thread(wait.until, lambda: pool.lent == 0, "the connection is back", 5)
        assert (await pool.read("SELECT 1 AS n")).num_rows == 1

    reading(world.database_url, use, most=1)


def answering(pool: Pool, rows: float) -> Read:
    """What an answer of about so many rows is read with."""
    return Reading(pool, Readers(), Turns(1, "busy", 1)).for_answer(rows)


class Pieces:
    """Pieces of ten rows: counts those that were read, and remembers whether it was closed."""

    def __init__(self, number: int, rows: int = 10) -> None:
        self.number = number
        self.rows = rows
        self.read = 0
        self.is_closed = False

    async def all(self) -> AsyncGenerator[pa.RecordBatch]:
        try:
            while self.read < self.number:
                self.read += 1
                yield pa.record_batch({"n": [self.read] * self.rows})
        finally:
            self.is_closed = True


def test_one_piece_is_read_ahead_and_no_more():
    async def use() -> None:
        readers, pieces = Readers(), Pieces(5)
        ahead = readers.ahead(pieces.all())
        for number in range(1, 6):
            batch = await anext(ahead)
            for _ in range(10):
                await asyncio.sleep(0)  # whatever wants to go on goes on
            assert batch.column("n")[0].as_py() == number
            assert pieces.read == min(number + 1, 5)
            assert readers.present == 1
        with pytest.raises(StopAsyncIteration):
            await anext(ahead)
        assert (readers.present, pieces.is_closed) == (0, True)

    asyncio.run(use())


def test_large_pieces_are_handed_on_in_parts():
    async def use() -> list[int]:
        return [batch.num_rows async for batch in Readers().ahead(Pieces(1, PIECE).all())]

    parts = asyncio.run(use())
    assert sum(parts) == PIECE
    assert max(parts) < PIECE / 2


def test_however_it_ends_everything_is_let_go():
    async def use() -> None:
        readers, pieces = Readers(), Pieces(5)
        ahead = readers.ahead(pieces.all())
        await anext(ahead)
        await ahead.aclose()
        assert (readers.present, pieces.is_closed) == (0, True)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(use())


def test_an_error_comes_where_its_piece_would_come():
    async def broken() -> AsyncGenerator[pa.RecordBatch]:
        yield pa.record_batch({"n": [1]})
        raise psycopg.OperationalError("gone")

    async def use() -> None:
        ahead = Readers().ahead(broken())
        assert (await anext(ahead)).num_rows == 1
        with pytest.raises(psycopg.OperationalError, match="gone"):
            await anext(ahead)

    asyncio.run(use())


def test_a_reader_that_takes_nothing_is_let_go():
    async def use() -> None:
        readers, pieces = Readers(patience_s=0.02), Pieces(5)

        async def read() -> None:
            async for _ in readers.ahead(pieces.all()):
                await asyncio.Event().wait()

        task = asyncio.ensure_future(read())
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 5)
        await asyncio.to_thread(wait.until, lambda: pieces.is_closed, "the pieces are closed", 5)
        assert readers.present == 0

    asyncio.run(use())


def test_the_more_there_are_the_smaller_are_their_pieces():
    readers = Readers()
    rooms: list[int] = []
    for present in (0, 1, 10, 50, 1000, 100_000):
        readers.present = present
        rooms.append(readers.room())
    assert rooms == [50_000, 50_000, 50_000, 10_000, 500, 500]
