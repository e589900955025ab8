"""Plausible rain as a tipping bucket counts it, as a pure function of seed, place and time; nobody's measurements."""

import functools
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from plietsch.firmware.nature.noise import unit

DAY_S = 86_400
TIP_MM = 0.2
# A count is a sum over all days since then, so it has to begin somewhere.
BEGINNING_S = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp())
DAYS_AT_ONCE = 256
MOST_SHOWERS = 3
WET = 0.3  # of all showers that there may be: northern Germany has rain on three days of four, often next to none
HIGHEST_MM = 12.0


class Shower(NamedTuple):
    """When it begins, in seconds of its day, how long it takes, and how much falls."""

    start_s: float
    length_s: float
    height_mm: float

    def fallen_mm(self, second: float) -> float:
        """Return how much has fallen at a second of the day."""
        share = min(max((second - self.start_s) / self.length_s, 0.0), 1.0)
        return self.height_mm * share


def tips(seed: int, place: str, time_s: float) -> int:
    """Return how often the bucket has tipped since the counter began."""
    day, second = divmod(time_s - BEGINNING_S, DAY_S)
    if day < 0:
        return 0
    fallen_mm = _until(seed, place, int(day)) + sum(
        shower.fallen_mm(second) for shower in _showers(seed, place, int(day))
    )
    return int(fallen_mm / TIP_MM + 1e-9)


def _until(seed: int, place: str, day: int) -> float:
    return _totals(seed, place, (day // DAYS_AT_ONCE + 1) * DAYS_AT_ONCE)[day]


@functools.lru_cache(maxsize=256)
def _totals(seed: int, place: str, days: int) -> tuple[float, ...]:
    """Return what had fallen before each of the first days."""
    daily = (sum(shower.height_mm for shower in _showers(seed, place, day)) for day in range(days))
    return tuple(itertools.accumulate(daily, initial=0.0))


@functools.lru_cache(maxsize=4096)
def _showers(seed: int, place: str, day: int) -> tuple[Shower, ...]:
    return tuple(_drawn(seed, place, day))


def _drawn(seed: int, place: str, day: int) -> Iterator[Shower]:
    """Draw the showers of a day; the region has them together, each place its own amount, none beyond midnight."""
    for number in range(MOST_SHOWERS):
        name = f"shower/{day}/{number}"
        if unit(seed, name) < WET:
            start_s = unit(seed, f"{name}/start") * (DAY_S - 14_400)
            length_s = 600 + 13_200 * unit(seed, f"{name}/length") ** 2
            yield Shower(start_s, length_s, HIGHEST_MM * unit(seed, f"{place}/{name}") ** 3)
