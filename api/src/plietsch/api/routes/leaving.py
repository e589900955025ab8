"""Who goes away before there is anything to send: without this, it would be worked for nobody.

What is begun is cancelled: psycopg has the server end its query and gives the connection back sound, turns and places
are free for others. What several wait for is `shared`, and ended only when the last of them goes.
"""

import asyncio
from typing import cast

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# As servers log it; nobody reads it.
_CLIENT_CLOSED_REQUEST = 499
# What takes no longer is not worth looking after: for an ordinary answer this is a timer that never rings.
_UNWATCHED_S = 0.1
# What only reads. What changes something is finished, and has a body that is not to be taken from whoever reads it.
_SAFE = frozenset({"GET", "HEAD"})


class UnlessGone:
    """Around all routes: cancels what makes an answer when whoever asked goes away before that begins.

    From its beginning on, an answer in pieces is ended by what sends it (`starlette.responses.StreamingResponse`).
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in _SAFE:
            await self.app(scope, receive, send)
            return
        watched = _Watched(receive, send)
        try:
            await self.app(scope, watched.receive, watched.send)
        except asyncio.CancelledError:
            if not watched.is_gone or watched.task.uncancel():
                raise
            if not watched.has_begun:
                await Response(status_code=_CLIENT_CLOSED_REQUEST)(scope, receive, send)
        finally:
            watched.stop()


class _Watched:
    """A request that is being answered, and who looks whether its client is there until the answer begins."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self.task = cast("asyncio.Task[None]", asyncio.current_task())
        self.is_gone = False
        self.has_begun = False
        self._receive = receive
        self._send = send
        # What came while nobody but the watch asked: the request itself, or the first piece of its body.
        self._came: list[Message] = []
        self._watch: asyncio.Task[None] | None = None
        self._timer = self.task.get_loop().call_later(_UNWATCHED_S, self._begin)

    async def receive(self) -> Message:
        """What comes. Whoever asks is told itself that the client has gone."""
        self.stop()
        return self._came.pop(0) if self._came else await self._receive()

    async def send(self, message: Message) -> None:
        """Send on."""
        if not self.has_begun:
            self.has_begun = True
            self.stop()
        await self._send(message)

    def stop(self) -> None:
        """Look no longer."""
        self._timer.cancel()
        if self._watch is not None:
            self._watch.cancel()

    def _begin(self) -> None:
        self._watch = self.task.get_loop().create_task(self._look())

    async def _look(self) -> None:
        while (message := await self._receive())["type"] != "http.disconnect":
            self._came.append(message)
            if message.get("more_body"):
                # Each further piece would be kept here. Not asked for, the server stops reading them (RFC 9110, section
                # 9.3.1: a GET may have a body, which means nothing).
                return
        self.is_gone = True
        self.task.cancel()
