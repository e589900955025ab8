"""`/api/v1/properties`: what is measured."""

import msgspec
from fastapi import APIRouter, Response

from plietsch.api import documents, examples, openapi, properties
from plietsch.api.database import Connection
from plietsch.api.routes.strict import KNOWN_PARAMETERS_ONLY

router = APIRouter(prefix="/api/v1", tags=["properties"], dependencies=[KNOWN_PARAMETERS_ONLY])


@router.get(
    "/properties",
    summary="What is measured",
    response_model=documents.Properties,
    responses=openapi.answered({"application/json": openapi.example(examples.PROPERTIES)}, 503),
)
async def list_properties(connection: Connection) -> Response:
    """Every observed property with its definition, its unit and how many decimals its values have."""
    body = msgspec.json.encode({"properties": await properties.known(connection)})
    return Response(body, media_type="application/json")
