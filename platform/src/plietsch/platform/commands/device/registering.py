"""`plietsch device import | list | offers`: what is registered."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from plietsch.platform import database, regions, registry, settings
from plietsch.platform.commands.device.options import AsJson, document, moment
from plietsch.platform.commands.options import DatabaseUrl
from plietsch.platform.device_types import storing
from plietsch.platform.import_changes import Change
from plietsch.platform.local import running
from plietsch.platform.registry import DeviceRow
from plietsch.platform.terminal import console, counted, whole

IMPORT = "Example: `plietsch device import region.json`"
LIST = "Examples: `plietsch device list`, `plietsch device list --json`"
OFFERS = "Example: `plietsch device offers`"
# So many changes are read, and more of them are counted.
_HANDFUL = 8
_KINDS = {
    "new": "new", "moved": "moved", "device": "type or interval", "begun": "deployments begun",
    "ended": "deployments ended", "corrected": "deployments corrected",
}  # fmt: skip
# A device in one line needs so many columns.
_WIDE = 130


def import_(
    file: Annotated[Path, typer.Argument(help="A region file (format plietsch-region/1).")],
    database_url: DatabaseUrl = None,
) -> None:
    """Register a region with its stations and devices. Importing it again changes nothing."""
    region_file = regions.decode(file)
    with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
        regions.check(region_file, file, storing.known(connection))
        imported = registry.import_region(connection, region_file)
    say = Console(highlight=False, soft_wrap=True)
    say.print(f"{region_file.region.name.en}: {counted(imported.stations, 'station')} registered.", markup=False)
    for line in _changed(imported.changes):
        say.print(line, markup=False)


def _changed(changes: Sequence[Change]) -> Iterator[str]:
    """A handful of changes line by line; of more, how many there are of each kind, and those that are rarely meant."""
    if not changes:
        yield "No place and no deployment differs from what was known."
    elif len(changes) > _HANDFUL:
        kinds = Counter(change.kind for change in changes)
        yield ", ".join(f"{_KINDS[kind]}: {number}" for kind, number in kinds.items())
        changes = [change for change in changes if change.kind != "new"]
    yield from (f"  {change.said}" for change in changes[:_HANDFUL])
    if len(changes) > _HANDFUL:
        yield f"  … and {len(changes) - _HANDFUL} more."


def list_(as_json: AsJson = False, database_url: DatabaseUrl = None) -> None:
    """List the devices: where they hang, when they were last heard and how they are. DevEUIs are for operators only."""
    with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
        rows = registry.devices(connection)
    if as_json:
        document({"devices": rows})
        return
    say = console()
    say.print(_devices(rows, is_narrow=say.width < _WIDE))


def _devices(rows: Sequence[DeviceRow], *, is_narrow: bool) -> Table:
    """What matters first. On a narrow terminal values stand below each other, for none to be cut."""
    table = Table(box=None, pad_edge=False)
    columns = ("station", "DevEUI", "last heard (UTC)", "phase", "since", "type")
    if is_narrow:
        columns = ("station\nDevEUI\ntype", "last heard (UTC)\nphase, since")
    for name in columns:
        table.add_column(name, no_wrap=True, overflow="ignore")
    table.add_column("health", min_width=len("battery 100 %"), overflow="fold")
    for row in rows:
        heard = f"{row.last_heard.astimezone(UTC):%Y-%m-%d %H:%M}" if row.last_heard else "never"
        since = f"{row.since.astimezone(UTC):%Y-%m-%d}" if row.since else "–"
        station, phase = row.station or "–", row.phase or "–"
        cells = (station, row.dev_eui, heard, phase, since, row.type)
        if is_narrow:
            cells = (f"{station}\n{row.dev_eui}\n{row.type}", f"{heard}\n{phase} {since}")
        table.add_row(*cells, row.health)
    return table


def offers(database_url: DatabaseUrl = None) -> None:
    """Places that devices offer, and how far they are from where they are registered. Exact: for operators only.

    An offer moves nothing by itself. Who accepts one writes it into the region file and imports that.
    """
    table = Table(whole("DevEUI"), whole("station"), "when", "longitude", "latitude", "accuracy", "source", "distance")
    with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
        for row in registry.location_offers(connection):
            place = f"{row.longitude:.6f}", f"{row.latitude:.6f}", _metres(row.accuracy_m), row.source or "–"
            table.add_row(row.dev_eui, row.station or "–", moment(row.at), *place, _metres(row.distance_m))
    console().print(table if table.row_count else "No device offers a place.")


def _metres(length_m: float | None) -> str:
    return "–" if length_m is None else f"{length_m:,.0f} m"
