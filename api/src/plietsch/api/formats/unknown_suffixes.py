"""`/api/v1/observations.xml`: the address is known, its suffix is not. Said instead of a bare 404."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

from fastapi import Request

from plietsch.api import errors
from plietsch.api.formats import negotiation

_DOCUMENT = "/api/v1/openapi.json"
_IN_BRACES = re.compile(r"\{[^}]*\}")
# More dots than the last name of any address of the document has: what stands before a later one is none of them.
_MOST_DOTS = 2


def refuse(request: Request) -> None:
    """Raises errors.FormatUnavailable where the address is one of the OpenAPI document with something behind a dot."""
    path = request.url.path
    addresses = list(_addresses(request)) if "." in path.rpartition("/")[2] else []
    for stem, suffix in _divided(path):
        for known, operation in addresses:
            if _fits(known, stem) or known == f"{stem}.json" != path:
                message = f"There is no {errors.shown(suffix)} behind this address."
                raise errors.FormatUnavailable(message, _hint(operation, stem if _fits(known, stem) else known))


def _divided(path: str) -> Iterator[tuple[str, str]]:
    """What stands before one of the first dots of a path's last name, and from it on: the longest first."""
    begin = path.rfind("/") + 1
    dots = list(itertools.islice(re.finditer(r"\.", path[begin:]), _MOST_DOTS))
    for dot in reversed(dots):
        yield path[: begin + dot.start()], path[begin + dot.start() :]


def _addresses(request: Request) -> Iterator[tuple[str, dict[str, Any]]]:
    """The paths of the document, each with what is said of GET; and its own."""
    for path, operations in request.app.openapi()["paths"].items():
        yield path, operations.get("get", {})
    yield _DOCUMENT, {}


def _fits(known: str, path: str) -> bool:
    """Whether a path is meant by one with names in braces, in whose places no dot stands."""
    return re.fullmatch("[^/.]+".join(map(re.escape, _IN_BRACES.split(known))), path) is not None


def _hint(operation: dict[str, Any], address: str) -> str:
    offered = [each for one in operation.get("parameters", ()) for each in _formats(one)]
    return negotiation.hint(offered) if offered else f"It has one format only: GET {address}"


def _formats(parameter: dict[str, Any]) -> list[str]:
    return parameter["schema"].get("enum", []) if parameter["name"] == "format" else []
