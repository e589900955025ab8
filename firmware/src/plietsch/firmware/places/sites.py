"""The sites of the region in one order, of which a simulation takes as many as it wants."""

import functools
import itertools
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from plietsch.firmware.places import dust, levels, rain
from plietsch.firmware.places.place import Site

KM_PER_DEGREE, KM_PER_DEGREE_OF_LONGITUDE = 111.2, 64.2
# Which kind comes when: the first three are fine dust, and a dozen shows all three kinds.
ORDER = (*"DDDDLDDRDDDD", *"LDRLDLDDRLDDLRDDLRDLDLDRLDLRLR")
# Further stations stand around those known by name, each round further out; there is room for one on so much land.
KM2_EACH = 0.6


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
    dice = random.Random(f"{place.code}/{number}")  # noqa: S311 where a simulated station stands is no secret
    angle, far_km = dice.uniform(0, math.tau), math.sqrt(KM2_EACH * (number - dice.random()) / math.pi)
    further = replace(
        place,
        code=f"{place.code}-{number}",
        name=f"{place.name} ({number})",
        longitude=round(place.longitude + far_km * math.cos(angle) / KM_PER_DEGREE_OF_LONGITUDE, 4),
        latitude=round(place.latitude + far_km * math.sin(angle) / KM_PER_DEGREE, 4),
        municipality_key=None,
    )
    return replace(known, place=further)
