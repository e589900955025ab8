"""`plietsch ingest errors`: messages that could not become observations, listed, explained, tried again, let go."""

from datetime import datetime
from typing import Annotated, Any

import structlog
import typer
from rich.table import Table

from plietsch.ingest import browsing, explain, session
from plietsch.ingest.browsing import QUERIES, Choice, Cursor, Retried
from plietsch.ingest.commands import output
from plietsch.ingest.commands.options import AsJson, DeviceOrStation, Most, Since, Yes, device_of
from plietsch.ingest.commands.progress import progress
from plietsch.ingest.reasons import MEANINGS, Reason
from plietsch.platform import logs, settings
from plietsch.platform.commands.options import DatabaseUrl
from plietsch.platform.terminal import whole

app = typer.Typer(invoke_without_command=True, help="Messages that could not become observations, or not whole.")
log = structlog.get_logger(__name__)

# Characters: a kilobyte as hex has about 5000, an event as JSON fewer than that many.
_READ = 8_000

ReasonOption = Annotated[
    Reason | None,
    typer.Option(
        "--reason", help=f"Only those of this reason: {', '.join(Reason)}.", metavar="REASON", show_default=False
    ),
]
Ids = Annotated[list[int] | None, typer.Argument(help="Which ones, by the number that the list shows.", metavar="ID")]
Every = Annotated[bool, typer.Option("--all", help="All of them.")]


@app.callback(epilog="Examples: `plietsch ingest errors --since 2h`, `plietsch ingest errors --device hafen --json`")
def list_errors(
    context: typer.Context,
    reason: ReasonOption = None,
    device: DeviceOrStation = None,
    since: Since = None,
    limit: Most = 20,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Messages that could not become observations: counted by reason, then the newest."""
    if context.invoked_subcommand:
        output.refuse_misplaced(context)
        return
    with browsing.cursor(database_url) as cursor:
        choice = _found(cursor, Choice(None, reason, device, since))
        counted = cursor.execute(QUERIES["errors_by_reason"], choice._asdict()).fetchall()
        newest = cursor.execute(QUERIES["newest_errors"], {**choice._asdict(), "most": limit}).fetchall()
    if as_json:
        output.document({"reasons": [_counted(row) for row in counted], "newest": [row._asdict() for row in newest]})
    else:
        output.tables("No message was refused.", _counts_table(counted), _newest_table(newest))
        if newest:
            output.lines(f"`plietsch ingest errors show {newest[0].id}` explains one.")


@app.command(epilog="Example: `plietsch ingest errors show 42`")
def show(
    error_id: Annotated[int, typer.Argument(help="Which one, by the number that the list shows.", metavar="ID")],
    every: Annotated[bool, typer.Option("--all", help="Show a long message whole.")] = False,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Explain one: what was wrong, what to do next, and what the message says."""
    with browsing.cursor(database_url) as cursor:
        row = cursor.execute(QUERIES["error"], {"id": error_id}).fetchone()
    if row is None:
        raise _no_such([error_id])
    explained = explain.of_error(row)
    if as_json:
        output.document(explained.facts | {"payload": explained.payload, "frame": explained.frame})
    else:
        output.facts(explained.facts.items())
        output.section("payload", explained.payload if every else _beginning(explained.payload))
        output.section("frame", explained.frame)


@app.command(
    epilog="Examples: `plietsch ingest errors retry 42 43`, `plietsch ingest errors retry --reason no-datastream`"
)
def retry(
    ids: Ids = None,
    reason: ReasonOption = None,
    device: DeviceOrStation = None,
    since: Since = None,
    every: Every = False,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Interpret messages once more, with the registry and the code as they are now, and store what can be stored.

    What is stored leaves the errors in the same transaction; the rest stays, with the reason that it has by now. It may
    be interrupted and repeated at will: numbers that are gone are named and passed over.
    """
    choice = _choice(ids, reason, device, since, every)
    retried = Retried()
    with browsing.cursor(database_url) as cursor, session.opened(browsing.address(database_url)) as opened:
        choice = _found(cursor, choice)
        gone = _gone(cursor, choice)
        chosen = cursor.execute(QUERIES["chosen_errors"], choice._asdict()).fetchone()
        messages, last_id = (chosen.messages, chosen.last_id) if chosen else (0, None)
        with progress("trying again", messages, quiet=as_json) as advance:
            for page in browsing.pages(cursor, "page_of_errors", **choice._asdict(), last_id=last_id):
                retried += browsing.retry(opened, page)
                advance(len(page))
    if as_json:
        output.document(retried._asdict() | {"gone": gone})
    else:
        output.lines(*_retried_lines(retried, gone))


@app.command(epilog="Examples: `plietsch ingest errors discard 42`, `plietsch ingest errors discard --since 2h --yes`")
def discard(
    ids: Ids = None,
    reason: ReasonOption = None,
    device: DeviceOrStation = None,
    since: Since = None,
    every: Every = False,
    yes: Yes = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Let go of messages for good. Frames and observations that were stored of them stay."""
    logs.configure(settings.read())
    choice = _choice(ids, reason, device, since, every)
    with browsing.cursor(database_url) as cursor:
        choice = _found(cursor, choice)
        chosen = _chosen(cursor, choice)
        if not chosen.messages:
            output.lines("There is nothing to discard.")
            return
        counted = cursor.execute(QUERIES["errors_by_reason"], choice._asdict()).fetchall()
        output.lines(*(f"{row.messages} × {row.reason}: {MEANINGS.get(row.reason, '')}" for row in counted))
        output.confirm(f"Discard these (messages: {chosen.messages}) for good?", yes=yes)
        gone = 0
        try:
            for page in browsing.pages(cursor, "page_of_errors", **choice._asdict(), last_id=chosen.last_id):
                gone += cursor.execute(QUERIES["discard_errors"], {"ids": [row.id for row in page]}).rowcount
        finally:  # also of what was interrupted
            log.warning("discarded", what="errors", messages=gone, **_named(choice))
    output.lines(f"Discarded: {gone}.")


def _beginning(text: str) -> str:
    """A payload as far as somebody reads it, and how much more there is."""
    if len(text) <= _READ:
        return text
    shown = text[:_READ].rpartition("\n")[0] or text[:_READ]
    return f"{shown}\n… and {len(text) - len(shown)} characters more: --all shows everything."


def _choice(
    ids: list[int] | None, reason: Reason | None, device: str | None, since: datetime | None, every: bool
) -> Choice:
    choice = Choice(ids or None, reason, device, since)
    if every == any(choice):
        raise typer.BadParameter("Name messages: by ID, --reason, --device, --since, or --all of them.")
    return choice


def _found(cursor: Cursor, choice: Choice) -> Choice:
    """The choice with the DevEUI of the device that was said. Raises errors.DeviceUnknown."""
    return choice._replace(dev_eui=choice.dev_eui and device_of(cursor.connection, choice.dev_eui))


def _chosen(cursor: Cursor, choice: Choice) -> Any:
    """How many are chosen. Raises browsing.NoSuchMessage for a number that is not there."""
    if gone := _gone(cursor, choice):
        raise _no_such(gone)
    return cursor.execute(QUERIES["chosen_errors"], choice._asdict()).fetchone()


def _gone(cursor: Cursor, choice: Choice) -> list[int]:
    """The numbers that were named and are not there: mended since, discarded, or never given."""
    if not choice.ids:
        return []
    found = cursor.execute(QUERIES["newest_errors"], {**Choice(choice.ids)._asdict(), "most": len(choice.ids)})
    return sorted(set(choice.ids) - {row.id for row in found})


def _no_such(ids: list[int]) -> browsing.NoSuchMessage:
    named = ", ".join(map(str, ids))
    return browsing.NoSuchMessage(
        f"There is no error {named}.", "`plietsch ingest errors` lists them; one that was mended is there no longer."
    )


def _named(choice: Choice) -> dict[str, Any]:
    return {name: str(value) for name, value in choice._asdict().items() if value is not None} or {"all": True}


def _counted(row: Any) -> dict[str, Any]:
    return {**row._asdict(), "occurrences": int(row.occurrences), "meaning": MEANINGS.get(row.reason, "")}


def _counts_table(rows: list[Any]) -> Table:
    table = Table(whole("reason"), "messages", "times", "newest", "meaning", title="Messages by reason")
    for row in rows:
        cells = (row.reason, row.messages, row.occurrences, output.moment(row.last_at), MEANINGS.get(row.reason, ""))
        table.add_row(*map(output.cell, cells))
    return table


def _newest_table(rows: list[Any]) -> Table:
    table = Table(whole("ID"), "newest", whole("reason"), whole("device"), "times", "detail", title="Newest messages")
    for row in rows:
        cells = (row.id, output.moment(row.last_at), row.reason, row.dev_eui, row.occurrences, row.detail)
        table.add_row(*map(output.cell, cells))
    return table


def _retried_lines(retried: Retried, gone: list[int]) -> list[str]:
    lines = [f"Mended: {retried.mended}, with observations: {retried.observations}."]
    if gone:
        lines.append(f"Not there, or no longer: {', '.join(map(str, gone))}.")
    if retried.unknown:
        lines.append(f"In quarantine by now, as their sender is not registered: {retried.unknown}.")
    lines.append(f"Remaining: {retried.refused}; `plietsch ingest errors` says why.")
    return lines
