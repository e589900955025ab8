"""`plietsch ingest run`: one worker."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from plietsch.ingest import database, stopping
from plietsch.ingest.commands.options import BrokerUrl, ClientId
from plietsch.ingest.health import Health
from plietsch.ingest.source import MqttSource
from plietsch.ingest.watch import Watch
from plietsch.ingest.worker import Worker, collect_rarely
from plietsch.platform import logs, settings

EXAMPLE = "Example: `plietsch ingest run --broker-url mqtt://broker.example.org:1883`"

DatabaseUrl = Annotated[
    str | None,
    typer.Option("--database-url", help="The database; otherwise PLIETSCH_DATABASE_URL.", show_default=False),
]
ReadyFile = Annotated[
    Path | None,
    typer.Option("--ready-file", help="Created once the broker has granted the subscription.", show_default=False),
]


def run(
    database_url: DatabaseUrl = None,
    broker_url: BrokerUrl = None,
    client_id: ClientId = None,
    ready_file: ReadyFile = None,
) -> None:
    """Receive events from the broker and store them, until SIGTERM or Ctrl-C.

    Waits for a database or a broker that is not there yet. The client id names the session that the broker keeps for
    this worker while it is away: two workers need two. What is published before a worker's very first subscription is
    not kept for it: who must not miss that waits for the ready file.
    """
    if ready_file:
        ready_file.unlink(missing_ok=True)  # of one that was killed
    given = settings.read(database_url=database_url, broker_url=broker_url, broker_client_id=client_id)
    logs.configure(given)
    collect_rarely()
    with stopping.on_signals() as stop:
        source = MqttSource.of(given, stop)
        watch = Watch(Health(str(source.broker), database.shown(given.database_url)))
        worker = Worker(given.database_url, source, stop, client_id=given.broker_client_id, watch=watch)
        with _answering(watch, given):
            if ready_file:
                source.on_receiving = ready_file.touch
            worker.run()
    if ready_file:
        ready_file.unlink(missing_ok=True)


@contextmanager
def _answering(watch: Watch, given: settings.Settings) -> Generator[None]:
    """With /metrics and /healthz, if the settings name a port for them. Raises errors.PortTaken."""
    if given.ingest_http_port is None:
        yield
        return
    from plietsch.ingest import endpoint  # only who wants it pays for a web server

    with endpoint.serving(watch, given.http_host, given.ingest_http_port):
        yield
