"""`plietsch device limits`: what the values of a device are held against, and where that comes from."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import psycopg
import typer
from rich.table import Table

from plietsch.platform import database, deployments, limits, settings
from plietsch.platform.commands.device.options import AsJson, Asked, Since, document
from plietsch.platform.commands.options import DatabaseUrl
from plietsch.platform.deployments import Device
from plietsch.platform.limits import Changed, Series
from plietsch.platform.local import running
from plietsch.platform.terminal import console, whole

EXAMPLE = (
    "Examples: `plietsch device limits schleswig-hafen`, `plietsch device limits schleswig-hafen distance "
    '--set spike.suspect=200 --off flat_line --reason "ferries pass below"`, '
    '`plietsch device limits schleswig-hafen distance --as-type --reason "the ferry goes elsewhere"`'
)

_Property = Annotated[
    str | None,
    typer.Argument(help="Only this channel, or the raw one of this property.", metavar="PROPERTY", show_default=False),
]
_Set = Annotated[
    list[str] | None,
    typer.Option("--set", help="A limit, as spike.suspect=200 or suspect_range=0,500; several times.", metavar="LIMIT"),
]
_Off = Annotated[list[str] | None, typer.Option("--off", help="A test that is not to be run.", metavar="TEST")]
_AsType = Annotated[bool, typer.Option("--as-type", help="Begin with the limits of its type, as they are today.")]
_Reason = Annotated[str, typer.Option("--reason", help="Why. Needed for a change.", show_default=False)]


def limits_(
    asked: Asked,
    property_: _Property = None,
    set_: _Set = None,
    off: _Off = None,
    as_type: _AsType = False,
    reason: _Reason = "",
    since: Since = None,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Show the limits in force, or change those of one property of this device, for what is measured from a time on.

    A test without limits is not run. What was judged by other limits since that time is judged anew.
    """
    changing = bool(set_ or off or as_type)
    if changing and property_ is None:
        raise typer.BadParameter("Name the property whose limits are to change.", param_hint="PROPERTY")
    with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
        device = deployments.find(connection, asked)
        series = limits.of(connection, device)
        chosen = [limits.find(series, property_)] if property_ else series
        at = since or datetime.now(UTC)
        if changing:
            change = _change(connection, chosen[0], at, set_ or (), off or (), reason, as_type=as_type)
            _say(change, as_json=as_json)
        elif as_json:
            document(
                {"device": device.dev_eui, "type": device.type, "datastreams": [_entry(each, at) for each in chosen]}
            )
        else:
            _show(device, chosen, at)


def _change(
    connection: psycopg.Connection,
    series: Series,
    since: datetime,
    settings_: Sequence[str],
    off: Sequence[str],
    reason: str,
    *,
    as_type: bool,
) -> Changed:
    known = series.of_type if as_type else series.at(since)
    return limits.enter(connection, series, limits.changed(known, settings_, off), since, reason)


def _say(change: Changed, *, as_json: bool) -> None:
    if as_json:
        document({"channel": change.series.channel, "since": change.since, "until": change.until,
                  "before": change.before, "now": change.now, "values": change.values})  # fmt: skip
        return
    lines = [
        f"now     {change.series.channel}: {_words(change.now)}, since {deployments.moment(change.since)}",
        f"before  {_words(change.before)}",
        f"{change.values} values are judged anew." if change.values else "No value is concerned yet.",
    ]
    if change.until:
        lines.append(f"From {deployments.moment(change.until)} on hold the limits that were entered for then.")
    for line in lines:
        console().print(line, markup=False, soft_wrap=True)


def _words(known: limits.Limits) -> str:
    return "; ".join(f"{test} {said}" for test, said in limits.words(known)) or "no test"


def _entry(series: Series, at: datetime) -> dict[str, object]:
    own = series.own_at(at)
    return {
        "channel": series.channel,
        "property": series.property,
        "method": series.method,
        "sensor": series.sensor,
        "limits": series.at(at),
        "origin": "own" if own else "type",
        "since": own.since if own else None,
        "reason": own.reason if own else None,
        "own": series.own,
    }


def _show(device: Device, chosen: Sequence[Series], at: datetime) -> None:
    table = Table(whole("channel"), whole("test"), "held against", "origin")
    for each in chosen:
        origin = limits.origin(each.own_at(at), device.type)
        tests = limits.words(each.at(at)) or [("–", "no test is run")]
        for place, (test, said) in enumerate(tests):
            table.add_row(each.channel if not place else "", test, said, origin if not place else "")
    console().print(table if table.row_count else f"{device.dev_eui} feeds no datastream yet.")
