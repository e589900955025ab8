"""Rain and water levels of the simulated region: tides in the west, wind in the fjord, rivers after rain."""

import statistics
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plietsch.firmware import scenarios
from plietsch.firmware.nature.region import Here, Nature
from plietsch.firmware.nature.showers import Cell, Rain, cells
from plietsch.firmware.nature.weather import Weather
from plietsch.firmware.places import sites
from plietsch.firmware.places.place import Coast, Site
from plietsch.firmware.region import RAIN, WATER_LEVEL

HOUR_S, DAY_S = 3_600, 86_400
START_S = datetime(2026, 11, 14, tzinfo=UTC).timestamp()
WEEK = range(0, 7 * DAY_S, 900)

SEEDS = st.integers(0, 2**32)
LEVELS = [site for site in sites.SITES if site.kind == WATER_LEVEL]
GAUGES = [site for site in sites.SITES if site.kind == RAIN]
COASTS = [site for site in LEVELS if site.gauge and isinstance(site.gauge.course, Coast)]
RIVERS = [site for site in LEVELS if site not in COASTS]
# What an A02YYUW measures, in mm.
NEAREST_MM, FURTHEST_MM = 30, 4500


def here(code: str, seed: int = 1, scenario: scenarios.Scenario = scenarios.ORDINARY) -> Here:
    return Nature(seed, scenario, START_S).here(sites.site(code).place)


@given(
    seed=SEEDS, site=st.sampled_from(GAUGES), times=st.lists(st.floats(-DAY_S, 400 * DAY_S), min_size=2, max_size=30)
)
@settings(max_examples=50, deadline=None)
def test_a_bucket_never_tips_back(seed: int, site: Site, times: list[float]):
    nature = Nature(seed, scenarios.CLOUDBURST, START_S)
    tips = [nature.values(site.place, "rain", START_S + s)["rain_tips"] for s in sorted(times)]
    assert tips == sorted(tips)


@given(seed=SEEDS, site=st.sampled_from(GAUGES))
@settings(max_examples=10, deadline=None)
def test_counting_from_later_on_leaves_out_what_fell_before(seed: int, site: Site):
    early, late = Rain(seed, site.place, START_S), Rain(seed, site.place, START_S + 30 * DAY_S)
    between = [early.fallen_mm(START_S + day * DAY_S) - late.fallen_mm(START_S + day * DAY_S) for day in (33, 50, 90)]
    assert between == pytest.approx([between[0]] * 3)


def test_a_year_brings_what_northern_germany_gets():
    of_years = [Rain(seed, GAUGES[0].place, START_S).fallen_mm(START_S + 365 * DAY_S) for seed in range(1, 9)]
    assert 600 < statistics.fmean(of_years) < 1100
    assert min(of_years) > 400


def test_neighbours_get_wet_together():
    """Flensburg's Volkspark and Handewitt lie nine kilometres apart, Husum forty."""
    daily = {code: daily_mm(code) for code in ("flensburg-volkspark-regen", "handewitt-rathaus-regen")}
    near, other = daily.values()
    wet = [number for number, mm in enumerate(near) if mm > 3]
    assert len(wet) > 20
    assert sum(other[number] > 0.6 for number in wet) > 0.8 * len(wet)
    assert near != other


def daily_mm(code: str) -> list[float]:
    rain = here(code).rain
    fallen = [rain.fallen_mm(START_S + day * DAY_S) for day in range(366)]
    return [after - before for before, after in pairwise(fallen)]


def test_rain_comes_from_the_west():
    for day in range(400):
        for cell in cells(1, day):
            husum_s, kappeln_s = cell.start_at_s(9.05), cell.start_at_s(9.93)
            assert HOUR_S < kappeln_s - husum_s < 2 * HOUR_S


def test_the_sum_of_a_shower_is_what_its_rate_adds_up_to():
    cell = Cell(START_S + HOUR_S, 1800, 10, 9.43, 54.79, 20)
    alone = Rain(1, sites.site("flensburg-volkspark-regen").place, START_S, [cell])
    without = Rain(1, sites.site("flensburg-volkspark-regen").place, START_S)
    step_s = 10
    times = [START_S + second for second in range(0, 2 * HOUR_S, step_s)]
    summed = sum((alone.rate_mm_h(time_s) - without.rate_mm_h(time_s)) * step_s / HOUR_S for time_s in times)
    end_s = times[-1]
    assert summed == pytest.approx(alone.fallen_mm(end_s) - without.fallen_mm(end_s), rel=0.01)
    assert summed == pytest.approx(10, rel=0.02)


@pytest.mark.parametrize(("code", "least_cm", "most_cm"), [("husum-pegel", 300, 420), ("dagebuell-pegel", 260, 380)])
def test_the_north_sea_comes_and_goes_twice_a_day(code: str, least_cm: int, most_cm: int):
    place = here(code)
    levels = [place.level_mm(START_S + second) / 10 for second in WEEK]
    highs = [b for a, b, c in zip(levels, levels[1:], levels[2:], strict=False) if a < b >= c]
    # 14 days of the moon's half-day tide are 27 high waters.
    assert 13 <= len(highs) <= 14
    assert least_cm < max(levels) - min(levels) < most_cm


@given(seed=SEEDS)
@settings(max_examples=15, deadline=None)
def test_in_an_ordinary_week_the_baltic_moves_by_decimetres_and_every_gauge_sees_its_water(seed: int):
    nature = Nature(seed, scenarios.ORDINARY, START_S)
    for site in LEVELS:
        distances = [nature.values(site.place, "A02YYUW", START_S + second)["distance"] for second in WEEK[::4]]
        assert min(distances) > NEAREST_MM
        assert max(distances) < FURTHEST_MM
        assert site in COASTS or max(distances) - min(distances) < 1500
    fjord = nature.here(LEVELS[0].place)
    levels = [fjord.level_mm(START_S + second) for second in WEEK[::4]]
    assert 30 < max(levels) - min(levels) < 1500


def test_wind_from_the_east_fills_the_fjord_and_empties_the_mud_flats():
    weather, fjord, west = Weather(1), here("flensburg-pegel"), here("husum-pegel")
    times = [START_S + number * HOUR_S for number in range(-24 * 120, 0)]
    easterly = [time_s for time_s in times if weather.east_m_s(time_s - 3 * HOUR_S) > 3]
    westerly = [time_s for time_s in times if weather.east_m_s(time_s - 3 * HOUR_S) < -6]
    assert min(len(easterly), len(westerly)) > 100
    for place, sign in ((fjord, 1), (west, -1)):
        apart = statistics.fmean(map(place.level_mm, easterly)) - statistics.fmean(map(place.level_mm, westerly))
        assert sign * apart > 150


def test_the_sea_swings_back_when_the_wind_is_away():
    fjord = here("flensburg-pegel")
    levels = [fjord.level_mm(START_S + second) for second in WEEK]
    assert statistics.pstdev(levels) > 20
    # It does so slowly: nothing but a surge rises by more than a few centimetres within a quarter of an hour.
    assert max(abs(after - before) for before, after in pairwise(levels)) < 60


@pytest.mark.parametrize("site", RIVERS, ids=lambda site: site.code)
def test_a_river_follows_the_rain_and_takes_its_time(site: Site):
    place = here(site.code)
    dry, wet = [], []
    for day in range(30, 300):
        time_s = START_S + day * DAY_S
        fallen_mm = place.rain.fallen_mm(time_s) - place.rain.fallen_mm(time_s - 2 * DAY_S)
        (wet if fallen_mm > 8 else dry).append(place.level_mm(time_s))
    assert statistics.fmean(wet) > statistics.fmean(dry) + 20
    steps = [place.level_mm(START_S + second) for second in WEEK]
    assert max(abs(after - before) for before, after in pairwise(steps)) < 60


def test_waves_are_small_in_harbours_and_do_not_add_up():
    nature = Nature(1, scenarios.ORDINARY, START_S)
    place = LEVELS[0].place
    gauge = LEVELS[0].gauge
    assert gauge
    apart = [
        gauge.sensor_mm
        - nature.values(place, "A02YYUW", START_S + s)["distance"]
        - nature.here(place).level_mm(START_S + s)
        for s in range(0, DAY_S, 60)
    ]
    assert abs(statistics.fmean(apart)) < 1
    assert 1 < statistics.pstdev(apart) < 15
