"""`/data/…`: the map's documents for its script. They are made for it, not for others: open data is the API's."""

from collections.abc import Hashable
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request, Response
from psycopg import AsyncConnection

from plietsch.api import caching, errors, freshness, parameters
from plietsch.api.routes.strict import KNOWN_PARAMETERS_ONLY
from plietsch.dashboards import newest, present, quantities, regions
from plietsch.dashboards.map import documents, frames, search, stations
from plietsch.dashboards.quantities import QUANTITIES

router = APIRouter(prefix="/data", include_in_schema=False, dependencies=[KNOWN_PARAMETERS_ONLY])

MEDIA_TYPE = "application/json"
# A day of ten thousand stations takes seconds, and its newest hour is in the map's own document: it may be older.
_WORTH = 10.0
# Hours that are over for so long seldom change: only by what comes late.
_SETTLED = timedelta(hours=3)
_FOR_MINUTES = "public, max-age=300"
_FOR_A_DAY = "public, max-age=86400"

PropertyCode = Annotated[str, Query(alias="property")]
Start = Annotated[str, Query(alias="from")]
End = Annotated[str, Query(alias="to")]


def prepare(app: FastAPI) -> None:
    """What these addresses need of the application that they are a part of."""
    app.state.map_cache = freshness.Cache()
    app.state.frames_cache = freshness.Cache(worth=_WORTH)


@router.get("/places")
async def get_places(request: Request) -> Response:
    """Municipalities and towns: name, longitude, latitude, kind."""
    return freshness.respond(request, freshness.lasting(search.document()), MEDIA_TYPE, _FOR_A_DAY)


@router.get("/{region_code}/map")
async def get_map(request: Request, region_code: str, code: PropertyCode, at: str | None = None) -> Response:
    """What the stations of a property measured, as of now or of a moment."""
    _check(code)
    moment = None if at is None else parameters.time("at", at)

    async def make(connection: AsyncConnection[Any]) -> bytes:
        region = await regions.known(connection, region_code)
        now = (await present.of(connection, region)).at
        # Of what has not come yet, the present is all that is known; the document says of when it is.
        until = min(moment, now) if moment else now
        some = await stations.of(connection, region.code, code)
        values = await newest.of(connection, [code], until, region=region.code, worst=newest.FAILED)
        return documents.map_document(
            until,
            code,
            QUANTITIES[code].exact_decimals,
            some,
            {station: own[code] for station, own in values.items()},
            await stations.levels(connection, region.code) if code == "water_level" else {},
        )

    return await _answer(request, ("map", region_code, code, moment), make)


@router.get("/{region_code}/names")
async def get_names(request: Request, region_code: str) -> Response:
    """The codes and names of a region's stations."""

    async def make(connection: AsyncConnection[Any]) -> bytes:
        region = await regions.known(connection, region_code)
        return documents.names_document(await stations.of(connection, region.code))

    return await _answer(request, ("names", region_code), make)


@router.get("/{region_code}/frames")
async def get_frames(
    request: Request, region_code: str, code: PropertyCode, start: Start, end: End, step: str = str(frames.STEP_S)
) -> Response:
    """What the stations of a property measured, hour by hour."""
    _check(code)
    span = frames.span(start, end, step)
    state = request.app.state
    async with state.pool.connection() as connection:
        region = await regions.known(connection, region_code)
        now = (await present.of(connection, region)).at

    async def make(connection: AsyncConnection[Any]) -> bytes:
        rows = await frames.of(connection, region.code, code, span)
        return documents.frames_document(span.since, frames.STEP_S, code, QUANTITIES[code].exact_decimals, rows)

    answer = await state.frames_cache.get(state.pool, (region_code, code, span), make)
    cache_control = _FOR_MINUTES if span.until < now - _SETTLED else caching.BRIEF
    return freshness.respond(request, answer, MEDIA_TYPE, cache_control)


def _check(code: str) -> None:
    if code not in quantities.OF_THE_MAP:
        hint = f"It shows: {', '.join(quantities.OF_THE_MAP)}."
        raise errors.ParameterInvalid("property", f"The map shows no {errors.shown(code)}.", hint)


async def _answer(request: Request, question: Hashable, make: freshness.Make) -> Response:
    state = request.app.state
    answer = await state.map_cache.get(state.pool, question, make)
    return freshness.respond(request, answer, MEDIA_TYPE)
