"""Finding stations and places by what people type: another spelling, another language's name, a typing mistake.

The places are those of `places.json`: [name, longitude, latitude, kind], the most important first.
"""

import difflib
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

import msgspec

from plietsch.dashboards.map.stations import Station
from plietsch.platform import places

# Letters that the alphabets of the region write in two ways each.
_SPELLINGS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa", "-": " "})
# What is called otherwise on the other side of the border.
_OTHER_NAMES = {
    "Flensburg": ("Flensborg",),
    "Schleswig": ("Slesvig",),
    "Eckernförde": ("Egernførde",),
    "Sønderborg": ("Sonderburg",),
    "Aabenraa": ("Apenrade", "Åbenrå"),
    "Haderslev": ("Hadersleben",),
    "Tønder": ("Tondern",),
    "Padborg": ("Pattburg",),
    "Kruså": ("Krusau",),
    "Gråsten": ("Gravenstein",),
}
# How alike a word and a name must be (difflib) for one to be the other's typing mistake: two letters in ten.
_ALIKE = 0.8
# As far as weather and air are about the same, and somebody goes by bicycle.
_NEAR_KM = 25
_FEWEST = 5
# As many names as the stations of a large region have: its table is sorted by them each time.
_FOLDED = 20_000


class Place(NamedTuple):
    """A place, in degrees; its kind is `city`, `town` or `municipality`."""

    name: str
    longitude: float
    latitude: float
    kind: str


class Found(NamedTuple):
    """What a search came to: a place, stations whose names hold what was typed, or nothing.

    `guessed` says that the place is called otherwise than what was typed.
    """

    place: Place | None = None
    stations: Sequence[Station] = ()
    guessed: bool = False

    @property
    def is_nothing(self) -> bool:
        """Whether neither a place nor a station was found."""
        return self.place is None and not self.stations


@cache
def document() -> bytes:
    """The list of places, without the spaces that its file has for people."""
    text = resources.files("plietsch.dashboards.map").joinpath("places.json").read_bytes()
    return msgspec.json.format(text, indent=-1)


@cache
def known() -> dict[str, Place]:
    """The places by each of their names as `fold` writes it; of several of one name, the most important one."""
    found: dict[str, Place] = {}
    for place in msgspec.json.decode(document(), type=list[Place]):
        for name in (place.name, *_OTHER_NAMES.get(place.name, ())):
            found.setdefault(fold(name), place)
    return found


@lru_cache(maxsize=_FOLDED)
def fold(text: str) -> str:
    """A text as it is compared: small letters without accents, umlauts as two letters."""
    return _bare(unicodedata.normalize("NFC", text).casefold().translate(_SPELLINGS))


def find(typed: str, stations: Sequence[Station]) -> Found:
    """What somebody means: a place of that name, else stations, else a place that begins so or is spelt nearly so."""
    wanted = fold(typed)
    if wanted in known():
        return Found(known()[wanted])
    words = wanted.split()
    named = [station for station in stations if _holds(station, words)] if words else []
    if named:
        return Found(stations=named)
    name = _nearly(wanted)
    return Found(known()[name], guessed=True) if name else Found()


def near(place: Place, stations: Sequence[Station]) -> list[Station]:
    """The stations near a place, the nearest first: those within some kilometres, at least a handful."""
    by_distance = sorted(stations, key=lambda station: distance_km(place, station))
    within = sum(distance_km(place, station) <= _NEAR_KM for station in by_distance)
    return by_distance[: max(within, _FEWEST)]


def distance_km(place: Place, station: Station) -> float:
    """How far a station's public place is from a place."""
    return places.distance_m(place.longitude, place.latitude, station.longitude, station.latitude) / 1000


def _holds(station: Station, words: Sequence[str]) -> bool:
    """Whether a station's name or code holds all of these words; umlauts may have lost their dots."""
    said = f"{fold(station.name)} {_bare(station.name.casefold())} {station.code}"
    return all(word in said for word in words)


def _bare(text: str) -> str:
    """A text without accents, and with single spaces."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(letters.split())


def _nearly(wanted: str) -> str | None:
    if len(wanted) < 2:
        return None
    begins = (name for name in known() if name.startswith(wanted))
    holds = (name for name in known() if f" {wanted}" in name)
    alike = difflib.get_close_matches(wanted, known(), n=1, cutoff=_ALIKE)
    return next((name for some in (begins, holds, alike) for name in some), None)
