"""Rain that the region shares: fronts and showers pass from west to east, and each place gets its own of them."""

import functools
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from plietsch.firmware.nature.noise import unit
from plietsch.firmware.places.place import Place

DAY_S, HOUR_S = 86_400, 3_600
KM_PER_DEGREE = 111.2
KM_PER_DEGREE_OF_LONGITUDE = 64.2  # at 54.7° north
WEST, SOUTH, NORTH = 8.2, 54.25, 55.05
EVERYWHERE_KM = 10_000.0
# Northern Germany has about 850 mm a year, a little more than half of it in fronts.
FRONT_A_DAY, SHOWERY_A_DAY = 0.32, 0.33
FRONT_KM_H, SHOWER_KM_H = 35.0, 40.0
FEWEST_SHOWERS, MOST_SHOWERS = 4, 10
NEXT_TO_NOTHING_MM = 0.02
LOCAL = 0.5  # by how much of the mean the amounts of two neighbours may differ
DAYS_KEPT = 64


@dataclass(frozen=True, slots=True)
class Cell:
    """Rain that crosses the region: it reaches `longitude` at `start_s`, and falls on each place for `length_s`.

    `most_mm` fall where its middle passes, at `latitude`; `width_km` to either side of it a third of that. It travels
    at `speed_km_h`, or stands still where that is None and reaches `reach_km` east and west.
    """

    start_s: float
    length_s: float
    most_mm: float
    longitude: float
    latitude: float
    width_km: float
    reach_km: float = EVERYWHERE_KM
    speed_km_h: float | None = None

    def amount_mm(self, longitude: float, latitude: float) -> float:
        """Return how much of it falls on a place in all."""
        north = (latitude - self.latitude) * KM_PER_DEGREE / self.width_km
        east = (longitude - self.longitude) * KM_PER_DEGREE_OF_LONGITUDE / self.reach_km
        return self.most_mm * math.exp(-north * north - east * east)

    def start_at_s(self, longitude: float) -> float:
        """Return when it begins to rain there."""
        if self.speed_km_h is None:
            return self.start_s
        east_km = (longitude - self.longitude) * KM_PER_DEGREE_OF_LONGITUDE
        return self.start_s + east_km / self.speed_km_h * HOUR_S

    def fallen_mm(self, longitude: float, latitude: float, time_s: float) -> float:
        """Return how much has fallen on a place until a time."""
        share = _share((time_s - self.start_at_s(longitude)) / self.length_s)
        return self.amount_mm(longitude, latitude) * share if share else 0.0


class Fall(NamedTuple):
    """A cell's rain on one place."""

    start_s: float
    length_s: float
    amount_mm: float

    def fallen_mm(self, time_s: float) -> float:
        """Return how much of it has fallen until a time."""
        return self.amount_mm * _share((time_s - self.start_s) / self.length_s)

    def rate_mm_h(self, time_s: float) -> float:
        """Return how hard it rains."""
        share = (time_s - self.start_s) / self.length_s
        return self.amount_mm * 6 * share * (1 - share) * HOUR_S / self.length_s if 0 < share < 1 else 0.0


class Rain:
    """The rain on a place, counted from `since_s` (Unix seconds) on: that of any day, and `further` cells."""

    def __init__(self, seed: int, place: Place, since_s: float, further: Sequence[Cell] = ()) -> None:
        self._seed = seed
        self._place = place
        self._first_day = int(since_s // DAY_S)
        self._further = [fall for fall in map(self._fall, further) if fall.amount_mm > NEXT_TO_NOTHING_MM]
        self._days: dict[int, tuple[Fall, ...]] = {}
        self._until = [0.0]

    def fallen_mm(self, time_s: float) -> float:
        """Return how much has fallen since the beginning."""
        day = int(time_s // DAY_S)
        # What begins on a day may still fall on the next, and never on the one after it.
        fallen_mm = self._before(day - 1) + sum(fall.fallen_mm(time_s) for fall in self._further)
        for each in range(max(day - 1, self._first_day), day + 1):
            for fall in self.of_day(each):
                fallen_mm += fall.fallen_mm(time_s)
        return fallen_mm

    def rate_mm_h(self, time_s: float) -> float:
        """Return how hard it rains."""
        day = int(time_s // DAY_S)
        falls = itertools.chain(self.of_day(day - 1), self.of_day(day), self._further)
        return sum(fall.rate_mm_h(time_s) for fall in falls)

    def between(self, from_s: float, until_s: float) -> Iterator[Fall]:
        """Yield the rain that begins between two times."""
        days = range(int(from_s // DAY_S) - 1, int(until_s // DAY_S) + 1)
        falls = itertools.chain(self._further, *(self.of_day(day) for day in days))
        return (fall for fall in falls if from_s <= fall.start_s < until_s)

    def of_day(self, day: int) -> tuple[Fall, ...]:
        """Return what begins in the region on a day, as far as it falls here."""
        found = self._days.get(day)
        if found is None:
            if len(self._days) >= DAYS_KEPT:
                self._days.clear()
            falls = (self._local(cell) for cell in cells(self._seed, day))
            found = self._days[day] = tuple(fall for fall in falls if fall.amount_mm > NEXT_TO_NOTHING_MM)
        return found

    def _before(self, day: int) -> float:
        """Return the sum of all days before one."""
        while len(self._until) <= day - self._first_day:
            latest = self._first_day + len(self._until) - 1
            self._until.append(self._until[-1] + sum(fall.amount_mm for fall in self.of_day(latest)))
        return self._until[max(day - self._first_day, 0)]

    def _local(self, cell: Cell) -> Fall:
        """Return what falls here of a cell that is drawn by chance: neighbours get different amounts of it."""
        return self._fall(cell, 1 + LOCAL * (unit(self._seed, f"{self._place.code}/rain/{cell.start_s:.0f}") - 0.5))

    def _fall(self, cell: Cell, here: float = 1.0) -> Fall:
        place = self._place
        amount_mm = cell.amount_mm(place.longitude, place.latitude) * here
        return Fall(cell.start_at_s(place.longitude), cell.length_s, amount_mm)


def _share(share: float) -> float:
    if share <= 0:
        return 0.0
    return 1.0 if share >= 1 else share * share * (3 - 2 * share)


@functools.lru_cache(maxsize=1024)
def cells(seed: int, day: int) -> tuple[Cell, ...]:
    """Return what enters the region from the west on a day (days since 1970, UTC)."""
    return (*_fronts(seed, day), *_showers(seed, day))


def _fronts(seed: int, day: int) -> Iterator[Cell]:
    name = f"front/{day}"
    if unit(seed, name) < FRONT_A_DAY:
        yield Cell(
            start_s=day * DAY_S + unit(seed, f"{name}/start") * DAY_S,
            length_s=(2 + 5 * unit(seed, f"{name}/length")) * HOUR_S,
            most_mm=1 + 9 * unit(seed, f"{name}/amount") ** 1.5,
            longitude=WEST,
            latitude=SOUTH + (NORTH - SOUTH) * unit(seed, f"{name}/latitude"),
            width_km=90.0,
            speed_km_h=FRONT_KM_H,
        )


def _showers(seed: int, day: int) -> Iterator[Cell]:
    name = f"showers/{day}"
    if unit(seed, name) >= SHOWERY_A_DAY:
        return
    count = FEWEST_SHOWERS + int(unit(seed, f"{name}/count") * (MOST_SHOWERS - FEWEST_SHOWERS + 1))
    for number in range(count):
        each = f"{name}/{number}"
        yield Cell(
            start_s=day * DAY_S + unit(seed, f"{each}/start") * DAY_S,
            length_s=600 + 1200 * unit(seed, f"{each}/length"),
            most_mm=0.8 + 5.5 * unit(seed, f"{each}/amount") ** 2,
            longitude=WEST,
            latitude=SOUTH + (NORTH - SOUTH) * unit(seed, f"{each}/latitude"),
            width_km=5 + 5 * unit(seed, f"{each}/width"),
            speed_km_h=SHOWER_KM_H,
        )
