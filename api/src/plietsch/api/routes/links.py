"""`/api/v1`: what there is."""

from typing import Any

from fastapi import APIRouter

from plietsch.api import documents, examples, openapi
from plietsch.api.routes.strict import KNOWN_PARAMETERS_ONLY

router = APIRouter(tags=["about"], dependencies=[KNOWN_PARAMETERS_ONLY])


@router.get(
    "/api/v1",
    summary="What there is",
    response_model=documents.Links,
    responses=openapi.answered({"application/json": openapi.example(examples.LINKS)}),
)
async def links() -> dict[str, Any]:
    """The addresses of this API."""
    return examples.LINKS
