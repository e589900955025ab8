"""The API's connections to the database: read-only, in UTC, never for long."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, Request
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

Pool = AsyncConnectionPool[AsyncConnection[Any]]

_CONNECTIONS = 8
# How long a request waits for a connection before it is told that there is none, in seconds.
_PATIENCE_S = 2.0
# A pool that gives up soon tries again at the next request: the API is back as soon as the database is.
_RETRY_S = 1.0
_OPTIONS = "-c timezone=UTC -c statement_timeout=30s -c default_transaction_read_only=on"


def pool(database_url: str) -> Pool:
    """A pool to be opened with `wait=False`: that the database is down now says nothing of later."""
    return AsyncConnectionPool(
        database_url,
        open=False,
        min_size=1,
        max_size=_CONNECTIONS,
        timeout=_PATIENCE_S,
        reconnect_timeout=_RETRY_S,
        check=AsyncConnectionPool.check_connection,
        name="plietsch-api",
        kwargs={
            "autocommit": True,
            "connect_timeout": 3,
            "application_name": "plietsch-api",
            "options": _OPTIONS,
        },
    )


async def _connection(request: Request) -> AsyncIterator[AsyncConnection[Any]]:
    async with request.app.state.pool.connection() as connection:
        yield connection


# A connection until the answer is made, before it is sent: a slow client keeps none.
Connection = Annotated[AsyncConnection[Any], Depends(_connection, scope="function")]
