"""`/status`: the page, in each language. It is there when the database is not: that is when it is looked at."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from plietsch.api.status import routes as status
from plietsch.dashboards.front import Language, site_of, to_language
from plietsch.dashboards.status import words

router = APIRouter(include_in_schema=False)


@router.get("/status")
async def status_door(request: Request) -> RedirectResponse:
    """To the page in the reader's language."""
    return to_language(request)


@router.get("/{language}/status")
async def status_page(request: Request, language: Language) -> HTMLResponse:
    """Whether everything is well, part by part; 200 also where it is not: the page itself can be read."""
    site, texts = site_of(request, language)
    state = await status.now(request)
    now = datetime.now(UTC)
    parts = [
        (part, words.age(part.at, texts, now) if part.at else None, part.at.isoformat() if part.at else None)
        for part in words.parts(state, texts)
    ]
    heading = words.heading(state, texts)
    return site.render(request, language, "status.html", heading=heading, parts=parts, state=state)
