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


def call_at(env: simpy.Environment, time_ms: float, function: Callable[[], object]) -> None:
    """Call a function at a time, or at once if it is past."""
    after(env.timeout(max(0.0, time_ms - env.now)), function)


def after(event: simpy.Event, function: Callable[[], object]) -> None:
    """Call a function when an event happens that has not happened yet."""

    def call(_event: simpy.Event) -> None:
        function()

    event.callbacks.append(call)  # pyright: ignore[reportUnknownMemberType] simpy leaves a type open
