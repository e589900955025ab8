"""`plietsch ingest quarantine`: messages of devices that nobody registered, listed, shown, tried again, let go."""

from typing import Annotated, Any

import structlog
import typer
from rich.table import Table

from plietsch.ingest import browsing, explain, session
from plietsch.ingest.browsing import QUERIES, Cursor, NoSuchMessage, Retried
from plietsch.ingest.commands import output
from plietsch.ingest.commands.options import AsJson, Device, Most, Since, Yes, parse_dev_eui
from plietsch.ingest.commands.progress import progress
from plietsch.platform import logs, settings
from plietsch.platform.commands.options import DatabaseUrl
from plietsch.platform.terminal import whole

app = typer.Typer(invoke_without_command=True, help="Messages of devices that nobody registered.")
log = structlog.get_logger(__name__)

Sender = Annotated[str, typer.Argument(help="The device.", parser=parse_dev_eui, metavar="DEV_EUI")]
AnySender = Annotated[
    str | None, typer.Argument(help="Only this device.", parser=parse_dev_eui, metavar="DEV_EUI", show_default=False)
]


@app.callback(
    epilog="Examples: `plietsch ingest quarantine --limit 50`, `plietsch ingest quarantine --since 1d --json`"
)
def list_senders(
    context: typer.Context,
    device: Device = None,
    since: Since = None,
    limit: Most = 20,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Devices that send and that nobody registered, the newest first.

    Their messages are kept whole; a worker stores them once the device is registered (`plietsch device install`).
    """
    if context.invoked_subcommand:
        output.refuse_misplaced(context)
        return
    asked = {"dev_eui": device, "since": since}
    with browsing.cursor(database_url) as cursor:
        rows = cursor.execute(QUERIES["senders"], {**asked, "most": limit}).fetchall()
        total = _total(cursor, device, since)
    if as_json:
        counted = {"messages": total.messages, "devices": total.senders}
        output.document(counted | {"senders": [_numbers(row) for row in rows]})
    else:
        table = _senders_table(rows)
        table.caption = f"messages: {total.messages}, devices: {total.senders}"
        output.tables("No message waits in quarantine.", table)


@app.command(epilog="Example: `plietsch ingest quarantine show 70b3d57ed0000001`")
def show(dev_eui: Sender, limit: Most = 1, as_json: AsJson = False, database_url: DatabaseUrl = None) -> None:
    """What a device sent, what it says of itself, and how to register it."""
    with browsing.cursor(database_url) as cursor:
        kinds = cursor.execute(QUERIES["quarantined_kinds"], {"dev_eui": dev_eui}).fetchall()
        newest = cursor.execute(QUERIES["quarantined_newest"], {"dev_eui": dev_eui, "most": limit}).fetchall()
        standing = cursor.execute(QUERIES["standing"], {"dev_eui": dev_eui}).fetchone()
    if not kinds:
        raise _no_such(dev_eui)
    shown = [_message(row) for row in newest]
    facts = explain.of_sender(bytes(newest[0].payload), newest[0].topic)
    steps = _next_steps(dev_eui, standing)
    if as_json:
        output.document(
            {"dev_eui": dev_eui, **facts, "kinds": [_numbers(row) for row in kinds], "next": steps, "newest": shown}
        )
        return
    output.facts({"device": dev_eui, **facts, "next": steps}.items())
    output.tables("", _kinds_table(kinds))
    for message in shown:
        output.section(f"{message['topic']}, {output.moment(message['last_at'])}", message["payload"])
        output.section("frame", message["frame"])


@app.command(epilog="Example: `plietsch ingest quarantine retry 70b3d57ed0000001`")
def retry(dev_eui: AnySender = None, as_json: AsJson = False, database_url: DatabaseUrl = None) -> None:
    """Store what waits for devices that are registered and deployed by now.

    A worker that runs does so by itself when the registry changes; this does it at once, and says what became of it.
    """
    retried = Retried()
    with browsing.cursor(database_url) as cursor, session.opened(browsing.address(database_url)) as opened:
        total = _total(cursor, dev_eui)
        if dev_eui and not total.messages:
            raise _no_such(dev_eui)
        with progress("trying again", total.messages, quiet=as_json) as advance:
            for page in browsing.pages(cursor, "page_of_quarantined", dev_eui=dev_eui, last_id=total.last_id):
                retried += browsing.retry(opened, page)
                advance(len(page))
        left = _total(cursor, dev_eui)
    if as_json:
        output.document({**retried._asdict(), "remaining": left.messages, "devices": left.senders})
        return
    output.lines(
        f"Stored: {retried.mended}, with observations: {retried.observations}.",
        f"Refused by now: {retried.refused}; `plietsch ingest errors` says why.",
        f"Still waiting, as not registered and deployed: {left.messages}, of devices: {left.senders}.",
    )


@app.command(epilog="Example: `plietsch ingest quarantine discard 70b3d57ed0000001 --yes`")
def discard(dev_eui: Sender, yes: Yes = False, database_url: DatabaseUrl = None) -> None:
    """Let go of all that a device sent, for good: nothing else is kept of it."""
    logs.configure(settings.read())
    with browsing.cursor(database_url) as cursor:
        total = _total(cursor, dev_eui)
        if not total.messages:
            raise _no_such(dev_eui)
        for row in cursor.execute(QUERIES["quarantined_kinds"], {"dev_eui": dev_eui}).fetchall():
            since, until = output.moment(row.first_at), output.moment(row.last_at)
            output.lines(f"{row.messages} × {row.kind}, from {since} to {until}")
        output.confirm(f"Discard all that {dev_eui} sent (messages: {total.messages}) for good?", yes=yes)
        asked = {"dev_eui": dev_eui, "last_id": total.last_id}
        gone = cursor.execute(QUERIES["discard_quarantined"], asked).rowcount
    log.warning("discarded", what="quarantine", device=dev_eui, messages=gone)
    output.lines(f"Discarded: {gone}. If the device goes on sending, more will come.")


def _total(cursor: Cursor, dev_eui: str | None, since: object = None) -> Any:
    return cursor.execute(QUERIES["quarantined_total"], {"dev_eui": dev_eui, "since": since}).fetchone()


def _no_such(dev_eui: str) -> NoSuchMessage:
    return NoSuchMessage(
        f"No message of {dev_eui} waits in quarantine.", "`plietsch ingest quarantine` lists who does."
    )


def _message(row: Any) -> dict[str, Any]:
    content, frame = explain.of_message(row.topic, bytes(row.payload))
    return _numbers(row) | {"payload": content, "frame": frame}


def _next_steps(dev_eui: str, standing: Any) -> str:
    if standing is None:
        return (
            f"`plietsch device install {dev_eui} --type TYPE --at STATION` registers it and puts it at a station "
            "(`plietsch device-type list` names the types); a new station stands in a region file first (`plietsch "
            "device import`). What waits is stored by the worker."
        )
    if not standing.deployed:
        return f"It is registered and deployed nowhere: `plietsch device install {dev_eui} --at STATION` changes that."
    return f"It is registered and deployed: `plietsch ingest quarantine retry {dev_eui}` stores what waits."


def _numbers(row: Any) -> dict[str, Any]:
    """A row for JSON: PostgreSQL's sums are decimals."""
    return {**row._asdict(), "occurrences": int(row.occurrences)}


def _senders_table(rows: list[Any]) -> Table:
    table = Table("newest", whole("device"), "messages", "times", "since", title="Unknown devices")
    for row in rows:
        cells = (output.moment(row.last_at), row.dev_eui, row.messages, row.occurrences, output.moment(row.first_at))
        table.add_row(*map(output.cell, cells))
    return table


def _kinds_table(rows: list[Any]) -> Table:
    table = Table(whole("event"), "messages", "times", "first", "last")
    for row in rows:
        cells = (row.kind, row.messages, row.occurrences, output.moment(row.first_at), output.moment(row.last_at))
        table.add_row(*map(output.cell, cells))
    return table
