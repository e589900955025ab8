"""Fine-dust places and harbours as two lists: what came before `listing`, until nothing asks for it any more."""

import functools
import random
from dataclasses import dataclass, replace

from plietsch.firmware.places.place import Place

NEARBY_DEGREES = 0.01


FLENSBURG = "01001000"

PLACES = (
    Place("flensburg-suedermarkt", "Flensburg, Südermarkt", 9.4366, 54.7826, 12.0, FLENSBURG),
    Place("flensburg-hafenspitze", "Flensburg, Hafenspitze", 9.4357, 54.7876, 2.0, FLENSBURG),
    Place("flensburg-bahnhof", "Flensburg, Bahnhof", 9.4369, 54.7742, 20.0, FLENSBURG),
    Place("flensburg-muerwik", "Flensburg, Mürwik", 9.4640, 54.8130, 25.0, FLENSBURG),
    Place("gluecksburg-schloss", "Glücksburg, Schloss", 9.5440, 54.8313, 5.0, "01059113"),
    Place("schleswig-dom", "Schleswig, Dom", 9.5694, 54.5136, 7.0, "01059075"),
    Place("kappeln-hafen", "Kappeln, Hafen", 9.9335, 54.6622, 2.0, "01059045"),
    Place("husum-markt", "Husum, Markt", 9.0521, 54.4769, 4.0, "01054056"),
    Place("niebuell-bahnhof", "Niebüll, Bahnhof", 8.8335, 54.7886, 2.0, "01054088"),
    Place("tarp-bahnhof", "Tarp, Bahnhof", 9.4010, 54.6640, 17.0, "01059171"),
    Place("padborg-station", "Padborg, Station", 9.3579, 54.8237, 28.0, None),
    Place("soenderborg-havn", "Sønderborg, Havn", 9.7840, 54.9090, 2.0, None),
    Place("leck-markt", "Leck, Markt", 8.9770, 54.7710, 5.0, "01054076"),
    Place("toenning-hafen", "Tönning, Hafen", 8.9425, 54.3165, 2.0, "01054138"),
    Place("toender-torv", "Tønder, Torvet", 8.8667, 54.9340, 4.0, None),
    Place("flensburg-nordertor", "Flensburg, Nordertor", 9.4305, 54.7951, 6.0, FLENSBURG),
    Place("flensburg-campus", "Flensburg, Campus", 9.4510, 54.7760, 45.0, FLENSBURG),
    Place("krusaa-torv", "Kruså, Torvet", 9.4020, 54.8490, 20.0, None),
    Place("bredstedt-markt", "Bredstedt, Markt", 8.9640, 54.6190, 7.0, "01054019"),
    Place("friedrichstadt-markt", "Friedrichstadt, Markt", 9.0890, 54.3760, 2.0, "01054033"),
    Place("suederbrarup-bahnhof", "Süderbrarup, Bahnhof", 9.7740, 54.6370, 23.0, "01059083"),
    Place("harrislee-markt", "Harrislee, Markt", 9.3790, 54.7970, 38.0, "01059120"),
    Place("graasten-station", "Gråsten, Station", 9.5960, 54.9210, 4.0, None),
    Place("schafflund-mitte", "Schafflund, Ortsmitte", 9.1830, 54.7620, 15.0, "01059158"),
)


@dataclass(frozen=True, slots=True)
class Harbour:
    """Where a level is measured: half the usual tide; above the gauge's zero, the mean level and a sensor's height."""

    place: Place
    tide_mm: float
    mean_mm: float
    sensor_mm: float


# Gauges' zeros lie five metres below the sea's level (PNP = NHN − 5 m, as usual at German coasts); tides are rounded.
HARBOURS = (
    Harbour(Place("flensburg-pegel", "Flensburg, Hafen", 9.4366, 54.7897, 1.0, FLENSBURG), 40.0, 5010.0, 7600.0),
    Harbour(Place("kappeln-pegel", "Kappeln, Hafen", 9.9350, 54.6630, 1.0, "01059045"), 30.0, 5020.0, 7500.0),
    Harbour(Place("husum-pegel", "Husum, Hafen", 9.0440, 54.4740, 1.0, "01054056"), 1750.0, 5150.0, 7800.0),
    Harbour(Place("schleswig-pegel", "Schleswig, Hafen", 9.5690, 54.5105, 1.0, "01059075"), 20.0, 5020.0, 7500.0),
    Harbour(Place("soenderborg-pegel", "Sønderborg, Havn", 9.7860, 54.9075, 1.0, None), 50.0, 5010.0, 7600.0),
    Harbour(Place("toenning-pegel", "Tönning, Hafen", 8.9430, 54.3160, 1.0, "01054138"), 1450.0, 5100.0, 7800.0),
)


def harbours(count: int) -> list[Harbour]:
    """Return `count` harbours; beyond those known by name, further sensors hang near them."""
    rounds = -(-count // len(HARBOURS))
    return [
        harbour if number == 1 else replace(harbour, place=_near(harbour.place, number))
        for number in range(1, rounds + 1)
        for harbour in HARBOURS
    ][:count]


@functools.cache
def harbour(code: str) -> Harbour:
    """Return the harbour of a station's code; raise KeyError."""
    known = {harbour.place.code: harbour for harbour in HARBOURS}
    return known[code if code in known else code.rpartition("-")[0]]


def first(count: int) -> list[Place]:
    """Return `count` places; beyond those known by name, further stations stand near them."""
    rounds = -(-count // len(PLACES))
    return [place for number in range(1, rounds + 1) for place in _round(number)][:count]


def _round(number: int) -> list[Place]:
    if number == 1:
        return list(PLACES)
    return [_near(place, number) for place in PLACES]


def _near(place: Place, number: int) -> Place:
    dice = random.Random(f"{place.code}/{number}")  # noqa: S311 where a simulated station stands is no secret
    return replace(
        place,
        code=f"{place.code}-{number}",
        name=f"{place.name} ({number})",
        longitude=round(place.longitude + dice.uniform(-NEARBY_DEGREES, NEARBY_DEGREES), 4),
        latitude=round(place.latitude + dice.uniform(-NEARBY_DEGREES, NEARBY_DEGREES) / 2, 4),
        municipality_key=None,
    )
