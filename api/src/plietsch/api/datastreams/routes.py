"""`/api/v1/datastreams`: which series there are."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from plietsch.api import caching, formats
from plietsch.api.database import Connection
from plietsch.api.datastreams import documents, listing
from plietsch.api.listings import answers, filters, openapi, paging
from plietsch.api.routes.strict import KNOWN_PARAMETERS_ONLY

router = APIRouter(prefix="/api/v1", tags=["datastreams"], dependencies=[KNOWN_PARAMETERS_ONLY])

Sensors = Annotated[
    list[str] | None,
    Query(
        alias="sensor",
        description="The model of an instrument. May be repeated; all if not given.",
        examples=[["SDS011"]],
    ),
]
Id = Annotated[int, Path(description="The datastream's id.", examples=[17])]

_SHOWN = documents.document(documents.SHOWN)
_SHOWN_TABLE = partial(answers.table, "datastreams", documents.COLUMNS, [documents.SHOWN])


@router.get(
    "/datastreams",
    summary="Datastreams",
    response_model=documents.Datastreams,
    responses=openapi.tables({"datastreams": [_SHOWN], "next": None}, _SHOWN_TABLE, 400, 404, 503),
)
async def list_datastreams(
    request: Request,
    connection: Connection,
    station_codes: filters.StationCodes = None,
    region_codes: filters.RegionCodes = None,
    property_codes: filters.PropertyCodes = None,
    methods: filters.Methods = None,
    sensors: Sensors = None,
    limit: filters.Limit = None,
    cursor: filters.Cursor = None,
    format_: formats.Format = None,
) -> Response:
    """Which series there are: one property, measured at one station by one model of instrument, by one method.

    In the order of their ids, all of them, or with `limit` in pages: `next`, also in the header Link, is the page that
    follows. Those of stations that were taken down are among them, with what they measured.
    """
    chosen = filters.chosen(station_codes, region_codes, property_codes, methods)
    page = await listing.page(connection, chosen, set(sensors or ()), paging.decode_id(cursor), limit or paging.EVERY)
    next_ = paging.next_address(request, page.cursor)
    document = {"datastreams": [documents.document(each) for each in page.rows], "next": next_}
    headers = caching.headers(caching.BRIEF) | paging.link(next_)
    table = answers.table("datastreams", documents.COLUMNS, page.rows, documents.source, documents.DESCRIPTION)
    return await answers.respond(request, table, document, headers)


@router.get(
    "/datastreams/{id}",
    summary="A datastream",
    response_model=documents.Datastream,
    responses=openapi.tables(_SHOWN, _SHOWN_TABLE, 400, 404, 503),
)
async def get_datastream(request: Request, connection: Connection, id: Id, format_: formats.Format = None) -> Response:  # noqa: A002 as SensorThings calls it
    """One series: what its values are, since when there are any, and how often they come."""
    found = await listing.one(connection, id)
    table = answers.table(f"datastream-{id}", documents.COLUMNS, [found], documents.source, documents.DESCRIPTION)
    return await answers.respond(request, table, documents.document(found), caching.headers(caching.BRIEF))
