"""Somebody who listens to the live stream: told by whoever has news, at its own speed.

There is no queue: a listener knows up to where it was told, and fetches what follows from what is remembered for all.
Who reads slowly is told less often, and more at once.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

# Sends a piece of a stream, and whether more follows.
Send = Callable[[bytes, bool], Awaitable[None]]


class Listener(ABC):
    """Somebody who listens, until it goes or everything ends."""

    __slots__ = ("_is_over", "_is_telling", "_send", "sent_at")

    def __init__(self, send: Send) -> None:
        self._send = send
        self._is_telling = False
        self._is_over = False
        self.sent_at = time.monotonic()

    @abstractmethod
    def news(self) -> bytes | None:
        """The next event of what is remembered; b"" where much was looked through in vain and more is to come; None
        where there is none."""

    @property
    @abstractmethod
    def at(self) -> str | None:
        """Up to where it was told, as an event's id."""

    @property
    def is_behind(self) -> bool:
        """Whether it has to catch up with what is remembered."""
        return False

    async def catch_up(self) -> bytes | None:
        """The next event of what is remembered no longer; None where there is none, or none can be had now."""
        return None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being told, so that it may be begun."""
        return not (self._is_telling or self._is_over)

    def start(self) -> bytes | None:
        """What `tell` is to begin with: an event, or nothing but to catch up; None where there is nothing to tell."""
        if not self.is_idle:
            return None
        news = self.news()
        return b"" if news is None and self.is_behind else news

    def tell(self, event: bytes) -> Coroutine[Any, Any, None]:
        """Send an event, and all that follows it."""
        self._is_telling = True  # from now on, not from when its turn comes
        return self._tell(event)

    async def _tell(self, event: bytes | None) -> None:
        try:
            while event is not None and not self._is_over:
                if event:
                    await self._send(event, True)
                    self.sent_at = time.monotonic()
                event = await self._next()
        except OSError:
            pass  # it went; its connection says so, too
        finally:
            self._is_telling = False

    async def _next(self) -> bytes | None:
        news = self.news()
        if news is None:
            return await self.catch_up() if self.is_behind else None
        await asyncio.sleep(0)  # much may follow, and to send it need not take a turn
        return news

    async def end(self) -> None:
        """End the stream, whatever still could be told."""
        if not self._is_over:
            self._is_over = True
            await self._send(b"", False)
