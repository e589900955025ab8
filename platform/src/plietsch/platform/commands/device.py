"""`plietsch device`: the registry of stations and devices."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from rich.console import Console
from rich.table import Table

from plietsch.platform import database, regions, registry, settings
from plietsch.platform.commands.options import DatabaseUrl
from plietsch.platform.local import running
from plietsch.platform.terminal import console, whole

# In which order somebody asks; the database keeps none.
_ORDER = (
    "kind", "firmware", "revision", "reset_cause", "boots", "uptime_h", "data_rate", "battery_v", "saving", "fan_h",
    "waiting", "dropped", "errors",
)  # fmt: skip

app = typer.Typer(no_args_is_help=True, help="The registry of stations and devices.")


@app.command("import", epilog="Example: `plietsch device import region.json`")
def import_(
    file: Annotated[Path, typer.Argument(help="A region file (format plietsch-region/1).")],
    database_url: DatabaseUrl = None,
) -> None:
    """Register a region with its stations and devices. Importing it again changes nothing."""
    document = regions.read(file)
    with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
        count = registry.import_region(connection, document)
    Console(highlight=False).print(f"{document.region.name.en}: {count} stations registered.")


@app.command("list", epilog="Example: `plietsch device list`")
def list_(database_url: DatabaseUrl = None) -> None:
    """List the devices: where they hang, when they were last heard and how they are. DevEUIs are for operators only."""
    table = Table(whole("DevEUI"), "type", whole("station"), "phase", "since", "last heard", "health")
    with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
        for row in registry.devices(connection):
            since = f"{row.since.astimezone(UTC):%Y-%m-%d}" if row.since else "–"
            heard = _moment(row.last_heard)
            table.add_row(row.dev_eui, row.type, row.station or "–", row.phase or "–", since, heard, row.health)
    console().print(table)


@app.command(epilog="Example: `plietsch device show flensburg-suedermarkt`, or `… show 70b3d57ed0000001`")
def show(
    asked: Annotated[
        str, typer.Argument(help="Its DevEUI, or the code of the station at which it hangs.", metavar="DEVEUI|STATION")
    ],
    database_url: DatabaseUrl = None,
) -> None:
    """Show a device: its newest status, and what it answered to commands."""
    with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
        said = registry.device(connection, asked)
    facts = Table("", "", show_header=False, box=None)
    facts.add_row("device", f"{said.row.dev_eui}, {said.row.type}, at {said.row.station or 'no station'}")
    facts.add_row("last heard", _moment(said.row.last_heard))
    facts.add_row("status of", _moment(said.row.status_at))
    status = said.status or {}
    for name in sorted(status, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER)):
        facts.add_row(name, _words(status[name]))
    answers = Table(whole("heard"), "token", "command", "result", "field", "value now", "who")
    for each in said.answers:
        answer = each.answer
        field = answer.get("field_name") or answer.get("field")
        cells = (answer["token"], answer["command"], answer["result"], field, answer.get("value"))
        answers.add_row(_moment(each.at), *map(_words, cells), _words(answer.get("identity")))
    console().print(facts)
    console().print(answers if said.answers else "It has answered no command.")


def _words(value: Any) -> str:
    """A value of a status or an answer; what is not known, and what is empty, is a dash."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(part)}" for name, part in cast(dict[str, Any], value).items()) or "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value is None else str(value)


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else "never"


@app.command(epilog="Example: `plietsch device offers`")
def offers(database_url: DatabaseUrl = None) -> None:
    """Places that devices offer, and how far they are from where they are registered. Exact: for operators only.

    An offer moves nothing by itself. Who accepts one writes it into the region file and imports that.
    """
    table = Table(whole("DevEUI"), whole("station"), "when", "longitude", "latitude", "accuracy", "source", "distance")
    with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
        for row in registry.location_offers(connection):
            place = f"{row.longitude:.6f}", f"{row.latitude:.6f}", _metres(row.accuracy_m), row.source or "–"
            table.add_row(row.dev_eui, row.station or "–", _moment(row.at), *place, _metres(row.distance_m))
    console().print(table if table.row_count else "No device offers a place.")


def _metres(length_m: float | None) -> str:
    return "–" if length_m is None else f"{length_m:,.0f} m"
