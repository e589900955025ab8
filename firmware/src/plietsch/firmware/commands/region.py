"""Runs the simulated region."""

import time
from contextlib import closing
from pathlib import Path

from rich.console import Console

from plietsch.firmware import live, places, region, simulation
from plietsch.firmware.clock import SimulatedClock
from plietsch.firmware.commands import terminal
from plietsch.firmware.commands.options import Options


def write(path: Path, count: int, interval_s: int) -> None:
    """Write the region file."""
    region.write(path, region.FLENSBURG, live.stations(count, interval_s))


def run(options: Options, plan: live.Plan, count: int, stop: terminal.Stop, console: Console) -> None:
    """Run the region until it is stopped."""
    clock = SimulatedClock(time.time(), options.speed, stop.event)
    stations = live.stations(count, plan.interval_s)
    with (
        closing(options.open_ledger()) as ledger,
        simulation.running(
            stations, places.GATEWAYS, options.broker, clock, ledger, options.open_state(), options.dice()
        ) as running,
    ):
        with terminal.progress(console, "the past") as advance:
            live.run_past(running, plan, lambda begin, now, end: advance(now - begin, end - begin))
        live.run_present(running, plan)
    console.print(f"Stopped: {running.summary()}.", markup=False)
