"""`/api/v1/live`: what is measured, as it arrives, as server-sent events."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from plietsch.api import delivery, errors, examples, openapi
from plietsch.api.changes import cursor, model
from plietsch.api.changes.cursor import Place
from plietsch.api.database import Connection
from plietsch.api.delivery import staying
from plietsch.api.limits import places
from plietsch.api.listings import filters
from plietsch.api.live import Live, events, told
from plietsch.api.live.listener import Listener
from plietsch.api.live.listener import Send as SendPiece
from plietsch.api.routes.strict import KNOWN_PARAMETERS_ONLY

router = APIRouter(prefix="/api/v1", tags=["observations"], dependencies=[KNOWN_PARAMETERS_ONLY])

Changes = Annotated[
    Literal["newest", "all"],
    Query(
        description="`newest`: the newest value of a series, when it changes. `all`: every change, as `changes` has "
        "it, also of what is late, revised or deleted; without a filter of all methods and of spreads."
    ),
]
Cursor = Annotated[
    str | None,
    Query(
        description="A cursor of `changes`: what was written since then comes first. Last-Event-ID counts for more.",
        examples=["5f0c2a9e-90210-4711"],
    ),
]
LastEventId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        description="The `id` of the last event that was received: what was missed since then comes first.",
        examples=["5f0c2a9e-90210-4711"],
    ),
]

# Nobody in between keeps it, and nginx does not collect it before passing it on.
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_CONTENT: dict[str, dict[str, Any]] = {
    events.MEDIA_TYPE: {
        "schema": {"type": "string", "description": "Server-sent events (WHATWG HTML, section 9.2), without end."},
        **openapi.example(examples.LIVE),
    }
}
_Listening = Callable[[SendPiece], AbstractContextManager[Listener]]


class EventStream(Response):
    """The stream of one listener: begun here, and gone on with by `delivery.staying`."""

    media_type = events.MEDIA_TYPE

    def __init__(self, live: Live, listening: _Listening, who: str | None) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._live = live
        self._listening = listening
        self._who = who

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Begin. Raises errors.TooManyListeners."""
        self._live.require_room(self._who)
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await staying.go_on(scope, receive, send, partial(_listen, self._live, self._listening, self._who))


@router.get(
    "/live",
    summary="New observations as they arrive",
    status_code=200,
    response_class=EventStream,
    responses=openapi.answered(_CONTENT, 400, 404, 503),
)
async def live_stream(
    request: Request,
    connection: Connection,
    region_codes: filters.RegionCodes = None,
    station_codes: filters.StationCodes = None,
    property_codes: filters.PropertyCodes = None,
    methods: filters.Methods = None,
    changes: Changes = "newest",
    cursor_: Annotated[Cursor, Query(alias="cursor")] = None,
    last_event_id: LastEventId = None,
) -> Response:
    """A stream of server-sent events, for a browser's `EventSource`.

    - `observations`: an array of `{station, property, method, time, value, quality}`, at most two events a second. Of
      each series it is the newest value that did not fail; one that comes late is not told as if it were new. A value
      may be told twice: keep the newer one by `time`. One with a member `failed` takes the place of a value of that
      time, which failed after it was told. Without `method` it is the default one, without `property` all but spreads.
    - `changes` (with `changes=all`): an array of changes as `/api/v1/changes` has them, in the order of commit; what is
      told is the state of now, at least once. Nothing is left out, however slowly it is read.
    - `reload`: fetch anew what you show (`reason`: `too-long-ago`, `too-slow`, `too-much`, `interrupted`,
      `cursor-gone`). Where it has a member `changes`, that address has what was missed: apply it up to its end, and
      then what is told here.

    A new listener to the newest is first told what changed in the half minute before. Every event has an `id`, which
    is a cursor of `changes`: who connects again with the header `Last-Event-ID`, as browsers do by themselves, is told
    what it missed, or to reload. A quiet stream has a comment every 15 seconds. 503 if too many listen already.
    """
    chosen = filters.chosen(station_codes, region_codes, property_codes, methods)
    await chosen.check(connection)
    since = cursor.decode(cursor_) if cursor_ is not None and last_event_id is None else _place(last_event_id)
    since = await _reached(connection, since)
    if delivery.is_head(request):
        return StreamingResponse((), headers=_HEADERS, media_type=events.MEDIA_TYPE)
    live: Live = request.app.state.live
    who = places.client(request, request.app.state.exempt)
    return EventStream(live, _listening(live, chosen, since, every=changes == "all"), who)


async def _listen(live: Live, listening: _Listening, who: str | None, receive: Receive, send: Send) -> None:
    """Tell what there is until one side has enough; who listens is forgotten then, however it ends.

    A task waits for the client to go and does nothing else: who has news sends it (`listener`).
    """

    async def send_piece(piece: bytes, more: bool) -> None:
        await send({"type": "http.response.body", "body": piece, "more_body": more})

    with live.staying(who), listening(send_piece) as listener:
        live.greet(listener)
        while (await receive())["type"] != "http.disconnect":
            pass


def _listening(live: Live, chosen: filters.Chosen, since: Place | str | None, *, every: bool) -> _Listening:
    wanted = {name: frozenset(codes) for name, codes in chosen._asdict().items()}
    if every:
        return lambda send: live.every(send, model.Filter(**wanted), since)
    return lambda send: live.newest(send, told.Filter(**wanted), since)


async def _reached(connection: Connection, since: Place | str | None) -> Place | str | None:
    """A place that this database has reached; as text where it has not: it is of another one, or was restored."""
    if not isinstance(since, Place) or (await cursor.standing(connection, since.position)).reached:
        return since
    return cursor.encode(since)


def _place(last_event_id: str | None) -> Place | str | None:
    """The place of an id; the id itself where it is none: a browser that comes with it is told to reload, not refused,
    as it would come with it for ever."""
    try:
        return None if last_event_id is None else cursor.decode(last_event_id)
    except errors.ParameterInvalid:
        return last_event_id
