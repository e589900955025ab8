"""`/api/v1/gauges`: how high the water stands, and what the gauge calls it."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from plietsch.api import caching, formats
from plietsch.api.database import Connection
from plietsch.api.gauges import documents, listing
from plietsch.api.listings import answers, filters, openapi, paging
from plietsch.api.routes.strict import KNOWN_PARAMETERS_ONLY

router = APIRouter(prefix="/api/v1", tags=["gauges"], dependencies=[KNOWN_PARAMETERS_ONLY])

Rank = Annotated[
    int,
    Query(
        ge=0,
        le=4,
        description="Only gauges whose newest level has reached one of this rank, or of a higher one.",
        examples=[1],
    ),
]
Code = Annotated[str, Path(description="The code of the gauge's station.", examples=["flensburg-pegel"])]

_SHOWN = documents.document(documents.SHOWN)
_SHOWN_TABLE = partial(answers.table, "gauges", documents.COLUMNS, [documents.SHOWN])


@router.get(
    "/gauges",
    summary="Gauges with their levels and the newest one",
    response_model=documents.Gauges,
    responses=openapi.tables({"gauges": [_SHOWN], "next": None}, _SHOWN_TABLE, 400, 404, 503),
)
async def list_gauges(
    request: Request,
    connection: Connection,
    station_codes: filters.StationCodes = None,
    region_codes: filters.RegionCodes = None,
    rank: Rank = 0,
    limit: filters.Limit = None,
    cursor: filters.Cursor = None,
    format_: formats.GeoFormat = None,
) -> Response:
    """The gauges where a device is installed now, by their station's code: what the water is called, the gauge's zero,
    its own levels by name, the newest level with the highest of these that it reaches, and where it goes.

    A level of a self-built instrument is indicative: it takes the place of no official gauge and no official warning.
    """
    chosen = filters.chosen(station_codes, region_codes)
    after = paging.decode(cursor, str) if cursor is not None else ""
    page = await listing.page(connection, chosen, rank, after, limit or paging.EVERY)
    next_ = paging.next_address(request, page.cursor)
    document = {"gauges": [documents.document(each) for each in page.rows], "next": next_}
    table = answers.table("gauges", documents.COLUMNS, page.rows, documents.source, documents.DESCRIPTION)
    return await answers.respond(request, table, document, caching.headers(caching.BRIEF) | paging.link(next_))


@router.get(
    "/gauges/{code}",
    summary="A gauge",
    response_model=documents.Gauge,
    responses=openapi.tables(_SHOWN, _SHOWN_TABLE, 400, 404, 503),
)
async def get_gauge(
    request: Request, connection: Connection, code: Code, format_: formats.GeoFormat = None
) -> Response:
    """One gauge: its levels, how high the water stands by them, and where it goes."""
    state = await listing.one(connection, code)
    table = answers.table(f"gauge-{code}", documents.COLUMNS, [state], documents.source, documents.DESCRIPTION)
    return await answers.respond(request, table, documents.document(state), caching.headers(caching.BRIEF))
