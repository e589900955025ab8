"""Errors for people: what the API answers to programs as a problem, a page says in the reader's language.

A program is who asks the API, who accepts JSON and no HTML, or who accepts anything at an address of a picture.
"""

import inspect
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from plietsch.api import errors as api_errors
from plietsch.api import problems, slashes
from plietsch.dashboards import errors
from plietsch.dashboards.assets import URL as STATIC
from plietsch.dashboards.site import Site, language_of
from plietsch.dashboards.texts import LANGUAGES, N_, Texts

_FOR_PROGRAMS = ("/api/", "/data/", "/healthz", "/status.json", f"{STATIC}/")
# What a program that asks for a page is told: when to come again, and by which methods (RFC 9110, section 15.5.6).
_KEPT = ("Retry-After", "Allow")
# What follows from the address alone is not asked again for a day.
_MEANT_CACHE_CONTROL = "public, max-age=86400"

_TITLES = {
    HTTPStatus.NOT_FOUND: N_("This page does not exist"),
    HTTPStatus.TOO_MANY_REQUESTS: N_("Too many requests"),
    HTTPStatus.SERVICE_UNAVAILABLE: N_("A short break"),
}
_SENTENCES = {
    HTTPStatus.NOT_FOUND: N_("Perhaps a station was taken down, or the address has a typing mistake."),
    HTTPStatus.SERVICE_UNAVAILABLE: N_(
        "The measurements cannot be reached at the moment. Nothing is lost: what is measured now appears later. "
        "Please try again in a minute."
    ),
}
_OURS = (N_("Something went wrong"), N_("The mistake is on our side. Please try again in a minute."))
_THEIRS = (
    N_("That cannot be answered"),
    N_("There is a mistake in the address, or it asks for something that does not exist."),
)
_NOBODY_KNOWS = "There is nothing at this address."


def install(app: FastAPI, site: Site) -> None:
    """Answer errors of pages with pages, or lead on to the page that is meant; those of the API stay as they are."""
    for error, handler in list(app.exception_handlers.items()):
        app.add_exception_handler(error, _wrapped(handler, site))
    app.add_exception_handler(errors.PageUnknown, _page_unknown(site))


def _wrapped(handler: Callable[..., Any], site: Site) -> Callable[[Request, Exception], Any]:
    async def answer(request: Request, error: Exception) -> Response:
        response = handler(request, error)
        response = await response if inspect.isawaitable(response) else response
        if "Location" in response.headers:
            return response
        if _is_for_programs(request):
            return _varying(request, response)
        status = HTTPStatus(response.status_code)
        if status == HTTPStatus.NOT_FOUND:
            return _unknown(request, site)
        page = _page(request, site, status, error.wait_s if isinstance(error, api_errors.LimitReached) else 0)
        page.headers.update({name: response.headers[name] for name in _KEPT if name in response.headers})
        return page

    return answer


def _page_unknown(site: Site) -> Callable[[Request, Exception], Any]:
    async def answer(request: Request, error: Exception) -> Response:
        if _is_for_programs(request):
            message = error.message if isinstance(error, errors.PageUnknown) else _NOBODY_KNOWS
            return _varying(request, await problems.domain(request, api_errors.ResourceUnknown(message)))
        return _unknown(request, site)

    return answer


def _is_for_programs(request: Request) -> bool:
    if _is_programs_address(request):
        return True
    accepted = request.headers.get("Accept", "").lower()
    return "html" not in accepted and ("json" in accepted or "." in request.url.path.rpartition("/")[2])


def _is_programs_address(request: Request) -> bool:
    path = request.url.path
    return path == "/api" or path.startswith(_FOR_PROGRAMS)


def _varying(request: Request, response: Response) -> Response:
    """The response; whether it is one for people or for programs depends on `Accept` at the addresses of pages."""
    if not _is_programs_address(request):
        response.headers.add_vary_header("Accept")
    return response


def _unknown(request: Request, site: Site) -> Response:
    """The page that says so; where it is a slash too many or too few, on to the page that is meant."""
    if meant := _map(request) or slashes.meant(request):
        leading = RedirectResponse(meant, HTTPStatus.PERMANENT_REDIRECT, {"Cache-Control": _MEANT_CACHE_CONTROL})
        return _varying(request, leading)
    return _page(request, site, HTTPStatus.NOT_FOUND)


def _map(request: Request) -> str | None:
    """The map's address, the only one of a page that ends with a slash, where it was asked for otherwise."""
    path: str = request.scope["path"]
    language = path.strip("/")
    address = f"/{language}/"
    if language not in LANGUAGES or path == address:
        return None
    return address + (f"?{request.url.query}" if request.url.query else "")


def _page(request: Request, site: Site, status: HTTPStatus, wait_s: int = 0) -> Response:
    language = language_of(request)
    texts = site.texts[language]
    title, sentence = _OURS if status >= HTTPStatus.INTERNAL_SERVER_ERROR else _THEIRS
    response = site.render(
        request,
        language,
        "message.html",
        status,
        title=texts.translate(_TITLES.get(status, title)),
        sentence=_wait(wait_s, texts) if wait_s else texts.translate(_SENTENCES.get(status, sentence)),
    )
    response.headers["Cache-Control"] = "no-store"
    return _varying(request, response)


def _wait(seconds: int, texts: Texts) -> str:
    return texts.ngettext(
        "More was asked for from your network than can be drawn in a minute. Please try again in one second.",
        "More was asked for from your network than can be drawn in a minute. Please try again in %(count)s seconds.",
        seconds,
    )
