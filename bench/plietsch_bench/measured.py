"""What a competitor needed, and how it tells: a line of JSON on its standard output."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

# Longer than the slowest competitor needs, shorter than anybody's patience.
_TIMEOUT_S = 900.0


class CompetitorFailed(Exception):
    """A competitor ended without a figure."""


@dataclass
class Clock:
    """Time on the wall and on the processor, of this process and of those it started."""

    elapsed_s: float = 0.0
    cpu_s: float = 0.0
    laps_s: list[float] = field(default_factory=list[float])

    @contextmanager
    def running(self) -> Generator[None]:
        """Measure what is within; the times add up."""
        began, spent = time.perf_counter(), _cpu_s()
        yield
        self.laps_s.append(time.perf_counter() - began)
        self.elapsed_s += self.laps_s[-1]
        self.cpu_s += _cpu_s() - spent


def tell(**figures: object) -> None:
    """Say what was measured, to whoever started this process."""
    print(json.dumps(figures), flush=True)  # noqa: T201 this is the interface between the two processes


def run(competitor: str, **arguments: object) -> dict[str, Any]:
    """Run a competitor in a process of its own, which nothing has warmed up; returns what it tells.

    Raises CompetitorFailed.
    """
    command = [sys.executable, "-m", "plietsch_bench.competitors", competitor, json.dumps(arguments)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)  # noqa: S603 our own
    try:
        output, _ = process.communicate(timeout=_TIMEOUT_S)
    finally:
        process.kill()
        process.wait()
    if process.returncode != 0 or not output:
        raise CompetitorFailed(f"{competitor} ended with status {process.returncode}.")
    return json.loads(output.splitlines()[-1])


def _cpu_s() -> float:
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in spent)
