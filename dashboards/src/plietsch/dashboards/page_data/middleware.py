"""Pages' addresses with a suffix are answered by the API's routes, without a redirect."""

from starlette.types import ASGIApp, Receive, Scope, Send

from plietsch.dashboards.page_data import rewriting


class PageData:
    """Puts the API's address in the place of a page's that ends in a format's suffix."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""
        if scope["type"] == "http":
            address = rewriting.rewritten(scope["path"], scope["query_string"].decode("latin-1"))
            if address is not None:
                path, query = address.path, address.query.encode("latin-1")
                scope = {**scope, "path": path, "raw_path": path.encode(), "query_string": query}
        await self.app(scope, receive, send)
