"""`plietsch token`: who may ask the API for more than everybody may."""

import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from plietsch.platform import database, settings, terminal, tokens
from plietsch.platform.commands.options import DatabaseUrl
from plietsch.platform.local import running

_LIFE = timedelta(days=365)
_NEVER = "never"
_HELP = "Who may ask the API for more than everybody may. Reading needs no token."
app = typer.Typer(no_args_is_help=True, help=_HELP)

_CREATE_EPILOG = """Examples:

`plietsch token create --name "University of Flensburg" --expires 2027-01-01`

`plietsch token create --name "The city's dashboard" --scope read:more --expires never`

Whoever has it sends it along: `curl -H "Authorization: Bearer plt_…" https://…/api/v1/observations`
"""


@app.callback()
def token() -> None:
    """Who may ask the API for more than everybody may. Reading needs no token."""


def _a_day(text: str | None) -> datetime | None:
    """The beginning of a day (UTC), a year from now if none is named, None for never."""
    if text is None:
        return (datetime.now(UTC) + _LIFE).replace(hour=0, minute=0, second=0, microsecond=0)
    if text == _NEVER:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no day as 2027-01-01, nor {_NEVER}.", param_hint="--expires") from error


@app.command(epilog=_CREATE_EPILOG)
def create(
    name: Annotated[str, typer.Option(help="Whose it is. Only you see it.", show_default=False)],
    scope: Annotated[
        list[str] | None,
        typer.Option(help=f"What it is good for; several times. One of: {', '.join(tokens.SCOPES)}."),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option(help="The first day on which it counts no more (UTC), or never; otherwise in a year."),
    ] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Make a token, and show it once: the database keeps only its hash.

    The token alone goes to standard output, so that a script can take it; everything else to standard error.
    """
    expires_at = _a_day(expires)
    with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
        shown, kept = tokens.create(connection, name, scope or [tokens.READ_MORE], expires_at)
    told = Console(stderr=True, highlight=False, soft_wrap=True)
    told.print(f"Token {kept.id}, {_until(kept)}. Keep it as a password: it is shown only now.", markup=False)
    sys.stdout.write(f"{shown}\n")


@app.command(name="list", epilog="Example: `plietsch token list`")
def list_(database_url: DatabaseUrl = None) -> None:
    """Show all tokens: whose they are, what for, and until when. No token itself is known."""
    with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
        every = tokens.every(connection)
    console = terminal.console()
    if not every:
        console.print("There is no token. `plietsch token create --name …` makes one.")
        return
    now = datetime.now(UTC)
    table = Table(*map(terminal.whole, ("token", "state", "until", "scopes", "created")), "name", box=None)
    for each in every:
        until = f"{each.expires_at:%Y-%m-%d}" if each.expires_at else _NEVER
        created = f"{each.created_at:%Y-%m-%d}"
        table.add_row(str(each.id), each.state(now), until, " ".join(each.scopes), created, each.name)
    console.print(table, markup=False)


@app.command(epilog="Example: `plietsch token revoke 3`, with the number that `plietsch token list` shows")
def revoke(
    number: Annotated[int, typer.Argument(help="The token's number.", min=1, max=2**31 - 1)],
    database_url: DatabaseUrl = None,
) -> None:
    """Have a token count no more, from ten seconds on at the latest: so long a running site remembers it."""
    with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
        revoked = tokens.revoke(connection, number)
    terminal.console().print(f"Token {number} ({revoked.name}) counts no more.", markup=False)


def _until(kept: tokens.Token) -> str:
    scopes = ", ".join(f"{scope} ({tokens.SCOPES[scope]})" for scope in kept.scopes)
    until = f"until {kept.expires_at:%Y-%m-%d}" if kept.expires_at else "without end"
    return f"{until}, for {scopes}"
