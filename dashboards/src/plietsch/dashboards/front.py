"""The front door, and what every page's routes share: the language in the address, the site, the region asked for."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse

from plietsch.dashboards import errors
from plietsch.dashboards.site import Site, language_of
from plietsch.dashboards.texts import LANGUAGES, Texts

router = APIRouter(include_in_schema=False)

RegionCode = Annotated[str | None, Query(alias="region")]


def _language(language: str) -> str:
    """The language in the address. Raises errors.PageUnknown."""
    if language not in LANGUAGES:
        raise errors.PageUnknown("There is no such page.")
    return language


Language = Annotated[str, Depends(_language)]


def site_of(request: Request, language: str) -> tuple[Site, Texts]:
    """The site, and its texts in a language."""
    site: Site = request.app.state.site
    return site, site.texts[language]


@router.get("/")
async def front_door(request: Request) -> RedirectResponse:
    """To the map in the reader's language."""
    target = request.url.replace(path=f"/{language_of(request)}/")
    address = target.path + (f"?{target.query}" if target.query else "")
    return RedirectResponse(address, status_code=307, headers={"Vary": "Accept-Language", "Cache-Control": "no-cache"})
