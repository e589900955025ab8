"""`plietsch device rename-station`: another code, and with it another address, for a station."""

from typing import Annotated

import typer

from plietsch.platform import database, renaming, settings
from plietsch.platform.commands.options import DatabaseUrl
from plietsch.platform.local import running
from plietsch.platform.terminal import console

EXAMPLE = "Example: `plietsch device rename-station husum-hafen husum-binnenhafen`"


def rename_station(
    old: Annotated[str, typer.Argument(help="The code that it has.", metavar="OLD")],
    new: Annotated[str, typer.Argument(help="The code that it is to have.", metavar="NEW")],
    database_url: DatabaseUrl = None,
) -> None:
    """Give a station another code. Addresses with the old one lead to the new one, on the site and in the API.

    What it measured stays its own. Write the new code into the region file, too: one that still has the old code is
    refused.
    """
    with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
        renaming.rename(connection, old, new)
    console().print(
        f"{old} is called {new} now; /stations/{old} leads to /stations/{new}.", markup=False, soft_wrap=True
    )
