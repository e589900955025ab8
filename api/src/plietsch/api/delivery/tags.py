"""An ETag for each answer that is sent as a whole and has none, and 304 for who has it already."""

from typing import cast

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plietsch.api import caching

# A hash of it takes four milliseconds; whatever is larger should not have been made as a whole.
_MOST_BYTES = 4 * 1024 * 1024
_DATA = "/api/"


class Tags:
    """Around the routes, within compression: the tag is of what is said, whatever it is packed in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        held: Message | None = None

        async def deliver(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start":
                _complete(scope, message)
                if _wants_a_tag(message):
                    held = message
                    return
            elif held is not None:
                start, held = held, None
                message = _tagged(scope, start, message)
                await send(start)
            await send(message)

        await self.app(scope, receive, deliver)


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
    headers["ETag"] = caching.tag(body)
    if not caching.is_known(Headers(scope=scope), headers["ETag"], headers.get("Last-Modified")):
        return message
    start["status"] = 304
    start["headers"] = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in caching.repeated(headers).items()]
    _complete(scope, start)
    return {"type": "http.response.body"}
