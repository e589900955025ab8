"""Rain in millimetres, from the tips of a gauge that speaks when it rains, or hourly."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plietsch.dashboards import newest, rain

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
GAUGE = "flensburg-regen"
# A reading: how many minutes from noon, and the tips since the node was new.
Tips = Callable[[Sequence[tuple[float, int]]], None]


@pytest.fixture
def tips(water_and_rain: None, database_url: str) -> Tips:
    """Write the readings of a gauge that tips at every 0.2 mm, instead of those that it has."""

    def write(readings: Sequence[tuple[float, int]], quality: int = 1) -> None:
        with psycopg.connect(database_url) as connection:
            connection.execute("DELETE FROM observation WHERE datastream_id = ANY(%s)", ([_datastream(connection)],))
            connection.cursor().executemany(
                "INSERT INTO observation VALUES (%s, %s, %s, now(), %s)",
                [
                    (_datastream(connection), NOON + timedelta(minutes=minute), count, quality)
                    for minute, count in readings
                ],
            )

    return write


def _datastream(connection: psycopg.Connection) -> int:
    row = connection.execute(
        "SELECT d.id FROM datastream d JOIN station s ON s.id = d.station_id"
        " JOIN observed_property p ON p.id = d.observed_property_id WHERE s.code = %s AND p.code = 'rain_tips'",
        (GAUGE,),
    ).fetchone()
    assert row
    return row[0]


def test_what_fell_in_a_span_is_what_the_readings_in_it_added(tips: Tips, database_url: str) -> None:
    tips([(-70, 100), (-10, 100), (5, 103), (20, 110), (80, 110), (90, 115)])
    fallen = _ask(database_url, lambda c: rain.fallen(c, NOON, NOON + timedelta(hours=1), region="flensburg"))
    assert fallen == {GAUGE: (pytest.approx(2.0), NOON + timedelta(minutes=20))}
    both = _ask(database_url, lambda c: rain.fallen(c, NOON, NOON + timedelta(hours=2), station=GAUGE))
    assert both[GAUGE].mm == pytest.approx(3.0)


def test_a_span_without_a_reading_has_no_rain_and_no_drought(tips: Tips, database_url: str) -> None:
    tips([(-70, 100), (80, 110)])
    assert _ask(database_url, lambda c: rain.fallen(c, NOON, NOON + timedelta(hours=1))) == {}


def test_of_a_pause_that_began_before_nobody_knows_when_it_rained(tips: Tips, database_url: str) -> None:
    tips([(-600, 100), (10, 150), (20, 151)])
    fallen = _ask(database_url, lambda c: rain.fallen(c, NOON, NOON + timedelta(hours=1)))
    assert fallen[GAUGE].mm == pytest.approx(0.2)
    # Of a span that holds the whole pause, all of it fell in it.
    fallen = _ask(database_url, lambda c: rain.fallen(c, NOON - timedelta(hours=11), NOON + timedelta(hours=1)))
    assert fallen[GAUGE].mm == pytest.approx(10.2)


def test_a_counter_that_begins_anew_takes_no_rain_back(tips: Tips, database_url: str) -> None:
    tips([(-10, 100), (10, 104), (20, 0), (30, 1)])
    fallen = _ask(database_url, lambda c: rain.fallen(c, NOON, NOON + timedelta(hours=1)))
    assert fallen[GAUGE].mm == pytest.approx(1.0)


def test_hours_are_told_apart_and_a_dry_one_from_one_that_nobody_knows(tips: Tips, database_url: str) -> None:
    tips([(-10, 100), (50, 100), (125, 105), (130, 106), (600, 150), (610, 151)])
    hours = _ask(database_url, lambda c: rain.hours(c, NOON, NOON + timedelta(hours=24), region="flensburg"))[GAUGE]
    known = {(hour - NOON) / timedelta(hours=1): round(mm, 6) for hour, mm in hours.items()}
    # The second hour has no reading, and the next one is near; the pause of eight hours is too long.
    assert known == {0: 0, 1: 0, 2: 1.2, 10: 0.2}


def test_the_rain_of_an_hour_goes_to_the_present_or_to_where_a_gauge_fell_silent(tips: Tips, database_url: str) -> None:
    tips([(-30, 90), (10, 100), (40, 110), (65, 110), (70, 115)])
    found = [_rain_at(database_url, minutes) for minutes in (60, 90, 200, -31)]
    # The last one was measured at minute 70: in the hour before that, its readings after minute 10 count.
    assert found == [(4.0, 40), (3.0, 70), (3.0, 70), None]


def test_a_gauge_that_nobody_measured_out_has_no_millimetres(tips: Tips, database_url: str) -> None:
    tips([(10, 100), (40, 110)])
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE deployment SET rain_tip_mm = NULL")
    assert _rain_at(database_url, 60) is None
    assert _ask(database_url, lambda c: rain.hours(c, NOON, NOON + timedelta(hours=2))) == {}


def test_where_nothing_is_installed_any_more_nothing_is_shown(tips: Tips, database_url: str) -> None:
    tips([(10, 100), (40, 110)])
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE deployment SET during = tstzrange(lower(during), now())")
    assert _rain_at(database_url, 60) is None
    assert _ask(database_url, lambda c: rain.fallen(c, NOON, NOON + timedelta(hours=1))) == {}


_READINGS = st.lists(st.tuples(st.integers(1, 120), st.integers(0, 30)), min_size=1, max_size=40)


# Each example writes all readings of the gauge anew.
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_READINGS)
def test_the_hours_of_a_day_sum_up_to_what_fell_in_it(
    steps: list[tuple[int, int]], tips: Tips, database_url: str
) -> None:
    minute, total, readings = -1, 1000, [(-1.0, 1000)]
    for pause, count in steps:
        minute, total = minute + pause, total + count
        readings.append((float(minute), total))
    tips(readings)
    end = NOON + timedelta(days=4)
    hours = _ask(database_url, lambda c: rain.hours(c, NOON, end)).get(GAUGE, {})
    fallen = _ask(database_url, lambda c: rain.fallen(c, NOON - timedelta(seconds=1), end))
    assert sum(hours.values()) == pytest.approx(fallen[GAUGE].mm if fallen else 0)
    assert min(hours.values(), default=0) >= 0


def _rain_at(database_url: str, minutes: float) -> tuple[float, float] | None:
    at = NOON + timedelta(minutes=minutes)
    found = _ask(database_url, lambda c: newest.of(c, [newest.RAIN], at, region="flensburg"))
    value = found.get(GAUGE, {}).get(newest.RAIN)
    return value and (round(value.value, 6), (value.time - NOON) / timedelta(minutes=1))


def _ask(database_url: str, question: Callable[[Any], Any]) -> Any:
    async def ask() -> Any:
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
            return await question(connection)

    return asyncio.run(ask())
