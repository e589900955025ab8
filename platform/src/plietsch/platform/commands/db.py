"""`plietsch db`: the database's schema, and how long it keeps what."""

import re
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from plietsch.platform import database, migrations, retention, settings, terminal
from plietsch.platform.commands.options import DatabaseUrl
from plietsch.platform.local import running

app = typer.Typer(no_args_is_help=True, help="The database's schema, and how long it keeps what.")
_DAYS = {"d": 1, "w": 7, "y": 365}


@app.callback()
def db() -> None:
    """The database's schema, and how long it keeps what."""


@app.command(epilog="Example: `plietsch db migrate --database-url postgresql://plietsch@db.example.org/plietsch`")
def migrate(database_url: DatabaseUrl = None) -> None:
    """Bring the database to the newest schema. Safe to run again, and from several machines at once."""
    applied = migrations.migrate(running.database_url(settings.read(database_url=database_url)))
    console = Console(highlight=False)
    for migration in applied:
        console.print(f"applied {migration.name}")
    if not applied:
        console.print("The schema is up to date.")


def _a_duration(text: str | None) -> str | None:
    if text is not None and not re.fullmatch(r"\d{1,5}[dwy]", text):
        raise typer.BadParameter(f"{text!r} is no duration such as 90d, 26w or 5y.")
    return text


_RETENTION_EPILOG = """Examples:

`plietsch db retention` shows what is kept for how long.

`plietsch db retention uplink --keep 2y` deletes frames that are older than two years, from tomorrow on.

`plietsch db retention uplink --off` keeps them again.
"""


@app.command(name="retention", epilog=_RETENTION_EPILOG)
def retain(
    table: Annotated[
        str | None, typer.Argument(help=f"One of {', '.join(retention.TABLES)}.", show_default=False)
    ] = None,
    keep: Annotated[
        str | None,
        typer.Option(help="How long: 90d, 26w, 5y (of 365 days).", callback=_a_duration, show_default=False),
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Delete nothing any more.")] = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Show or set how long what was measured and heard is kept. Without it, all of it is kept for ever."""
    if bool(table) != (bool(keep) or off) or (keep and off):
        raise typer.BadParameter("A table takes either --keep or --off; without a table it takes neither.")
    with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
        if table:
            retention.keep(connection, table, _duration(keep) if keep else None)
        _show(retention.read(connection))


def _duration(text: str) -> timedelta:
    return timedelta(days=int(text[:-1]) * _DAYS[text[-1]])


def _show(kept: retention.Retention) -> None:
    console = terminal.console()
    table = Table(terminal.whole("table"), terminal.whole("is kept"), box=None)
    for name, duration in kept.keep.items():
        table.add_row(name, f"{duration.days} days" if duration else "for ever")
    table.add_row("observation_hour, observation_day", "for ever")
    console.print(table)
    if kept.looks_back:
        console.print(f"Late values change an aggregate up to {kept.looks_back.days} days back.")
