"""Freshness: what a value's age says of now, and when it will say something else."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plietsch.platform import freshness

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("age", "interval_s", "property_", "expected"),
    [
        (timedelta(0), 300, "pm10", "fresh"),
        (timedelta(minutes=75), 300, "pm10", "fresh"),
        (timedelta(minutes=75) + SECOND, 300, "pm10", "late"),
        (timedelta(days=1), 300, "pm10", "late"),
        (timedelta(days=1) + SECOND, 300, "pm10", "silent"),
        # What measures every hour may miss two; what measures once a day is not late in the evening.
        (timedelta(hours=3), 3600, "soil_moisture", "fresh"),
        (timedelta(hours=3) + SECOND, 3600, "soil_moisture", "late"),
        (timedelta(days=2), 86_400, "soil_moisture", "fresh"),
        (timedelta(days=7), 86_400, "soil_moisture", "late"),
        (timedelta(days=9), 86_400, "soil_moisture", "silent"),
        # An index is of the hour that begins at its time.
        (timedelta(hours=2), 300, "aqi_eu", "fresh"),
        (timedelta(hours=2, minutes=16), 300, "aqi_eu", "late"),
        # A clock that is ahead.
        (-timedelta(minutes=75), 300, "pm10", "fresh"),
        (-timedelta(minutes=76), 300, "pm10", "late"),
    ],
)
def test_what_an_age_says(age: timedelta, interval_s: int, property_: str, expected: str):
    assert freshness.of(NOON - age, NOON, interval_s, property_) == expected


@given(
    st.timedeltas(-timedelta(days=20), timedelta(days=20)),
    st.integers(0, 200_000),
    st.sampled_from(["pm10", "aqi_de"]),
)
def test_it_changes_when_it_is_said_to_and_not_before(age: timedelta, interval_s: int, property_: str):
    now = NOON + age
    at = freshness.changes_at(NOON, now, interval_s, property_)
    before = freshness.of(NOON, now, interval_s, property_)
    if at is None:
        assert before == freshness.of(NOON, now + timedelta(days=4000), interval_s, property_) == "silent"
        return
    assert freshness.of(NOON, at - timedelta.resolution, interval_s, property_) == before
    assert freshness.of(NOON, at, interval_s, property_) != before
