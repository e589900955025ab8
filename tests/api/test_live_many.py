"""Many who listen at once: what each costs, and how soon it is told. With --long 2 000 of them, else a few.

The figures of the long form: docs/benchmarks.md.
"""

import asyncio
import logging
import re
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from api.streams import served
from api.world import NOON, World

from support import processes, wait

_MOST_KIB_EACH, _MOST_S = 30, 1.0
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


def pss_kib(pid: int) -> int:
    """The memory of a process, what it shares with others in proportion."""
    return int(re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)[1])  # type: ignore[index]


class Crowd:
    """Listeners, and when each of them was told which value."""

    def __init__(self, address: str) -> None:
        self._host, _, port = address.removeprefix("http://").partition(":")
        self._port = int(port)
        self._streams: list[asyncio.StreamReader] = []
        self._writers: list[asyncio.StreamWriter] = []

    async def come(self, number: int) -> None:
        """Listeners come, some at a time, and hear that they are listened to."""
        for _ in range(0, number, 100):
            await asyncio.gather(*(self._one() for _ in range(min(100, number))))

    async def _one(self) -> None:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        writer.write(b"GET /api/v1/live HTTP/1.1\r\nHost: here\r\nUser-Agent: a browser, as long as they are\r\n\r\n")
        await reader.readuntil(b"\nid: ")
        self._streams.append(reader)
        self._writers.append(writer)

    async def told(self, value: float) -> list[float]:
        """When each was told a value, by a steady clock."""
        return await asyncio.gather(*(self._hears(reader, b'"value":%.1f' % value) for reader in self._streams))

    async def _hears(self, reader: asyncio.StreamReader, what: bytes) -> float:
        await reader.readuntil(what)
        return time.monotonic()

    def go(self) -> None:
        for writer in self._writers:
            writer.close()


async def delays(crowd: Crowd, world: World, tellings: range) -> list[float]:
    """From each commit to each listener, in seconds."""
    found: list[float] = []
    for turn in tellings:
        hearing = asyncio.create_task(crowd.told(turn + 0.5))
        # Not in step with the pace.
        await asyncio.to_thread(world.measured, "harbour", "pm10", NOON + timedelta(minutes=turn), turn + 0.5)
        committed = time.monotonic()
        found += [at - committed for at in await hearing]
    return found


def test_all_are_told(world: World):
    async def listen(address: str) -> list[float]:
        crowd = Crowd(address)
        await crowd.come(50)
        found = await delays(crowd, world, range(2))
        crowd.go()
        return found

    with served(world.database_url) as running:
        assert len(asyncio.run(listen(running.address))) == 100


def test_two_thousand_cost_little_and_are_told_within_a_second(
    world: World, tmp_path: Path, request: pytest.FixtureRequest
):
    if not request.config.getoption("--long"):
        pytest.skip("two thousand listeners come with --long")
    listeners = 2_000

    async def listen(address: str, pid: int) -> tuple[float, list[float]]:
        crowd = Crowd(address)
        await crowd.come(100)  # what the first ones bring about is not theirs
        await delays(crowd, world, range(1))
        before = pss_kib(pid)
        await crowd.come(listeners)
        found = await delays(crowd, world, range(1, _TELLINGS + 1))
        after = pss_kib(pid)
        crowd.go()
        return (after - before) / listeners, found

    with serving(world, tmp_path / "log") as (address, pid):
        each_kib, found = asyncio.run(listen(address, pid))
    p99_s = statistics.quantiles(found, n=100)[98]
    figures = {"kib_each": each_kib, "median_s": statistics.median(found), "p99_s": p99_s, "most_s": max(found)}
    logging.getLogger(__name__).info("%s", figures)  # to be seen with --log-cli-level=INFO
    assert each_kib <= _MOST_KIB_EACH, figures
    assert p99_s <= _MOST_S, figures
