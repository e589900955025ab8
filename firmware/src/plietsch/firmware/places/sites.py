"""The sites of the region in one order, of which a simulation takes as many as it wants."""

import functools
import itertools
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from plietsch.firmware.places import dust, levels, rain
from plietsch.firmware.places.land import is_land
from plietsch.firmware.places.place import WATER_LEVEL, Site

KM_PER_DEGREE, KM_PER_DEGREE_OF_LONGITUDE = 111.2, 64.2
# Which kind comes when: the first three are fine dust, and a dozen shows all three kinds.
ORDER = (*"DDDDLDDRDDDD", *"LDRLDLDDRLDDLRDDLRDLDLDRLDLRLR")
# Further stations stand around those known by name, each round further out: there is one of each on so much land. Water
# levels keep to the water.
KM2_EACH, KM2_EACH_LEVEL = 1.2, 0.05
MOST_TRIES = 16


def _ordered() -> Iterator[Site]:
    waiting = {"D": iter(dust.SITES), "L": iter(levels.SITES), "R": iter(rain.SITES)}
    return (next(waiting[kind]) for kind in ORDER)


SITES: Sequence[Site] = tuple(_ordered())
_KNOWN = {site.code: site for site in SITES}


def first(count: int) -> list[Site]:
    """Return the first `count` sites; beyond those known by name, further ones stand near them."""
    return list(itertools.islice(_all(), count))


@functools.cache
def site(code: str) -> Site:
    """Return the site of a station's code, a further one's as that near which it stands. Raises KeyError."""
    return _KNOWN[code if code in _KNOWN else code.rpartition("-")[0]]


def _all() -> Iterator[Site]:
    yield from SITES
    for number in itertools.count(2):
        for each in SITES:
            yield _near(each, number)


def _near(known: Site, number: int) -> Site:
    place = known.place
    longitude, latitude = _spot(known, number)
    further = replace(
        place,
        code=f"{place.code}-{number}",
        name=f"{place.name} ({number})",
        longitude=longitude,
        latitude=latitude,
        municipality_key=None,
    )
    return replace(known, place=further)


def _spot(known: Site, number: int) -> tuple[float, float]:
    """Return a place on land, further away for a higher number; that of the known site if none is found."""
    place, is_level = known.place, known.kind == WATER_LEVEL
    dice = random.Random(f"{place.code}/{number}")  # noqa: S311 where a simulated station stands is no secret
    for _ in range(MOST_TRIES):
        km2 = (KM2_EACH_LEVEL if is_level else KM2_EACH) * (number - dice.random())
        angle, far_km = dice.uniform(0, math.tau), math.sqrt(km2 / math.pi)
        longitude = round(place.longitude + far_km * math.cos(angle) / KM_PER_DEGREE_OF_LONGITUDE, 4)
        latitude = round(place.latitude + far_km * math.sin(angle) / KM_PER_DEGREE, 4)
        if is_level or is_land(longitude, latitude):
            return longitude, latitude
    return place.longitude, place.latitude
