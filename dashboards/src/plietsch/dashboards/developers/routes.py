"""`/developers`: the page, in each language; and the way from its form to the address that was chosen in it."""

import asyncio
from collections.abc import Iterable
from typing import Any

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from plietsch.api.database import Connection
from plietsch.dashboards.developers import asking, mistakes, recipes, region, words
from plietsch.dashboards.front import Language, site_of, to_language
from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.texts import N_, Texts

router = APIRouter(include_in_schema=False)

# What its script says.
_MESSAGES = {
    "asking": N_("Asking …"),
    "lines": N_("The first lines; the answer goes on."),
    "whole": N_("The whole answer."),
    "binary": N_("Not made to be read by people: open the address to save it."),
    "failed": N_("No answer. Is the network there?"),
    "took": N_("Status %(status)s, the first bytes after %(time)s ms"),
}


@router.get("/developers")
async def developers(request: Request) -> RedirectResponse:
    """To the page in the reader's language."""
    return to_language(request)


@router.get("/{language}/developers")
async def developers_page(request: Request, language: Language, connection: Connection) -> HTMLResponse:
    """What there is, how to ask for it, and what can be relied on."""
    site, texts = site_of(request, language)
    known = await _known(request)
    measured = await region.measured(connection)
    here = region.here(str(request.base_url).rstrip("/"), measured)
    tried = [each for each in known if each.is_tried and (each.takes or each.formats)]
    return site.render(
        request,
        language,
        "developers.html",
        base=here.base,
        nouns=_by_noun(known, texts),
        tried=tried,
        stations=await region.stations(connection),
        measured=[(each.code, _name(each, texts)) for each in measured],
        spans={code: texts.translate(name) for code, name in asking.SPANS.items()},
        chosen={**asking.FIRST, "station": here.dust, "property": "pm2_5"},
        choices=_choices(tried),
        examples=recipes.shown(recipes.EXAMPLES, here, texts),
        recipes=recipes.shown(recipes.RECIPES, here, texts),
        is_address=recipes.is_address,
        pairs=_pairs,
        marked=words.marked,
        formats=[each._replace(use=texts.translate(each.use)) for each in words.FORMATS],
        meaning=words.translated(words.MEANING, texts),
        manners=words.translated(words.MANNERS, texts),
        mistakes=[each._replace(what_to_do=words.marked(each.what_to_do)) for each in mistakes.of(texts)],
        promises=[words.marked(texts.translate(each)) for each in words.PROMISES],
        terms=await region.terms(connection),
        contact=request.app.state.settings.contact,
        config=_config(tried, texts),
    )


@router.get("/{language}/developers/try")
async def try_it(request: Request, language: Language) -> RedirectResponse:
    """To the address that the form asks for: what its script does by itself. Raises errors.PageUnknown."""
    address = asking.address(await _known(request), request.query_params)
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-cache"})


async def _known(request: Request) -> list[asking.Resource]:
    """The API's addresses. To describe them takes half a second, once: others are answered meanwhile."""
    return asking.resources(await asyncio.to_thread(request.app.openapi))


def _by_noun(known: Iterable[asking.Resource], texts: Texts) -> list[list[tuple[asking.Resource, str]]]:
    """The addresses with what is said of each: those of all things of a kind together with those of one."""
    nouns: dict[str, list[tuple[asking.Resource, str]]] = {}
    for each in sorted(known, key=lambda each: "{" in each.name):
        nouns.setdefault(each.name.split("/")[0], []).append((each, _about(each, texts)))
    return list(nouns.values())


def _about(resource: asking.Resource, texts: Texts) -> str:
    return texts.translate(words.ABOUT[resource.name]) if resource.name in words.ABOUT else resource.summary


def _pairs(names: Iterable[str]) -> list[tuple[str, str]]:
    """Choices of a form that are called what they are."""
    return [(name, name) for name in names]


def _name(measured: region.Measured, texts: Texts) -> str:
    quantity = QUANTITIES.get(measured.code)
    return texts.translate(quantity.name) if quantity else measured.name


def _choices(tried: list[asking.Resource]) -> dict[str, list[str]]:
    """Which formats and which resolutions any of the addresses has, in the order in which they are named first."""
    values = {"format": dict[str, None](), "resolution": dict[str, None]()}
    for each in tried:
        for parameter in each.parameters:
            if parameter.name in values:
                values[parameter.name].update(dict.fromkeys(parameter.values))
    return {name: list(found) for name, found in values.items()}


def _config(tried: list[asking.Resource], texts: Texts) -> str:
    config: dict[str, Any] = {
        "resources": {each.name: {"path": each.path, "takes": each.takes, "formats": each.formats} for each in tried},
        "texts": {name: texts.translate(text) for name, text in _MESSAGES.items()},
    }
    return msgspec.json.encode(config).decode()
