"""An answer without end outlives what made it: thousands of them wait, and each would hold a stack of a dozen calls.

What answers begins the answer through all middleware, leaves word of how it goes on, and returns; from here on it goes
on without any. Measured with 2 000 listeners: 15 KiB for each instead of 35.
"""

from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Receive, Scope, Send

# How an answer that has begun goes on, until either side has enough.
GoesOn = Callable[[Receive, Send], Awaitable[None]]
_STAYING = "plietsch.staying"


class Staying:
    """Around everything: goes on with an answer, once all that made it has returned."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        left: list[GoesOn] = []
        await self.app({**scope, _STAYING: left}, receive, send)
        if left:
            await left.pop()(receive, send)


async def go_on(scope: Scope, receive: Receive, send: Send, how: GoesOn) -> None:
    """Go on with an answer that has begun: once all that made it has returned, or now where nobody waits for that."""
    left: list[GoesOn] | None = scope.get(_STAYING)
    if left is None:
        await how(receive, send)
    else:
        left.append(how)
