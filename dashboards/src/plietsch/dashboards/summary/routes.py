"""`/data/{region}/summary`: what the map page says of its region, for its script to put in place of what it said."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from plietsch.api import errors
from plietsch.api.database import Connection
from plietsch.api.routes.strict import KNOWN_PARAMETERS_ONLY
from plietsch.dashboards import present, regions
from plietsch.dashboards.front import site_of
from plietsch.dashboards.summary import region as summary
from plietsch.dashboards.texts import LANGUAGES

router = APIRouter(prefix="/data", include_in_schema=False, dependencies=[KNOWN_PARAMETERS_ONLY])

Named = Annotated[str | None, Query(alias="region")]


@router.get("/{region_code}/summary")
async def summary_fragment(
    request: Request, region_code: str, language: str, connection: Connection, named: Named = None
) -> HTMLResponse:
    """The summary of the present; the addresses in it name the region where the page's own does (`region`)."""
    if language not in LANGUAGES:
        hint = f"There are: {', '.join(LANGUAGES)}."
        raise errors.ParameterInvalid("language", f"There is no page in {errors.shown(language)}.", hint)
    if named not in (None, region_code):
        raise errors.ParameterInvalid("region", f"{errors.shown(named)} is not the region of this address.")
    site, texts = site_of(request, language)
    region = await regions.known(connection, region_code)
    now = await present.of(connection, region)
    kept = {"region": named} if named else {}
    told = await summary.of(connection, request.app.state.summaries, region, now, texts, kept=kept)
    return site.render(request, language, "summary.html", region=region, summary=told)
