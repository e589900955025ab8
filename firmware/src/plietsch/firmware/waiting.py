"""How coroutines wait in simulated time: a coroutine that awaits only these runs as a simpy process."""

from collections.abc import Callable, Coroutine, Generator
from typing import Any, cast

import simpy


class Until:
    """Awaits a simpy event and returns its value."""

    __slots__ = ("_event",)

    def __init__(self, event: simpy.Event) -> None:
        self._event = event

    def __await__(self) -> Generator[simpy.Event, Any, Any]:
        """Hand the event to simpy."""
        return (yield self._event)


def start(env: simpy.Environment, coroutine: Coroutine[simpy.Event, Any, Any]) -> simpy.Process:
    """Run a coroutine as a process: it has all of a generator that simpy uses."""
    return env.process(cast("Generator[simpy.Event, Any, Any]", coroutine))


class Task:
    """A coroutine that runs as a process, from the next event on, until it ends or is cancelled."""

    def __init__(self, env: simpy.Environment, coroutine: Coroutine[simpy.Event, Any, Any]) -> None:
        self._coroutine = coroutine
        self._has_begun = self._is_cancelled = False
        self._guard = self._run()
        self._process = start(env, self._guard)

    def cancel(self) -> None:
        """End it where it waits: what it waits for raises simpy.Interrupt there, at the environment's next step."""
        if self._has_begun and self._process.is_alive and not self._is_cancelled:
            self._process.interrupt()
        self._is_cancelled = True

    def close(self) -> None:
        """End it without an environment that still makes steps."""
        self._guard.close()
        self._coroutine.close()

    async def _run(self) -> None:
        self._has_begun = True
        try:
            if not self._is_cancelled:
                await self._coroutine
        except simpy.Interrupt:
            return
        finally:
            self._coroutine.close()


def call_at(env: simpy.Environment, time_ms: float, function: Callable[[], object]) -> None:
    """Call a function at a time, or at once if it is past."""
    after(env.timeout(max(0.0, time_ms - env.now)), function)


def after(event: simpy.Event, function: Callable[[], object]) -> None:
    """Call a function when an event happens that has not happened yet."""

    def call(_event: simpy.Event) -> None:
        function()

    event.callbacks.append(call)  # pyright: ignore[reportUnknownMemberType] simpy leaves a type open
