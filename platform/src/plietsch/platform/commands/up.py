"""`plietsch up`: the whole platform on this machine."""

import json
import os
import re
import signal
import stat
import sys
import tempfile
import threading
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console

from plietsch.platform import logs, settings
from plietsch.platform.local import check
from plietsch.platform.local.stack import Progress, Simulation, Stack

app = typer.Typer()

# How often the stack looks after its parts.
_WATCH_INTERVAL_S = 0.5
# The demo's stations measure this often, so that something moves while one watches: nodes do not measure more often.
_LIVE_INTERVAL_S = 10


def _a_duration(text: str) -> str:
    if not re.fullmatch(r"\d+[smhd]", text):
        raise typer.BadParameter(f"{text!r} is no duration such as 90s, 15m, 24h or 7d.")
    return text


_EPILOG = """Examples:

`plietsch up` starts everything; Ctrl-C stops it, and the next start has kept its data.

`plietsch up --fresh` begins with an empty database.

`plietsch up --check` tries the whole way of a measurement in a temporary folder, prints one line of JSON and ends.
"""


@app.command(epilog=_EPILOG)
def up(
    port: Annotated[
        int | None, typer.Option(help="The site's port; 0 takes any free one.", show_default="8460", min=0, max=65535)
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Where data and logs are kept.", show_default=".plietsch")
    ] = None,
    stations: Annotated[int, typer.Option(help="How many stations are simulated.", min=1)] = 12,
    history: Annotated[
        str,
        typer.Option(
            help="How much of the time before now is simulated first: 90s, 15m, 24h, 7d.", callback=_a_duration
        ),
    ] = "24h",
    fresh: Annotated[bool, typer.Option("--fresh", help="Delete what was stored before.")] = False,
    bare: Annotated[bool, typer.Option("--bare", help="Without simulated stations.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the addresses as one line of JSON.")] = False,
    check_only: Annotated[bool, typer.Option("--check", help="Try the whole way, say how it went, and end.")] = False,
) -> None:
    """Start the whole platform on this machine: database, broker, ingest, site and simulated stations."""
    config = settings.read(http_port=0 if check_only and port is None else port, data_dir=data_dir)
    logs.configure(config)
    console = Console(stderr=True, highlight=False)
    if check_only:
        raise typer.Exit(_check(config, stations, console))
    arguments = ("--stations", str(stations), "--interval", str(_LIVE_INTERVAL_S), "--since", history)
    stack = Stack(config, config.data_dir.absolute(), None if bare else Simulation(arguments), _announce(console))
    _run(stack, console, fresh=fresh, as_json=as_json)


def _check(config: settings.Settings, stations: int, console: Console) -> int:
    signals = _Signals()
    with tempfile.TemporaryDirectory(prefix="plietsch-check-") as folder:
        try:
            outcome = check.run(config, Path(folder), stations, _announce(console), signals.stop)
        except KeyboardInterrupt:
            console.print("Stopped before the check had ended.")
            return 130
    typer.echo(json.dumps(outcome.as_dict()))
    return 0 if outcome.passed else 1


def _run(stack: Stack, console: Console, *, fresh: bool, as_json: bool) -> None:
    signals = _Signals()
    try:
        stack.start(fresh=fresh)
        signals.begin()
    except KeyboardInterrupt:
        stack.stop()
        console.print("Stopped before everything was up.")
        raise typer.Exit(130) from None
    try:
        if as_json:
            typer.echo(json.dumps({"site": stack.site, "broker": stack.broker_url, "database": stack.database_url}))
            _stop_at_end_of_input(signals.stop)
        console.print(f"\n[bold]plietsch is running: {stack.site}/[/]\nCtrl-C stops it.\n")
        while not signals.stop.wait(_WATCH_INTERVAL_S):
            stack.watch()
    finally:
        console.print("Stopping …")
        stack.stop()
        console.print("Everything has stopped; the data is kept.")


def _announce(console: Console) -> Progress:
    return lambda message: console.print(f"[green]✓[/] {message}")


class _Signals:
    """Ctrl-C, SIGTERM and a closed terminal: while starting they break off, later they ask the stack to stop.

    Each breaks off once only: who presses Ctrl-C again does not disturb the stopping.
    """

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._starting = True
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):  # Windows has no SIGHUP
                signal.signal(getattr(signal, name), self._handle)

    def begin(self) -> None:
        """Everything is up."""
        self._starting = False

    def _handle(self, _signal: int, _frame: FrameType | None) -> None:
        self.stop.set()
        if self._starting:
            self._starting = False
            raise KeyboardInterrupt


def _stop_at_end_of_input(stop: threading.Event) -> None:
    """A program that started this one through a pipe ends it by going away."""
    if not stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        return

    def wait_for_end() -> None:
        sys.stdin.buffer.read()
        stop.set()

    threading.Thread(target=wait_for_end, daemon=True).start()
