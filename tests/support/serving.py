"""The site on a port of its own, in a thread of this process, as a browser sees it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from plietsch.dashboards.app import create_app
from plietsch.dashboards.server import Server
from plietsch.platform.local import ports
from plietsch.platform.settings import Settings
from support import wait


@contextmanager
def serving(database_url: str, **settings: Any) -> Iterator[str]:
    """Site and API over a database; their address."""
    port = ports.free()
    app = create_app(Settings(database_url=database_url, **settings))
    server = Server(app, uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait.until(lambda: server.started, "the site starts")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
