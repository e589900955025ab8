"""The time of a reading: 16 bits, 32 bits, and a clock that was never set."""

from hypothesis import given
from hypothesis import strategies as st

from plietsch.ingest import times
from plietsch.ingest.payload import Frame, Reading

NEW_YEAR_S = 1_767_225_600  # 2026-01-01T00:00:00Z
_INSTANTS = st.integers(100_000, 2**32 - 1)


def _frame(*codes: int, clock_set: bool = True, wide: bool = False) -> Frame:
    return Frame(clock_set, wide, tuple(Reading(code, {"pm10": 1.0}) for code in codes))


@given(_INSTANTS, st.integers(-times.BEFORE_S, times.AHEAD_S))
def test_sixteen_bits_give_the_instant_anywhere_in_the_window(heard_s: int, offset_s: int) -> None:
    taken_s = heard_s + offset_s
    assert times.expand(_frame(taken_s & 0xFFFF), heard_s) == [taken_s]


@given(_INSTANTS, st.integers(0, 57_600), st.integers(0, 57_600))
def test_a_reading_sent_again_later_is_the_same_instant(taken_s: int, first_s: int, again_s: int) -> None:
    code = taken_s & 0xFFFF
    assert times.within_window(code, taken_s + first_s) == times.within_window(code, taken_s + again_s) == taken_s


def test_beyond_the_window_it_is_another_instant() -> None:
    too_late_s = NEW_YEAR_S + times.BEFORE_S + 1
    assert times.within_window(NEW_YEAR_S & 0xFFFF, too_late_s) == NEW_YEAR_S + 65_536


def test_thirty_two_bits_stand_as_they_are() -> None:
    codes = (NEW_YEAR_S - 90_000, NEW_YEAR_S)
    assert times.expand(_frame(*codes, wide=True), NEW_YEAR_S + 5) == list(codes)


def test_a_clock_never_set_counts_back_from_when_it_was_heard() -> None:
    frame = _frame(90, 390, clock_set=False)
    assert times.expand(frame, NEW_YEAR_S) == [NEW_YEAR_S - 300, NEW_YEAR_S]


def test_a_count_of_sixteen_bits_may_wrap_within_a_frame() -> None:
    frame = _frame(65_500, 264, clock_set=False)
    assert times.expand(frame, NEW_YEAR_S) == [NEW_YEAR_S - 300, NEW_YEAR_S]


def test_a_count_of_thirty_two_bits_goes_back_beyond_eighteen_hours() -> None:
    frame = _frame(100, 100_100, clock_set=False, wide=True)
    assert times.expand(frame, NEW_YEAR_S) == [NEW_YEAR_S - 100_000, NEW_YEAR_S]
