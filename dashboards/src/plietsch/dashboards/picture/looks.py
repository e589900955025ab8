"""Looks: the colours of the site's stylesheet, light and dark, and its typeface, for who draws without a browser.

The stylesheet is the source (web/src/site.css, bands.css); a test holds both equal.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Theme = Literal["light", "dark"]
Dash = tuple[float, tuple[float, ...]] | str

FONTS = Path(__file__).parent / "fonts"
FAMILY = "Atkinson Hyperlegible Next"
# What the typeface lacks, as a name in Greek, is drawn in the one that matplotlib brings.
FALLBACK = "DejaVu Sans"
# A reader's own, if the site's typeface is not there: an SVG in a mail loads nothing.
WEB_FAMILY = f"Hyperlegible, '{FAMILY}', system-ui, sans-serif"


@dataclass(frozen=True)
class Look:
    """The colours of a theme, by the names of the stylesheet's tokens."""

    paper: str
    ink: str
    ink_soft: str
    rule: str
    accent: str
    second: str
    alarm: str
    sand: str
    sand_ink: str
    sand_rule: str
    # Of lines beyond the second, which only comparisons have: each 3 to 1 or more against the paper.
    more: tuple[str, ...]

    def colour(self, index: int) -> str:
        """Of a line."""
        return (self.accent, self.second, *self.more)[index % MOST_LINES]


LOOKS: dict[Theme, Look] = {
    "light": Look(
        paper="#ffffff",
        ink="#10303a",
        ink_soft="#48616b",
        rule="#d4dedf",
        accent="#0b6475",
        second="#a3541a",
        alarm="#b3261e",
        sand="#fbf1dc",
        sand_ink="#5a4208",
        sand_rule="#ecd9ae",
        more=("#5b4a9e", "#2f7d4f", "#a8327a", "#5d6b00"),
    ),
    "dark": Look(
        paper="#14252d",
        ink="#e6eeef",
        ink_soft="#a6b8be",
        rule="#2c4651",
        accent="#74cbd9",
        second="#f0a870",
        alarm="#ff9a8f",
        sand="#2d2513",
        sand_ink="#f3ddab",
        sand_rule="#574721",
        more=("#b9a8f5", "#86d6a0", "#f096cb", "#d3d86a"),
    ),
}
MOST_LINES = 6
# Lines are told apart by more than colour: the first is whole, the second dashed as on the site's chart.
DASHES: tuple[Dash, ...] = (
    "solid",
    (0, (7, 4)),
    (0, (1.5, 2.5)),
    (0, (9, 3, 2, 3)),
    (0, (14, 4)),
    (0, (5, 2.5, 1.5, 2.5, 1.5, 2.5)),
)
# Colours of classes (`.band-…`).
BANDS = {
    "good": "#50f0e6",
    "fair": "#50ccaa",
    "moderate": "#f0e641",
    "poor": "#ff5050",
    "very-poor": "#960032",
    "extremely-poor": "#7d2181",
    "frost": "#a9bdf5",
    "cold": "#a6dcf2",
    "mild": "#bfe3a6",
    "warm": "#ffd27a",
    "hot": "#ff9270",
    "level-1": "#f3e06a",
    "level-2": "#f5a04a",
    "level-3": "#d23f31",
    "level-4": "#7d2181",
}
