"""The newest values as of a moment, and the levels of gauges."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from plietsch.dashboards import gauges, newest
from plietsch.dashboards.scales import Level
from plietsch.platform import sql

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
STATION = "flensburg-suedermarkt"
pytestmark = pytest.mark.usefixtures("region")


@pytest.fixture
def write(database_url: str) -> Callable[..., None]:
    """Write a value of a station's PM10 so many minutes from noon."""

    def write(
        minute: float, value: float | None, quality: int = 1, station: str = STATION, method: str = "raw"
    ) -> None:
        with psycopg.connect(database_url) as connection:
            connection.execute(
                "INSERT INTO observation SELECT d.id, %s, %s, now(), %s FROM datastream d"
                " JOIN station s ON s.id = d.station_id JOIN observed_property p ON p.id = d.observed_property_id"
                " WHERE s.code = %s AND p.code = 'pm10' AND d.method = %s",
                (NOON + timedelta(minutes=minute), value, quality, station, method),
            )

    return write


def test_a_value_is_what_was_known_at_that_moment(write: Callable[..., None], database_url: str) -> None:
    for minute in (0, 10, 20):
        write(minute, minute)
    found = [_pm10(database_url, minute) for minute in (-1, 0, 9.9, 15, 20, 6000)]
    assert found == [None, (0, 0, 1), (0, 0, 1), (10, 10, 1), (20, 20, 1), (20, 20, 1)]


def test_what_failed_stands_before_an_older_good_value_only_where_it_is_asked_for(
    write: Callable[..., None], database_url: str
) -> None:
    write(0, 12.5)
    write(5, 13.5, quality=3)
    write(10, 999, quality=4)
    write(15, None, quality=9)
    assert _pm10(database_url, 60) == (13.5, 5, 3)
    assert _pm10(database_url, 60, worst=newest.FAILED) == (999, 10, 4)


def test_an_instrument_that_only_fails_does_not_cost_its_history(write: Callable[..., None], database_url: str) -> None:
    """It has failed every five minutes for 200 days: a page of many stations reads 30 days of that, and no more."""
    write(-40 * 24 * 60, 12.5)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO observation SELECT d.id, %s - n * INTERVAL '5 minutes', NULL, now(), 9 FROM datastream d"
            " JOIN station s ON s.id = d.station_id JOIN observed_property p ON p.id = d.observed_property_id"
            " CROSS JOIN generate_series(1, 200 * 288) n WHERE s.code = %s AND p.code = 'pm10' AND d.method = 'raw'"
            " ON CONFLICT DO NOTHING",
            (NOON, STATION),
        )
        connection.execute("ANALYZE observation")
        asked = {
            "at": NOON, "reach": newest.REACH, "region": "flensburg", "stations": None, "worst": 3, "codes": ["pm10"]
        }  # fmt: skip
        query = sql.load("plietsch.dashboards", "newest.sql")["newest"]
        row = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", asked).fetchone()
        assert row
        assert 0 < _filtered(row[0][0]["Plan"]) <= 31 * 288
    assert _pm10(database_url, 0) is None
    assert _pm10(database_url, 0, reach=newest.REACH_OF_ONE) == (12.5, -40 * 24 * 60, 1)


def _filtered(plan: dict[str, Any]) -> int:
    """How many rows a plan has read for nothing."""
    own = plan.get("Rows Removed by Filter", 0) * plan.get("Actual Loops", 1)
    return own + sum(_filtered(each) for each in plan.get("Plans", ()))


def test_a_corrected_series_is_not_mistaken_for_the_raw_one(write: Callable[..., None], database_url: str) -> None:
    write(0, 20)
    write(5, 11, method="kappa-koehler/1")
    assert _pm10(database_url, 60) == (20, 0, 1)


def test_only_what_is_installed_is_shown_and_only_what_it_measured_meanwhile(
    write: Callable[..., None], database_url: str
) -> None:
    write(0, 20)
    write(60, 30)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "UPDATE deployment SET during = tstzrange(%s, NULL) FROM station s WHERE s.id = station_id AND s.code = %s",
            (NOON + timedelta(minutes=30), STATION),
        )
    assert [_pm10(database_url, minute) for minute in (20, 40, 70)] == [None, None, (30, 60, 1)]
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE deployment SET phase = 'bench'")
    assert _pm10(database_url, 70) is None


def test_stations_of_a_region_come_together_and_one_alone(write: Callable[..., None], database_url: str) -> None:
    write(0, 20)
    write(0, 30, station="husum-markt")
    at = NOON + timedelta(hours=1)
    found = _ask(database_url, lambda c: newest.of(c, ["pm10", "pm2_5"], at, region="flensburg"))
    assert {station: set(values) for station, values in found.items()} == {STATION: {"pm10"}, "husum-markt": {"pm10"}}
    found = _ask(database_url, lambda c: newest.of(c, ["pm10"], at, station="husum-markt"))
    assert found == {"husum-markt": {"pm10": (30, NOON, 1)}}
    assert _ask(database_url, lambda c: newest.of(c, ["pm10"], at, region="elsewhere")) == {}


@pytest.mark.usefixtures("water_and_rain")
def test_a_gauge_has_its_water_and_its_levels_in_a_language(database_url: str) -> None:
    found = _ask(database_url, lambda c: gauges.of(c, "da", region="flensburg"))
    gauge = found.pop("flensburg-pegel")
    assert found == {}
    assert (gauge.water, gauge.mean_level_cm) == ("Flensborg Fjord", 500)
    assert gauge.levels[:2] == (Level(620, 1, "forhøjet"), Level(660, 2, "stormflod"))
    assert gauge.sources == ("This test",) * 4
    assert gauge.scale
    assert [gauge.scale.band(level_cm).rank for level_cm in (619.9, 620, 727, 1000)] == [0, 1, 4, 4]


@pytest.mark.usefixtures("water_and_rain")
def test_a_gauge_may_have_no_levels(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("DELETE FROM gauge_level")
    gauge = _ask(database_url, lambda c: gauges.of(c, "de", station="flensburg-pegel"))["flensburg-pegel"]
    assert (gauge.levels, gauge.scale) == ((), None)


def _pm10(database_url: str, minutes: float, **options: Any) -> tuple[float, float, int] | None:
    at = NOON + timedelta(minutes=minutes)
    found = _ask(database_url, lambda c: newest.of(c, ["pm10"], at, region="flensburg", **options))
    value = found.get(STATION, {}).get("pm10")
    return value and (value.value, (value.time - NOON) / timedelta(minutes=1), value.quality)


def _ask(database_url: str, question: Callable[[Any], Any]) -> Any:
    async def ask() -> Any:
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
            return await question(connection)

    return asyncio.run(ask())
