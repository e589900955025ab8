"""How a level was computed, with its numbers: pure, from what is known of a value."""

from datetime import UTC, datetime

import pytest

from plietsch.dashboards.journey import computed, drawing
from plietsch.dashboards.journey.facts import Facts, Told, Value
from plietsch.dashboards.journey.telling import Telling
from plietsch.dashboards.texts import Texts
from plietsch.ingest.quality import Quality
from plietsch.platform import methods

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TELL = Telling(Texts.read("en"), UTC, NOW)


def _level(
    result: float,
    method: str = methods.GAUGE_ZERO_SOUND,
    zero_m: float = 7.234,
    assumes_c: float | None = 22.5,
    failed: frozenset[str] = frozenset(),
    **beside: float,
) -> Facts:
    value = Value(
        1, "pegel", "Pegel", False, "flensburg", "water_level", "cm", 1, True, 1, method, "M", "X", NOW, result, NOW,
        Quality.GOOD, zero_m, None, frozenset(beside),
    )  # fmt: skip
    told = {code: Told("object", (code,), None, assumes_c if code == "distance" else None) for code in beside}
    return Facts(value, None, beside, told=told, failed=failed)


def _said(facts: Facts) -> tuple[str, ...]:
    stage = computed.of(facts, TELL)
    assert stage
    return tuple(each.replace("\N{NO-BREAK SPACE}", " ") for each in stage.sums)


def test_a_level_by_sound_has_a_sum_and_a_drawing():
    facts = _level(533.0, distance=1967, temperature=10.0)
    # (331.3 + 0.606 * 10) / (331.3 + 0.606 * 22.5) = 0.97804; 1967 * 0.97804 = 1923.8; (7234 - 1923.8) / 10 = 531.0
    assert not computed.holds(facts)
    assert drawing.of(facts, TELL) is None
    facts = _level(531.0, distance=1967, temperature=10.0)
    assert _said(facts) == (
        "1,967 mm × 337.36 m/s ÷ 344.94 m/s = 1,923.8 mm",
        "7,234 mm − 1,923.8 mm = 5,310.2 mm = 531.0 cm",
    )
    shown = drawing.of(facts, TELL)
    assert shown
    assert shown.level.startswith("531.0")


@pytest.mark.parametrize(
    "facts",
    [
        _level(526.7, distance=1967),
        _level(526.7, distance=1967, temperature=10.0, assumes_c=None),
        _level(526.7, distance=1967, temperature=60.0, failed=frozenset({"temperature"})),
    ],
)
def test_without_a_temperature_to_reckon_with_the_distance_is_taken_as_it_is(facts: Facts):
    assert _said(facts) == ("7,234 mm − 1,967.0 mm = 5,267.0 mm = 526.7 cm",)


def test_a_probe_in_the_water_has_a_sum_and_no_instrument_above_it():
    facts = _level(88.5, methods.GAUGE_ZERO, -0.35, water_depth=123.5)
    assert _said(facts) == ("−35 cm + 123.5 cm = 88.5 cm",)
    stage = computed.of(facts, TELL)
    assert stage
    assert "The probe lies in the water" in stage.sentences[0]
    assert (facts.value.lead, drawing.of(facts, TELL)) == ("water_depth", None)
