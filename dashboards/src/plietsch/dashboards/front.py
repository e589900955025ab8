"""The front door, and what every page's routes share: the language in the address, the site, the region asked for."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse

from plietsch.dashboards import errors
from plietsch.dashboards.site import Site, language_of
from plietsch.dashboards.texts import LANGUAGES, Texts

router = APIRouter(include_in_schema=False)

# What stands in a path as it is (RFC 3986, section 3.3); request.url is quoted already.
_PATH = "/:@!$&'()*+,;=~%"

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
    return to_language(request)


@router.get("/stations/{_rest:path}")
@router.get("/compare")
@router.get("/compare.{_suffix}")
async def side_door(request: Request) -> RedirectResponse:
    """To a page that is asked for without its language."""
    return to_language(request)


def to_language(request: Request) -> RedirectResponse:
    """To the same address in the reader's language, its query kept."""
    path, query = quote(request.url.path, safe=_PATH), request.url.query
    address = f"/{language_of(request)}{path}" + (f"?{query}" if query else "")
    return RedirectResponse(address, status_code=307, headers={"Vary": "Accept-Language", "Cache-Control": "no-cache"})
