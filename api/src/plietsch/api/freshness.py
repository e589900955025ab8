"""Answers that many ask for again and again: made anew only when the database has changed, told apart by an ETag."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from fastapi import Request, Response
from psycopg import AsyncConnection

from plietsch.api import caching, database, errors
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.api")
# How many answers are kept; the oldest goes.
_KEPT = 16
# A deployment begins or ends by the clock, with no change in the database: no answer is kept for longer.
_LIFE_S = 10.0
# How long a request waits for another one that makes the same answer, in seconds.
_PATIENCE_S = 2.0

Make = Callable[[AsyncConnection[Any]], Awaitable[bytes]]


class Answer(NamedTuple):
    """A body and its tag."""

    body: bytes
    etag: str
    snapshot: str
    made_at: float
    took_s: float = 0.0


class Cache:
    """The answers of one address by question.

    Each question is worked on once at a time, and only who works on it has a connection: however many ask a slow
    question, the others find connections free. An answer is kept for `worth` times as long as it took to make, whatever
    changes meanwhile: where that is 10, who asks all the time keeps the database busy for a tenth of it.
    """

    def __init__(self, patience_s: float = _PATIENCE_S, worth: float = 0.0) -> None:
        self._patience_s = patience_s
        self._worth = worth
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        # A lock is there for as long as somebody holds it or waits for it.
        self._making: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    async def get(self, pool: database.Pool, question: Hashable, make: Make) -> Answer:
        """The answer as of now. What is visible in the database decides whether it is made anew.

        Raises errors.TooBusy when others wait for the same answer already, and what `make` raises.
        """
        async with self._alone(question), pool.connection() as connection:
            # Before the answer is made: what changes meanwhile must count as a change.
            snapshot = await _snapshot(connection)
            answer = self._answers.get(question)
            if not answer or not self._is_good(answer, snapshot):
                begun_at = time.monotonic()
                answer = _answer(await make(connection), snapshot, time.monotonic() - begun_at)
            self._keep(question, answer)
            return answer

    def _is_good(self, answer: Answer, snapshot: str) -> bool:
        age_s = time.monotonic() - answer.made_at
        return age_s <= self._worth * answer.took_s or (answer.snapshot == snapshot and age_s <= _LIFE_S)

    @asynccontextmanager
    async def _alone(self, question: Hashable) -> AsyncGenerator[None]:
        lock = self._making.setdefault(question, asyncio.Lock())
        try:
            async with asyncio.timeout(self._patience_s):
                await lock.acquire()
        except TimeoutError as error:
            raise errors.TooBusy("The same question is being worked on, and takes long.") from error
        try:
            yield
        finally:
            lock.release()

    def _keep(self, question: Hashable, answer: Answer) -> None:
        self._answers[question] = answer
        self._answers.move_to_end(question)
        if len(self._answers) > _KEPT:
            self._answers.popitem(last=False)


def lasting(body: bytes) -> Answer:
    """An answer that no change in the database changes."""
    return _answer(body, "")


def _answer(body: bytes, snapshot: str, took_s: float = 0.0) -> Answer:
    return Answer(body, caching.tag(body), snapshot, time.monotonic(), took_s)


async def _snapshot(connection: AsyncConnection[Any]) -> str:
    row = await (await connection.execute(_QUERIES["snapshot"])).fetchone()
    return row[0] if row else ""


def respond(
    request: Request,
    answer: Answer,
    media_type: str,
    cache_control: str = caching.BRIEF,
    *,
    vary: Iterable[str] = (),
    also: Mapping[str, str] | None = None,
) -> Response:
    """The answer, or 304 without it where the client has it already; its tag is that from when it was made. `also` are
    further headers."""
    found = caching.headers(cache_control, etag=answer.etag, vary=vary) | dict(also or {})
    return caching.unchanged(request, found) or Response(answer.body, headers=found, media_type=media_type)
