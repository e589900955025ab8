"""Which datastreams lie around another one: those of the same property and method at stations within a radius. Pure."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import cos, floor, pi, radians, sin
from typing import Final, NamedTuple

from plietsch.platform import places

_KM_PER_DEGREE: Final = places.METRES_PER_DEGREE / 1_000
_SPHERE_KM: Final = _KM_PER_DEGREE * 180 / pi
# Stations are looked up by cells of half a radius, and of this many degrees at least: a radius may be tiny.
_LEAST_CELL: Final = 0.005
# Nearer to a pole than this, degrees of longitude are too short to count in.
_LEAST_COSINE: Final = 0.05
# What lies on the border of cells shall not be lost to rounding.
_A_BIT: Final = 1e-9


class Placed(NamedTuple):
    """A datastream, and where its station stands as far as everybody may know, in degrees."""

    datastream_id: int
    station_id: int
    property: str
    method: str
    longitude: float
    latitude: float


class _Point(NamedTuple):
    """A datastream and its station, on a sphere of radius 1: chords are compared without a sine for each pair."""

    datastream_id: int
    station_id: int
    x: float
    y: float
    z: float


class Directory:
    """Datastreams by where they are; `radius_km` is how far anybody looks around, by property."""

    def __init__(self, placed: Iterable[Placed], radius_km: Mapping[str, float]) -> None:
        self.placed = {each.datastream_id: each for each in placed}
        self.radius_km = radius_km
        self._cell = {code: max(each / _KM_PER_DEGREE / 2, _LEAST_CELL) for code, each in radius_km.items()}
        self._cells: defaultdict[tuple[str, str, int, int], list[_Point]] = defaultdict(list)
        for each in self.placed.values():
            degrees = self._cell[each.property]
            cell = floor(each.longitude / degrees), floor(each.latitude / degrees)
            self._cells[each.property, each.method, *cell].append(_point(each))

    def radius_of(self, datastream_id: int) -> float | None:
        """How far anybody looks around for the property of a datastream; None where it stands nowhere."""
        here = self.placed.get(datastream_id)
        return self.radius_km[here.property] if here else None

    def around(self, datastream_id: int, radius_km: float) -> Sequence[int]:
        """The datastreams of other stations within a radius."""
        here = self.placed.get(datastream_id)
        if here is None:
            return ()
        _, station_id, x, y, z = _point(here)
        furthest = (2 * sin(radius_km / _SPHERE_KM / 2)) ** 2
        return array("i", [
            other
            for cell in self._cells_around(here, radius_km)
            for other, of, x_, y_, z_ in cell
            if (x - x_) ** 2 + (y - y_) ** 2 + (z - z_) ** 2 <= furthest and of != station_id
        ])  # fmt: skip

    def _cells_around(self, here: Placed, radius_km: float) -> Iterable[Sequence[_Point]]:
        cell = self._cell[here.property]
        high = radius_km / _KM_PER_DEGREE + _A_BIT
        # At the circle's end that is nearer to a pole, degrees of longitude are shortest.
        wide = high / max(cos(radians(abs(here.latitude) + high)), _LEAST_COSINE)
        rows = range(floor((here.latitude - high) / cell), floor((here.latitude + high) / cell) + 1)
        for column in range(floor((here.longitude - wide) / cell), floor((here.longitude + wide) / cell) + 1):
            for row in rows:
                if found := self._cells.get((here.property, here.method, column, row)):
                    yield found


def _point(placed: Placed) -> _Point:
    lambda_, phi = radians(placed.longitude), radians(placed.latitude)
    x, y, z = cos(phi) * cos(lambda_), cos(phi) * sin(lambda_), sin(phi)
    return _Point(placed.datastream_id, placed.station_id, x, y, z)
