"""The ledger of writes: readers see every commit once, and nothing that commits later ever sorts before it."""

import random
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plietsch.platform import errors, ledger, migrations
from plietsch.platform.ledger import BEGINNING, Position
from support.wait import until

_WRITE = """INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations)
    VALUES ('{1}', now(), now(), 1) RETURNING transaction_id::text::bigint, id"""


@pytest.fixture(scope="module")
def url(module_url: str) -> str:
    """One database for all the examples: each begins at the present."""
    return module_url


def _connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url, autocommit=True)


def _write(connection: psycopg.Connection) -> Position:
    return Position(*(connection.execute(_WRITE).fetchone() or ()))


@dataclass
class Writer:
    """A connection with at most one transaction open, and what it wrote in there."""

    connection: psycopg.Connection
    pending: list[Position] = field(default_factory=list)
    is_open: bool = False

    def begin(self) -> None:
        """A transaction that has no number yet."""
        if not self.is_open:
            self.connection.execute("BEGIN")
            self.is_open = True

    def take_number(self) -> None:
        """A transaction that has its number long before it writes its entry."""
        self.begin()
        self.connection.execute("SELECT pg_current_xact_id()")

    def write(self) -> None:
        self.begin()
        self.pending.append(_write(self.connection))

    def write_in_vain(self) -> None:
        """An entry whose savepoint is rolled back: its id is a gap, its number goes on."""
        self.begin()
        self.connection.execute("SAVEPOINT before")
        _write(self.connection)
        self.connection.execute("ROLLBACK TO before")

    def write_in_part(self) -> None:
        """An entry written in a subtransaction, which has a number of its own."""
        self.begin()
        self.connection.execute("SAVEPOINT part")
        self.pending.append(_write(self.connection))
        self.connection.execute("RELEASE part")

    def end(self, how: str) -> list[Position]:
        """COMMIT or ROLLBACK; returns what was committed."""
        if not self.is_open:
            return []
        self.connection.execute(how)
        self.is_open = False
        written, self.pending = self.pending, []
        return written if how == "COMMIT" else []


@dataclass
class Reader:
    """Reads on from where it was, and insists on the order."""

    connection: psycopg.Connection
    position: Position
    seen: list[Position] = field(default_factory=list)

    def read(self, most: int = 100) -> bool:
        entries = ledger.read(self.connection, self.position, most)
        for entry in entries:
            assert entry.position > self.position, "an entry came that sorts before one already read"
            self.position = entry.position
            self.seen.append(entry.position)
        return bool(entries)

    def read_everything(self, committed: Iterable[Position]) -> None:
        """What was committed, in the ledger's order, and nothing else."""
        expected = sorted(committed)

        def done() -> bool:
            self.read()
            return len(self.seen) >= len(expected)

        until(done, f"{len(expected)} entries are read")
        assert not self.read()
        assert self.seen == expected


_WRITING = ["begin", "take_number", "write", "write", "write_in_vain", "write_in_part", "COMMIT", "COMMIT", "ROLLBACK"]
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 3), st.sampled_from(_WRITING)),
        st.tuples(st.integers(0, 3), st.sampled_from(_WRITING)),
        st.tuples(st.integers(0, 1), st.integers(1, 3)),
    ),
    # Long enough that some transaction overtakes another between two looks in most of the examples.
    min_size=20,
    max_size=60,
)


@settings(max_examples=100, deadline=None)
@given(steps=_STEPS)
def test_every_commit_is_seen_once_and_never_overtaken(url: str, steps: list[tuple[int, str | int]]):
    with ExitStack() as stack:
        writers = [Writer(stack.enter_context(_connect(url))) for _ in range(4)]
        connections = [stack.enter_context(_connect(url)) for _ in range(2)]
        readers = [Reader(connection, ledger.present(connection)) for connection in connections]
        committed: list[Position] = []
        for who, what in steps:
            if isinstance(what, int):
                readers[who].read(what)
            elif what in ("COMMIT", "ROLLBACK"):
                committed += writers[who].end(what)
            else:
                getattr(writers[who], what)()
        for writer in writers:
            writer.end("ROLLBACK")
        for reader in readers:
            reader.read_everything(committed)


def _write_at_random(url: str, seed: int) -> list[Position]:
    """Transactions of all kinds, that take as long as they like."""
    chance = random.Random(seed)
    committed: list[Position] = []
    with _connect(url) as connection:
        writer = Writer(connection)
        for _ in range(40):
            getattr(writer, chance.choice(["begin", "take_number", "write", "write_in_vain", "write_in_part"]))()
            connection.execute("SELECT pg_sleep(%s)", (chance.expovariate(500),))
            writer.write()
            committed += writer.end(chance.choice(["COMMIT", "COMMIT", "ROLLBACK"]))
    return committed


def _follow(url: str, position: Position, seed: int, written: threading.Event) -> list[Position]:
    """A reader that waits to be told, until all has been written and nothing is left."""
    chance = random.Random(seed)
    with _connect(url) as connection:
        reader = Reader(connection, position)
        while True:
            last = written.is_set()
            if ledger.wait(connection, reader.position, timeout_s=1):
                reader.read(chance.randint(1, 5))
            elif last:
                return reader.seen


@pytest.mark.parametrize("seed", range(5))
def test_writers_and_readers_side_by_side(url: str, seed: int):
    written = threading.Event()
    with _connect(url) as connection, ThreadPoolExecutor(6) as pool:
        start = ledger.present(connection)
        readers = [pool.submit(_follow, url, start, seed * 10 + n, written) for n in range(2)]
        writers = [pool.submit(_write_at_random, url, seed * 10 + n) for n in range(4)]
        committed = sorted(position for writer in writers for position in writer.result())
        written.set()
        assert [reader.result() for reader in readers] == [committed, committed]


def test_the_plain_order_of_ids_would_miss_one(url: str):
    """Why the reader is as it is: the entry with the lower id commits last."""
    with _connect(url) as first, _connect(url) as second, _connect(url) as reading:
        reader = Reader(reading, ledger.present(reading))
        slow, quick = Writer(first), Writer(second)
        slow.write()
        quick.write()
        committed = quick.end("COMMIT")
        assert not reader.read(), "the quick one waits for the slow one"
        committed += slow.end("COMMIT")
        assert sorted(committed) != committed
        reader.read_everything(committed)


def test_the_order_is_that_of_numbers(url: str):
    """Not that of their digits: transactions 98 to 102 come in this order."""
    with _connect(url) as connection:
        position = ledger.present(connection)
        connection.execute(
            """INSERT INTO write_ledger (transaction_id, datastream_ids, first_time, last_time, observations)
            SELECT number::text::xid8, '{1}', now(), now(), 1 FROM generate_series(98, 102) AS number"""
        )
        entries = ledger.read(connection, BEGINNING, most=5)
        assert [entry.position.transaction_id for entry in entries] == [98, 99, 100, 101, 102]
        connection.execute("DELETE FROM write_ledger WHERE transaction_id <= '102'")
        assert ledger.read(connection, position, most=5) == []


def test_what_an_entry_says(either_url: str):
    with _connect(either_url) as connection:
        connection.execute(
            """INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations, late, repeated)
            VALUES ('{3,5}', '2026-01-01Z', '2026-01-02Z', 7, 2, 1)"""
        )
        entry = until(lambda: ledger.read(connection, BEGINNING, most=10), "the entry can be read")[0]
        assert (entry.datastream_ids, entry.observations, entry.late, entry.repeated) == ([3, 5], 7, 2, 1)
        assert entry.first_time == datetime(2026, 1, 1, tzinfo=UTC)
        assert entry.last_time == datetime(2026, 1, 2, tzinfo=UTC)
        assert ledger.read(connection, entry.position, most=10) == []


def test_a_page_may_end_within_a_transaction(url: str):
    with _connect(url) as writing, _connect(url) as reading:
        reader = Reader(reading, ledger.present(reading))
        writer = Writer(writing)
        for _ in range(5):
            writer.write()
        committed = writer.end("COMMIT")
        assert len({position.transaction_id for position in committed}) == 1
        until(lambda: reader.read(2) and len(reader.seen) == 5, "all five are read, two at a time")
        assert reader.seen == committed


def test_waiting_ends_with_a_commit_or_with_the_time(url: str):
    with _connect(url) as writing, _connect(url) as reading, ThreadPoolExecutor(1) as pool:
        position = ledger.present(reading)
        assert not ledger.wait(reading, position, timeout_s=0)
        assert not ledger.wait(reading, position, timeout_s=0.01)
        told = pool.submit(ledger.wait, reading, position, 30)
        _write(writing)
        assert told.result(timeout=10)
        assert ledger.wait(reading, position, timeout_s=0), "it has still not been read"


def test_waiting_ends_when_what_held_an_entry_back_is_rolled_back(url: str):
    """Nothing is notified then: the one that could have told had nothing to tell."""
    with _connect(url) as slow, _connect(url) as quick, _connect(url) as reading, ThreadPoolExecutor(1) as pool:
        position = ledger.present(reading)
        holding = Writer(slow)
        holding.take_number()
        _write(quick)
        assert not ledger.wait(reading, position, timeout_s=0.1)
        told = pool.submit(ledger.wait, reading, position, 30)
        holding.end("ROLLBACK")
        assert told.result(timeout=10)


def test_a_dump_restored_elsewhere_is_read_from_the_beginning(url: str):
    with _connect(url) as connection:
        connection.execute("TRUNCATE write_ledger RESTART IDENTITY")
        connection.execute(
            """INSERT INTO write_ledger (transaction_id, datastream_ids, first_time, last_time, observations)
            SELECT (9e15::bigint + n)::text::xid8, '{1}', now(), now(), 1 FROM generate_series(1, 3) n"""
        )
        elsewhere = Position(9_000_000_000_000_002, 2)
        with pytest.raises(errors.LedgerPositionUnknown):
            ledger.read(connection, elsewhere, most=10)
        with pytest.raises(errors.LedgerPositionUnknown):
            ledger.wait(connection, elsewhere, timeout_s=1)
        migrations.migrate(url)
        reader = Reader(connection, BEGINNING)
        reader.read_everything([Position(0, n) for n in (1, 2, 3)])
        reader.read_everything([*reader.seen, _write(connection)])
