"""Air-quality indices: their bands by the tables of those who made them, and which hours have one."""

from collections.abc import Sequence

import pytest

from plietsch.ingest.qartod.values import Value
from plietsch.ingest.series import air_quality
from plietsch.ingest.series.air_quality import EUROPEAN, GERMAN, Index, Mean, Measured

HOUR_S = 3600
NOON_S = 1_780_315_200


@pytest.mark.parametrize(
    ("index", "pollutant", "bounds"),
    [
        # Hourly means in µg/m³: what belongs to a class just yet, and what to the next one.
        (EUROPEAN, "pm2_5", [(5.0, 5.1), (15.0, 15.1), (50.0, 50.1), (90.0, 90.1), (140.0, 140.1)]),
        (EUROPEAN, "pm10", [(15.0, 15.1), (45.0, 45.1), (120.0, 120.1), (195.0, 195.1), (270.0, 270.1)]),
        # 0-5, 6-15, 16-30, 31-50, over 50, and 0-9, 10-27, 28-54, 55-90, over 90: of whole numbers.
        (GERMAN, "pm2_5", [(5.49, 5.5), (15.49, 15.5), (30.49, 30.5), (50.49, 50.5)]),
        (GERMAN, "pm10", [(9.49, 9.5), (27.49, 27.5), (54.49, 54.5), (90.49, 90.5)]),
    ],
)
def test_a_class_ends_with_its_upper_bound(index: Index, pollutant: str, bounds: list[tuple[float, float]]):
    assert index.class_of(pollutant, 0.0) == 1
    assert [index.class_of(pollutant, just) for just, _ in bounds] == list(range(1, len(bounds) + 1))
    assert [index.class_of(pollutant, over) for _, over in bounds] == list(range(2, len(bounds) + 2))
    assert index.class_of(pollutant, 9999.0) == index.classes == len(bounds) + 1


@pytest.mark.parametrize(
    ("means", "wanted"),
    [
        ([Mean("pm2_5", 12.0, 1), Mean("pm10", 12.0, 1)], (2.0, 1)),
        ([Mean("pm2_5", 2.0, 1), Mean("pm10", 200.0, 3)], (5.0, 3)),
        # One of the two is enough, and it is said nowhere that the other one was good.
        ([Mean("pm2_5", None, 9), Mean("pm10", 20.0, 1)], (2.0, 1)),
        ([Mean("pm2_5", None, 9), Mean("pm10", None, 9)], (None, 9)),
    ],
)
def test_the_worst_pollutant_counts(means: list[Mean], wanted: tuple[float | None, int]):
    assert air_quality.index(EUROPEAN, NOON_S, means) == (NOON_S, *wanted)


@pytest.mark.parametrize(
    ("interval_s", "readings", "known"),
    [(300, 9, True), (300, 8, False), (900, 3, True), (900, 2, False), (1800, 2, True), (1800, 1, False),
     (3600, 1, True), (700, 4, True), (700, 3, False)],
)  # fmt: skip
def test_three_quarters_of_an_hour_are_needed(interval_s: int, readings: int, known: bool):
    values = [Value(NOON_S + number * interval_s, 10.0, 1) for number in range(readings)]
    found = air_quality.means([Measured("pm2_5", values, interval_s)])
    assert found == ({NOON_S: [Mean("pm2_5", 10.0, 1)]} if known else {})


@pytest.mark.parametrize(
    ("interval_s", "seconds", "known"),
    [
        # Nodes do not measure on the dot, and an hour may begin at any point of their interval.
        (900, (1, 899, 1801), True),
        (900, (850, 1702, 3580), True),
        (300, (7, 301, 608, 905, 1203, 1498, 1801, 2105, 2399), True),
        # Quickly one after another, as while somebody tries a node; a running hour; twice the same reading.
        (900, (0, 4, 10), False),
        (900, range(0, 1790, 10), False),
        (900, range(0, 1810, 10), True),
        (300, (0, 150, 300, 450, 600, 750, 900, 1050, 1200), False),
        (1800, (0, 5), False),
    ],
)
def test_an_hour_is_covered_by_time_not_by_values(interval_s: int, seconds: Sequence[int], known: bool):
    values = [Value(NOON_S + second, 10.0, 1) for second in seconds]
    assert (NOON_S in air_quality.means([Measured("pm2_5", values, interval_s)])) is known


def test_where_enough_came_and_too_little_can_be_used_that_is_said():
    values = [Value(NOON_S + number * 900, 10.0, flag) for number, flag in enumerate((1, 4, 9, 1))]
    assert air_quality.means([Measured("pm2_5", values, 900)]) == {NOON_S: [Mean("pm2_5", None, 9)]}


def test_a_mean_is_of_its_hour_and_as_good_as_the_worst_of_its_values():
    flags = {0: 3, 900: 1, 1800: 4, 2700: 1, 3600: 1, 4500: 1, 5400: 1}
    values = [Value(NOON_S + second, second / 900, flag) for second, flag in flags.items()]
    found = air_quality.means([Measured("pm10", values, 900)])
    assert found == {
        NOON_S: [Mean("pm10", pytest.approx((0 + 1 + 3) / 3), 3)],
        NOON_S + HOUR_S: [Mean("pm10", 5.0, 1)],
    }


def test_two_devices_that_followed_one_another_make_one_hour():
    first = Measured("pm2_5", [Value(NOON_S + number * 300, 4.0, 1) for number in range(3)], 300)
    second = Measured("pm2_5", [Value(NOON_S + number * 900, 8.0, 1) for number in (1, 2)], 900)
    assert air_quality.means([first, second]) == {NOON_S: [Mean("pm2_5", pytest.approx(5.6), 1)]}
