"""Air over the simulated region: reproducible, within physical bounds, and with the cycles that people know."""

import random
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plietsch.firmware import scenarios
from plietsch.firmware.nature import dust, local_time
from plietsch.firmware.nature.region import Here, Nature
from plietsch.firmware.places import sites
from plietsch.firmware.ranges import RANGES

HOUR_S, DAY_S = 3_600, 86_400
START_S = datetime(2026, 11, 14, tzinfo=UTC).timestamp()
BERLIN = ZoneInfo("Europe/Berlin")
FIRST_S, LAST_S = datetime(2020, 1, 1, tzinfo=UTC).timestamp(), datetime(2036, 1, 1, tzinfo=UTC).timestamp()

SEEDS = st.integers(0, 2**32)
TIMES = st.floats(FIRST_S, LAST_S)
SITES = st.sampled_from(sites.SITES)
SCENARIOS = st.sampled_from(scenarios.ALL)


def here(code: str, seed: int = 1, start_s: float = START_S) -> Here:
    return Nature(seed, scenarios.ORDINARY, start_s).here(sites.site(code).place)


def shown(nature: Nature, site: sites.Site, time_s: float) -> dict[str, float]:
    return {
        f"{model} {channel}": value
        for model in (*site.sensors, "battery")
        for channel, value in nature.values(site.place, model, time_s).items()
    }


@given(seed=SEEDS, scenario=SCENARIOS, asked=st.lists(st.tuples(SITES, st.floats(-DAY_S, 9 * DAY_S)), max_size=20))
@settings(max_examples=40, deadline=None)
def test_who_asks_again_hears_the_same_in_whatever_order(
    seed: int, scenario: scenarios.Scenario, asked: list[tuple[sites.Site, float]]
):
    nature = Nature(seed, scenario, START_S)
    heard = [shown(nature, site, START_S + s) for site, s in asked]
    other = Nature(seed, scenario, START_S)
    order = random.Random(seed).sample(range(len(asked)), len(asked))
    again = {number: shown(other, asked[number][0], START_S + asked[number][1]) for number in order}
    assert [again[number] for number in range(len(asked))] == heard


def test_another_seed_is_another_week():
    site = sites.SITES[0]
    assert shown(Nature(1, scenarios.ORDINARY, START_S), site, START_S) != shown(
        Nature(2, scenarios.ORDINARY, START_S), site, START_S
    )


@given(seed=SEEDS, scenario=SCENARIOS, site=SITES, start_s=TIMES, since_s=st.floats(0, 10 * DAY_S))
@settings(max_examples=300, deadline=None)
def test_nothing_is_beyond_what_nature_and_instruments_know(
    seed: int, scenario: scenarios.Scenario, site: sites.Site, start_s: float, since_s: float
):
    values = shown(Nature(seed, scenario, start_s), site, start_s + since_s)
    for name, value in values.items():
        model, channel = name.split()
        if channel in RANGES.get(model, {}):
            assert RANGES[model][channel].beyond(value) is None
        elif channel == "distance":
            assert 0 <= value <= 0xFFFF
        elif channel == "rain_tips":
            assert value == int(value) >= 0
        else:
            assert channel != "battery" or 3.4 < value < 4.3
    if "SDS011 pm2_5" in values and not here_drifts(scenario, site):
        assert 0 < values["SDS011 pm2_5"] <= values["SDS011 pm10"]
        weather = Nature(seed, scenario, start_s).here(site.place).weather(start_s + since_s)
        assert -25 <= weather["temperature"] <= 42
        assert 940 <= weather["pressure"] <= 1060


def here_drifts(scenario: scenarios.Scenario, site: sites.Site) -> bool:
    return any(mishap.kind == "drift" and mishap.station == site.code for mishap in scenario.mishaps)


@given(TIMES)
def test_clocks_on_walls_show_what_the_time_zone_says(time_s: float):
    wall = datetime.fromtimestamp(time_s, BERLIN)
    local = local_time.local_s(time_s)
    assert datetime.fromtimestamp(local, UTC).replace(tzinfo=None) == wall.replace(tzinfo=None)
    assert local_time.weekday(local) == wall.weekday()


@given(TIMES)
def test_the_nearest_new_year_is_at_most_half_a_year_away(time_s: float):
    local = local_time.local_s(time_s)
    since_s = local_time.since_new_year_s(local)
    assert abs(since_s) <= 184 * DAY_S
    new_year = datetime.fromtimestamp(local - since_s, UTC)
    assert (new_year.month, new_year.day) == (1, 1)


def hours(first: datetime, days: int, wanted: range, weekdays: tuple[int, ...]) -> Iterator[float]:
    """Times of the wanted hours of the wanted days of the week, in local time."""
    for number in range(days * 24):
        time_s = first.timestamp() + number * HOUR_S
        local = datetime.fromtimestamp(time_s, BERLIN)
        if local.hour in wanted and local.weekday() in weekdays:
            yield time_s


def mean_dust(code: str, times: Iterator[float]) -> float:
    place = here(code)
    return statistics.fmean(place.dry_dust(time_s)[0] for time_s in times)


SUMMER, WINTER = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 1, 5, tzinfo=UTC)
WORKDAYS, SUNDAY, ANY = (0, 1, 2, 3, 4), (6,), tuple(range(7))
WEEKS = 12


def test_traffic_comes_in_the_morning_of_working_days():
    square = "flensburg-suedermarkt"
    rush = mean_dust(square, hours(SUMMER, WEEKS * 7, range(7, 9), WORKDAYS))
    night = mean_dust(square, hours(SUMMER, WEEKS * 7, range(1, 4), WORKDAYS))
    sunday = mean_dust(square, hours(SUMMER, WEEKS * 7, range(7, 9), SUNDAY))
    assert rush > 1.3 * night
    assert rush > 1.3 * sunday
    # In a village there is less of it.
    village = mean_dust("schafflund-mitte", hours(SUMMER, WEEKS * 7, range(7, 9), WORKDAYS))
    assert rush > 1.3 * village


def test_stoves_burn_on_winter_evenings_and_longer_at_weekends():
    town = "tarp-bahnhof"
    evening = mean_dust(town, hours(WINTER, WEEKS * 7, range(19, 22), ANY))
    noon = mean_dust(town, hours(WINTER, WEEKS * 7, range(11, 14), ANY))
    assert evening > 1.2 * noon
    summer_evening = mean_dust(town, hours(SUMMER, WEEKS * 7, range(19, 22), ANY))
    assert evening > 1.5 * summer_evening
    local = [DAY_S * day + 12 * HOUR_S for day in range(7)]  # from a Thursday on
    assert [dust.stoves(second) > 0.2 for second in local] == [False, False, True, True, False, False, False]


def test_new_year_is_in_the_air_until_two_o_clock():
    midnight_s = datetime(2027, 1, 1, tzinfo=BERLIN).timestamp()
    square, village = (here(code, start_s=midnight_s) for code in ("flensburg-suedermarkt", "schafflund-mitte"))
    before, after = (square.dry_dust(midnight_s + s)[1] for s in (-1800, 1500))
    assert before < 60
    assert after > 200
    assert square.dry_dust(midnight_s + 2 * HOUR_S)[1] < after / 2
    assert square.dry_dust(midnight_s + 5 * HOUR_S)[1] < 60
    assert village.dry_dust(midnight_s + 1500)[1] < after / 2


def test_particles_grow_in_humid_air_as_published():
    # Crilley et al. 2018 with κ = 0.4.
    assert dust.growth(0.4, 80) == pytest.approx(1.970, abs=0.001)
    assert dust.growth(0.4, 90) == pytest.approx(3.182, abs=0.001)
    assert dust.growth(0.4, 100) == dust.growth(0.4, 95)


@given(humidity=st.floats(0, 100), more=st.floats(0, 20), kappa=st.floats(0.1, 0.6))
def test_the_more_humid_the_larger(humidity: float, more: float, kappa: float):
    assert 1 <= dust.growth(kappa, humidity) <= dust.growth(kappa, humidity + more)


@given(seed=SEEDS, time_s=st.floats(START_S, START_S + 300 * DAY_S), number=st.integers(0, 3))
@settings(deadline=None)
def test_correcting_for_humidity_leads_back_to_what_there_is(seed: int, time_s: float, number: int):
    place = Nature(seed, scenarios.HUMID_NIGHTS, START_S).here(sites.SITES[number].place)
    seen, humidity = place.dust(time_s)["pm2_5"], place.weather(time_s)["humidity"]
    if seen < dust.HIGHEST_SHOWN:
        corrected = seen / dust.growth(0.4, humidity)
        assert corrected == pytest.approx(place.dry_dust(time_s)[0], rel=0.15)


def test_nights_are_humid_and_days_are_warm():
    place = here("schafflund-mitte")
    by_hour = [[place.weather(START_S + (day * 24 + hour) * HOUR_S) for day in range(-90, 0)] for hour in (4, 14)]
    night, day = by_hour
    for channel, colder in (("temperature", 1), ("humidity", -1)):
        at_night, by_day = (statistics.fmean(each[channel] for each in values) for values in (night, day))
        assert colder * (by_day - at_night) > 1
    assert any(each["humidity"] > 95 for each in night)


def test_it_is_warmer_in_summer():
    place = here("tarp-bahnhof")
    july, january = (
        statistics.fmean(
            place.weather(datetime(2026, month, 1, tzinfo=UTC).timestamp() + hour * HOUR_S)["temperature"]
            for hour in range(30 * 24)
        )
        for month in (7, 1)
    )
    assert 13 < july < 21
    assert -3 < january < 6


def test_a_week_of_the_region_costs_seconds():
    nature = Nature(1, scenarios.ORDINARY, START_S)
    began_s = time.process_time()
    for number in range(7 * 24 * 4):
        for site in sites.SITES:
            shown(nature, site, START_S + number * 900)
    assert time.process_time() - began_s < 10
