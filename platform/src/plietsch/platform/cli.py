"""The root of the command line. Each room adds its verbs through the entry-point group `plietsch.commands`."""

import os
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points, version
from typing import Annotated

import typer
from rich.console import Console

from plietsch.platform import errors

GROUP = "plietsch.commands"

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="plietsch, the sensor platform of a region.",
    epilog="Begin with `plietsch up`: the whole platform on this machine, with simulated stations.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"plietsch {version('plietsch-platform')}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """plietsch, the sensor platform of a region."""


def _add_verbs(arguments: Sequence[str]) -> None:
    """Add the verb that the arguments name, or all of them: a worker need not hold the whole site in memory."""
    verbs = {entry.name: entry for entry in entry_points(group=GROUP)}
    named = next((argument for argument in arguments if not argument.startswith("-")), None)
    for name in [named] if named in verbs else sorted(verbs):
        verb: typer.Typer = verbs[name].load()
        # A verb that is one command stands at the top level by itself; a named one would become a group of one.
        alone = len(verb.registered_commands) == 1 and not verb.registered_callback
        app.add_typer(verb, name=None if alone else name)


def main() -> None:
    """Run the command that the arguments name; an expected error becomes two plain sentences and exit code 1."""
    try:
        _add_verbs(sys.argv[1:])
        app()
    except errors.PlietschError as error:
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        console.print(f"[bold red]{type(error).__name__}[/]: ", end="")
        console.print(error.message, markup=False)
        if error.hint:
            console.print(error.hint, markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)  # while it was still being loaded: nothing was begun
    except BrokenPipeError:
        # The reader went away (`plietsch … | head`): nothing more to say, nowhere to say it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
