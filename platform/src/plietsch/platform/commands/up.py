"""`plietsch up`: the whole platform on this machine."""

import json
import os
import re
import signal
import stat
import sys
import tempfile
import threading
import time
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console
from rich.status import Status

from plietsch.platform import logs, settings
from plietsch.platform.local import check, running
from plietsch.platform.local.leftovers import Record
from plietsch.platform.local.stack import Simulation, Stack

app = typer.Typer()

# How often the stack looks after its parts.
_WATCH_INTERVAL_S = 0.5
# The demo's stations measure this often, so that something moves while one watches: nodes do not measure more often.
_LIVE_INTERVAL_S = 10
# But no more of them a second than half a core simulates: ten thousand stations measure every five minutes.
_MOST_READINGS_A_SECOND = 33
_HISTORY = "7d"
# Where no line can change, so often is said how far the past is filled in.
_SAY_EVERY_S = 5.0


def _a_duration(text: str | None) -> str | None:
    if text and not re.fullmatch(r"\d+[smhd]", text):
        raise typer.BadParameter(f"{text!r} is no duration such as 90s, 15m, 24h or 7d.")
    return text


_EPILOG = """Examples:

`plietsch up` starts everything; Ctrl-C stops it, and the next start has kept its data.

`plietsch up --fresh` begins with an empty database.

`plietsch up --fresh --scenario surge-2023` begins with a storm surge; `--speed 600` lets one watch it.

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
    stations: Annotated[int, typer.Option(help="How many stations are simulated.", min=1)] = 42,
    scenario: Annotated[
        str | None,
        typer.Option(
            help="What happens in the simulated region; `plietsch simulate --help` lists it.", show_default="ordinary"
        ),
    ] = None,
    history: Annotated[
        str | None,
        typer.Option(
            help="How much of the time before now is simulated first: 90s, 15m, 24h, 7d.",
            callback=_a_duration,
            show_default=f"{_HISTORY}, or as long as the scenario is",
        ),
    ] = None,
    history_interval: Annotated[
        int, typer.Option(help="Seconds between two measurements in that time.", min=10, max=43_200)
    ] = 900,
    speed: Annotated[str, typer.Option(help="How many times as fast as real time that is run, or `max`.")] = "max",
    fresh: Annotated[bool, typer.Option("--fresh", help="Delete what was stored before.")] = False,
    bare: Annotated[bool, typer.Option("--bare", help="Without simulated stations.")] = False,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print the addresses as one line of JSON; those of the stack that runs here already, if one does.",
        ),
    ] = False,
    check_only: Annotated[bool, typer.Option("--check", help="Try the whole way, say how it went, and end.")] = False,
) -> None:
    """Start the whole platform on this machine: database, broker, ingest, site and simulated stations."""
    config = settings.read(http_port=0 if check_only and port is None else port, data_dir=data_dir)
    logs.configure(config)
    console = Console(stderr=True, highlight=False)
    if check_only:
        raise typer.Exit(_check(config, stations, console))
    arguments = ["--stations", str(stations), "--interval", str(_live_interval_s(stations))]
    arguments += ["--history-interval", str(history_interval), "--speed", speed]
    if scenario:
        arguments += ["--scenario", scenario]
    if history or not scenario:
        arguments += ["--since", history or _HISTORY]
    if as_json and not fresh and (addresses := _running(config)):
        typer.echo(json.dumps(addresses))
        return
    announcer = _Announcer(console)
    simulation = None if bare else Simulation(tuple(arguments), announcer.filling, is_watched=speed != "max")
    stack = Stack(config, config.data_dir.absolute(), simulation, announcer.done)
    _run(stack, console, fresh=fresh, as_json=as_json)


def _running(config: settings.Settings) -> dict[str, str] | None:
    """The addresses of the stack that is up in this folder."""
    note = Record(config.data_dir.absolute() / "stack.json").at_work()
    if note is None or not note.broker or not note.site:
        return None
    return {"site": note.site, "broker": note.broker, "database": running.database_url(config)}


def _live_interval_s(stations: int) -> int:
    return max(_LIVE_INTERVAL_S, stations // _MOST_READINGS_A_SECOND)


def _check(config: settings.Settings, stations: int, console: Console) -> int:
    signals = _Signals()
    with tempfile.TemporaryDirectory(prefix="plietsch-check-") as folder:
        try:
            outcome = check.run(config, Path(folder), stations, _Announcer(console).done, signals.stop)
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


class _Announcer:
    """Says what is done, and meanwhile how far the past is filled in: in one line that changes, or now and then."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._said_at = time.monotonic()
        self._line: Status | None = None

    def done(self, message: str) -> None:
        """Say what is done."""
        if self._line:
            self._line.stop()
            self._line = None
        self._console.print(f"[green]✓[/] {message}")

    def filling(self, share: float, until: datetime) -> None:
        """Say until when values are stored."""
        message = f"The past is filled in until {until.astimezone():%a %d %b, %H:%M} ({share:.0%}) …"
        if self._console.is_terminal:
            self._line = self._line or self._console.status(message)
            self._line.start()
            self._line.update(message)
        elif time.monotonic() - self._said_at > _SAY_EVERY_S:
            self._said_at = time.monotonic()
            self._console.print(message)


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
