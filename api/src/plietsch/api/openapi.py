"""The OpenAPI document: what FastAPI derives from the routes, and the problems that every route can answer with."""

import asyncio
from functools import cache
from threading import Lock
from typing import Any

import msgspec
from fastapi import Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from plietsch.api import delivery, describing, documents, errors, examples, problems

PATH = "/api/v1/openapi.json"
TITLE = "plietsch"
VERSION = "1.0.0"
_REFERENCE = "#/components/schemas/{model}"
_DESCRIPTION = """\
Open data of the region's sensors: stations, what they measure, and their observations.

- **No key and no account** are needed. Every answer may be read by scripts of any site (CORS). A token only raises the
  limit on requests; every answer tells in `RateLimit` how many are left.
- **Times** are ISO 8601 with a zone; answers give UTC, or the zone of `tz`. In an address `+` is written `%2B`.
- **Units** are UCUM (`unit`) and as people write them (`unit_symbol`); each property has one: `/api/v1/properties`.
- **`quality`** is a QARTOD flag: 1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing.
- **`method`** is `raw`, or the name and version of what a value is corrected or computed by; nothing replaces the raw
  value.
- **`simulated`** says of a station that it does not exist: its values show how the platform works.
- **Places** are the centres of grid cells, of the size that `grid_m` says: no answer tells where exactly a sensor
  hangs.
- **Licences** are those of each station (`licence`, `attribution`); `.metadata.json` behind an address says which ones
  its rows have, and how to cite them.
- **Formats**: the parameter `format`, else a suffix of the address (`/api/v1/observations.csv`), else the header
  `Accept`. The suffixes: `.json`, `.geojson`, `.ndjson`, `.csv`, `.excel.csv` (semicolons and decimal commas, for
  spreadsheets), `.parquet`, `.arrow`, `.metadata.json`. Each address below stands for those with its suffixes.
- **Pages** follow one another by `next`, a whole address, also in the header `Link`; cursors are opaque and stay valid.
- **Caches**: ask again with `If-None-Match`. What is over is kept for a day, what is not for a minute at most.
- **HEAD** answers as GET without a body, and without headers that only the body would tell; answers are
  compressed as `Accept-Encoding` allows: zstd, br, gzip.
- **Errors** are RFC 9457 problems: `type` leads to an explanation, `hint` says what to do.
- **Examples, terms and what can be relied on**: `/developers`. Whether all is well: `/status`.
"""
_PROBLEMS: dict[int | str, tuple[str, dict[str, Any] | None]] = {
    400: ("A parameter cannot be used.", examples.PARAMETER_PROBLEM),
    404: ("There is no such station or region.", examples.STATION_PROBLEM),
    410: ("What was written since this cursor is no longer known.", examples.CURSOR_PROBLEM),
    503: ("The database does not answer.", examples.DATABASE_PROBLEM),
    "default": ("Any other problem.", None),
}


def application(contact: str = "", **arguments: Any) -> delivery.Application:
    """An application with this document at its address, and without pages that would load scripts from elsewhere.

    `contact` is where users turn to, as the settings name it.
    """
    app = delivery.Application(
        title=TITLE,
        version=VERSION,
        summary="Open data of the region's sensors",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Nothing is told to OpenTelemetry: to look for it takes longer than all else that an answer passes.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        generate_unique_id_function=_operation_id,
        **arguments,
    )
    making = Lock()

    def document() -> dict[str, Any]:
        with making:
            return _document(app, contact)

    @cache
    def encoded() -> bytes:
        return msgspec.json.encode(document())

    async def answer(request: Request) -> Response:
        for name in request.query_params:
            raise errors.ParameterUnknown(name, ())
        # Made once, which takes half a second: nobody else waits for that.
        return Response(await asyncio.to_thread(encoded), media_type="application/json")

    app.openapi = document
    app.add_route(PATH, answer, include_in_schema=False)
    return app


def answered(media_types: dict[str, dict[str, Any]], *statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route answers with: examples by media type, and the problems of some statuses."""
    success: dict[int | str, dict[str, Any]] = {200: {"content": media_types}}
    return success | {status: _problem(status) for status in (*statuses, "default")}


def example(value: Any) -> dict[str, Any]:
    """One media type's example."""
    return {"example": value}


def _operation_id(route: APIRoute) -> str:
    return route.name


def _problem(status: int | str) -> dict[str, Any]:
    description, shown = _PROBLEMS[status]
    content: dict[str, Any] = {"schema": {"$ref": _REFERENCE.format(model="Problem")}}
    return {"description": description, "content": {problems.MEDIA_TYPE: content | (example(shown) if shown else {})}}


def _document(app: delivery.Application, contact: str) -> dict[str, Any]:
    if not app.openapi_schema:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=_DESCRIPTION,
            routes=app.routes,
        )
        document["components"]["schemas"]["Problem"] = documents.Problem.model_json_schema()
        describing.complete(document, contact)
        app.openapi_schema = document
    return app.openapi_schema
