"""Commands that applications publish for devices, from the broker's thread to the simulation, which takes them when
it has time.

As many wait as `most_waiting`; what comes beyond that is dropped, said and counted: nobody makes the broker wait.
"""

import logging
import threading
from collections import deque

log = logging.getLogger(__name__)

MOST_WAITING = 1000

Message = tuple[str, bytes]


def down_topic(application_id: str) -> str:
    """Return the topic of what an application sends down to its devices."""
    return f"application/{application_id}/device/+/command/down"


class Commands:
    """Messages of `topic`, which a Publisher subscribes to; `subscribed` is set once the broker has said so."""

    def __init__(self, topic: str, most_waiting: int = MOST_WAITING) -> None:
        self.topic = topic
        self.subscribed = threading.Event()
        self.dropped = 0
        self._most_waiting = most_waiting
        self._waiting: deque[Message] = deque()

    def put(self, topic: str, payload: bytes) -> None:
        """Let a message wait, from whatever thread."""
        if len(self._waiting) < self._most_waiting:
            self._waiting.append((topic, payload))
            return
        self.dropped += 1
        log.warning("a command of %s is dropped: %d wait already", topic, self._most_waiting)

    def take(self) -> list[Message]:
        """Return what has come since, in its order, without waiting."""
        # As many as wait now: should they come faster than they are taken, that would not end.
        return [self._waiting.popleft() for _ in range(len(self._waiting))]
