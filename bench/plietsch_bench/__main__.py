"""`make bench`: write path and site against what limits them and against peers, and what a node costs, on one machine.

python -m plietsch_bench [B1 B2 B3 B4 B5 B7 B8 B10 N1 N2 N3 N4 N5 N6] [--size default|big|tiny] [--results FOLDER]
"""

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.table import Table

from plietsch.platform import terminal
from plietsch_bench import chart, export, live, machine, measured, plan, receive, results, store, surge, world, write
from plietsch_bench.node import files, heap, life, payloads, wake
from plietsch_bench.plan import Plan, Progress
from plietsch_bench.results import Result
from plietsch_bench.site import latest, nginx, paint
from plietsch_bench.world import World
from support.mosquitto import Mosquitto

# With servers: the write path, the site, and the whole way of a surge. Without: the node.
WITH_SERVERS: dict[str, Callable[[World, Plan, Progress], Result]] = {
    "B1": receive.run,
    "B2": store.run,
    "B3": write.run,
    "B4": latest.run,
    "B5": export.run,
    "B7": chart.run,
    "B8": paint.run,
    "B10": live.run,
    "N6": surge.run,
}
NODE: dict[str, Callable[[Plan, Progress], Result]] = {
    "N1": payloads.run,
    "N2": heap.run,
    "N3": files.run,
    "N4": wake.run,
    "N5": life.run,
}
BENCHMARKS = (*WITH_SERVERS, *NODE)
SIZES = {"default": plan.DEFAULT, "big": plan.BIG, "tiny": plan.TINY}
_RESULTS = Path(__file__).parents[1] / "results"


def main() -> int:
    """Run what was asked for; returns the exit status."""
    given = _arguments()
    console = Console(stderr=True, highlight=False)
    names = given.benchmarks or list(BENCHMARKS)
    if not Mosquitto.installed() and not set(names) <= {*NODE, "B4", "B5", "B7", "B8", "B10"}:
        console.print("B1, B2, B3 and N6 need the mosquitto broker: sudo apt install mosquitto")
        return 1
    if "B8" in names and not paint.is_possible():
        console.print("B8 needs the Chromium browser: sudo apt install chromium")
        return 1
    if not chart.is_possible():
        if "B7" in given.benchmarks:
            console.print(f"B7 needs a server with TimescaleDB: {chart.SERVER} names one.")
            return 1
        names = [name for name in names if name != "B7"]
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        found = _run(names, SIZES[given.size], given.results, console)
    except KeyboardInterrupt:
        console.print("Stopped; what was measured to the end is kept.")
        return 130
    except measured.CompetitorFailed as error:
        console.print(f"[red]{error}[/]")
        return 1
    terminal.console().print(_table(found), *(_rows(result) for result in found if result.rows))
    return 0


def _run(names: Sequence[str], sizes: Plan, folder: Path, console: Console) -> list[Result]:
    found: list[Result] = []

    def keep(result: Result, described: str) -> None:
        results.write(folder, result, described, datetime.now(UTC))
        console.print(f"{result.name}: {result.figure:,.0f} {result.unit}, {result.ratio_to_limit:.2f} of the limit")
        found.append(result)

    with console.status("beginning") as status:
        for name in names:
            if name in NODE:
                keep(NODE[name](sizes, status.update), machine.describe_node())
        if servers := [name for name in names if name in WITH_SERVERS]:
            status.update("starting the servers")
            with world.opened() as opened:
                for name in servers:
                    described = machine.describe(opened.postgres_version)
                    described += f", {paint.describe_browser()}" if name == "B8" else ""
                    described += f", {nginx.describe()}" if name == "B4" else ""
                    keep(WITH_SERVERS[name](opened, sizes, status.update), described)
    return found


def _table(found: list[Result]) -> Table:
    table = Table("", "figure", "limit", "ratio", "peers", "goals")
    for result in found:
        peers = [
            f"{name}: {peer.note if peer.figure is None else f'{peer.figure:,.0f} {peer.unit} ({peer.ratio:.2f}×)'}"
            for name, peer in result.peers.items()
        ]
        goals = [
            f"{'–' if goal.reached is None else '✓' if goal.reached else '✗'} "
            f"{'not measured' if goal.value is None else f'{goal.value:.2f}'} {goal.text}"
            f" ({'≤' if goal.at_most else '≥'} {goal.bound:g})"
            for goal in result.goals
        ]
        figure, limit = f"{result.figure:,.0f} {result.unit}", f"{result.limit:,.0f}"
        table.add_row(result.name, figure, limit, f"{result.ratio_to_limit:.2f}", "\n".join(peers), "\n".join(goals))
    return table


def _rows(result: Result) -> Table:
    table = Table(*result.rows[0], title=f"{result.name}: {result.what}", title_justify="left")
    for row in result.rows:
        table.add_row(*(value if isinstance(value, str) else f"{value:,.4g}" for value in row.values()))
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("make bench", description="Measure write path and site, and what a node costs.")
    parser.add_argument("benchmarks", nargs="*", help=f"{', '.join(BENCHMARKS)}; all of them otherwise")
    parser.add_argument("--size", choices=SIZES, default="default", help="big: 100 million observations; tiny: a try")
    parser.add_argument("--results", type=Path, default=_RESULTS, help="the folder for the results")
    given = parser.parse_args()
    if unknown := set(given.benchmarks) - set(BENCHMARKS):
        parser.error(f"There is no {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}.")
    return given


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
