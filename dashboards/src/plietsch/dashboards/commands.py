"""`plietsch serve`: site and API as one web server."""

from contextlib import suppress
from typing import Annotated

import typer
import uvicorn
from rich.console import Console

from plietsch.dashboards.app import create_app
from plietsch.dashboards.server import Server
from plietsch.platform import logs, settings
from plietsch.platform.local import ports

app = typer.Typer(help="Serve site and API.")

# How long a reader's last answer may take once the server is told to stop, in seconds.
_FAREWELL_S = 3


@app.command(epilog="Example: `plietsch serve --port 8461`, then look at http://127.0.0.1:8461/")
def serve(
    host: Annotated[
        str | None, typer.Option(help="The address to listen on; otherwise PLIETSCH_HTTP_HOST.", show_default=False)
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(help="The port; otherwise PLIETSCH_HTTP_PORT. 0 takes a free one.", show_default=False),
    ] = None,
    database_url: Annotated[
        str | None, typer.Option(help="The database; otherwise PLIETSCH_DATABASE_URL.", show_default=False)
    ] = None,
) -> None:
    """Serve the public site and the API, until SIGTERM or Ctrl-C.

    A database that is not there yet is waited for: pages say so meanwhile.
    """
    given = settings.read(http_host=host, http_port=port, database_url=database_url)
    logs.configure(given)
    chosen_port = given.http_port or ports.free()
    ports.require_free(given.http_host, chosen_port)
    site = create_app(given)
    config = uvicorn.Config(
        site,
        host=given.http_host,
        port=chosen_port,
        log_level="warning",
        access_log=False,  # it would be written out for each request before the level is looked at
        server_header=False,
        forwarded_allow_ips=given.trusted_proxies,
        timeout_graceful_shutdown=_FAREWELL_S,
    )
    Console(highlight=False).print(f"Site and API: http://{given.http_host}:{chosen_port}/ (Ctrl-C ends it)")
    # uvicorn stops cleanly and then raises the signal again.
    with suppress(KeyboardInterrupt):
        Server(site, config).run()
