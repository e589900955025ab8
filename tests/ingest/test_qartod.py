"""QARTOD's tests one by one: what each of them flags, and what it lets pass."""

import math
from collections.abc import Sequence

import pytest

from plietsch.ingest.qartod.testing import NAMES, Beside, Reach, Value, reach, run, worst
from plietsch.ingest.qartod.values import Usable
from plietsch.platform.device_types.specification import FlatLine, Limits, MultiVariate, Neighbour, Spike, Threshold

STEP_S = 300
HOUR_S = 3600
START_S = 1_767_225_600

SPIKE = Limits(spike=Spike(suspect=50, fail=200))
RATE = Limits(rate_of_change=Threshold(suspect=600, fail=1200))
FLAT = Limits(flat_line=FlatLine(suspect_after_s=4 * STEP_S, fail_after_s=8 * STEP_S))
HUMID = Limits(multi_variate=MultiVariate(channel="humidity", at_least=95))
AROUND = Limits(neighbour=Neighbour(suspect=8, radius_km=5, within_s=600, least=3))


def series(results: Sequence[float | None], step_s: int = STEP_S, flag: int = 1) -> list[Value]:
    return [Value(START_S + number * step_s, result, flag) for number, result in enumerate(results)]


def flags(results: Sequence[float | None], limits: Limits, step_s: int = STEP_S) -> dict[int, int]:
    """The worst flag of each value that did not pass, by its place."""
    found = run(series(results, step_s), limits)
    return {place: worst(tests.values()) for place, tests in enumerate(found) if tests}


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([10, 11, 12, 70, 11, 10, 11], {3: 3}),
        ([10, 11, 12, 300, 11, 10, 11], {3: 4}),
        ([90, 91, 92, 10, 91, 90, 91], {3: 3}),
        # Beside a spike is none, whether it is one value or two.
        ([10, 11, 12, 883, 600, 11, 10, 11], {3: 4, 4: 4}),
        ([10, 11, 12, 883, 12, 600, 10, 11, 12], {3: 4, 5: 4}),
        ([10, 11, 12, 883, -600, 11, 10, 11], {3: 4, 4: 4}),
        # Three in a row are an event.
        ([10, 11, 12, 300, 310, 305, 12, 11, 10], {}),
        # What rises or falls steadily, and a step.
        ([0, 100, 200, 300, 400, 500], {}),
        ([500, 100, 50, 10, 0], {}),
        ([10, 10, 10, 500, 500, 500], {}),
        # Exactly at the limit it passes; decimals are no binary fractions.
        ([10, 10, 10, 60, 10, 10, 10], {}),
        ([0.1, 0.1, 0.1, 50.1, 0.1, 0.1, 0.1], {}),
        # Two steps to the end are enough for five, one for three; the first and the last are not tested.
        ([10, 300, 11], {1: 4}),
        ([300, 11, 10, 11], {}),
        ([10, 11, 10, 300], {}),
        ([10, 300], {}),
        ([300], {}),
        ([], {}),
    ],
)
def test_a_spike_stands_out_from_those_around_it(results: list[float], expected: dict[int, int]):
    assert flags(results, SPIKE) == expected


def test_a_spike_of_what_scatters_by_a_share_of_itself_is_more_than_that_share():
    limits = Limits(spike=Spike(suspect=30, share=1))
    assert flags([200, 210, 205, 419, 200, 220], limits) == {}
    assert flags([200, 210, 205, 421, 200, 220], limits) == {3: 3}
    assert flags([20, 21, 20, 52, 20, 22], limits) == {3: 3}
    assert flags([20, 21, 20, 51, 20, 22], limits) == {}


def test_what_comes_after_a_long_pause_is_beside_nothing():
    values = [*series([10, 11, 12]), *(Value(START_S + HOUR_S * 3 + each, 883, 1) for each in (0, 300, 600))]
    assert run(values, SPIKE) == [{}] * 6
    assert run(values, RATE) == [{}] * 6
    # Half an hour is not long.
    near = [Value(START_S + number * 1800, result, 1) for number, result in enumerate([10, 11, 300, 12, 11])]
    assert run(near, SPIKE)[2] == {"spike": 4}
    assert run([value._replace(time_s=value.time_s * 2 - START_S) for value in near], SPIKE) == [{}] * 5


def test_a_rate_counts_from_the_value_before():
    assert flags([0, 50, 100, 151, 100], RATE) == {3: 3, 4: 3}
    assert flags([0, 101, 101], RATE) == {1: 4}
    # Twice the time, half the rate.
    assert flags([0, 100, 200], RATE, step_s=2 * STEP_S) == {}


def test_waves_between_two_looks_a_few_seconds_apart_are_no_rate():
    assert flags([0, 40, 0, 49], RATE, step_s=10) == {}
    assert flags([0, 51, 0], RATE, step_s=10) == {1: 3, 2: 3}


def test_what_returns_from_a_spike_has_not_changed():
    both = Limits(spike=SPIKE.spike, rate_of_change=RATE.rate_of_change)
    found = run(series([10, 11, 12, 883, 600, 11, 12]), both)
    assert found[3] == {"spike": 4, "rate_of_change": 4}
    assert found[4] == {"spike": 4, "rate_of_change": 4}
    assert found[5] == {}


def test_all_of_a_flat_line_is_flagged_once_it_is_one():
    assert flags([1, 2, 5, 5, 5, 5, 6], FLAT) == {}
    assert flags([1, 2, 5, 5, 5, 5, 5, 6], FLAT) == dict.fromkeys(range(2, 7), 3)
    assert flags([1, *[5] * 9, 6], FLAT) == dict.fromkeys(range(1, 10), 4)
    assert flags([5] * 9, FLAT) == dict.fromkeys(range(9), 4)


def test_a_flat_line_stays_within_its_tolerance_as_a_whole():
    limits = Limits(flat_line=FlatLine(tolerance=0.2, suspect_after_s=4 * STEP_S))
    assert flags([5.1, 5.0, 5.2, 5.1, 5.0, 9], limits) == dict.fromkeys(range(5), 3)
    # What creeps is not flat, however small its steps.
    assert flags([5.0, 5.1, 5.2, 5.3, 5.4, 5.5, 5.6], limits) == {}
    # Two stretches may overlap.
    assert flags([5.0, 5.0, 5.0, 5.2, 5.2, 5.4, 5.4, 5.4], limits) == dict.fromkeys(range(8), 3)


def test_nobody_knows_what_was_in_a_pause():
    half = [5.0] * 4
    apart = [*series(half), *(Value(value.time_s + 3 * HOUR_S, 5.0, 1) for value in series(half))]
    assert run(apart, FLAT) == [{}] * 8
    together = [*series(half), *(Value(value.time_s + 2 * HOUR_S, 5.0, 1) for value in series(half))]
    assert [worst(tests.values()) for tests in run(together, FLAT)] == [4] * 8


def test_what_is_beyond_what_is_plausible_is_suspect():
    assert flags([-32, -32.1, 45, 45.1], Limits(suspect_range=(-32, 45))) == {1: 3, 3: 3}


@pytest.mark.parametrize(
    ("humidity", "expected"),
    [
        ([Value(START_S, 95.0, 1)], {"multi_variate": 3}),
        ([Value(START_S, 94.9, 1)], {}),
        ([Value(START_S + 5, 95.0, 3)], {"multi_variate": 3}),
        ([Value(START_S + 6, 99.0, 1)], {}),
        # The nearest one counts, the earlier of two, among those that can be tested.
        ([Value(START_S + 2, 99.0, 1), Value(START_S - 1, 60.0, 1)], {}),
        ([Value(START_S + 2, 60.0, 1), Value(START_S - 2, 99.0, 1)], {"multi_variate": 3}),
        ([Value(START_S, None, 9), Value(START_S + 1, 99.0, 1)], {"multi_variate": 3}),
        ([Value(START_S, 99.0, 4)], {}),
        ([], {}),
    ],
)
def test_humid_air_makes_dust_suspect(humidity: list[Value], expected: dict[str, int]):
    assert run([Value(START_S, 20.0, 1)], HUMID, Beside({"humidity": humidity})) == [expected]


def test_another_channel_that_nobody_knows_says_nothing():
    assert run([Value(START_S, 20.0, 1)], HUMID) == [{}]


@pytest.mark.parametrize(
    ("stations", "expected"),
    [
        ([[10], [11], [12]], {"neighbour": 3}),
        ([[10], [11], [12.1]], {"neighbour": 3}),
        ([[12], [12], [12]], {}),
        # Fewer say nothing, and one that is stuck does not move a median.
        ([[10], [11]], {}),
        ([[10], [11], []], {}),
        ([[20], [99.9], [20], [20]], {}),
    ],
)
def test_who_is_far_from_all_others_is_suspect(stations: list[list[float]], expected: dict[str, int]):
    neighbours = [Usable.of(series(each)) for each in stations]
    assert run([Value(START_S, 20.0, 1)], AROUND, Beside(neighbours=neighbours)) == [expected]


def test_each_neighbour_has_one_value_the_nearest_in_time():
    near = Usable([START_S - 400, START_S + 300, START_S + 301], [20.0, 10.0, 20.0])
    late = Usable([START_S + 601], [10.0])
    value = [Value(START_S, 20.0, 1)]
    assert run(value, AROUND, Beside(neighbours=[near, near, near])) == [{"neighbour": 3}]
    assert run(value, AROUND, Beside(neighbours=[near, near, late])) == [{}]
    equally_near = Usable([START_S - 300, START_S + 300], [20.0, 10.0])
    assert run(value, AROUND, Beside(neighbours=[equally_near] * 3)) == [{}]


@pytest.mark.parametrize(
    "value", [Value(START_S, None, 9), Value(START_S, 5.0, 4), Value(START_S, math.nan, 1), Value(START_S, -1.7e308, 1)]
)
def test_what_failed_already_is_not_tested_and_beside_nothing(value: Value):
    limits = Limits(suspect_range=(0, 1), spike=SPIKE.spike, rate_of_change=RATE.rate_of_change)
    assert run([value], limits) == [{}]
    around = [Value(START_S + offset * STEP_S, 0.5, 1) for offset in (-2, -1, 1, 2)]
    assert run([*around, value], limits) == [{}] * 5


def test_without_limits_nothing_is_tested():
    assert run(series([1, 900, 1, 1, 1]), Limits()) == [{}] * 5
    assert reach(Limits()) == Reach(0, 0)


def test_bounds_that_are_not_named_are_not_tested():
    assert flags([1, 900, 1], Limits(spike=Spike(suspect=50))) == {1: 3}
    assert flags([1, 900, 1], Limits(spike=Spike(fail=50))) == {1: 4}
    assert flags([5] * 20, Limits(flat_line=FlatLine(fail_after_s=4 * STEP_S))) == dict.fromkeys(range(20), 4)
    assert flags([5] * 20, Limits(flat_line=FlatLine())) == {}


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (SPIKE, Reach(3600, 3600)),
        (RATE, Reach(1800, 0)),
        (Limits(spike=SPIKE.spike, rate_of_change=RATE.rate_of_change), Reach(5400, 3600)),
        (FLAT, Reach(9600, 9600)),
        (HUMID, Reach(0, 0)),
        (Limits(flat_line=FLAT.flat_line, spike=SPIKE.spike), Reach(9600, 9600)),
    ],
)
def test_a_reach_is_that_of_the_test_that_looks_furthest(limits: Limits, expected: Reach):
    assert reach(limits) == expected


def test_the_worst_flag_counts():
    assert worst([]) == 1
    assert worst([1, 3, 2]) == 3
    assert worst([3, 4]) == 4
    assert worst([4, 9]) == 9
    assert NAMES == ("gross_range", "spike", "rate_of_change", "flat_line", "multi_variate", "neighbour")
