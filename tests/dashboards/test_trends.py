"""Trends: the slope of the points, whatever a few of them say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plietsch.platform import trends

HOUR_S = 3600.0


def _line(per_hour: float, points: int = 13, every_s: float = 600.0) -> list[trends.Point]:
    return [(number * every_s, 500 + per_hour * number * every_s / HOUR_S) for number in range(points)]


@given(st.floats(-200, 200), st.integers(4, 200))
def test_a_line_has_its_slope(per_hour: float, points: int) -> None:
    trend = trends.of(_line(per_hour, points), steady_per_hour=2.0)
    assert trend is not None
    assert trend.per_hour == pytest.approx(per_hour, abs=1e-6)
    assert trend.direction == ("steady" if abs(trend.per_hour) < 2.0 else "rising" if per_hour > 0 else "falling")


@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3), st.sets(st.integers(0, 12), min_size=3, max_size=3))
def test_a_few_wild_points_do_not_bend_it(wild: list[float], places: set[int]) -> None:
    points = _line(30.0)
    for place, value in zip(sorted(places), wild, strict=True):
        points[place] = (points[place][0], value)
    trend = trends.of(points, steady_per_hour=2.0)
    assert trend is not None
    assert trend.direction == "rising"


@pytest.mark.parametrize("points", [[], _line(50, 1), _line(50, 2), _line(50, 4, every_s=300)])
def test_too_little_says_nothing(points: list[trends.Point]) -> None:
    assert trends.of(points, steady_per_hour=2.0) is None


def test_points_of_one_moment_say_nothing() -> None:
    assert trends.of([(0.0, 1.0), (0.0, 2.0), (0.0, 3.0)], steady_per_hour=2.0) is None


def test_a_day_of_points_is_thinned_and_says_the_same() -> None:
    trend = trends.of(_line(12.0, 2000, every_s=60), steady_per_hour=2.0)
    assert trend is not None
    assert trend.per_hour == pytest.approx(12.0)
