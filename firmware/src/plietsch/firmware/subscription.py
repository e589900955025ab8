"""Commands that applications publish for devices, from the broker's thread to the simulation, which takes them when
it has time.

As many wait as `most_waiting`; what comes beyond that is dropped, said and counted: nobody makes the broker wait.
"""

import logging
import queue
import threading

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
        self._waiting: queue.Queue[Message] = queue.Queue(most_waiting)

    def put(self, topic: str, payload: bytes) -> None:
        """Let a message wait, from whatever thread."""
        try:
            self._waiting.put_nowait((topic, payload))
        except queue.Full:
            self.dropped += 1
            log.warning("a command of %s is dropped: %d wait already", topic, self._waiting.maxsize)

    def take(self) -> list[Message]:
        """Return what has come since, in its order, without waiting."""
        taken: list[Message] = []
        # Not for ever, should they come faster than they are taken.
        for _ in range(self._waiting.maxsize):
            try:
                taken.append(self._waiting.get_nowait())
            except queue.Empty:
                break
        return taken
