"""Connections that read as Arrow: ADBC copies what a query finds in binary, in a few threads of their own.

Beside psycopg's binary COPY, parsed by numpy, it takes half the time, and nulls need no thought (docs/benchmarks.md).
They are lent for one query: who reads a large answer holds none while it is sent.
"""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import adbc_driver_postgresql.dbapi  # pyright: ignore[reportMissingTypeStubs] it has its types in itself
import psycopg
import pyarrow as pa
from psycopg.conninfo import make_conninfo

from plietsch.api.turns import Turns

# Its types are known in part.
_adbc: Any = adbc_driver_postgresql.dbapi
_Error: type[Exception] = _adbc.Error

# Whoever has nothing yet is told so after this many seconds, rather than when they have gone.
_PATIENCE_S = 30.0
# So many queries at once, of all answers together: more would only wait for the same disk and processor.
CONNECTIONS = 4
_OPTIONS = "-c timezone=UTC -c statement_timeout=30s -c default_transaction_read_only=on"
# Keep-alive finds a server that went without a word after a minute or so.
_KEEP_ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
# SQLSTATE classes of a connection that is no more: connection exception, operator intervention.
_GONE = ("08", "57P")


class Pool:
    """At most `most` connections, opened when they are needed and kept."""

    def __init__(self, database_url: str, most: int = CONNECTIONS, patience_s: float = _PATIENCE_S) -> None:
        self._conninfo = make_conninfo(
            database_url, options=_OPTIONS, application_name="plietsch-reading", connect_timeout=3, **_KEEP_ALIVE
        )
        self._threads = ThreadPoolExecutor(most, "plietsch-reading")
        self._turns = Turns(most, "As many large answers are being read as can.", patience_s)
        self._lock = threading.Lock()
        self._idle: list[Any] = []
        self._lent: set[_Query] = set()

    @property
    def lent(self) -> int:
        """How many connections read now."""
        return len(self._lent)

    async def read(self, query: str, defer_s: float = 0.0, *, is_patient: bool = False) -> pa.Table:
        """What a query finds, when its turn comes (as `Turns.take`). Who is cancelled meanwhile cancels the query.

        Raises errors.TooBusy where others read all that time, and what psycopg would: psycopg.OperationalError,
        psycopg.errors.QueryCanceled, …
        """
        await self._turns.take(defer_s, is_patient=is_patient)
        asked = _Query(query)
        found = asyncio.wrap_future(self._threads.submit(self._run, asked))
        # A query that is cancelled has its thread until the server has said so.
        found.add_done_callback(self._give_back)
        try:
            return await asyncio.shield(found)
        except asyncio.CancelledError:
            # Not here: it is said to the server over a connection of its own.
            threading.Thread(target=asked.cancel, name="plietsch-cancelling", daemon=True).start()
            raise

    async def close(self) -> None:
        """Cancel what is read, and close all connections."""
        for asked in list(self._lent):
            asked.cancel()
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        self._forget()

    def _give_back(self, found: asyncio.Future[pa.Table]) -> None:
        self._turns.give_back()
        if not found.cancelled():
            found.exception()  # where nobody waits any more, it is of no interest

    def _run(self, asked: "_Query") -> pa.Table:
        connection = self._kept()
        if connection is not None:
            with suppress(_Gone):
                return self._read(connection, asked)
            # The server went meanwhile: the others that were kept are of no use either.
            self._forget()
        return self._read(self._connected(), asked)

    def _read(self, connection: Any, asked: "_Query") -> pa.Table:
        self._lent.add(asked)
        try:
            found = asked.run(connection)
        except _Error as error:
            with suppress(_Error):
                connection.close()
            raise _as_psycopg(error) from error
        finally:
            self._lent.discard(asked)
        with self._lock:
            self._idle.append(connection)
        return found

    def _connected(self) -> Any:
        try:
            return _adbc.connect(self._conninfo, autocommit=True)
        except _Error as error:
            raise psycopg.OperationalError(str(error)) from error

    def _kept(self) -> Any:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _forget(self) -> None:
        with self._lock:
            kept, self._idle = self._idle, []
        for connection in kept:
            with suppress(_Error):
                connection.close()


class _Gone(psycopg.OperationalError):
    """The connection is no more."""


class _Query:
    """A query that can be cancelled from another thread."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lock = threading.Lock()
        self._cursor: Any = None
        self._is_cancelled = False

    def run(self, connection: Any) -> pa.Table:
        with connection.cursor() as cursor:
            with self._lock:
                if self._is_cancelled:
                    return pa.table({})  # nobody waits for it any more
                self._cursor = cursor
            try:
                cursor.execute(self._text)
                return cursor.fetch_arrow_table()
            finally:
                with self._lock:
                    self._cursor = None

    def cancel(self) -> None:
        with self._lock:
            self._is_cancelled = True
            if self._cursor is not None:
                with suppress(_Error):
                    self._cursor.adbc_cancel()


def _as_psycopg(error: Any) -> psycopg.Error:
    """The same error as psycopg has it: the rest of the API knows those."""
    state = error.sqlstate or ""
    if not state or state.startswith(_GONE):
        return _Gone(str(error))
    try:
        return psycopg.errors.lookup(state)(str(error))
    except KeyError:
        return psycopg.OperationalError(str(error))
