"""When which station measures: a heap of next events in whole seconds, spread over the interval."""

import heapq
from dataclasses import dataclass


@dataclass(order=True, slots=True)
class Turn:
    """A station's next measurement."""

    time_s: int
    station: int


class Schedule:
    """`count` stations that measure every `interval_s`, none before `start_s`, evenly spread over the interval.

    Times lie on a grid that depends on the interval only, not on the start: a run that goes on where another ended
    measures at the seconds at which the other would have measured.
    """

    def __init__(self, count: int, interval_s: int, start_s: float) -> None:
        self._count = count
        self._interval_s = interval_s
        self._heap = [Turn(self._at_or_after(station, start_s), station) for station in range(count)]
        heapq.heapify(self._heap)

    @property
    def next_time_s(self) -> int:
        """When the next station measures."""
        return self._heap[0].time_s

    def pop(self) -> Turn:
        """Return the next turn and schedule the one after it."""
        turn = self._heap[0]
        heapq.heapreplace(self._heap, Turn(turn.time_s + self._interval_s, turn.station))
        return turn

    def _at_or_after(self, station: int, time_s: float) -> int:
        offset = station * self._interval_s // self._count
        rounds = -int(-(time_s - offset) // self._interval_s)
        return rounds * self._interval_s + offset
