"""`/api/v1/properties`: what is measured."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from plietsch.api import caching, documents, errors, formats
from plietsch.api.database import Connection
from plietsch.api.device_types import registry as device_types
from plietsch.api.device_types.documents import SHOWN as SHOWN_TYPE
from plietsch.api.listings import answers, openapi
from plietsch.api.properties import documents as own
from plietsch.api.properties import registry
from plietsch.api.routes.strict import KNOWN_PARAMETERS_ONLY

router = APIRouter(prefix="/api/v1", tags=["data dictionary"], dependencies=[KNOWN_PARAMETERS_ONLY])

Code = Annotated[str, Path(description="The property's code.", examples=["pm2_5"])]

_SHOWN_TABLE = partial(answers.table, "properties", own.COLUMNS, [own.SHOWN])


@router.get(
    "/properties",
    summary="What is measured",
    response_model=documents.Properties,
    responses=openapi.tables({"properties": [own.SHOWN]}, _SHOWN_TABLE, 400, 503),
)
async def list_properties(request: Request, connection: Connection, format_: formats.Format = None) -> Response:
    """Every observed property with its definition, its unit and how many decimals its values have."""
    known = await registry.known(connection)
    table = answers.table("properties", own.COLUMNS, known, description=own.DESCRIPTION)
    return await answers.respond(request, table, {"properties": known}, caching.headers(caching.REGISTRY))


@router.get(
    "/properties/{code}",
    summary="A property",
    response_model=own.PropertyDetails,
    responses=openapi.tables(own.details(own.SHOWN, [SHOWN_TYPE]), _SHOWN_TABLE, 400, 404, 503),
)
async def get_property(
    request: Request, connection: Connection, code: Code, format_: formats.Format = None
) -> Response:
    """One property: by which methods its values come about, which device types measure it in which range, and what
    the values of each are held against.
    """
    for each in await registry.known(connection):
        if each.code == code:
            details = own.details(each, await device_types.known(connection))
            table = answers.table(f"property-{code}", own.COLUMNS, [each], description=own.DESCRIPTION)
            return await answers.respond(request, table, details, caching.headers(caching.REGISTRY))
    raise errors.ResourceUnknown(
        f"There is no property {errors.shown(code)}.", "GET /api/v1/properties lists every property."
    )
