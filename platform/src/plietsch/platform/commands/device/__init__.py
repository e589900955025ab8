"""`plietsch device`: the registry of stations and devices, how they are mounted, and why one is not to be seen."""

import typer

from plietsch.platform.commands.device import limiting, mounting, registering, renaming, showing, why

app = typer.Typer(no_args_is_help=True, help="The registry of stations and devices.")
app.command("import", epilog=registering.IMPORT)(registering.import_)
app.command("list", epilog=registering.LIST)(registering.list_)
app.command("show", epilog=showing.EXAMPLE)(showing.show)
app.command("register", epilog=mounting.REGISTER)(mounting.register)
app.command("install", epilog=mounting.INSTALL)(mounting.install)
app.command("move", epilog=mounting.MOVE)(mounting.move)
app.command("remove", epilog=mounting.REMOVE)(mounting.remove)
app.command("rename-station", epilog=renaming.EXAMPLE)(renaming.rename_station)
app.command("limits", epilog=limiting.EXAMPLE)(limiting.limits_)
app.command("why", epilog=why.EXAMPLE)(why.why)
app.command("offers", epilog=registering.OFFERS)(registering.offers)
