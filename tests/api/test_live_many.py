"""Many who listen at once: each is told everything, and costs little. With --long 2 000 of them, else a few.

How soon they are told, `make bench ONLY=B10` measures; the figures here are to be seen with --log-cli-level=INFO.
"""

import asyncio
import logging
import re
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from api.streams import served
from api.world import NOON, World

from support import processes, wait
from support.listeners import Crowd, pss_kib

_MOST_KIB_EACH = 30
_TELLINGS = 20


@contextmanager
def serving(world: World, log: Path) -> Iterator[tuple[str, int]]:
    """The site in a process of its own: its address, and its process id."""
    server = processes.start("serve", "--port", "0", "--database-url", world.database_url, log=log,
                             settings={"rate_limit": "0"})  # fmt: skip
    try:
        address = wait.until(lambda: re.search(r"http://[^/\s]+", log.read_text()), "the address is printed")[0]
        wait.until(lambda: _answers(f"{address}/healthz"), "the site answers", 60)
        yield address, server.pid
    finally:
        server.terminate()
        server.wait(20)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


def saying(world: World) -> Callable[[float], None]:
    """What has a value committed, a minute later each time."""
    return lambda value: world.measured("harbour", "pm10", NOON + timedelta(minutes=value), value)


def tell(found: list[float], **others: float) -> None:
    """Log how soon some were told."""
    p99_s = statistics.quantiles(found, n=100)[98]
    figures = {"median_s": statistics.median(found), "p99_s": p99_s, "most_s": max(found), **others}
    logging.getLogger(__name__).info("%s", {name: round(value, 3) for name, value in figures.items()})


def test_all_are_told(world: World):
    async def listen(address: str) -> list[float]:
        crowd = Crowd(address)
        await crowd.come(50)
        found = await crowd.delays(saying(world), range(2))
        crowd.go()
        return found

    with served(world.database_url) as running:
        found = asyncio.run(listen(running.address))
    tell(found)
    assert len(found) == 100


def test_two_thousand_cost_little_and_are_all_told(world: World, tmp_path: Path, request: pytest.FixtureRequest):
    if not request.config.getoption("--long"):
        pytest.skip("two thousand listeners come with --long")
    listeners = 2_000

    async def listen(address: str, pid: int) -> tuple[float, list[float]]:
        crowd = Crowd(address)
        await crowd.come(100)  # what the first ones bring about is not theirs
        await crowd.delays(saying(world), range(1))
        before = pss_kib(pid)
        await crowd.come(listeners)
        found = await crowd.delays(saying(world), range(1, _TELLINGS + 1))
        after = pss_kib(pid)
        crowd.go()
        return (after - before) / listeners, found

    with serving(world, tmp_path / "log") as (address, pid):
        each_kib, found = asyncio.run(listen(address, pid))
    tell(found, kib_each=each_kib)
    assert len(found) == (listeners + 100) * _TELLINGS
    assert each_kib <= _MOST_KIB_EACH
