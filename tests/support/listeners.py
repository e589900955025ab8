"""Many who listen to the live stream at once, and when each of them is told something."""

import asyncio
import re
import time
from collections.abc import Callable
from pathlib import Path

# So many come at once.
_AT_ONCE = 100


class Crowd:
    """Listeners of the site at an address."""

    def __init__(self, address: str) -> None:
        self._host, _, port = address.removeprefix("http://").partition(":")
        self._port = int(port)
        self._streams: list[asyncio.StreamReader] = []
        self._writers: list[asyncio.StreamWriter] = []

    async def come(self, number: int) -> None:
        """So many more come, some at a time, and hear that they are listened to."""
        for first in range(0, number, _AT_ONCE):
            await asyncio.gather(*(self._one() for _ in range(first, min(first + _AT_ONCE, number))))

    async def _one(self) -> None:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        writer.write(b"GET /api/v1/live HTTP/1.1\r\nHost: here\r\nUser-Agent: a browser, as long as they are\r\n\r\n")
        await reader.readuntil(b"\nid: ")
        self._streams.append(reader)
        self._writers.append(writer)

    async def delays(self, say: Callable[[float], object], values: range) -> list[float]:
        """From each commit to each listener, in seconds. `say` has a value committed that was never said before."""
        found: list[float] = []
        for turn in values:
            hearing = asyncio.create_task(self._told(turn + 0.5))
            await asyncio.to_thread(say, turn + 0.5)
            committed = time.monotonic()
            found += [at - committed for at in await hearing]
        return found

    async def _told(self, value: float) -> list[float]:
        """When each was told a value, by a steady clock."""
        return await asyncio.gather(*(self._hears(reader, b'"value":%.1f' % value) for reader in self._streams))

    async def _hears(self, reader: asyncio.StreamReader, what: bytes) -> float:
        await reader.readuntil(what)
        return time.monotonic()

    def go(self) -> None:
        """All go away."""
        for writer in self._writers:
            writer.close()


def pss_kib(pid: int) -> int:
    """The memory of a process, what it shares with others in proportion (proc_pid_smaps_rollup(5))."""
    found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    if found is None:
        raise AssertionError("The system does not say how much memory is shared.")
    return int(found[1])
