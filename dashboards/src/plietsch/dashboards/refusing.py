"""What the web server cannot read as a request at all: a problem as every other one, and the connection ends.

An address is ASCII (RFC 3986, section 2): whoever types `q=Südermarkt` at a command line sends an ü as it is, which no
part of the application ever sees. To read what was probably meant could be used to get past what guards a server; it
should be refused (RFC 9112, section 3.2), and the refusal says how to write it.
"""

import asyncio
import sys
from http import HTTPStatus
from typing import Any, cast

import httptools
from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn._types import ASGI3Application, HTTPScope  # they have no other name
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from plietsch.api import delivery, errors, problems
from plietsch.api.limits.gate import MOST_BYTES

_BAD_REQUEST = problems.Kind(HTTPStatus.BAD_REQUEST, "http-400", HTTPStatus.BAD_REQUEST.phrase)
_NOT_ASCII = (
    "The address has characters that stand in none as they are.",
    "Write them as %XX of their bytes in UTF-8: ü is %C3%BC, a space %20. curl does so:"
    " curl -G --data-urlencode 'q=Südermarkt' followed by the address.",
)
_NO_HTTP = (
    "This cannot be read as a request of HTTP/1.1.",
    "Write spaces in an address as %20, and ask for https:// only where it is served. GET /api/v1 lists what there is.",
)
# So much is still taken of what comes behind it, and dropped: more than there can be on its way.
_MOST_DROPPED_BYTES = 8 * 1024 * 1024


class Protocol(HttpToolsProtocol):
    """uvicorn's, whose own refusal is a line of text without headers."""

    # What is being answered: not the newest request where several came at once.
    _running: RequestResponseCycle | None = None
    # How much may still come after a refusal.
    _left_to_drop: int | None = None

    def data_received(self, data: bytes) -> None:
        """Read what came, or drop it where it follows what could not be read."""
        if self._left_to_drop is None:
            super().data_received(data)
            return
        self._left_to_drop -= len(data)
        if self._left_to_drop < 0:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever is answering that nobody is there; uvicorn tells the newest request only, which may wait."""
        if self._running is not None and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuse what was sent; uvicorn calls this while it handles what its parser raised."""
        if self._is_answering():
            self.transport.close()  # whatever is said would be taken for a part of the other answer
            return
        # What comes behind cannot be read either.
        self.flow.pause_reading()
        self._left_to_drop = _MOST_DROPPED_BYTES
        refused = delivery.Exchange(_refusal(sys.exception(), self._length()))
        self.cycle = RequestResponseCycle(
            scope=self._scope(),
            transport=cast(asyncio.Transport, _Lingering(self.transport)),
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=False,
            on_response=self.on_response_complete,
        )
        self._start_asgi_task(self.cycle, cast(Any, refused))

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _is_answering(self) -> bool:
        cycle = cast(RequestResponseCycle | None, self.cycle)  # there is none before the first request
        return cycle is not None and not cycle.response_complete

    def _length(self) -> int:
        """Of the address, where its end was found, in bytes."""
        return len(getattr(self, "url", b""))

    def _scope(self) -> HTTPScope:
        """Of what is known of the request: nothing of its address."""
        headers: Any = self.headers or []  # this request's own: the parser begins one before it finds anything wrong
        self.on_message_begin()
        known: dict[str, Any] = {**self.scope, "headers": headers}
        return cast(HTTPScope, {**known, "method": "GET", "path": "/", "raw_path": b"/", "query_string": b""})


class _Lingering:
    """A connection that says that it is over, and is closed by the other end, or by uvicorn some seconds later.

    Closed while something is unread, it would be reset, and what was said be lost (RFC 9112, section 9.6).
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def close(self) -> None:
        """Say no more."""
        if self._transport.can_write_eof():
            self._transport.write_eof()
        else:
            self._transport.close()


def _refusal(error: BaseException | None, length_bytes: int) -> ASGIApp:
    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        if length_bytes > MOST_BYTES:
            response = await problems.domain(request, errors.AddressTooLong(length_bytes, MOST_BYTES))
        else:
            said = _NOT_ASCII if isinstance(error, httptools.HttpParserInvalidURLError) else _NO_HTTP
            response = problems.answer(request, _BAD_REQUEST, *said)
        await response(scope, receive, send)

    return refuse
