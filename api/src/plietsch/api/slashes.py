"""`/api/v1/stations/`: an address with a slash too many is none. Who asks for it is told which one is meant.

The router's own redirect would lead to `http://` behind a proxy, be a temporary one, and know no suffix.
"""

import re
from urllib.parse import quote

from fastapi import Request
from starlette.routing import Match, Mount

from plietsch.api.formats import suffixes

_RUN = re.compile("/{2,}")
# What stands in a path as it is (RFC 3986, section 3.3); it was decoded, so that a % is one that was written %25.
_PATH = "/:@!$&'()*+,;=~"


def meant(request: Request) -> str | None:
    """The address without slashes too many, if it has any and there is a route for what is left; its query kept."""
    path: str = request.scope["path"]
    address = _RUN.sub("/", path).rstrip("/") or "/"
    if address == path or not _is_routed(request, address):
        return None
    query = request.scope["query_string"].decode("latin-1")
    return quote(address, safe=_PATH) + (f"?{query}" if query else "")


def _is_routed(request: Request, path: str) -> bool:
    scope = suffixes.without_suffix({**request.scope, "path": path, "raw_path": path.encode()})
    # What is mounted takes any address: whether there is a file of that name it does not say.
    routes = (route for route in request.app.routes if not isinstance(route, Mount))
    return any(route.matches(scope)[0] is not Match.NONE for route in routes)
