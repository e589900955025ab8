"""The site as one value: its templates in each language and its built files, made once for an application."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from plietsch.dashboards.assets import Assets
from plietsch.dashboards.texts import DEFAULT, LANGUAGES, Texts, preferred

# A page holds what is measured now: a browser asks each time.
_CACHE_CONTROL = "no-cache"


@dataclass(frozen=True)
class Site:
    """Renders pages."""

    assets: Assets
    texts: Mapping[str, Texts]
    environments: Mapping[str, Environment]

    @classmethod
    def make(cls, assets: Assets) -> "Site":
        """Read catalogues and templates."""
        texts = {language: Texts.read(language) for language in LANGUAGES}
        return cls(assets, texts, {language: _environment(each) for language, each in texts.items()})

    def render(self, request: Request, language: str, template: str, status: int = 200, **context: Any) -> HTMLResponse:
        """A page; `path` is what follows the language in its address, for the language switch."""
        query = f"?{request.url.query}" if request.url.query else ""
        path = request.url.path.removeprefix(f"/{language}/") if request.url.path.startswith(f"/{language}/") else ""
        every_page = {
            "language": language,
            "languages": LANGUAGES,
            "path": path + query,
            "assets": self.assets,
        }
        html = self.environments[language].get_template(template).render(every_page, **context)
        return HTMLResponse(html, status, {"Cache-Control": _CACHE_CONTROL, "Content-Language": language})


def language_of(request: Request) -> str:
    """The language of a page by its address; for any other address, the one that the browser asks for."""
    first = request.url.path.strip("/").split("/")[0]
    return first if first in LANGUAGES else preferred(request.headers.get("Accept-Language", "")) or DEFAULT


def _environment(texts: Texts) -> Environment:
    environment = Environment(
        loader=PackageLoader("plietsch.dashboards"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    # The extension adds this method to the environment; jinja2's types do not know of it.
    install: Any = getattr(environment, "install_gettext_callables")  # noqa: B009
    install(texts.translate, texts.translate_plural, newstyle=True)
    return environment
