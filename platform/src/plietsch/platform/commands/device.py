"""`plietsch device`: the registry of stations and devices."""

from datetime import UTC
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from plietsch.platform import database, regions, registry, settings
from plietsch.platform.commands.db import DatabaseUrl
from plietsch.platform.local import running
from plietsch.platform.terminal import console, whole

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
    """List the devices: where they hang and when they were last heard. DevEUIs are for operators only."""
    table = Table(whole("DevEUI"), "type", whole("station"), "phase", "since", "last heard")
    with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
        for row in registry.devices(connection):
            since = f"{row.since.astimezone(UTC):%Y-%m-%d}" if row.since else "–"
            heard = f"{row.last_heard.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if row.last_heard else "never"
            table.add_row(row.dev_eui, row.type, row.station or "–", row.phase or "–", since, heard)
    console().print(table)
