"""Rain in millimetres from what a gauge has counted: since the reading before, and in an hour or a day."""

from collections.abc import Sequence
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plietsch.ingest.qartod.values import Value
from plietsch.ingest.series import rain

TIP_MM = 0.2
HOUR_S = 3600
# A reading: minutes from the beginning, and the tips since the node was new.
Counts = Sequence[tuple[int, int]]


def _counted(counts: Counts, *, failed: Sequence[int] = ()) -> list[Value]:
    return [Value(minute * 60, float(count), 4 if minute in failed else 1) for minute, count in counts]


def _fell(counts: Sequence[Value], tip_mm: float = TIP_MM) -> list[Value]:
    return rain.differences(counts, tip_mm, float("-inf"), float("inf"))


def _mm(counts: Counts) -> dict[int, float | None]:
    return {value.time_s // 60: value.result for value in _fell(_counted(counts))}


def test_what_a_count_adds_fell_since_the_one_before():
    assert _mm([(0, 0), (60, 0), (65, 3), (70, 10), (130, 10)]) == {0: 0, 60: 0, 65: 0.6, 70: 1.4, 130: 0}


def test_of_a_pause_that_is_too_long_nobody_knows_when_it_rained():
    longest = rain.LONGEST_PAUSE_S // 60
    assert _mm([(0, 100), (longest, 101), (2 * longest + 1, 200), (2 * longest + 2, 201)]) == {
        0: None, longest: 0.2, 2 * longest + 1: None, 2 * longest + 2: 0.2,
    }  # fmt: skip
    assert [value.flag for value in _fell(_counted([(0, 100), (5, 101)]))] == [9, 1]


def test_a_counter_that_has_counted_nothing_says_that_nothing_fell():
    assert _mm([(0, 0), (600, 0), (605, 2)]) == {0: 0, 600: 0, 605: 0.4}


@pytest.mark.parametrize(
    ("counts", "mm"),
    [
        # It begins anew, and counts on, above what it was before, too.
        ((100, 104, 0, 1, 1, 3), 1.4),
        ((10, 0, 4, 8, 12, 16), 3.2),
        ((1000, 1000, 20, 30, 30, 31), 2.2),
        # It was misread, once or for longer; what fell meanwhile did fall.
        ((1000, 1000, 0, 1000, 1001, 1001), 0.2),
        ((1000, 0, 0, 0, 1003, 1004), 0.8),
        ((1000, 0, 1, 1000, 1001, 1001), 0.4),
    ],
)
def test_a_rise_that_only_undoes_a_drop_is_no_rain(counts: Sequence[int], mm: float):
    fell = _mm([(-30, counts[0]), *((number * 8, count) for number, count in enumerate(counts, 1))])
    assert sum(each or 0 for each in fell.values()) == pytest.approx(mm)


@pytest.mark.parametrize(
    ("counts", "mm"),
    [
        # One count misread upwards, or two; what fell meanwhile did fall.
        ((101, 131_173, 101, 101), (None, 0, 0, 0)),
        ((101, 131_173, 131_174, 103, 104), (None, 0, 0, 0.4, 0.2)),
        ((101, 102, 140, 102, 103), (None, 0.2, 0, 0, 0.2)),
        # It begins anew: at 0, and below what it was before.
        ((0, 30, 0, 5), (0, 6, 0, 1)),
        ((20, 30, 5, 6), (None, 2, 0, 0.2)),
    ],
)
def test_a_rise_that_is_taken_back_is_no_rain(counts: Sequence[int], mm: Sequence[float | None]):
    assert list(_mm([(number * 8, count) for number, count in enumerate(counts)]).values()) == pytest.approx(list(mm))


def test_a_rise_that_is_taken_back_too_late_is_not():
    minutes = rain.LONGEST_PAUSE_S // 60 + 11
    assert _mm([(0, 100), (10, 140), (minutes, 101)])[10] == 8.0
    assert _mm([(0, 100), (10, 140), (minutes - 1, 101)])[10] == 0


@pytest.mark.parametrize(
    ("minutes", "tips", "flag"),
    # A fifth of 129.6 mm, and all of it, are what may fall in five minutes; of 422 mm, in an hour.
    [(5, 129, 1), (5, 130, 3), (5, 648, 3), (5, 649, 4), (1, 129, 1), (60, 422, 1), (60, 423, 3), (60, 2111, 4)],
)
def test_what_can_hardly_fall_is_suspect_and_what_cannot_is_not_believed(minutes: int, tips: int, flag: int):
    (_, fell) = _fell(_counted([(0, 1), (minutes, 1 + tips)]))
    assert (fell.result, fell.flag) == (pytest.approx(tips * TIP_MM), flag)


@pytest.mark.parametrize(("tips", "wanted"), [(131_072, [(None, 9), (None, 9)]), (200, [(40.0, 3), (40.2, 3)])])
def test_no_sum_takes_what_is_not_believed(tips: int, wanted: list[tuple[float | None, int]]):
    fell = _fell(_counted([(0, 1), (5, 1 + tips), (10, 2 + tips)]))
    assert [(value.result, value.flag) for value in rain.sums(fell[1:], HOUR_S, 1, float("inf"))] == [
        (pytest.approx(mm) if mm else None, flag) for mm, flag in wanted
    ]


def test_what_was_forgotten_cannot_undo_a_drop():
    """A counter that begins anew reaches its former count some day; that day it rained."""
    hours = rain.REMEMBERED_S // HOUR_S + 1
    counts = [(0, 50), *((60 * hour, 0) for hour in range(1, hours + 1)), (60 * hours + 5, 60)]
    assert _mm(counts)[60 * hours + 5] == 12.0


def test_a_count_that_failed_its_tests_is_none_and_the_next_one_makes_up_for_it():
    counts = _counted([(0, 100), (10, 5000), (20, 101)], failed=[10])
    assert [(value.time_s // 60, value.result) for value in _fell(counts)] == [(0, None), (20, 0.2)]


def test_rain_is_as_good_as_the_worse_of_its_two_counts():
    counts = [Value(0, 0.0, 1), Value(60, 1.0, 3), Value(120, 2.0, 1), Value(180, 2.0, 1)]
    assert [value.flag for value in _fell(counts)] == [1, 3, 3, 1]


def test_a_total_in_millimetres_is_a_count_too():
    assert [value.result for value in _fell([Value(0, 12.2, 1), Value(60, 12.4, 1)], 1.0)] == [None, 0.2]


def test_the_rain_of_a_span_is_of_what_was_measured_after_its_beginning():
    fell = [Value(minute * 60, mm, 1) for minute, mm in ((0, 0.4), (10, 0.2), (60, 0.2), (70, 1.0))]
    sums = rain.sums(fell, HOUR_S, 0, float("inf"))
    assert [value.result for value in sums] == [0.4, 0.6, 0.4, 1.2]


def test_nobody_knows_the_rain_of_a_span_in_which_one_value_is_not_known():
    fell = [Value(0, None, 9), Value(600, 0.2, 1), Value(3599, 0.2, 3), Value(3600, 0.2, 1)]
    sums = rain.sums(fell, HOUR_S, 0, float("inf"))
    assert [(value.result, value.flag) for value in sums] == [(None, 9), (None, 9), (None, 9), (0.6, 3)]


_STEPS = st.lists(st.tuples(st.integers(1, 120), st.integers(0, 30)), min_size=1, max_size=40)


@given(_STEPS)
def test_what_fell_sums_up_to_what_was_counted(steps: list[tuple[int, int]]):
    minute, total, counts = 0, 0, [(0, 0)]
    for pause, count in steps:
        minute, total = minute + pause, total + count
        counts.append((minute, total))
    fell = list(_mm(counts).values())
    assert sum(each or 0 for each in fell) == pytest.approx(TIP_MM * total)
    assert all(each is not None and each >= 0 for each in fell)


_COUNTS = st.lists(st.tuples(st.integers(1, 120), st.integers(0, 30)), min_size=1, max_size=60)


@given(_COUNTS, st.integers(0, 5000), st.integers(0, 5000))
def test_a_part_of_the_values_gives_a_part_of_the_result(steps: list[tuple[int, int]], first: int, last: int):
    """Whoever knows of what lies around a span only as far as the method reaches gets what all would give: also of
    counts that rise and fall without sense."""
    times = list(accumulate(pause * 60 for pause, _ in steps))
    counts = [Value(time_s, float(count), 1) for time_s, (_, count) in zip(times, steps, strict=True)]
    since_s, before_s = first * 60, last * 60
    every = [value for value in _fell(counts) if since_s <= value.time_s < before_s]
    near = [each for each in counts
            if since_s - rain.REACH.before_s <= each.time_s < before_s + rain.REACH.after_s]  # fmt: skip
    assert rain.differences(near, TIP_MM, since_s, before_s) == every
