"""An application that can be surrounded: Starlette answers unforeseen errors outside of all its middleware."""

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from fastapi import FastAPI
from starlette.types import ASGIApp

_P = ParamSpec("_P")


class Application(FastAPI):
    """FastAPI, and around it what every answer passes, also that to an error that nobody foresaw.

    `headers` are those of its own, in lower case, for each answer that says nothing else of them.
    """

    def __init__(self, **arguments: Any) -> None:
        self._around: list[Callable[[ASGIApp], ASGIApp]] = []
        self.headers: list[tuple[bytes, bytes]] = []
        super().__init__(**arguments)

    def surround(
        self, middleware: Callable[Concatenate[ASGIApp, _P], ASGIApp], *args: _P.args, **kwargs: _P.kwargs
    ) -> None:
        """Put pure ASGI middleware around everything; what comes last is outermost."""

        def wrap(app: ASGIApp) -> ASGIApp:
            return middleware(app, *args, **kwargs)

        self._around.append(wrap)

    def build_middleware_stack(self) -> ASGIApp:
        """What Starlette calls once, before the first request."""
        app = super().build_middleware_stack()
        for wrap in self._around:
            app = wrap(app)
        return app
