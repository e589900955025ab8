"""`/api/v1/observations`: what was measured, page by page, as JSON or CSV."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from plietsch.api import cursors, documents, examples, observations, openapi, parameters, tables
from plietsch.api.database import Connection
from plietsch.api.routes.strict import KNOWN_PARAMETERS_ONLY

_JSON = "application/json"

router = APIRouter(prefix="/api/v1", tags=["observations"], dependencies=[KNOWN_PARAMETERS_ONLY])

StationCodes = Annotated[
    list[str] | None,
    Query(alias="station", description="May be repeated; all if not given.", examples=[["flensburg-suedermarkt"]]),
]
PropertyCodes = Annotated[
    list[str] | None,
    Query(alias="property", description="May be repeated; all if not given.", examples=[["pm2_5", "pm10"]]),
]
Methods = Annotated[
    list[str] | None,
    Query(
        alias="method",
        description="May be repeated; the default method of each property if not given.",
        examples=[["raw", "kappa-koehler/1"]],
    ),
]
From = Annotated[
    str | None,
    Query(alias="from", description="Inclusive; 24 hours before `to` if not given.", examples=["2026-05-01T00:00:00Z"]),
]
To = Annotated[str | None, Query(description="Exclusive; now if not given.", examples=["2026-05-02T00:00:00%2B02:00"])]
Resolution = Annotated[
    observations.Resolution, Query(description="As measured, or mean, least, most and last by hour or day (UTC).")
]
Format = Annotated[
    Literal["json", "csv"] | None, Query(description="Counts for more than the header Accept.", examples=["csv"])
]
Limit = Annotated[int, Query(ge=1, le=observations.MOST, description="How many observations a page holds.")]
Cursor = Annotated[str | None, Query(description="Where the page before ended: part of its `next` link.")]

_CONTENT: dict[str, dict[str, Any]] = {
    _JSON: {
        "examples": {
            "raw": {"summary": "As measured", "value": examples.OBSERVATIONS},
            "1h": {"summary": "By hour", "value": examples.OBSERVATIONS_BY_HOUR},
        }
    },
    tables.MEDIA_TYPE: {
        "schema": {"type": "string", "description": "RFC 4180, with a header line."},
        "examples": {
            "raw": {"summary": "As measured", "value": examples.OBSERVATIONS_CSV},
            "1h": {"summary": "By hour", "value": examples.OBSERVATIONS_BY_HOUR_CSV},
        },
    },
}


@router.get(
    "/observations",
    summary="Observations",
    response_model=documents.Observations,
    responses=openapi.answered(_CONTENT, 400, 404, 503),
)
async def list_observations(
    request: Request,
    connection: Connection,
    station_codes: StationCodes = None,
    property_codes: PropertyCodes = None,
    methods: Methods = None,
    start: From = None,
    to: To = None,
    resolution: Resolution = "raw",
    format_: Annotated[Format, Query(alias="format")] = None,
    limit: Limit = 10_000,
    cursor: Cursor = None,
) -> Response:
    """In the order of time, station and property. `next`, also in the header Link, is the page that follows."""
    since, until = parameters.span(start, to, datetime.now(UTC))
    filter_ = observations.Filter(
        since,
        until,
        tuple(sorted(set(station_codes or ()))),
        tuple(sorted(set(property_codes or ()))),
        tuple(sorted(set(methods or ()))),
        resolution,
        limit,
        cursors.decode(cursor) if cursor is not None else None,
    )
    page = await observations.page(connection, filter_)
    next_url = _next_url(request, filter_, page.after, format_)
    headers = {"Vary": "Accept"} | ({"Link": f'<{next_url}>; rel="next"'} if next_url else {})
    if (format_ or _preferred(request)) == "csv":
        return _csv(page, filter_, headers)
    return Response(_json(page, filter_, next_url), headers=headers, media_type=_JSON)


def _preferred(request: Request) -> str:
    """CSV for who asks for CSV alone."""
    accepted = request.headers.get("Accept", "")
    return "csv" if tables.MEDIA_TYPE in accepted and _JSON not in accepted else "json"


def _json(page: observations.Page, filter_: observations.Filter, next_url: str | None) -> bytes:
    return msgspec.json.encode(
        {
            "from": filter_.start,
            "to": filter_.end,
            "resolution": filter_.resolution,
            "observations": page.observations,
            "units": page.units,
            "stations": page.stations,
            "next": next_url,
        }
    )


def _csv(page: observations.Page, filter_: observations.Filter, headers: dict[str, str]) -> Response:
    columns = tables.RAW_COLUMNS if filter_.resolution == "raw" else tables.AGGREGATE_COLUMNS
    disposition = {"Content-Disposition": 'attachment; filename="observations.csv"'}
    media_type = f"{tables.MEDIA_TYPE}; charset=utf-8; header=present"
    return StreamingResponse(tables.pieces(page, columns), headers=headers | disposition, media_type=media_type)


def _next_url(
    request: Request, filter_: observations.Filter, after: cursors.Key | None, format_: str | None
) -> str | None:
    """The same question, with the span as it was understood now, from a key on."""
    if after is None:
        return None
    query = [
        *(("station", code) for code in filter_.stations),
        *(("property", code) for code in filter_.properties),
        *(("method", method) for method in filter_.methods),
        ("from", tables.text_of(filter_.start)),
        ("to", tables.text_of(filter_.end)),
        ("resolution", filter_.resolution),
        *([("format", format_)] if format_ else []),
        ("limit", str(filter_.limit)),
        ("cursor", cursors.encode(after)),
    ]
    return str(request.url.replace(query=urlencode(query, safe=":")))
