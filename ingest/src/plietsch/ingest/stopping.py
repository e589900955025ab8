"""A request to stop that wakes whoever waits, on whatever they wait."""

import signal
import socket
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

from plietsch.ingest import readiness


class Stop:
    """Set once, by a signal or another thread. It can be waited for together with sockets: it has a `fileno`."""

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self._is_set = False

    def set(self) -> None:
        """Ask to stop. Safe in a signal handler and from any thread."""
        if not self._is_set:
            self._is_set = True
            self._writer.send(b"\0")

    def is_set(self) -> bool:
        return self._is_set

    def wait(self, timeout_s: float) -> bool:
        """Wait until it is set, or the time is over; says which."""
        if not self._is_set:
            readiness.wait(timeout_s, {self.fileno(): readiness.READ})
        return self._is_set

    def fileno(self) -> int:
        return self._reader.fileno()

    def close(self) -> None:
        self._reader.close()
        self._writer.close()


@contextmanager
def on_signals() -> Generator[Stop]:
    """A stop that SIGTERM and SIGINT set. For the main thread."""
    stop = Stop()

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        stop.close()
