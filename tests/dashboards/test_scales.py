"""Classes of values: the bounds of the European Air Quality Index 2024 belong to the lower class."""

import pytest

from plietsch.dashboards.scales import SCALES


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
