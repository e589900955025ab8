"""What a value means, in words: every class says something else, in every language."""

from datetime import UTC, datetime, timedelta

import pytest

from plietsch.dashboards.gauges import Gauge
from plietsch.dashboards.scales import SCALES, Level
from plietsch.dashboards.station import cards, meanings
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


@pytest.mark.parametrize(
    ("language", "corrected", "said"),
    [
        ("de", 13.2, "Die Luft ist feucht (92 %): Der Sensor zeigt dann zu viel an, korrigiert etwa 13 µg/m³."),
        ("da", 13.2, "Luften er fugtig (92 %): Sensoren viser så for meget, korrigeret cirka 13 µg/m³."),
        ("en", None, "The air is humid (92 %): the sensor then reads too much."),
    ],
)
def test_dust_in_humid_air_is_said_to_read_too_much(language: str, corrected: float | None, said: str):
    texts = Texts.read(language)
    damp = meanings.Damp(92, corrected)
    assert meanings.of("pm2_5", 40, "moderate", None, ["pm2_5"], texts, damp)[-1] == said
    assert len(meanings.of("temperature", 10, "mild", None, ["pm2_5"], texts, damp)) == 1


@pytest.mark.parametrize(
    ("language", "minutes", "said"),
    [
        ("de", 58, "vor 58 Minuten"),
        ("en", 58, "58 minutes ago"),
        ("da", 119, "for 119 minutter siden"),
        ("de", 125, "vor 2 Stunden"),
        ("en", 3 * 24 * 60, "3 days ago"),
        ("en", 29, ""),
    ],
)
def test_a_value_that_is_not_quite_new_says_how_old_it_is(language: str, minutes: int, said: str):
    at = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert cards.ago(at - timedelta(minutes=minutes), at, Texts.read(language)) == said


@pytest.mark.parametrize(
    ("language", "minute", "said"),
    [
        ("de", 22, "für die Stunde von 16:00 bis 17:00, bisher."),
        ("da", 22, "for timen fra 16.00 til 17.00, indtil nu."),
        ("en", 59, "of the hour from 16:00 to 17:00, so far."),
        ("en", 60, "of the hour from 16:00 to 17:00."),
    ],
)
def test_an_index_of_an_hour_that_is_not_over_says_so(language: str, minute: int, said: str):
    begun = datetime(2026, 11, 21, 16, tzinfo=UTC)
    at = begun + timedelta(minutes=minute)
    assert cards.of_which_hour("aqi_eu", begun, at, UTC, Texts.read(language)).endswith(said)
