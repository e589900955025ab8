"""What a value means, in words: every class says something else, in every language."""

import pytest

from plietsch.dashboards.gauges import Gauge
from plietsch.dashboards.scales import SCALES, Level
from plietsch.dashboards.station import meanings
from plietsch.dashboards.texts import LANGUAGES, Texts

LEVELS = (Level(620, 1, "raised"), Level(660, 2, "storm surge"))
GAUGE = Gauge("the Flensburg Fjord", 500, LEVELS)
EN = Texts.read("en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ["pm2_5", "pm10", "rain_1h", "temperature"])
def test_every_class_has_a_meaning_of_its_own(code: str, language: str):
    texts = Texts.read(language)
    said = [meanings.of(code, 0, band.code, None, [code], texts) for band in SCALES[code].bands]
    assert all(len(sentences) == 1 for sentences in said)
    assert len({sentences[0] for sentences in said}) == len(SCALES[code].bands)


@pytest.mark.parametrize(
    ("cm", "said"),
    [
        (
            581.6,
            "The water of the Flensburg Fjord stands below all levels of this gauge. The first one, “raised”, begins at"
            " 620 cm: 39 cm more. It stands 82 cm above its mean level.",
        ),
        (
            619.6,
            "The water of the Flensburg Fjord stands below all levels of this gauge. The first one, “raised”, begins at"
            " 620 cm: 1 cm more. It stands 120 cm above its mean level.",
        ),
        (
            620,
            "The water of the Flensburg Fjord has reached the level “raised” (from 620 cm on)."
            " It stands 120 cm above its mean level.",
        ),
        (
            727.0,
            "The water of the Flensburg Fjord has reached the level “storm surge” (from 660 cm on)."
            " It stands 227 cm above its mean level.",
        ),
    ],
)
def test_a_level_is_put_in_relation_to_the_gauges_own(cm: float, said: str):
    assert " ".join(meanings.of("water_level", cm, "", GAUGE, ["water_level"], EN)) == said


@pytest.mark.parametrize(
    ("cm", "said"),
    [
        (499.6, "It stands at its mean level."),
        (441, "It stands 59 cm below its mean level."),
    ],
)
def test_a_mean_level_is_enough(cm: float, said: str):
    assert meanings.of("water_level", cm, "", Gauge("x", 500), ["water_level"], EN) == [said]


def test_a_level_without_a_gauge_says_what_it_is():
    assert meanings.of("water_level", 1, "", None, ["water_level"], EN) == [
        "Counted from the gauge's zero, not from the ground of the water."
    ]


def test_humid_air_matters_to_fine_dust_only():
    assert meanings.of("humidity", 71, "", None, ["humidity"], EN) == ["Humid air."]
    assert len(meanings.of("humidity", 71, "", None, ["humidity", "pm2_5"], EN)) == 2
    assert len(meanings.of("humidity", 70, "", None, ["humidity", "pm2_5"], EN)) == 1
