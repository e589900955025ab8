"""What commands write: tables and lines for people, one JSON document for machines."""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from plietsch.platform.terminal import console


def moment(at: datetime | None) -> str:
    """An instant, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}" if at else "–"


def cell(value: object) -> Text:
    """A value in a table, as it is: what came over the air may hold anything, markup and escape sequences too."""
    return Text(printable("–" if value is None else str(value)))


def printable(text: str) -> str:
    """The text with what would steer a terminal written out."""
    return "".join(each if each.isprintable() or each == "\n" else ascii(each)[1:-1] for each in text)


def tables(otherwise: str, *filled: Table) -> None:
    """Show tables; where all of them are empty, a sentence instead."""
    terminal = console()
    shown = [table for table in filled if table.row_count]
    for table in shown:
        terminal.print(table)
    if not shown:
        terminal.print(otherwise)


def lines(*written: str) -> None:
    """Show lines, never folded: what somebody copies stays in one piece."""
    terminal = console()
    for line in written:
        terminal.print(printable(line), markup=False, soft_wrap=True)


def facts(named: Iterable[tuple[str, object]]) -> None:
    """Show values under their names, one on each line; those that are None are left out."""
    known = [(name, value) for name, value in named if value is not None]
    width = max(len(name) for name, _ in known)
    lines(*(f"{name:<{width}}  {moment(value) if isinstance(value, datetime) else value}" for name, value in known))


def document(value: Any) -> None:
    """Write one JSON document; instants are in RFC 3339."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def section(title: str, text: str | list[str] | None) -> None:
    """Show a longer text under a title; nothing where there is none."""
    if text:
        lines("", f"{title}:", *(f"  {line}" for line in (text.splitlines() if isinstance(text, str) else text)))


def confirm(question: str, *, yes: bool) -> None:
    """Ask, unless that was answered beforehand. Raises typer.Abort; typer.BadParameter where nobody can answer."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter("Nobody is there to be asked: say --yes if it is meant.")
    typer.confirm(question, abort=True)


def refuse_misplaced(context: typer.Context) -> None:
    """Options of the list, given before a sub-command, would be passed over in silence. Raises typer.BadParameter."""
    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise typer.BadParameter(f"Options belong behind {context.invoked_subcommand}, not before it.")
