"""`plietsch simulate`: the simulated region, and the replay of recordings."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from plietsch.firmware import errors, live, quantity, scenarios
from plietsch.firmware.check.stack import Stack
from plietsch.firmware.commands import recording, region, terminal
from plietsch.firmware.commands.options import Options
from plietsch.firmware.region import Station
from plietsch.firmware.scenarios.scenario import Scenario
from plietsch.firmware.state import State, StateFile
from plietsch.firmware.stations import NAMED, first

DEFAULT_BROKER = "mqtt://127.0.0.1:1883"
_SCENARIOS = ", ".join(each.name for each in scenarios.ALL)
EPILOG = """Examples:

`plietsch simulate --broker mqtt://127.0.0.1:1883 --since 24h` runs the region: yesterday at once, then live.

`plietsch simulate --scenario surge-2023 --speed 600` plays a storm surge, ten minutes in a second, then goes on live.

`plietsch simulate --region region.json` writes what `plietsch device import` registers, and ends.

`plietsch simulate --replay DIR --speed 600 --ledger sent.ndjson` plays recordings, ten minutes in a second.

`plietsch simulate --replay DIR --check` plays them into a stack of its own and compares every value.
"""

app = typer.Typer()


@app.command(epilog=EPILOG)
def simulate(
    context: typer.Context,
    broker: Annotated[
        str | None,
        typer.Option(
            help="The MQTT broker that gets the events: mqtt[s]://user:password@host:port. A password belongs into the "
            "variable: others on this computer can read arguments.",
            envvar="PLIETSCH_BROKER_URL",
            show_default=DEFAULT_BROKER,
        ),
    ] = None,
    stations: Annotated[
        int,
        typer.Option(help="How many stations: the region has 42; beyond those, further ones stand near them.", min=1),
    ] = NAMED,
    scenario: Annotated[
        str | None,
        typer.Option(help=f"What happens in the region: {_SCENARIOS}.", show_default=scenarios.ORDINARY.name),
    ] = None,
    interval: Annotated[
        int, typer.Option(help="Seconds between two measurements of a fine-dust station, live.", min=10, max=43_200)
    ] = 300,
    history_interval: Annotated[int, typer.Option(help="The same in the past.", min=10, max=43_200)] = 300,
    since: Annotated[
        str | None,
        typer.Option(
            help="How much of the time before now is simulated first: 90s, 15m, 24h, 7d.",
            show_default="as long as the scenario is, 0s without one",
        ),
    ] = None,
    speed: Annotated[
        str, typer.Option(help="How many times as fast as real time the past or a replay runs, or `max`.")
    ] = "max",
    seed: Annotated[int, typer.Option(help="The same seed gives the same air.")] = 1,
    state: Annotated[
        Path | None, typer.Option(help="File that remembers nonces and how far time had come.", dir_okay=False)
    ] = None,
    ledger: Annotated[
        Path | None, typer.Option(help="Append a line of JSON for each reading and its fate.", dir_okay=False)
    ] = None,
    micropython: Annotated[
        bool, typer.Option("--micropython", help="Run the nodes in real MicroPython (WebAssembly): for a few of them.")
    ] = False,
    region_file: Annotated[
        Path | None,
        typer.Option("--region", help="Write the stations for `plietsch device import`, and end.", dir_okay=False),
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(help="Replay the Sensor.Community archive files of this folder instead.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="With --replay: compare what the API returns with the recordings.")
    ] = False,
    api: Annotated[
        str | None, typer.Option(help="With --check and --broker: the site of a stack that runs already.")
    ] = None,
) -> None:
    """Simulate a region: virtual instruments, real node code, real LoRaWAN frames, events as ChirpStack publishes them.

    Ctrl-C ends it in good order: what was sent is acknowledged, the ledger and the state are written.
    """
    console = terminal.console()
    terminal.log_to(console)
    stop = terminal.Stop()
    try:
        options = Options(broker or DEFAULT_BROKER, quantity.speed(speed), seed, state, ledger, micropython)
        if replay is not None:
            passed = _recording(
                options, replay, region_file, _running(check, _named(context, broker, api), api), check, stop, console
            )
        elif check:
            raise errors.SimulationError("--check compares a replay.", "Name the recordings: --replay DIR --check.")
        else:
            states = options.open_state()
            happens = _scenario(scenario, states.state)
            since_s = quantity.duration_s(since) if since else happens.length_s if scenario else 0.0
            plan = live.Plan(seed, interval, history_interval, since_s, happens, options.speed)
            # What stations are expected to keep: the past has no gaps merely because the present is shown more often.
            expected_s = max(interval, history_interval) if plan.since_s else interval
            passed = _region(options, plan, states, first(stations, expected_s), region_file, stop, console)
    except errors.SimulationError as error:
        _say(console, error)
        raise typer.Exit(1) from error
    raise typer.Exit(stop.exit_code or int(not passed))


def _scenario(name: str | None, state: State) -> Scenario:
    """Return the scenario of a name; without one, that which goes on."""
    if name is None:
        name = state.course.scenario if state.course else scenarios.ORDINARY.name
    return scenarios.named(name)


def _region(
    options: Options,
    plan: live.Plan,
    states: StateFile,
    stations: list[Station],
    region_file: Path | None,
    stop: terminal.Stop,
    console: Console,
) -> bool:
    if region_file:
        region.write(region_file, plan, states, stations)
    else:
        region.run(options, plan, states, stations, stop, console)
    return True


def _recording(
    options: Options,
    folder: Path,
    region_file: Path | None,
    running: Stack | None,
    check: bool,
    stop: terminal.Stop,
    console: Console,
) -> bool:
    planned = recording.load(folder, console)
    if region_file:
        recording.write_region(region_file, planned)
    elif check:
        return recording.check(options, planned, running, stop, console)
    else:
        recording.run(options, planned, stop, console)
    return True


def _named(context: typer.Context, broker: str | None, api: str | None) -> str | None:
    """Return the broker that a check shall use: one from the environment only together with the site in front of it."""
    source = context.get_parameter_source("broker")
    from_environment = source is not None and source.name == "ENVIRONMENT"
    return None if from_environment and api is None else broker


def _running(check: bool, broker: str | None, api: str | None) -> Stack | None:
    """Return the stack that runs already, if the options name one."""
    if api is None and not (check and broker):
        return None
    if not (check and broker and api):
        raise errors.SimulationError(
            "--api and --broker belong together with --check.",
            "Name both for a stack that runs already, with its stations registered; name neither to start one.",
        )
    return Stack(site=api.rstrip("/"), broker=broker, database=None)


def _say(console: Console, error: errors.SimulationError) -> None:
    console.print(f"[bold red]{type(error).__name__}[/]: ", end="")
    console.print(error.message, markup=False)
    if error.hint:
        console.print(error.hint, markup=False)
