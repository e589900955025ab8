"""Which stations are asked for, and in which order they come: by code, or where a place is given, the nearest first.

Distances are those of public places: they tell no more than these.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from plietsch.api.stations import folding
from plietsch.api.stations.kinds import Kind
from plietsch.api.stations.model import Series, Station
from plietsch.platform import places


class Bounds(NamedTuple):
    """A box in degrees (WGS 84); its edges belong to it."""

    west: float
    south: float
    east: float
    north: float

    def hold(self, longitude: float, latitude: float) -> bool:
        """Whether a point is in it."""
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north


class Near(NamedTuple):
    """A point in degrees (WGS 84), and how far from it at most, in metres, or how many at most."""

    longitude: float
    latitude: float
    radius_m: float | None = None
    nearest: int | None = None


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which stations. What is empty does not filter; of what has several, one suffices."""

    stations: tuple[str, ...] = ()
    bounds: Bounds | None = None
    near: Near | None = None
    municipality_keys: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    text: str = ""
    methods: tuple[str, ...] = ()


class Shown(NamedTuple):
    """A station with its series, and what is searched in it, folded."""

    station: Station
    measured: frozenset[str]
    texts: tuple[str, str]


class Found(NamedTuple):
    """A station that passed; how far away it is, where that was asked for."""

    code: str
    distance_m: float | None


def shown(station: Station, series: Iterable[Series]) -> Shown:
    """A station, ready to be filtered."""
    measured = frozenset(each.property for each in series if each.by_default)
    return Shown(station, measured, folding.folded(f"{station.name} {station.description} {station.code}"))


def find(some: Iterable[Shown], filter_: Filter) -> list[Found]:
    """The stations that pass, in their order."""
    passing = [each.station for each in some if _passes(each, filter_)]
    if filter_.near is None:
        return sorted(Found(each.code, None) for each in passing)
    return _nearest(passing, filter_.near)


def _passes(each: Shown, filter_: Filter) -> bool:
    station = each.station
    return (
        (not filter_.stations or station.code in filter_.stations)
        and (not filter_.regions or station.region in filter_.regions)
        and (not filter_.operators or station.operator.code in filter_.operators)
        and (not filter_.kinds or station.kind in filter_.kinds)
        and (not filter_.properties or not each.measured.isdisjoint(filter_.properties))
        # A key begins with those of the district and the state.
        and (not filter_.municipality_keys or (station.municipality_key or "").startswith(filter_.municipality_keys))
        and (filter_.bounds is None or filter_.bounds.hold(station.longitude, station.latitude))
        and (not filter_.text or folding.holds(each.texts, filter_.text))
    )


def _nearest(passing: Iterable[Station], near: Near) -> list[Found]:
    distance = _distance_from(near)
    found = [Found(each.code, distance(each)) for each in passing]
    if near.radius_m is not None:
        found = [each for each in found if each.distance_m is not None and each.distance_m <= near.radius_m]
    found.sort(key=lambda each: (each.distance_m, each.code))
    return found if near.nearest is None else found[: near.nearest]


def _distance_from(near: Near) -> Callable[[Station], float]:
    def distance_m(station: Station) -> float:
        return places.distance_m(near.longitude, near.latitude, station.longitude, station.latitude)

    return distance_m
