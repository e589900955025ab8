"""Reads records of COAST-Lab's Open Water Level: what ultrasonic sensors above the water showed, some for a year.

Without a header: device, when it was published, sensor, variable, Unix time, distance in cm, battery V and %.
A node whose clock had begun anew says a time of 2000, and nobody knows when that was: such a row is a problem. A
distance beyond a sensor's range is none: the sensor showed it.
"""

import bisect
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from plietsch.firmware.replay import tables
from plietsch.firmware.replay.archive import Problem

COLUMNS = 8
MM_PER_CM = 10
FIRST_S = 1_577_836_800  # 2020: earlier says a clock that nobody has set
# Most records lie an hour apart, or six minutes, and some are missing. Over more than this there is nothing to be seen.
LONGEST_GAP_S = 3 * 3_600


@dataclass(slots=True)
class Sensor:
    """What one sensor showed, in the order of time; one distance for a second."""

    name: str
    times_s: list[int] = field(default_factory=lambda: list[int]())
    distances_mm: list[float] = field(default_factory=lambda: list[float]())

    def distance_mm(self, time_s: float) -> float | None:
        """Return the distance at a time, on the straight line between two records; None where they are far apart."""
        place = bisect.bisect_right(self.times_s, time_s)
        if place == 0 or time_s > self.times_s[-1]:
            return None
        if self.times_s[place - 1] == time_s:
            return self.distances_mm[place - 1]
        before_s, after_s = self.times_s[place - 1 : place + 1]
        if after_s - before_s > LONGEST_GAP_S:
            return None
        share = (time_s - before_s) / (after_s - before_s)
        before_mm, after_mm = self.distances_mm[place - 1 : place + 1]
        return before_mm + share * (after_mm - before_mm)


@dataclass(slots=True)
class Recording:
    """What all sensors of a file showed, by name."""

    sensors: dict[str, Sensor] = field(default_factory=lambda: dict[str, Sensor]())
    problems: list[Problem] = field(default_factory=lambda: list[Problem]())


def read(path: Path) -> Recording:
    """Read a file. Raises ArchiveUnreadable."""
    recording = Recording()
    by_name: dict[str, dict[int, float]] = defaultdict(dict)
    for name, time_s, distance_mm in tables.read(path, _row, recording.problems):
        # The first of a second counts: a record that was published again is the same.
        by_name[name].setdefault(time_s, distance_mm)
    for name, shown in sorted(by_name.items()):
        times_s = sorted(shown)
        recording.sensors[name] = Sensor(name, times_s, [shown[time_s] for time_s in times_s])
    return recording


def _row(row: list[str]) -> tuple[str, int, float]:
    if len(row) != COLUMNS:
        raise ValueError(f"{len(row)} columns instead of {COLUMNS}")
    time_s, distance_mm = int(row[4]), float(row[5]) * MM_PER_CM
    if time_s < FIRST_S:
        raise ValueError("a clock that was never set")
    if not 0 <= distance_mm < float("inf"):
        raise ValueError("no distance")
    return row[2], time_s, distance_mm
