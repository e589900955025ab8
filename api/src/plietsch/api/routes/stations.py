"""`/api/v1/stations`: where is measured, and the newest values."""

from collections.abc import Hashable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from psycopg import AsyncConnection

from plietsch.api import documents, examples, freshness, geojson, openapi, parameters, stations
from plietsch.api.routes.strict import KNOWN_PARAMETERS_ONLY

router = APIRouter(prefix="/api/v1", tags=["stations"], dependencies=[KNOWN_PARAMETERS_ONLY])

Bbox = Annotated[
    str | None,
    Query(description="Only in this box: west,south,east,north in degrees (WGS 84).", examples=["9.3,54.7,9.6,54.9"]),
]
PropertyCodes = Annotated[
    list[str] | None,
    Query(
        alias="property",
        description="Only stations that measure this; `latest` then holds only this. May be repeated.",
        examples=[["pm2_5"]],
    ),
]
RegionCode = Annotated[str | None, Query(alias="region", description="Only of this region.", examples=["flensburg"])]
StationCode = Annotated[str, Path(description="The station's id.", examples=["flensburg-suedermarkt"])]


class GeoJSON(Response):
    """For the OpenAPI document: the media type."""

    media_type = geojson.MEDIA_TYPE


@router.get(
    "/stations",
    summary="Stations with their newest values",
    response_class=GeoJSON,
    response_model=documents.StationCollection,
    responses=openapi.answered({geojson.MEDIA_TYPE: openapi.example(examples.STATIONS)}, 400, 404, 503),
)
async def list_stations(
    request: Request,
    bbox: Bbox = None,
    codes: PropertyCodes = None,
    region: RegionCode = None,
) -> Response:
    """The stations that are installed now, as GeoJSON (RFC 7946). Ask again with `If-None-Match`: 304 is cheap."""
    filter_ = stations.Filter(parameters.bounds(bbox), tuple(sorted(set(codes or ()))), region)

    async def make(connection: AsyncConnection[Any]) -> bytes:
        return geojson.encode_many(await stations.installed(connection, filter_))

    return await _answer(request, filter_, make)


@router.get(
    "/stations/{code}",
    summary="A station",
    response_class=GeoJSON,
    response_model=documents.StationDetailsFeature,
    responses=openapi.answered({geojson.MEDIA_TYPE: openapi.example(examples.STATION)}, 404, 503),
)
async def get_station(request: Request, code: StationCode) -> Response:
    """One installed station with its newest values and its datastreams, as GeoJSON."""

    async def make(connection: AsyncConnection[Any]) -> bytes:
        return geojson.encode_one(await stations.one(connection, code))

    return await _answer(request, code, make)


async def _answer(request: Request, question: Hashable, make: freshness.Make) -> Response:
    state = request.app.state
    answer = await state.stations_cache.get(state.pool, question, make)
    return freshness.respond(request, answer, geojson.MEDIA_TYPE)
