"""`/api/v1/stations`: where is measured, and the newest values."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse
from psycopg import AsyncConnection

from plietsch.api import caching, errors, formats, freshness, geojson, openapi, stations
from plietsch.api.listings import paging as pages
from plietsch.api.routes.strict import KNOWN_PARAMETERS_ONLY
from plietsch.api.stations import answering, asking, examples, paging, tables
from plietsch.api.stations import documents as shapes
from plietsch.api.stations.asking import AskedOfStations

router = APIRouter(prefix="/api/v1", tags=["stations"], dependencies=[KNOWN_PARAMETERS_ONLY])

StationCode = Annotated[str, Path(description="The station's id.", examples=["flensburg-suedermarkt"])]
# The first one is what is answered where nobody asks for another.
_NESTED = ("geojson", "json")
OFFERED = (*_NESTED, *(name for name in formats.GEO if name not in _NESTED))


class GeoJSON(JSONResponse):
    """For the OpenAPI document: the media type, and that it is JSON of the model's shape."""

    media_type = geojson.MEDIA_TYPE


@router.get(
    "/stations",
    summary="Stations with their newest values",
    response_class=GeoJSON,
    response_model=shapes.StationCollection,
    responses=openapi.answered(
        {
            geojson.MEDIA_TYPE: openapi.example(examples.STATIONS),
            "text/csv": {"schema": {"type": "string"}, **openapi.example(examples.STATIONS_CSV)},
        },
        400,
        404,
        503,
    ),
)
async def list_stations(
    request: Request,
    asked: AskedOfStations,
    limit: paging.Limit = None,
    cursor: paging.Cursor = None,
    format_: formats.GeoFormat = None,
) -> Response:
    """The stations that are installed now, as GeoJSON (RFC 7946), by id or, with `near`, the nearest first.

    Not older than a second. Ask again with `If-None-Match`: 304 is cheap. Without parameters it is cheapest.
    """
    name = formats.asked(request, OFFERED)
    view = await answering.known(request)
    filter_ = asking.filter_of(asked, view)
    page = paging.cut(answering.find(view, filter_), answering.key, limit, cursor)
    next_ = pages.next_address(request, page.cursor)
    if name in _NESTED:
        body = geojson.collection(await answering.features(view, page.rows, filter_), next_)
        also, vary = formats.described(request, pages.link(next_)), ("Accept",)
        media_type = formats.KINDS[name].media_type
        return caching.respond(request, body, media_type, caching.BRIEF, modified=view.made_at, vary=vary, also=also)
    table = tables.of(answering.stations(view, page.rows, filter_), view.properties, filter_.properties, next_)
    headers = caching.headers(caching.BRIEF, modified=view.made_at) | pages.link(next_)
    table = answering.with_meaning(request, table, filter_.properties)
    return await formats.respond(request, table, format_=name, headers=headers)


@router.get(
    "/stations/{code}",
    summary="A station",
    response_class=GeoJSON,
    response_model=shapes.StationDetailsFeature,
    responses=openapi.answered({geojson.MEDIA_TYPE: openapi.example(examples.STATION)}, 404, 503),
)
async def get_station(request: Request, code: StationCode, format_: formats.GeoFormat = None) -> Response:
    """One installed station with its newest values, its datastreams and where to go on, as GeoJSON."""
    name = formats.asked(request, OFFERED)
    if name not in _NESTED:
        return await _as_row(request, code, name)

    async def make(connection: AsyncConnection[Any]) -> bytes:
        return geojson.encode_one(await stations.one(connection, code))

    state = request.app.state
    answer = await state.stations_cache.get(state.pool, code, make)
    media_type, also = formats.KINDS[name].media_type, formats.described(request, {})
    return freshness.respond(request, answer, media_type, vary=("Accept",), also=also)


async def _as_row(request: Request, code: str, name: str) -> Response:
    view = await answering.known(request)
    if code not in view.entries:
        raise errors.StationUnknown(code)
    filter_ = asking.filter_of(asking.Asked(stations=(code,)), view)
    some = answering.stations(view, answering.find(view, filter_), filter_)
    title = f"{view.entries[code].shown.station.name}, with its newest values"
    table = replace(tables.of(some, view.properties, (), None), name="station", label=code, title=title)
    table = answering.with_meaning(request, table, ())
    headers = caching.headers(caching.BRIEF)
    return await formats.respond(request, table, format_=name, headers=headers)
