"""A question and its answer seen from outside: an id for the logs, headers for safety and other sites' scripts, HEAD.

Sources: Fetch Standard, section 3.3 (CORS); RFC 9110, section 9.3.2 (HEAD); RFC 6797 (HSTS).
"""

import asyncio
import re
import secrets

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, reset_contextvars

# In the scope: that only headers are wanted, and what the exchange is called in logs and problems.
HEAD = "plietsch.head"
_REQUEST_ID = "plietsch.request_id"
# What somebody else calls it is kept if it can stand in a log line as it is.
_SANE_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ID_BYTES = 8

_EXPOSED = (
    "ETag, Last-Modified, Link, Location, Content-Disposition, Retry-After, RateLimit, RateLimit-Policy,"
    " WWW-Authenticate, Plietsch-Complete-To, X-Request-Id"
)
Headers = list[tuple[bytes, bytes]]
# Everything is for everyone, so the answer is the same for each origin, and a cache may keep one for all.
_EVERYWHERE = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", _EXPOSED.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
]
# Data may be shown on any site (a chart in a wiki), but runs nothing and frames nothing.
_OF_DATA = [
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    # Answers are made for a question, and stream: no part of one can be asked for (RFC 9110, section 14.3).
    (b"accept-ranges", b"none"),
]
_OVER_TLS = [(b"strict-transport-security", b"max-age=31536000")]
_DATA = "/api/"
METHODS = "GET, HEAD, OPTIONS"
_PREFLIGHT = [
    (b"allow", METHODS.encode()),
    (b"access-control-allow-methods", b"GET, HEAD"),
    (
        b"access-control-allow-headers",
        b"Authorization, If-None-Match, If-Modified-Since, Last-Event-ID, Cache-Control, X-Request-Id",
    ),
    (b"access-control-max-age", b"86400"),
    (b"cache-control", b"public, max-age=86400"),
]


def request_id(request: HTTPConnection) -> str:
    """What a request is called in our logs; empty where nobody gave it a name."""
    return request.scope.get(_REQUEST_ID, "")


class Exchange:
    """Names each request, adds headers to its answer, answers OPTIONS, and HEAD as GET without the body.

    `also` are the headers of an application's own that every answer has.
    """

    def __init__(self, app: ASGIApp, also: Headers | None = None) -> None:
        self.app = app
        # By whether it is data, and whether it goes over TLS: each request has one of these four.
        self._added = {
            (is_data, is_tls): _united([*_EVERYWHERE, *_OF_DATA * is_data, *_OVER_TLS * is_tls], also or [])
            for is_data in (False, True)
            for is_tls in (False, True)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        name = _name(scope)
        named = (b"x-request-id", name.encode())
        added = self._added[scope["path"].startswith(_DATA), scope["scheme"] == "https"]

        async def deliver(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _united([*message.get("headers", ()), named], added)
            await send(message)

        bound = bind_contextvars(request_id=name)
        try:
            scope = {**scope, _REQUEST_ID: name}
            if scope["method"] == "OPTIONS":
                await _allow(deliver)
            elif scope["method"] == "HEAD":
                await _head(self.app, scope, receive, deliver)
            else:
                await self.app(scope, receive, deliver)
        finally:
            reset_contextvars(**bound)


def _name(scope: Scope) -> str:
    for header, value in scope["headers"]:
        if header == b"x-request-id" and _SANE_ID.fullmatch(value):
            return value.decode("ascii")
    return secrets.token_hex(_ID_BYTES)


def _united(headers: Headers, others: Headers) -> Headers:
    """Headers, and those of others that have another name; names are in lower case, as ASGI has them."""
    have = {name for name, _ in headers}
    return [*headers, *[header for header in others if header[0] not in have]]


async def _allow(send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": _PREFLIGHT})
    await send({"type": "http.response.body"})


async def _head(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """As soon as the headers are known the exchange is over: whoever would stream is told that nobody listens."""
    over = asyncio.Event()

    async def ask() -> Message:
        coming, ending = asyncio.ensure_future(receive()), asyncio.ensure_future(over.wait())
        try:
            await asyncio.wait([coming, ending], return_when=asyncio.FIRST_COMPLETED)
            return {"type": "http.disconnect"} if ending.done() else coming.result()
        finally:
            coming.cancel()
            ending.cancel()

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body"})
            over.set()

    # From ASGI 2.4 on Starlette would wait for a failing send; before, it listens for the disconnect.
    asgi = {**scope.get("asgi", {"version": "3.0"}), "spec_version": "2.3"}
    await app({**scope, "method": "GET", HEAD: True, "asgi": asgi}, ask, answer)
