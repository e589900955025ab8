"""`/api/v1/observations.csv`: the suffix of an address names a format; each route exists once, without it."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import URL
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from plietsch.api.formats.kinds import KINDS

# In the scope: the format that the suffix names, and the path as it was asked for. Absent where there was no suffix.
FORMAT = "plietsch.format"
_PATH = "plietsch.path"

_BELOW = "/api/v1/"
# A document of this name; not a resource in a format.
_DOCUMENTS = frozenset({"/api/v1/openapi.json"})


class Suffixes:
    """Takes a format's suffix off the path and puts the format into the scope."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = without_suffix(scope)
        await self.app(scope, receive, send)


def without_suffix(scope: Scope) -> Scope:
    """The scope of the same address without its suffix; the scope itself where it has none."""
    path: str = scope["path"]
    if not path.startswith(_BELOW) or path in _DOCUMENTS:
        return scope
    for kind in KINDS.values():
        stem = path.removesuffix(kind.suffix)
        if stem in _DOCUMENTS:
            return scope
        if stem != path and not stem.endswith("/"):
            raw = scope.get("raw_path") or path.encode()
            raw_stem = raw.removesuffix(kind.suffix.encode())
            return {**scope, "path": stem, "raw_path": raw_stem, FORMAT: kind.name, _PATH: path}
    return scope


def address(request: HTTPConnection) -> URL:
    """The address as it was asked for, its suffix included."""
    path = request.scope.get(_PATH)
    return request.url.replace(path=path) if path else request.url


def in_format(request: HTTPConnection, name: str | None) -> URL:
    """The same question's address, with the suffix of a format, or with none."""
    url = request.url.replace(path=request.scope["path"] + (KINDS[name].suffix if name is not None else ""))
    return url.remove_query_params("format")


def lasting(request: HTTPConnection, parameters: Mapping[str, str | None]) -> str:
    """The same question's address without a format, with these parameters for its own; a null takes one away."""
    url = in_format(request, None)
    asked = [(name, value) for name, value in parse_qsl(url.query, keep_blank_values=True) if name not in parameters]
    given = [(name, value) for name, value in parameters.items() if value is not None]
    return str(url.replace(query=urlencode([*asked, *given], safe=":,/")))
