"""Scales: which class a value belongs to, in words; its colour is the stylesheet's (`.band-…` in web/src/bands.css).

Fine dust follows the European Air Quality Index as revised in 2024 (European Environment Agency). It is made for hourly
means of reference instruments; here it classes single values of low-cost ones, which are indicative, and pages say so.
Temperature has a scale of our own.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from plietsch.dashboards.texts import N_


@dataclass(frozen=True)
class Band:
    """A class: `upper` belongs to it, None is without bound; `word` is translated when shown."""

    code: str
    upper: float | None
    word: str


@dataclass(frozen=True)
class Scale:
    """The bands of a property, lowest first, and the scale's name, translated when shown."""

    name: str
    bands: tuple[Band, ...]

    def band(self, value: float) -> Band:
        """The band of a value, in the property's unit."""
        return next(band for band in self.bands if band.upper is None or value <= band.upper)


_INDEX = N_("European Air Quality Index 2024")
_INDEX_WORDS = {
    "good": N_("good"),
    "fair": N_("fair"),
    "moderate": N_("moderate"),
    "poor": N_("poor"),
    "very-poor": N_("very poor"),
    "extremely-poor": N_("extremely poor"),
}


def has_index(codes: Iterable[str]) -> bool:
    """Whether the values of any of these properties are classed by the European index."""
    return any(SCALES[code].name == _INDEX for code in codes if code in SCALES)


def _air_quality(*uppers: float) -> Scale:
    bounds = (*uppers, None)
    bands = (Band(code, upper, word) for (code, word), upper in zip(_INDEX_WORDS.items(), bounds, strict=True))
    return Scale(_INDEX, tuple(bands))


SCALES = {
    "pm2_5": _air_quality(5, 15, 50, 90, 140),  # µg/m³
    "pm10": _air_quality(15, 45, 120, 195, 270),  # µg/m³
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
