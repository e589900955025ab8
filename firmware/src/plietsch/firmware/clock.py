"""The simulated clock: Unix seconds that run at any speed, or jump from event to event.

Nothing of the simulation asks the computer for the time: it asks this clock, which is why a day can pass in seconds and
event times match.
"""

import threading
import time
from collections.abc import Callable

AS_FAST_AS_POSSIBLE = None


class SimulatedClock:
    """Unix time that starts at `start_s` and runs `speed` times as fast as `wall`.

    With the speed AS_FAST_AS_POSSIBLE, time stands still until somebody waits, and then jumps to what is waited for.
    Faster than real, time also waits for whoever is late. `stop` ends every waiting at once.
    """

    def __init__(
        self,
        start_s: float,
        speed: float | None,
        stop: threading.Event | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.stop = stop or threading.Event()
        self._wall = wall
        self.set(start_s, speed)

    def set(self, start_s: float, speed: float | None) -> None:
        """Go on from `start_s` at another speed."""
        self._start_s = start_s
        self._speed = speed
        self._wall_start_s = self._wall()

    def now(self) -> float:
        """Return the simulated time in Unix seconds."""
        if self._speed is None:
            return self._start_s
        return self._start_s + (self._wall() - self._wall_start_s) * self._speed

    def wait_until(self, time_s: float) -> bool:
        """Wait until the simulated `time_s`; return False if the simulation was told to stop."""
        if self._speed is None:
            self._start_s = max(self._start_s, time_s)
            return not self.stop.is_set()
        if self._speed > 1 and self.now() > time_s:
            # Whoever waits is late, because the broker or the computer is slow. A second is hours then: time that ran
            # on would let the network hear a reading half a day after it was taken.
            self.set(time_s, self._speed)
        while (ahead_s := time_s - self.now()) > 0:
            if self.stop.wait(ahead_s / self._speed):
                return False
        return not self.stop.is_set()
