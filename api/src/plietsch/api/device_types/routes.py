"""`/api/v1/device-types`: what devices measure, by which instruments, and what their values are held against."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from plietsch.api import caching, errors, formats
from plietsch.api.database import Connection
from plietsch.api.device_types import documents, registry
from plietsch.api.listings import answers, openapi
from plietsch.api.routes.strict import KNOWN_PARAMETERS_ONLY

router = APIRouter(prefix="/api/v1", tags=["data dictionary"], dependencies=[KNOWN_PARAMETERS_ONLY])

Code = Annotated[str, Path(description="The device type's code.", examples=["decentlab-dl-mbx"])]

_SHOWN = documents.document(documents.SHOWN)
_SHOWN_TABLE = partial(answers.table, "device_types", documents.COLUMNS, documents.rows([documents.SHOWN]))


@router.get(
    "/device-types",
    summary="Device types",
    response_model=documents.DeviceTypes,
    responses=openapi.tables({"device_types": [_SHOWN]}, _SHOWN_TABLE, 400, 503),
)
async def list_device_types(request: Request, connection: Connection, format_: formats.Format = None) -> Response:
    """Every type of device that is understood here: those that come with plietsch, and the operator's own; each with
    its instruments, its channels, and what their values are held against. As a table it has a row for each channel.
    """
    known = await registry.known(connection)
    document = {"device_types": [documents.document(each) for each in known]}
    table = answers.table("device_types", documents.COLUMNS, documents.rows(known), description=documents.DESCRIPTION)
    return await answers.respond(request, table, document, caching.headers(caching.REGISTRY))


@router.get(
    "/device-types/{code}",
    summary="A device type",
    response_model=documents.DeviceType,
    responses=openapi.tables(_SHOWN, _SHOWN_TABLE, 400, 404, 503),
)
async def get_device_type(
    request: Request, connection: Connection, code: Code, format_: formats.Format = None
) -> Response:
    """One type of device: its instruments, its channels, and what their values are held against."""
    for each in await registry.known(connection):
        if each.type.code == code:
            rows = documents.rows([each])
            table = answers.table(f"device-type-{code}", documents.COLUMNS, rows, description=documents.DESCRIPTION)
            return await answers.respond(request, table, documents.document(each), caching.headers(caching.REGISTRY))
    raise errors.ResourceUnknown(
        f"There is no device type {errors.shown(code)}.", "GET /api/v1/device-types lists every device type."
    )
