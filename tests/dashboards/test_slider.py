"""The frames of the map's slider: a day is kept as long as it is right, and asked for again when it is not."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.node_js import NodeProgram

HOUR_S = 3600
DAY_S = 24 * HOUR_S
# Midnight in UTC.
TODAY = 1_790_035_200
NOON = TODAY + 12 * HOUR_S


@pytest.fixture
def slider() -> Iterator[NodeProgram]:
    with NodeProgram(Path(__file__).with_name("slider.mjs")) as program:
        yield program


def asked(slider: NodeProgram, **step: Any) -> list[int]:
    """The days that a step asked for, counted from today."""
    return [(day - TODAY) // DAY_S for day in slider.ask(step)["asked"]]


def test_a_day_that_was_over_is_asked_for_once(slider: NodeProgram) -> None:
    yesterday = NOON - DAY_S
    assert slider.ask({"now": NOON, "load": yesterday}) == {"asked": [TODAY - DAY_S], "has": True, "at": 7}
    for hours in (1, 5, 40):
        assert asked(slider, now=NOON + hours * HOUR_S, elapsed_ms=hours * 1000 * HOUR_S, load=yesterday) == []


def test_a_map_left_open_has_the_hours_that_came_since(slider: NodeProgram) -> None:
    slider.ask({"now": NOON, "load": NOON})
    later = NOON + 2 * HOUR_S
    assert slider.ask({"now": later + 60, "elapsed_ms": 1, "load": later}) == {"asked": [TODAY], "has": True, "at": 7}
    # Once there, it is not asked for at each step of a motion.
    assert asked(slider, now=later + 61, elapsed_ms=1001, load=later) == []


def test_what_came_late_is_looked_at_again(slider: NodeProgram) -> None:
    slider.ask({"now": NOON + 60, "elapsed_ms": 0, "load": NOON})
    assert asked(slider, now=NOON + 90, elapsed_ms=30_000, load=NOON) == []
    assert asked(slider, now=NOON + 180, elapsed_ms=120_000, load=NOON) == [0]
    slider.ask({"now": NOON + 4 * HOUR_S, "elapsed_ms": 4 * 3_600_000, "load": NOON})
    assert asked(slider, now=NOON + 9 * HOUR_S, elapsed_ms=9 * 3_600_000, load=NOON) == []


def test_days_to_come_are_not_asked_for(slider: NodeProgram) -> None:
    assert asked(slider, now=NOON, load=NOON, prepare=NOON + DAY_S) == [0]
    # Tomorrow was not kept as an empty day.
    tomorrow = TODAY + DAY_S + 2 * HOUR_S
    assert slider.ask({"now": tomorrow, "elapsed_ms": 1, "load": tomorrow}) == {
        "asked": [TODAY + DAY_S],
        "has": True,
        "at": 7,
    }


def test_who_gets_no_answer_waits_longer_each_time(slider: NodeProgram) -> None:
    tried = [ms for ms in range(0, 120_000, 100) if asked(slider, now=NOON, elapsed_ms=ms, away=True, load=NOON)]
    pauses = [later - ms for ms, later in itertools.pairwise(tried)]
    assert pauses == [2000, 4000, 8000, 16_000, 30_000, 30_000]
    answer = slider.ask({"now": NOON, "elapsed_ms": 121_000, "load": NOON})
    assert answer == {"asked": [TODAY], "has": True, "at": 7}


def test_days_that_no_slider_shows_are_forgotten(slider: NodeProgram) -> None:
    slider.ask({"now": NOON, "load": NOON - 7 * DAY_S})
    slider.ask({"now": NOON + 2 * DAY_S, "elapsed_ms": 1, "load": NOON})
    assert asked(slider, now=NOON + 2 * DAY_S, elapsed_ms=2, load=NOON - 7 * DAY_S) == [-7]
