"""`/api/v1/latest`: the newest value of each series, as a flat list."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from plietsch.api import caching, formats, openapi
from plietsch.api.latest import documents, rows
from plietsch.api.listings import paging as pages
from plietsch.api.observations.asking import ALL_METHODS
from plietsch.api.routes.strict import KNOWN_PARAMETERS_ONLY
from plietsch.api.stations import answering, asking, paging
from plietsch.api.stations.asking import AskedOfStations
from plietsch.platform import methods as known

router = APIRouter(prefix="/api/v1", tags=["observations"], dependencies=[KNOWN_PARAMETERS_ONLY])

Methods = Annotated[
    list[str] | None,
    Query(
        alias="method",
        description="May be repeated; `all` for each that there is; what is meant by each property if not given.",
        examples=[["raw", "kappa-koehler/1"]],
    ),
]


@router.get(
    "/latest",
    summary="The newest value of each series",
    response_model=documents.LatestValues,
    responses=openapi.answered(
        {
            "application/json": openapi.example(documents.EXAMPLE),
            "text/csv": {"schema": {"type": "string"}, **openapi.example(documents.EXAMPLE_CSV)},
        },
        400,
        404,
        503,
    ),
)
async def latest_values(
    request: Request,
    asked: AskedOfStations,
    methods: Methods = None,
    limit: paging.Limit = None,
    cursor: paging.Cursor = None,
    format_: formats.GeoFormat = None,
) -> Response:
    """A row for each station and property: the newest value that did not fail, however old; `freshness` says how old.

    The filters are those of `stations`. What says how far the samples behind a value lay apart (`pm10_spread`) is only
    there where it is asked for, and so is what was computed by another method than is meant (`kappa-koehler/1`).
    """
    name = formats.asked(request, formats.GEO)
    view = await answering.known(request)
    named = sorted(known.ALL) if ALL_METHODS in (methods or ()) else methods or ()
    filter_ = asking.filter_of(asked, view, named)
    lines = await asyncio.to_thread(rows.of, view, answering.find(view, filter_), filter_)
    page = paging.cut(lines, lambda each: each.key, limit, cursor)
    next_ = pages.next_address(request, page.cursor)
    headers = caching.headers(caching.BRIEF, modified=view.made_at) | pages.link(next_)
    table = await asyncio.to_thread(rows.table, page.rows, filter_, next_)
    table = answering.with_meaning(request, table, filter_.properties)
    return await formats.respond(request, table, format_=name, headers=headers)
