"""Answers that many ask for again and again: made anew only when the database has changed, told apart by an ETag."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, NamedTuple

from fastapi import Request, Response
from psycopg import AsyncConnection

from plietsch.platform import sql

_QUERIES = sql.load("plietsch.api")
# How many answers are kept; the oldest goes.
_KEPT = 16
# A deployment begins or ends by the clock, with no change in the database: no answer is kept for longer.
_LIFE_S = 10.0
# So short that a change shows within a second or two, and that a burst of readers asks once.
_CACHE_CONTROL = "public, max-age=1"


class Answer(NamedTuple):
    """A body and its tag."""

    body: bytes
    etag: str
    snapshot: str
    made_at: float


class Cache:
    """The answers of one address by question."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self._making = asyncio.Lock()

    async def get(
        self, connection: AsyncConnection[Any], question: Hashable, make: Callable[[], Awaitable[bytes]]
    ) -> Answer:
        """The answer as of now. What is visible in the database decides whether it is made anew."""
        async with self._making:
            # Before the answer is made: what changes meanwhile must count as a change.
            snapshot = await _snapshot(connection)
            answer = self._answers.get(question)
            if not answer or answer.snapshot != snapshot or time.monotonic() - answer.made_at > _LIFE_S:
                body = await make()
                # Weak: the compressed answer has the same tag.
                etag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
                answer = Answer(body, etag, snapshot, time.monotonic())
                self._answers[question] = answer
            self._answers.move_to_end(question)
            if len(self._answers) > _KEPT:
                self._answers.popitem(last=False)
            return answer


async def _snapshot(connection: AsyncConnection[Any]) -> str:
    row = await (await connection.execute(_QUERIES["snapshot"])).fetchone()
    return row[0] if row else ""


def respond(request: Request, answer: Answer, media_type: str) -> Response:
    """The answer, or 304 without it where the client has it already (RFC 9110, section 13.1.2)."""
    headers = {"ETag": answer.etag, "Cache-Control": _CACHE_CONTROL}
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
    if "*" in known or answer.etag.removeprefix("W/") in known:
        return Response(status_code=304, headers=headers)
    return Response(answer.body, headers=headers, media_type=media_type)
