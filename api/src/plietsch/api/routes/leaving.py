"""Who goes away before there is anything to send: without this, it would be worked for nobody."""

import asyncio
import math
from collections.abc import Awaitable

from fastapi import Request, Response

# As servers log it; nobody reads it.
_CLIENT_CLOSED_REQUEST = 499


async def unless_gone(request: Request, answer: Awaitable[Response]) -> Response:
    """The answer; where who asks goes away before it is made, the making is cancelled, and the answer empty."""
    scope = asyncio.timeout(None)
    try:
        async with scope:
            watch = asyncio.ensure_future(_watch(request, scope))
            try:
                return await answer
            finally:
                watch.cancel()
    except TimeoutError:
        if not scope.expired():
            raise
        return Response(status_code=_CLIENT_CLOSED_REQUEST)


async def _watch(request: Request, scope: asyncio.Timeout) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass  # the request itself, which has no body
    scope.reschedule(-math.inf)
