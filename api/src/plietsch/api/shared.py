"""Work that several wait for: done once for all of them, and ended when the last of them has gone away."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Result = TypeVar("Result")


class Shared(Generic[Key, Result]):
    """What is being worked on, by its key. To be used in the event loop's thread."""

    def __init__(self) -> None:
        self._working: dict[Key, _Work[Result]] = {}

    def __len__(self) -> int:
        return len(self._working)

    def __contains__(self, key: Key) -> bool:
        return key in self._working

    async def get(self, key: Key, begin: Callable[[], Awaitable[Result]]) -> Result:
        """What comes of the work of a key, which begins unless it has. Raises what `begin` raises."""
        work = self._working.get(key)
        if work is None:
            work = self._working[key] = _Work(asyncio.ensure_future(begin()))
            work.future.add_done_callback(lambda _, begun=work: self._forget(key, begun))
        work.waiting += 1
        try:
            return await asyncio.shield(work.future)
        finally:
            work.waiting -= 1
            if not work.waiting:
                # Before it has ended: who comes now shall not wait for what is cancelled.
                self._forget(key, work)
                work.future.cancel()

    def _forget(self, key: Key, work: "_Work[Result]") -> None:
        if self._working.get(key) is work:
            del self._working[key]


class _Work(Generic[Result]):
    """What comes of it, and how many wait for that."""

    def __init__(self, future: asyncio.Future[Result]) -> None:
        self.future = future
        self.waiting = 0
