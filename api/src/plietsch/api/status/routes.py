"""`/status.json`: whether all is well. The same in words is the page `/status`."""

import msgspec
from fastapi import APIRouter, Request, Response

from plietsch.api import caching, openapi
from plietsch.api.routes.strict import KNOWN_PARAMETERS_ONLY
from plietsch.api.status import documents
from plietsch.api.status.gathering import Status, Watch

router = APIRouter(tags=["about"], dependencies=[KNOWN_PARAMETERS_ONLY])
_JSON = "application/json"
# As long as an answer is remembered here: a cache in between makes it no older than twice that.
_CACHE_CONTROL = "public, max-age=5"

_RESPONSES = openapi.answered({_JSON: openapi.example(documents.EXAMPLE)}, 400)
_RESPONSES[503] = {
    "description": "The database does not answer, or has not been prepared: no question can be answered.",
    "model": documents.Status,
    "content": {_JSON: openapi.example(documents.EXAMPLE_DOWN)},
}


@router.get("/status.json", summary="Is everything well?", response_model=documents.Status, responses=_RESPONSES)
async def status(request: Request) -> Response:
    """Each part of this site: the database, whether measurements arrive and are judged, the stations, this server.

    200 as long as questions can be answered, also where some part is not well (`degraded`); 503 where not. Meant for
    people and for a page that shows it; a watchdog that only wants yes or no asks `/healthz`.
    """
    state = await now(request)
    body = msgspec.json.encode(state)
    if state.status == "unavailable":
        return Response(body, 503, {"Cache-Control": caching.NO_STORE}, _JSON)
    return caching.respond(request, body, _JSON, _CACHE_CONTROL)


async def now(request: Request) -> Status:
    """How everything is, for whoever tells it."""
    state = request.app.state
    watch: Watch = state.watch
    return await watch.look(state.pool, state.hot, state.live)
