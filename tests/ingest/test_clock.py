"""Clocks that were never set, began anew, run ahead or lie years off; among them one that was recorded."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plietsch.ingest import clock
from plietsch.ingest.clock import AHEAD_S, YEAR_S, Clock, Judged
from plietsch.ingest.payload import Frame, Reading

HEARD_S = 1_767_225_600  # 2026-01-01T00:00:00Z
EPOCH_2000_S = 946_684_800
RECORDING = Path(__file__).parents[3] / "shared/data/open-water-level/distance_wl_0006_20260305.csv"


def _judge(*codes: int, clock_set: bool = True, wide: bool = True) -> list[Judged]:
    return clock.judge(Frame(clock_set, wide, tuple(Reading(code, {"pm10": 1.0}) for code in codes)), HEARD_S)


@pytest.mark.parametrize("ahead_s", [-YEAR_S, -1, 0, AHEAD_S])
def test_a_right_clock_stands_as_it_is(ahead_s: int) -> None:
    assert _judge(HEARD_S + ahead_s) == [(HEARD_S + ahead_s, None)]


@pytest.mark.parametrize("ahead_s", [AHEAD_S + 1, YEAR_S])
def test_a_clock_that_is_ahead_counts_back_from_when_it_was_heard(ahead_s: int) -> None:
    assert _judge(HEARD_S + ahead_s) == [(HEARD_S, Clock.AHEAD)]


def test_a_clock_that_was_set_right_within_a_frame_has_no_time_before() -> None:
    assert _judge(HEARD_S + 7_200, HEARD_S - 5) == [(None, Clock.AHEAD), (HEARD_S - 5, None)]


@pytest.mark.parametrize("ahead_s", [YEAR_S + 1, -YEAR_S - 1, -20 * YEAR_S])
def test_a_clock_that_is_years_off_gives_no_time(ahead_s: int) -> None:
    assert _judge(HEARD_S + ahead_s) == [(None, Clock.WRONG)]


@pytest.mark.parametrize("epoch_s", [0, 315_964_800, EPOCH_2000_S])
def test_a_clock_that_began_anew_counts_back_from_when_it_was_heard(epoch_s: int) -> None:
    assert _judge(epoch_s + 10, epoch_s + 370) == [(HEARD_S - 360, Clock.RESET), (HEARD_S, Clock.RESET)]


def test_what_was_measured_before_a_clock_was_set_has_no_time() -> None:
    """Nothing says how long the node was off between the two."""
    assert _judge(EPOCH_2000_S + 10, HEARD_S - 60) == [(None, Clock.RESET), (HEARD_S - 60, None)]


def test_two_starts_in_one_frame_are_not_one_clock() -> None:
    assert _judge(EPOCH_2000_S + 500, EPOCH_2000_S + 10) == [(None, Clock.RESET), (HEARD_S, Clock.RESET)]


def test_a_clock_never_set_says_so_itself() -> None:
    assert _judge(90, 390, clock_set=False) == [(HEARD_S - 300, Clock.UNSET), (HEARD_S, Clock.UNSET)]


def test_sixteen_bits_tell_nothing_about_a_clock() -> None:
    assert _judge((HEARD_S - 5) & 0xFFFF, wide=False) == [(HEARD_S - 5, None)]


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=8))
def test_an_instant_is_never_further_off_than_a_clock_may_be(codes: list[int]) -> None:
    for judged, code in zip(_judge(*codes), codes, strict=True):
        assert judged.moment_s is None or -2 * YEAR_S <= judged.moment_s - HEARD_S <= AHEAD_S
        assert judged.clock is not None or judged.moment_s == code


@pytest.mark.skipif(not RECORDING.exists(), reason="the recordings are not beside the project")
def test_a_recorded_clock_that_began_anew_at_each_start() -> None:
    """A node of Open Water Level: its clock began in 2000 again and again, until it was set in January 2025."""
    said = [int(line.split(",")[0]) for line in RECORDING.read_text().splitlines()]
    judged = []
    heard_s = next(moment_s for moment_s in said if moment_s > HEARD_S - 2 * YEAR_S)
    for moment_s in said:
        # Heard when it was measured; what says the year 2000 was heard some minutes after the one before.
        heard_s = moment_s if moment_s > EPOCH_2000_S + YEAR_S else heard_s + 360
        judged += clock.judge(Frame(True, True, (Reading(moment_s, {"pm10": 1.0}),)), heard_s)
    reset = [each for each in judged if each.clock is Clock.RESET]
    assert len(reset) == sum(1 for moment_s in said if moment_s < EPOCH_2000_S + YEAR_S) > 600
    # As it stood, most of them would have been one reading of the first of January 2000.
    assert len({each.moment_s for each in reset}) > len({moment_s for moment_s in said if moment_s < 10**9})
    assert all(each.moment_s == moment_s for each, moment_s in zip(judged, said, strict=True) if each.clock is None)
    assert {each.clock for each in judged} == {None, Clock.RESET}
