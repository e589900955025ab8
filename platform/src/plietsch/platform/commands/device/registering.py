"""`plietsch device import | list | offers`: what is registered."""

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
from plietsch.platform.local import running
from plietsch.platform.terminal import console, whole

IMPORT = "Example: `plietsch device import region.json`"
LIST = "Examples: `plietsch device list`, `plietsch device list --json`"
OFFERS = "Example: `plietsch device offers`"


def import_(
    file: Annotated[Path, typer.Argument(help="A region file (format plietsch-region/1).")],
    database_url: DatabaseUrl = None,
) -> None:
    """Register a region with its stations and devices. Importing it again changes nothing."""
    region_file = regions.decode(file)
    with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
        regions.check(region_file, file, storing.known(connection))
        count = registry.import_region(connection, region_file)
    Console(highlight=False).print(f"{region_file.region.name.en}: {count} stations registered.")


def list_(as_json: AsJson = False, database_url: DatabaseUrl = None) -> None:
    """List the devices: where they hang, when they were last heard and how they are. DevEUIs are for operators only."""
    with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
        rows = registry.devices(connection)
    if as_json:
        document({"devices": rows})
        return
    table = Table(whole("DevEUI"), "type", whole("station"), "phase", "since", "last heard", "health")
    for row in rows:
        since = f"{row.since.astimezone(UTC):%Y-%m-%d}" if row.since else "–"
        heard = moment(row.last_heard)
        table.add_row(row.dev_eui, row.type, row.station or "–", row.phase or "–", since, heard, row.health)
    console().print(table)


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
