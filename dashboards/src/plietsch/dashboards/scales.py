"""Scales: which class a value belongs to, in words; its colour is the stylesheet's (`.band-…` in web/src/bands.css).

Fine dust follows the European Air Quality Index as revised in 2024 (`plietsch.ingest.series.air_quality` has its
bands). It is made for hourly means of reference instruments; here it classes single values of low-cost ones, which are
indicative, and pages say so. The index itself is a quantity of its own, of hourly means.
Rain of an hour is light up to 2.5 mm and moderate up to 10 mm (Deutscher Wetterdienst, Wetterlexikon, Niederschlags-
intensität); its warnings begin at 15, 25 and 40 mm (DWD, Warnkriterien, Starkregen in einer Stunde).
Levels are a gauge's own, each with its own words. Temperature has a scale of ours.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from plietsch.dashboards.texts import N_
from plietsch.ingest.series.air_quality import EUROPEAN


@dataclass(frozen=True)
class Band:
    """A class: `upper` belongs to it, None is without bound; `word` is translated when shown.

    `rank` says how much it matters, from 0 (nothing to see to) to 5.
    """

    code: str
    upper: float | None
    word: str
    rank: int = 0


@dataclass(frozen=True)
class Scale:
    """The bands of a quantity, lowest first, and the scale's name, translated when shown."""

    name: str
    bands: tuple[Band, ...]

    def band(self, value: float) -> Band:
        """The band of a value, in the quantity's unit."""
        return next(band for band in self.bands if band.upper is None or value <= band.upper)


class Level(NamedTuple):
    """A level of a gauge: above its zero, its rank from 1 to 4, its name in the page's language."""

    level_cm: float
    rank: int
    name: str


_INDEX = N_("European Air Quality Index 2024")
_INDEX_WORDS = {
    "good": N_("good"),
    "fair": N_("fair"),
    "moderate": N_("moderate"),
    "poor": N_("poor"),
    "very-poor": N_("very poor"),
    "extremely-poor": N_("extremely poor"),
}
_GERMAN_INDEX = N_("Air-quality index of the German Environment Agency 2025")
# Its colours are those of the European one's first five classes; its words are milder by one.
_GERMAN_WORDS = {
    "good": N_("very good"),
    "fair": N_("good"),
    "moderate": N_("moderate"),
    "poor": N_("poor"),
    "very-poor": N_("very poor"),
}
INDICATIVE = N_(
    "Such an index is meant for five pollutants, measured by reference instruments. Here it is made of fine dust alone,"
    " measured by a low-cost sensor: it is indicative."
)
BELOW_ALL_LEVELS = N_("below all levels")
_LEVELS = N_("Levels of this gauge")
# Just below a level: what reaches it belongs to its class.
_JUST_BELOW_CM = 0.05


def has_index(codes: Iterable[str]) -> bool:
    """Whether the values of any of these quantities are classed by the European index."""
    return any(SCALES[code].name == _INDEX for code in codes if code in SCALES)


def of_gauge(levels: Sequence[Level]) -> Scale:
    """The scale of a gauge with these levels, lowest first."""
    uppers = [*(level.level_cm - _JUST_BELOW_CM for level in levels), None]
    begun = [(0, BELOW_ALL_LEVELS), *((level.rank, level.name) for level in levels)]
    bands = (Band(f"level-{rank}", upper, name, rank) for (rank, name), upper in zip(begun, uppers, strict=True))
    return Scale(_LEVELS, tuple(bands))


def _air_quality(*uppers: float) -> Scale:
    bounds = (*uppers, None)
    words = _INDEX_WORDS.items()
    bands = (
        Band(code, upper, word, rank) for rank, ((code, word), upper) in enumerate(zip(words, bounds, strict=True))
    )
    return Scale(_INDEX, tuple(bands))


def _classes(name: str, words: Iterable[tuple[str, str]]) -> Scale:
    """The scale of an index itself, whose values are classes from 1 on."""
    bands = [Band(code, float(number), word, number - 1) for number, (code, word) in enumerate(words, 1)]
    return Scale(name, (*bands[:-1], replace(bands[-1], upper=None)))


SCALES = {
    **{code: _air_quality(*bounds) for code, bounds in EUROPEAN.bounds.items()},  # µg/m³
    "aqi_eu": _classes(_INDEX, _INDEX_WORDS.items()),
    "aqi_de": _classes(_GERMAN_INDEX, _GERMAN_WORDS.items()),
    "rain_1h": Scale(  # mm
        N_("Rain in the last hour"),
        (
            Band("rain-none", 0, N_("dry")),
            Band("rain-light", 2.5, N_("light rain")),
            Band("rain-moderate", 10, N_("moderate rain"), 1),
            Band("rain-heavy", 15, N_("strong rain"), 2),
            Band("rain-marked", 25, N_("heavy rain"), 3),
            Band("rain-severe", 40, N_("severe heavy rain"), 4),
            Band("rain-extreme", None, N_("extreme heavy rain"), 5),
        ),
    ),
    "temperature": Scale(  # °C
        N_("Air temperature"),
        (
            Band("frost", 0, N_("frost")),
            Band("cold", 10, N_("cold")),
            Band("mild", 20, N_("mild")),
            Band("warm", 30, N_("warm")),
            Band("hot", None, N_("hot")),
        ),
    ),
}
