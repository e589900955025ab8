"""`plietsch ingest`: the worker that stores what the network hears, and where to look for what could not be stored."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from psycopg.rows import namedtuple_row
from rich.table import Table

from plietsch.ingest import database, mqtt, stopping
from plietsch.ingest.database import QUERIES
from plietsch.ingest.reasons import MEANINGS, Reason
from plietsch.ingest.source import MqttSource
from plietsch.ingest.worker import Worker
from plietsch.platform import errors, logs, settings
from plietsch.platform.local import running
from plietsch.platform.terminal import console, whole

app = typer.Typer(no_args_is_help=True, help="Store what the network hears; look at what could not be stored.")

DatabaseUrl = Annotated[
    str | None,
    typer.Option("--database-url", help="The database; otherwise PLIETSCH_DATABASE_URL.", show_default=False),
]
BrokerUrl = Annotated[
    str | None,
    typer.Option("--broker-url", help="The MQTT broker; otherwise PLIETSCH_BROKER_URL.", show_default=False),
]
ClientId = Annotated[
    str | None,
    typer.Option("--client-id", help="The MQTT client id; otherwise PLIETSCH_BROKER_CLIENT_ID.", show_default=False),
]
ReadyFile = Annotated[
    Path | None,
    typer.Option("--ready-file", help="Created once the broker has granted the subscription.", show_default=False),
]
Most = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many lines to show.")]


@app.callback()
def ingest() -> None:
    """Store what the network hears; look at what could not be stored."""


@app.command(epilog="Example: `plietsch ingest run --broker-url mqtt://broker.example.org:1883`")
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
    given = settings.read(database_url=database_url, broker_url=broker_url, broker_client_id=client_id)
    logs.configure(given)
    address = mqtt.parse_address(given.broker_url)
    with stopping.on_signals() as stop:
        source = MqttSource(address, given.broker_client_id, given.mqtt_topic, stop)
        worker = Worker(given.database_url, source, stop)
        if ready_file is None:
            worker.run()
        else:
            ready_file.unlink(missing_ok=True)
            source.on_receiving = ready_file.touch
            worker.run()
            ready_file.unlink(missing_ok=True)


@app.command("errors", epilog="Example: `plietsch ingest errors --reason payload-truncated --limit 50`")
def list_errors(
    reason: Annotated[
        Reason | None,
        typer.Option(help=f"Only those of this reason: {', '.join(Reason)}.", metavar="REASON", show_default=False),
    ] = None,
    limit: Most = 20,
    database_url: DatabaseUrl = None,
) -> None:
    """Messages that could not become observations: counted by reason, then the newest."""
    counts = Table(whole("reason"), "messages", "times", "newest", "meaning", title="Messages by reason")
    newest = Table("newest", whole("reason"), whole("device"), "times", "detail", title="Newest messages")
    with _cursor(database_url) as cursor:
        for row in cursor.execute(QUERIES["errors_by_reason"]):
            counts.add_row(
                row.reason, str(row.messages), str(row.occurrences), _moment(row.last_at), MEANINGS.get(row.reason, "")
            )
        for row in cursor.execute(QUERIES["newest_errors"], {"reason": reason, "most": limit}):
            newest.add_row(_moment(row.last_at), row.reason, row.dev_eui or "–", str(row.occurrences), row.detail)
    _show("No message was refused.", counts, newest)


@app.command(epilog="Example: `plietsch ingest quarantine --limit 50`")
def quarantine(limit: Most = 20, database_url: DatabaseUrl = None) -> None:
    """Devices that send and that nobody registered, the newest first.

    Their messages are kept whole; they are stored once the device is registered (`plietsch device import`).
    """
    senders = Table("newest", whole("device"), "messages", "times", "since", title="Unknown devices")
    with _cursor(database_url) as cursor:
        for row in cursor.execute(QUERIES["quarantined_by_sender"], {"most": limit}):
            senders.add_row(
                _moment(row.last_at), row.dev_eui, str(row.messages), str(row.occurrences), _moment(row.first_at)
            )
        total = cursor.execute(QUERIES["quarantined_total"]).fetchone()
    if total:
        senders.caption = f"messages: {total.messages}, devices: {total.senders}"
    _show("No message waits in quarantine.", senders)


@contextmanager
def _cursor(database_url: str | None) -> Generator[psycopg.Cursor[Any]]:
    """A cursor on the database that is set. Raises errors.DatabaseUnreachable."""
    url = running.database_url(settings.read(database_url=database_url))
    try:
        with database.connect(url) as connection, connection.cursor(row_factory=namedtuple_row) as cursor:
            yield cursor
    except psycopg.Error as error:
        raise errors.DatabaseUnreachable(
            f"The database cannot be asked: {database.explain(error)}",
            "Is it running, is PLIETSCH_DATABASE_URL right, and was `plietsch db migrate` run?",
        ) from error


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"


def _show(otherwise: str, *tables: Table) -> None:
    terminal = console()
    if not any(table.row_count for table in tables):
        terminal.print(otherwise)
        return
    for table in tables:
        terminal.print(table)
