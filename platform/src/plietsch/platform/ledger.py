"""Reading the ledger of writes: every committed entry once, in an order that no later commit overtakes.

An entry's id says nothing about when its transaction commits: ids are taken while transactions run, and some of these
roll back. So entries are read by the number of their transaction, and only below the oldest one that still runs: what
commits later has a higher number (PostgreSQL 9.28.9, pg_snapshot_xmin). The price is that a long transaction anywhere
on the server, in another database too, holds the readers back until it ends.

    position = ledger.BEGINNING                       # or ledger.present(connection), or ledger.kept(connection, name)
    while ledger.wait(connection, position, timeout_s=30):
        for entry in ledger.read(connection, position, most=1000):
            …
            position = entry.position                 # ledger.keep, in the transaction that used the entry

A position belongs to one server. After a dump and restore into another one, which counts anew, `read` and `wait` raise
errors.LedgerPositionUnknown: begin again at BEGINNING or at the present.
"""

import time
from collections.abc import Sequence
from datetime import datetime
from math import inf
from typing import Any, NamedTuple

import psycopg

from plietsch.platform import errors, sql

_QUERIES = sql.load("plietsch.platform", "ledger.sql")
# Nobody says when a transaction that holds entries back ends without having written an entry itself.
_HELD_BACK_S = 0.05


class Position(NamedTuple):
    """A place in the ledger: everything up to it was read. Opaque, but for its order."""

    transaction_id: int
    id: int


BEGINNING = Position(0, 0)


class Entry(NamedTuple):
    """What one transaction wrote; `repeated` are observations that it brought and that were there before.

    `cause` is why it wrote: `ingest`, `judge`, `reprocess`, or a change of what values are computed from or judged by
    (`deployment`, `limits`), which touches datastreams and times without observations of its own. `revised` are
    observations that were there before and are others now, or gone.
    """

    position: Position
    written_at: datetime
    datastream_ids: Sequence[int]
    first_time: datetime  # the phenomenon times it touched
    last_time: datetime
    observations: int
    late: int
    repeated: int
    cause: str = "ingest"
    revised: int = 0


def read(connection: psycopg.Connection[Any], after: Position, most: int) -> Sequence[Entry]:
    """The next entries after a position, at most so many. Raises errors.LedgerPositionUnknown.

    Outside a transaction, or in one that is READ COMMITTED: one that keeps its snapshot sees no later entry either.
    """
    _require_known(connection, after)
    rows = connection.execute(_QUERIES["read"], {**after._asdict(), "most": most}).fetchall()
    return [Entry(Position(int(row[0]), row[1]), *row[2:]) for row in rows]


def present(connection: psycopg.Connection[Any]) -> Position:
    """The position behind all that can be read now, for a reader that does not care for the past."""
    (transaction_id,) = connection.execute(_QUERIES["present"]).fetchone() or (0,)
    return Position(int(transaction_id), 0)


def wait(connection: psycopg.Connection[Any], after: Position, timeout_s: float) -> bool:
    """Wait until there is something to read after a position; False when the time is over before.

    The connection must be in autocommit mode and is left listening. Raises errors.LedgerPositionUnknown.
    """
    deadline = time.monotonic() + timeout_s
    listen(connection)  # before looking: what commits in between is heard
    while True:
        found = look(connection, after)
        remaining_s = deadline - time.monotonic()
        if found.readable or remaining_s <= 0:
            return found.readable
        for _ in connection.notifies(timeout=min(remaining_s, found.patience_s), stop_after=1):
            pass


class Look(NamedTuple):
    """Whether there is something to read, and for how many seconds to listen at most before looking again."""

    readable: bool
    patience_s: float


def look(connection: psycopg.Connection[Any], after: Position) -> Look:
    """Look once, for who waits for other things, too, and listens by himself (`listen`).

    Raises errors.LedgerPositionUnknown.
    """
    _require_known(connection, after)
    readable, held_back = connection.execute(_QUERIES["look"], after._asdict()).fetchone() or (False, False)
    return Look(readable, _HELD_BACK_S if held_back else inf)


def listen(connection: psycopg.Connection[Any]) -> None:
    """Be notified of every commit that wrote an entry, on the channel `plietsch_write`."""
    connection.execute(_QUERIES["listen"])


def kept(connection: psycopg.Connection[Any], reader: str) -> Position | None:
    """The position that a reader kept; None where it never did."""
    row = connection.execute(_QUERIES["kept"], {"name": reader}).fetchone()
    return Position(int(row[0]), row[1]) if row else None


def keep(connection: psycopg.Connection[Any], reader: str, position: Position) -> None:
    """Keep a reader's position: in the transaction that used the entries up to there."""
    connection.execute(_QUERIES["keep"], {"name": reader, **position._asdict()})


def _require_known(connection: psycopg.Connection[Any], position: Position) -> None:
    (reached,) = connection.execute(_QUERIES["reached"], position._asdict()).fetchone() or (False,)
    if not reached:
        raise errors.LedgerPositionUnknown(
            f"This database has not reached position {position.transaction_id}/{position.id} of its ledger of writes.",
            "Was it restored from another server's dump? Then the reader begins again.",
        )
