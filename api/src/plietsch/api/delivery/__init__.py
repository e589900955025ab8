"""How answers travel: with an id, safe, readable by every site's scripts, compressed, HEAD as GET without its body.

What sees a request first: `exchange` (outside of everything, so that its headers are on the answer to an error that
nobody foresaw, too), then what an application adds itself, then `compression`, and around the routes `tags`.
"""

from starlette.requests import Request

from plietsch.api.delivery.application import Application
from plietsch.api.delivery.compression import Compression
from plietsch.api.delivery.exchange import HEAD, METHODS, Exchange, request_id
from plietsch.api.delivery.staying import Staying
from plietsch.api.delivery.tags import Tags

__all__ = ["METHODS", "Application", "Exchange", "install", "is_head", "request_id"]


def install(app: Application) -> None:
    """Add the middleware; what is added after it sees a request before compression does."""
    app.add_middleware(Tags)
    app.add_middleware(Compression)
    app.surround(Exchange, also=app.headers)
    app.surround(Staying)


def is_head(request: Request) -> bool:
    """Whether an answer's headers are all that is wanted: one that has no end need not begin."""
    return bool(request.scope.get(HEAD))
