"""`/api/v1/live`: what is measured, as it arrives, as server-sent events."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from plietsch.api import delivery, examples, live_events, observations, openapi, properties, stations
from plietsch.api.database import Connection
from plietsch.api.live import Live
from plietsch.api.live_changes import Filter
from plietsch.api.routes.strict import KNOWN_PARAMETERS_ONLY

router = APIRouter(prefix="/api/v1", tags=["observations"], dependencies=[KNOWN_PARAMETERS_ONLY])

RegionCodes = Annotated[
    list[str] | None,
    Query(alias="region", description="May be repeated; all if not given.", examples=[["flensburg"]]),
]
StationCodes = Annotated[
    list[str] | None,
    Query(alias="station", description="May be repeated; all if not given.", examples=[["flensburg-suedermarkt"]]),
]
PropertyCodes = Annotated[
    list[str] | None,
    Query(
        alias="property",
        description="May be repeated; all but spreads if not given.",
        examples=[["pm2_5", "pm10"]],
    ),
]
Methods = Annotated[
    list[str] | None,
    Query(
        alias="method",
        description="May be repeated; the default method of each property if not given.",
        examples=[["raw", "kappa-koehler/1"]],
    ),
]
LastEventId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        description="The `id` of the last event that was received: what was missed since then comes first.",
        examples=["90210-4711"],
    ),
]

# Nobody in between keeps it, and nginx does not collect it before passing it on.
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_CONTENT: dict[str, dict[str, Any]] = {
    live_events.MEDIA_TYPE: {
        "schema": {"type": "string", "description": "Server-sent events (WHATWG HTML, section 9.2), without end."},
        **openapi.example(examples.LIVE),
    }
}


class EventStream(StreamingResponse):
    """The stream of one listener, who is forgotten when it ends, however it ends."""

    media_type = live_events.MEDIA_TYPE

    def __init__(self, live: Live, filter_: Filter, since: str | None) -> None:
        super().__init__((), headers=_HEADERS)
        self._live = live
        self._filter = filter_
        self._since = since

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what there is until one side has enough. Raises errors.TooManyListeners."""
        with self._live.listening(self._filter, self._since) as listener:
            self.body_iterator = self._live.events(listener)
            await super().__call__(scope, receive, send)


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
    region_codes: RegionCodes = None,
    station_codes: StationCodes = None,
    property_codes: PropertyCodes = None,
    methods: Methods = None,
    last_event_id: LastEventId = None,
) -> Response:
    """A stream of server-sent events, for a browser's `EventSource`.

    - `observations`: an array of `{station, property, method, time, value, quality}`, at most one event a second. Of
      each series it is the newest value that did not fail; one that comes late is not told as if it were new. A value
      may be told twice: keep the newer one by `time`. One with a member `failed` takes the place of a value of that
      time, which failed after it was told.
    - `reload`: fetch anew what you show (`reason`: `too-long-ago`, `too-slow`, `too-much`, `interrupted`).

    A new listener is first told what changed in the half minute before. Every event has an `id`: who connects again
    with the header `Last-Event-ID`, as browsers do by themselves, is told what it missed, or to reload. A quiet stream
    has a comment every 15 seconds. 503 if too many listen already.
    """
    await stations.check_regions(connection, region_codes or ())
    await stations.check(connection, station_codes or ())
    await properties.check(connection, property_codes or ())
    observations.check_methods(methods or ())
    if delivery.is_head(request):
        return Response(headers=_HEADERS, media_type=live_events.MEDIA_TYPE)
    wanted = (frozenset(codes or ()) for codes in (region_codes, station_codes, property_codes, methods))
    return EventStream(request.app.state.live, Filter(*wanted), last_event_id)
