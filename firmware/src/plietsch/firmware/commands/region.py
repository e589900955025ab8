"""Runs the simulated region."""

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from plietsch.firmware import live, places, region, simulation
from plietsch.firmware.clock import SimulatedClock
from plietsch.firmware.commands import terminal
from plietsch.firmware.commands.options import Options
from plietsch.firmware.region import Station
from plietsch.firmware.state import StateFile
from plietsch.firmware.world import Plan


def write(path: Path, plan: live.Plan, states: StateFile, stations: Sequence[Station]) -> None:
    """Write the region file: where there is a past to be simulated, the stations stand since then, to the minute."""
    course = states.state.course
    if course or plan.since_s:
        begin_s = course.start_s if course else time.time() - plan.since_s
        begin = datetime.fromtimestamp(begin_s - live.SWITCHED_ON_BEFORE_S, UTC)
        since = begin.replace(second=0, microsecond=0)
        stations = [replace(station, since=since) for station in stations]
    region.write(path, region.FLENSBURG, stations)


def run(
    options: Options,
    plan: live.Plan,
    states: StateFile,
    stations: Sequence[Station],
    stop: terminal.Stop,
    console: Console,
) -> None:
    """Run the region until it is stopped. Raises ScenarioDiffers."""
    clock = SimulatedClock(time.time(), options.speed, stop.event)
    start_s = live.start_s(states.state, plan)
    source_of = live.source_of(plan.seed, plan.scenario, live.begun_s(states.state))
    world = Plan(stations, source_of, places.gateways(len(stations)), start_s, plan.seed)
    with (
        closing(options.open_ledger()) as ledger,
        options.open_world(world) as world,
        simulation.running(world, options.broker, clock, ledger, states) as running,
    ):
        with terminal.progress(console, "the past") as advance:
            live.run_past(running, plan, lambda begin, now, end: advance(now - begin, end - begin, _reached(now)))
        live.run_present(running, plan)
    console.print(f"Stopped: {running.summary()}.", markup=False)


def _reached(now_s: float) -> str:
    return f"is filled in until {datetime.fromtimestamp(now_s).astimezone():%a %d %b, %H:%M}"
