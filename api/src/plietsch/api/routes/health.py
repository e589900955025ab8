"""`/healthz`: whether this process can answer questions, for whoever watches it."""

import msgspec
import psycopg
from fastapi import APIRouter, HTTPException, Request, Response

from plietsch.api import database, documents, examples, openapi
from plietsch.api.routes.strict import KNOWN_PARAMETERS_ONLY
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.api")
# A watcher wants to know soon.
_PATIENCE_S = 1.0
router = APIRouter(tags=["about"], dependencies=[KNOWN_PARAMETERS_ONLY])

_RESPONSES = openapi.answered({"application/json": openapi.example(examples.HEALTH)})
_RESPONSES[503] = {
    "description": "The database does not answer, or has not been prepared.",
    "model": documents.Health,
    "content": {"application/json": openapi.example(examples.HEALTH_DOWN)},
}


@router.get("/healthz", summary="State of health", response_model=documents.Health, responses=_RESPONSES)
async def health(request: Request) -> Response:
    """200 when questions can be answered, 503 when not."""
    state = await _state(request.app.state.pool)
    status = 200 if state["status"] == "ok" else 503
    return Response(msgspec.json.encode(state), status, {"Cache-Control": "no-store"}, "application/json")


@router.get("/healthz.{suffix}", include_in_schema=False)
@router.get("/status.{suffix}", include_in_schema=False)
async def nothing_in_a_format() -> Response:
    """Refused like any unknown suffix, before any other route takes it for a name."""
    raise HTTPException(404)


async def _state(pool: database.Pool) -> dict[str, object]:
    try:
        async with pool.connection(timeout=_PATIENCE_S) as connection:
            row = await (await connection.execute(_QUERIES["ready"])).fetchone()
    except psycopg.errors.UndefinedTable:
        return {"status": "unavailable", "database": "not prepared", "observations_latest_at": None}
    except psycopg.OperationalError:
        return {"status": "unavailable", "database": "unreachable", "observations_latest_at": None}
    return {"status": "ok", "database": "ok", "observations_latest_at": row[0] if row else None}
