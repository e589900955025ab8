"""Replays recordings, and checks what became of them."""

from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from plietsch.firmware import errors, region, simulation
from plietsch.firmware.check import api, compare, report, stack
from plietsch.firmware.clock import SimulatedClock
from plietsch.firmware.commands import terminal
from plietsch.firmware.commands.options import Options
from plietsch.firmware.replay import archive
from plietsch.firmware.replay import run as replay_run
from plietsch.firmware.replay.plan import PlannedStation, plan

# How long the last measurement may take to come through while others still do, and after everything has stood still.
ARRIVAL_PATIENCE_S = 60.0
STILL_S = 10.0


def load(folder: Path, console: Console) -> list[PlannedStation]:
    """Read the recordings and say what is wrong with them; raise ArchiveUnreadable where nothing is left."""
    found = archive.read(folder)
    report.show_problems(console, found)
    if not found.readings:
        raise errors.ArchiveUnreadable(f"no line of the files in {folder} could be used")
    return plan(found.readings)


def write_region(path: Path, planned: list[PlannedStation]) -> None:
    """Write the region file of a replay."""
    stations = [station.station for station in planned]
    region.write(path, region.replayed(stations), stations)


def run(options: Options, planned: list[PlannedStation], stop: terminal.Stop, console: Console) -> None:
    """Replay until the end, or until it is stopped."""
    world = replay_run.world(planned, options.seed)
    clock = SimulatedClock(world.start_s, options.speed, stop.event)
    with (
        closing(options.open_ledger()) as ledger,
        terminal.progress(console, "replay") as advance,
        options.open_world(world) as world,
        simulation.running(world, options.broker, clock, ledger, options.open_state()) as running,
    ):
        replay_run.run(running, planned, advance)
    console.print(f"Replayed: {running.summary()}.", markup=False)


def check(
    options: Options, planned: list[PlannedStation], running: stack.Stack | None, stop: terminal.Stop, console: Console
) -> bool:
    """Replay into a stack (one of its own where `running` is None) and compare; return whether all is well."""
    with ExitStack() as context:
        if running is None:
            console.print("starting a stack of its own …")
            running = context.enter_context(stack.started(stop.event))
            folder = Path(context.enter_context(TemporaryDirectory(prefix="plietsch-region-")))
            write_region(folder / "region.json", planned)
            stack.register(folder / "region.json", running.database or "")
        run(replace(options, broker=running.broker), planned, stop, console)
        if stop.asked:
            return False
        if stop.event.is_set():
            raise errors.StackFailed("The stack that was started for this check has ended before its time.")
        found = _wait_and_compare(running.site, planned, stop)
    result = terminal.results()
    result.print(report.counts(found))
    report.show_faults(result, found)
    return not found.faults


def _wait_and_compare(site: str, planned: list[PlannedStation], stop: terminal.Stop) -> compare.Comparison:
    """Compare again and again while something still arrives."""
    codes = [station.station.code for station in planned]
    times = [reading.time_s for station in planned for frame in station.frames for reading in frame]
    last = max(planned, key=lambda station: station.frames[-1][-1].time_s)
    api.wait_for(site, last.station.code, last.frames[-1][-1].time_s, ARRIVAL_PATIENCE_S)
    missing = None
    while True:
        found = compare.compare(planned, api.observations(site, codes, min(times), max(times) + 1))
        still_missing = found.total(compare.MISSING)
        if not still_missing or still_missing == missing or stop.event.wait(STILL_S):
            return found
        missing = still_missing
