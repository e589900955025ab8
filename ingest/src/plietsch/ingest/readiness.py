"""Waiting until a descriptor is ready, whatever its number: `select` knows only those below 1024."""

import selectors
from collections.abc import Mapping

READ = selectors.EVENT_READ
WRITE = selectors.EVENT_WRITE
# Where the system has no poll, its select has no such limit either.
_Selector: type[selectors.BaseSelector] = getattr(selectors, "PollSelector", selectors.SelectSelector)


def wait(timeout_s: float, events: Mapping[int, int]) -> bool:
    """Wait until a descriptor is ready for one of its events, or has failed; False when the time is over."""
    with _Selector() as selector:
        for descriptor, wanted in events.items():
            selector.register(descriptor, wanted)
        return bool(selector.select(max(0.0, timeout_s)))
