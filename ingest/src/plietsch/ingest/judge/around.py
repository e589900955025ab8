"""Which datastreams lie around another one: those of the same property and method at stations within a radius. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from math import ceil, cos, floor, radians
from typing import NamedTuple

from plietsch.platform import places

# Stations are looked up by cells of a tenth of a degree.
_CELLS = 10
_KM_PER_DEGREE = places.METRES_PER_DEGREE / 1_000
# Nearer to a pole than this, degrees of longitude are too short to count in.
_LEAST_COSINE = 0.05


class Placed(NamedTuple):
    """A datastream, and where its station stands as far as everybody may know, in degrees."""

    datastream_id: int
    station_id: int
    property: str
    method: str
    longitude: float
    latitude: float


class Directory:
    """Datastreams by where they are."""

    def __init__(self, placed: Iterable[Placed]) -> None:
        self._placed = {each.datastream_id: each for each in placed}
        self._cells: defaultdict[tuple[str, str, int, int], list[Placed]] = defaultdict(list)
        for each in self._placed.values():
            cell = floor(each.longitude * _CELLS), floor(each.latitude * _CELLS)
            self._cells[each.property, each.method, *cell].append(each)

    def around(self, datastream_id: int, radius_km: float) -> Iterator[int]:
        """The datastreams of other stations within a radius."""
        here = self._placed.get(datastream_id)
        if here is None:
            return
        for other in self._cells_around(here, radius_km):
            if other.station_id != here.station_id and _distance_km(here, other) <= radius_km:
                yield other.datastream_id

    def _cells_around(self, here: Placed, radius_km: float) -> Iterator[Placed]:
        degrees = radius_km / _KM_PER_DEGREE
        wide = degrees / max(cos(radians(here.latitude)), _LEAST_COSINE)
        for column in range(floor((here.longitude - wide) * _CELLS), ceil((here.longitude + wide) * _CELLS) + 1):
            for row in range(floor((here.latitude - degrees) * _CELLS), ceil((here.latitude + degrees) * _CELLS) + 1):
                yield from self._cells.get((here.property, here.method, column, row), ())


def _distance_km(here: Placed, other: Placed) -> float:
    return places.distance_m(here.longitude, here.latitude, other.longitude, other.latitude) / 1_000
