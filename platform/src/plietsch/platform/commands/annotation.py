"""`plietsch annotation add | list | remove`: what a reader of a time must know."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from plietsch.platform import annotations, database, settings
from plietsch.platform.annotations import Annotation
from plietsch.platform.commands.device.options import AsJson, document, moment, parse_moment
from plietsch.platform.commands.options import DatabaseUrl
from plietsch.platform.local import running
from plietsch.platform.terminal import console, whole

app = typer.Typer(no_args_is_help=True, help="What a reader of a time must know: bonfires, road works, maintenance.")

ADD = (
    "Examples: `plietsch annotation add --region flensburg --property pm2_5 --kind bonfire "
    '--from 2026-04-04T18:00+02:00 --to 2026-04-05T02:00+02:00 --de "Osterfeuer" --da "Påskebål" '
    '--en "Easter bonfires"`, `plietsch annotation add --station husum-hafen --kind road-works '
    '--from 2026-03-02T06:00+01:00 --de "Baustelle nebenan" --source "Stadt Husum"`'
)
LIST = "Examples: `plietsch annotation list --region flensburg`, `plietsch annotation list --json`"
REMOVE = "Example: `plietsch annotation remove 7`"

_Station = Annotated[str | None, typer.Option("--station", help="Of this station.", metavar="CODE", show_default=False)]
_Region = Annotated[
    str | None,
    typer.Option("--region", help="Of this region, and all its stations.", metavar="CODE", show_default=False),
]
_Property = Annotated[
    str | None,
    typer.Option("--property", help="Of this property; otherwise of all.", metavar="CODE", show_default=False),
]
_Kind = Annotated[
    str, typer.Option("--kind", help="A word for what it is, as bonfire, road-works, maintenance.", metavar="WORD")
]
_From = Annotated[
    datetime | None,
    typer.Option(
        "--from",
        help="Since when, in ISO 8601 with zone: 2026-01-31T12:00+01:00. Otherwise before all.",
        parser=parse_moment,
        metavar="TIME",
        show_default=False,
    ),
]
_To = Annotated[
    datetime | None,
    typer.Option(
        "--to", help="Until when. Otherwise it lasts.", parser=parse_moment, metavar="TIME", show_default=False
    ),
]
_De = Annotated[str | None, typer.Option("--de", help="In German.", metavar="TEXT", show_default=False)]
_Da = Annotated[str | None, typer.Option("--da", help="In Danish.", metavar="TEXT", show_default=False)]
_En = Annotated[str | None, typer.Option("--en", help="In English.", metavar="TEXT", show_default=False)]
_Source = Annotated[
    str | None,
    typer.Option("--source", help="Who says so; otherwise the operator.", metavar="NAME", show_default=False),
]


@app.command(epilog=ADD)
def add(
    kind: _Kind,
    station: _Station = None,
    region: _Region = None,
    property_: _Property = None,
    start: _From = None,
    end: _To = None,
    de: _De = None,
    da: _Da = None,
    en: _En = None,
    source: _Source = None,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Enter one, of a station, of a region or, where neither is named, of everywhere; in one language at least.

    It is public: no names of people, and nothing about who lives where.
    """
    text = {language: said for language, said in (("de", de), ("da", da), ("en", en)) if said}
    with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
        entered = annotations.add(
            connection, station=station, region=region, property_=property_, start=start, end=end, kind=kind,
            text=text, source=source,
        )  # fmt: skip
    if as_json:
        document(entered)
    else:
        console().print(f"{entered.id}: {_whose(entered)}, {_when(entered)}: {_said(entered)}", soft_wrap=True)


@app.command("list", epilog=LIST)
def list_(
    station: _Station = None, region: _Region = None, as_json: AsJson = False, database_url: DatabaseUrl = None
) -> None:
    """List those that were entered. What deployments say themselves is derived from them, and not listed here."""
    with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
        found = annotations.known(connection, station=station, region=region)
    if as_json:
        document({"annotations": found})
    else:
        console().print(_table(found) if found else "No annotation was entered.")


@app.command(epilog=REMOVE)
def remove(
    id_: Annotated[int, typer.Argument(help="Its number, as `plietsch annotation list` has it.", metavar="NUMBER")],
    database_url: DatabaseUrl = None,
) -> None:
    """Take one back."""
    with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
        removed = annotations.remove(connection, id_)
    console().print(f"No longer said: {_whose(removed)}, {_when(removed)}: {_said(removed)}", soft_wrap=True)


def _table(found: Sequence[Annotation]) -> Table:
    table = Table(whole("number"), whole("of"), "property", "when", whole("kind"), "text", "source")
    for each in found:
        table.add_row(
            str(each.id), _whose(each), each.property or "all", _when(each), each.kind, _said(each), each.source or "–"
        )
    return table


def _whose(each: Annotation) -> str:
    return each.station or each.region or "everywhere"


def _when(each: Annotation) -> str:
    since = f"since {moment(each.start)}" if each.start else "always"
    return since if each.end is None else f"{since} until {moment(each.end)}"


def _said(each: Annotation) -> str:
    return " / ".join(each.text[language] for language in annotations.LANGUAGES if language in each.text)
