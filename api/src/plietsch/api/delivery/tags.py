"""An ETag for each small answer that has none, and 304 for who has it already.

An answer that comes in pieces is held back until it ends or has outgrown what is small: then it goes on as it comes.
"""

from typing import cast

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plietsch.api import caching
from plietsch.api.delivery.exchange import HEAD

# A hash of it takes four milliseconds; whatever is larger should not have been made as a whole.
_MOST_BYTES = 4 * 1024 * 1024
# The first rows of a large answer are more.
_MOST_HELD_BYTES = 64 * 1024
_DATA = "/api/"


class Tags:
    """Around the routes, within compression: the tag is of what is said, whatever it is packed in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await self.app(scope, receive, _Held(scope, send))


class _Held:
    """Sends an answer on, held back for as long as it may turn out to be small and known."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            _complete(self._scope, message)
            if _wants_a_tag(message):
                self._start = message
                return
        elif self._start is not None:
            if self._is_held(message):
                self._body += message.get("body", b"")
                return
            await self._let_go(self._start, message)
            return
        await self._send(message)

    def _is_held(self, message: Message) -> bool:
        """Whether to wait for more; who wants headers only has them now."""
        is_small = len(self._body) + len(message.get("body", b"")) <= _MOST_HELD_BYTES
        return bool(message.get("more_body")) and is_small and HEAD not in self._scope

    async def _let_go(self, start: Message, message: Message) -> None:
        self._start = None
        if message["type"] == "http.response.body":
            message = _tagged(self._scope, start, {**message, "body": self._body + message.get("body", b"")})
        self._body = b""
        await self._send(start)
        await self._send(message)


def _complete(scope: Scope, start: Message) -> None:
    """What a route says nothing of is kept briefly; a 304 varies by what its answer would vary by."""
    headers = MutableHeaders(raw=start["headers"])
    if start["status"] == 200 and scope["path"].startswith(_DATA):
        headers.setdefault("Cache-Control", caching.BRIEF)
    if start["status"] == 304:
        headers.add_vary_header("Accept-Encoding")


def _wants_a_tag(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return start["status"] == 200 and "etag" not in headers and "no-store" not in headers.get("cache-control", "")


def _tagged(scope: Scope, start: Message, message: Message) -> Message:
    """The body, or that of the 304 that `start` becomes; what comes in pieces has no tag."""
    body = cast(bytes, message.get("body", b""))
    if message["type"] != "http.response.body" or message.get("more_body") or not 0 < len(body) <= _MOST_BYTES:
        return message
    headers = MutableHeaders(raw=start["headers"])
    headers["ETag"] = caching.tag(_lasting(body, headers))
    if not caching.is_known(Headers(scope=scope), headers["ETag"]):
        return message
    start["status"] = 304
    start["headers"] = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in caching.repeated(headers).items()]
    _complete(scope, start)
    return {"type": "http.response.body"}


def _lasting(body: bytes, headers: Headers) -> bytes:
    """The body without what it is complete to, which goes on with every write of any station: a weak tag says that the
    answer is worth the same (RFC 9110, section 8.8.1), and what it was complete to before, it still is.
    """
    complete_to = headers.get(caching.COMPLETE_TO)
    return body.replace(complete_to.encode("latin-1"), b"") if complete_to else body
