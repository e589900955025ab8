"""`/api/v1/stations` without parameters, answered before any routing: ready bytes, or 304. All else passes by."""

import asyncio
from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

from plietsch.api import caching
from plietsch.api.hot import encodings
from plietsch.api.hot.answer import Coded
from plietsch.api.hot.hot import Hot

PATH = "/api/v1/stations"
# What a request says of it: these are all that the answer depends on.
_ASKED = {name.encode(): name for name in ("accept", "accept-encoding", "if-none-match")}


class HotAnswer:
    """Around the application, within what every answer passes."""

    def __init__(self, app: ASGIApp, hot: Hot) -> None:
        self.app = app
        self._hot = hot

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["query_string"] or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        asked = {_ASKED[name]: value.decode("latin-1") for name, value in scope["headers"] if name in _ASKED}
        coded = await self._coded(asked)
        if coded is None:
            await self.app(scope, receive, send)
        elif caching.is_known(asked, coded.etag):
            await send({"type": "http.response.start", "status": 304, "headers": coded.kept})
            await send({"type": "http.response.body"})
        else:
            await send({"type": "http.response.start", "status": 200, "headers": coded.headers})
            await send({"type": "http.response.body", "body": coded.body})

    async def _coded(self, asked: dict[str, str]) -> Coded | None:
        """The answer as it is wanted; None where it is not, or not known."""
        answer = self._hot.answers.present
        if answer is None or self._hot.view is None or not _takes_geojson(asked.get("accept", "")):
            return None
        coding = encodings.chosen(asked.get("accept-encoding", ""))
        self._hot.answers.want(coding)
        return answer.ready(coding) or await asyncio.to_thread(answer.made, coding)


@lru_cache(maxsize=512)
def _takes_geojson(accept: str) -> bool:
    """Whether this is plainly for GeoJSON; whoever wants something else or has preferences is answered further in."""
    if not accept:
        return True
    wanted = [part.strip() for part in accept.lower().split(",")]
    return wanted[0] in ("*/*", "application/geo+json")
