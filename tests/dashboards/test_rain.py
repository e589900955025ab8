"""The rain of an hour as pages show it, from the tips of a gauge that speaks when it rains, or hourly.

What counts become rain is tested where it is made (tests/ingest/test_series_rain.py).
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from plietsch.dashboards import newest, rain
from support import judged

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
GAUGE = "flensburg-regen"
# A reading: how many minutes from noon, and the tips since the node was new.
Tips = Callable[[Sequence[tuple[float, int]]], None]


@pytest.fixture
def tips(water_and_rain: None, database_url: str) -> Tips:
    """Write the readings of a gauge that tips at every 0.2 mm, instead of those that it has."""

    def write(readings: Sequence[tuple[float, int]], quality: int = 1) -> None:
        with psycopg.connect(database_url) as connection:
            judged.forget(connection, GAUGE)
            connection.cursor().executemany(
                "INSERT INTO observation VALUES (%s, %s, %s, now(), %s)",
                [
                    (_datastream(connection), NOON + timedelta(minutes=minute), count, quality)
                    for minute, count in readings
                ],
            )
        judged.judge(database_url, GAUGE)

    return write


def _datastream(connection: psycopg.Connection) -> int:
    row = connection.execute(
        "SELECT d.id FROM datastream d JOIN station s ON s.id = d.station_id"
        " JOIN observed_property p ON p.id = d.observed_property_id WHERE s.code = %s AND p.code = 'rain_tips'",
        (GAUGE,),
    ).fetchone()
    assert row
    return row[0]


def test_the_rain_of_an_hour_is_what_its_counts_added(tips: Tips, database_url: str) -> None:
    tips([(-70, 100), (-10, 100), (5, 103), (20, 110), (80, 110), (90, 115)])
    assert [_rain_at(database_url, minutes) for minutes in (60, 90)] == [(2.0, 20), (1.0, 90)]


def test_of_a_pause_that_is_too_long_nobody_knows_when_it_rained(tips: Tips, database_url: str) -> None:
    tips([(-400, 100), (-5, 200), (20, 201)])
    # Until an hour after, nobody knows; then what came later is known.
    assert [_rain_at(database_url, minutes) for minutes in (0, 30, 56)] == [None, None, (0.2, 20)]
    hours = _ask(database_url, lambda c: rain.hours(c, NOON - timedelta(hours=8), NOON + timedelta(hours=1)))[GAUGE]
    assert {(hour - NOON) / timedelta(hours=1): mm for hour, mm in hours.items()} == {0: pytest.approx(0.2)}


def test_the_first_count_of_a_gauge_says_nothing_of_the_hour_unless_it_is_none(tips: Tips, database_url: str) -> None:
    tips([(0, 4000)])
    assert _rain_at(database_url, 10) is None
    tips([(0, 0), (5, 3)])
    assert _rain_at(database_url, 10) == (0.6, 5)


def test_a_count_that_failed_its_checks_is_no_rain(tips: Tips, database_url: str) -> None:
    tips([(-40, 100), (10, 100), (20, 5000), (30, 101), (50, 101)])
    _flag(database_url, NOON + timedelta(minutes=20), 4)
    assert [_rain_at(database_url, 55, worst=worst) for worst in (newest.SUSPECT, newest.FAILED)] == [(0.2, 50)] * 2
    _flag(database_url, NOON + timedelta(minutes=50), 4)
    assert _rain_at(database_url, 55, worst=newest.FAILED) == (0.2, 30)


def test_the_rain_before_a_device_was_exchanged_is_not_lost(tips: Tips, database_url: str) -> None:
    tips([(-20, 100), (5, 100), (45, 250), (51, 0), (58, 25)])
    _exchange(database_url, NOON + timedelta(minutes=50), tip_mm=0.1)
    assert _rain_at(database_url, 60) == (32.5, 58)
    # A device that counted elsewhere begins with a count of which nobody knows when it fell.
    tips([(-20, 100), (5, 100), (45, 250), (51, 70), (58, 95)])
    assert _rain_at(database_url, 60) is None
    assert _rain_at(database_url, 112) == (2.5, 58)


def _flag(database_url: str, time: datetime, quality: int) -> None:
    with psycopg.connect(database_url) as connection:
        judged.may_change(connection)
        connection.execute(
            "UPDATE observation SET quality = %s WHERE phenomenon_time = %s AND datastream_id = %s",
            (quality, time, _datastream(connection)),
        )
    judged.judge(database_url, GAUGE)


def _exchange(database_url: str, time: datetime, tip_mm: float) -> None:
    """Another device takes the place of the gauge's; both count into the same series."""
    with psycopg.connect(database_url) as connection:
        former = "SELECT deployment_id FROM deployment_channel WHERE datastream_id = %(series)s"
        connection.execute(
            f"""
            UPDATE deployment SET during = tstzrange(lower(during), %(time)s) WHERE id IN ({former});
            WITH device AS (
                INSERT INTO device (dev_eui, device_type_id, interval_s)
                SELECT 'ff000000000000ff', device_type_id, interval_s FROM device LIMIT 1 RETURNING id
            ), deployed AS (
                INSERT INTO deployment (device_id, station_id, phase, during, rain_tip_mm)
                SELECT device.id, d.station_id, 'installed', tstzrange(%(time)s, NULL), %(tip_mm)s
                FROM device, deployment d WHERE d.id IN ({former}) RETURNING id
            )
            INSERT INTO deployment_channel
            SELECT deployed.id, c.channel, c.datastream_id FROM deployed, deployment_channel c
            WHERE c.deployment_id IN ({former})
            """.replace("%(series)s", str(_datastream(connection)))
            .replace("%(time)s", f"'{time.isoformat()}'::timestamptz")
            .replace("%(tip_mm)s", str(tip_mm)),
        )
    judged.judge(database_url, GAUGE)


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


def test_where_nothing_is_installed_any_more_nothing_is_shown(tips: Tips, database_url: str) -> None:
    tips([(10, 100), (40, 110)])
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE deployment SET during = tstzrange(lower(during), now())")
    assert _rain_at(database_url, 60) is None
    assert _ask(database_url, lambda c: rain.hours(c, NOON, NOON + timedelta(hours=1))) == {}


def _rain_at(database_url: str, minutes: float, **options: Any) -> tuple[float, float] | None:
    at = NOON + timedelta(minutes=minutes)
    found = _ask(database_url, lambda c: newest.of(c, [newest.RAIN], at, region="flensburg", **options))
    value = found.get(GAUGE, {}).get(newest.RAIN)
    return value and (round(value.value, 6), (value.time - NOON) / timedelta(minutes=1))


def _ask(database_url: str, question: Callable[[Any], Any]) -> Any:
    async def ask() -> Any:
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
            return await question(connection)

    return asyncio.run(ask())
