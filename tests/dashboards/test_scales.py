"""Classes of values: the bounds of the European Air Quality Index 2024 belong to the lower class."""

import re

import pytest

from plietsch.dashboards.scales import SCALES
from support.node_js import ROOT

_COLOURS = re.compile(r"^\.(band-[\w-]+) \{ --band: (#\w{6}); --band-ink: (#\w{6}); \}$", re.MULTILINE)
_BANDS = _COLOURS.findall((ROOT / "dashboards/web/src/bands.css").read_text())


@pytest.mark.parametrize(
    ("code", "value", "band"),
    [
        ("pm2_5", 0.0, "good"),
        ("pm2_5", 5.0, "good"),
        ("pm2_5", 5.1, "fair"),
        ("pm2_5", 15.1, "moderate"),
        ("pm2_5", 50.1, "poor"),
        ("pm2_5", 90.1, "very-poor"),
        ("pm2_5", 140.1, "extremely-poor"),
        ("pm10", 15.0, "good"),
        ("pm10", 45.0, "fair"),
        ("pm10", 120.0, "moderate"),
        ("pm10", 195.0, "poor"),
        ("pm10", 270.0, "very-poor"),
        ("pm10", 1999.9, "extremely-poor"),
        ("temperature", -40.0, "frost"),
        ("temperature", 0.1, "cold"),
        ("temperature", 85.0, "hot"),
    ],
)
def test_a_value_has_its_class(code: str, value: float, band: str) -> None:
    assert SCALES[code].band(value).code == band


def test_every_class_of_a_scale_has_a_colour() -> None:
    assert {f"band-{band.code}" for scale in SCALES.values() for band in scale.bands} <= {name for name, *_ in _BANDS}


@pytest.mark.parametrize(("name", "fill", "ink"), _BANDS)
def test_words_and_numbers_are_readable_on_the_colour_of_their_class(name: str, fill: str, ink: str) -> None:
    """WCAG 2.2, 1.4.3: a contrast of 4.5 to 1."""
    darker, lighter = sorted((_luminance(fill), _luminance(ink)))
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5, name


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
