"""The scenarios: the surge at its published marks, and what each promises."""

import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plietsch.firmware import errors, places, scenarios
from plietsch.firmware.nature import dust
from plietsch.firmware.nature.region import Here, Nature
from plietsch.firmware.places import sites
from plietsch.firmware.places.place import Coast, Place
from plietsch.firmware.region import RAIN
from plietsch.firmware.scenarios import surge
from plietsch.firmware.scenarios.mishaps import MISHAPS
from plietsch.firmware.scenarios.ordinary import ORDINARY
from plietsch.firmware.scenarios.scenario import DRIFT, GATEWAY, KINDS, STUCK, Mishap
from plietsch.firmware.scenarios.surge import SURGE_2023
from plietsch.firmware.scenarios.weathers import CLOUDBURST, HUMID_NIGHTS, NEW_YEAR

REPOSITORY = Path(__file__).resolve().parents[2]
MANUAL = (REPOSITORY / "docs/simulation.md").read_text()
WORDS = " ".join(MANUAL.split())
HOUR_S, DAY_S = 3_600, 86_400
# At some time of a day, as people start things.
START_S = datetime(2026, 11, 14, 10, 37, tzinfo=UTC).timestamp()
SEEDS = st.integers(0, 2**32)
LARGEST_PICTURE_BYTES = 60_000


def here(scenario: scenarios.Scenario, code: str, seed: int = 1) -> Here:
    return Nature(seed, scenario, START_S).here(sites.site(code).place)


def level_cm(place: Here, hours: float) -> float:
    return place.level_mm(START_S + hours * HOUR_S) / 10


def first_above(place: Here, level: float) -> float:
    """The hour at which the water first stands so high, in cm."""
    return next(minute / 60 for minute in range(96 * 60) if level_cm(place, minute / 60) >= level)


def highest(place: Here) -> tuple[float, float]:
    """The hour and the cm of the highest water."""
    level, hour = max((level_cm(place, minute / 60), minute / 60) for minute in range(96 * 60))
    return hour, level


@given(SEEDS)
@settings(max_examples=5, deadline=None)
def test_the_surge_peaks_at_729_cm_shortly_before_midnight_of_the_third_day(seed: int):
    hour, level = highest(here(SURGE_2023, "flensburg-pegel", seed))
    assert level == pytest.approx(729.0, abs=1e-6)
    assert 71 < hour < 72


def test_the_surge_passes_the_marks_of_flensburg_when_it_did():
    harbour = here(SURGE_2023, "flensburg-pegel")
    # First puddles during Thursday, streets closed before Friday noon, and very severe by its evening.
    assert 36 < first_above(harbour, 622) < 45
    assert 54 < first_above(harbour, 662) < 62
    assert 65.5 < first_above(harbour, 702) < 68
    levels = [level_cm(harbour, 12 + number / 4) for number in range(4 * 60)]
    peak = levels.index(max(levels))
    assert levels[: peak + 1] == sorted(levels[: peak + 1])
    assert levels[peak:] == sorted(levels[peak:], reverse=True)


@pytest.mark.parametrize(
    ("hour", "lowest", "highest"),
    [
        (45, 120, 135),  # NDR, 19 October, 21:00: 1.20 to 1.35 m at Flensburg, Eckernförde and Schleimünde
        (65 + 35 / 60, 199, 199),  # dpa, 20 October, 17:35
        (79 + 20 / 60, 142, 142),  # dpa, 21 October, 7:20
    ],
)
def test_the_surge_stands_as_high_as_was_published(hour: float, lowest: int, highest: int):
    above_mean_cm = level_cm(here(SURGE_2023, "flensburg-pegel"), hour) - 502
    assert lowest - 0.1 <= above_mean_cm <= highest + 0.1


def test_other_waters_follow_as_they_do():
    mouth_h, mouth_cm = highest(here(SURGE_2023, "schleimuende-pegel"))
    town_h, town_cm = highest(here(SURGE_2023, "schleswig-pegel"))
    assert 5 <= town_h - mouth_h <= 6
    assert mouth_cm > town_cm > 502 + 150
    _, sound_cm = highest(here(SURGE_2023, "soenderborg-pegel"))
    assert sound_cm - 501 == pytest.approx(210, abs=1)
    # Where the wind blows the North Sea away, low water is a metre and a half and more below the usual.
    for code in ("husum-pegel", "dagebuell-pegel"):
        usual = min(level_cm(here(ORDINARY, code), number / 4) for number in range(4 * 96))
        stormy = min(level_cm(here(SURGE_2023, code), number / 4) for number in range(4 * 96))
        assert 150 < usual - stormy < 200
    # A river does not mind.
    assert highest(here(SURGE_2023, "treia-pegel"))[1] < 200


@given(seed=SEEDS, s=st.floats(0, 4 * DAY_S))
@settings(max_examples=60, deadline=None)
def test_no_sensor_at_the_baltic_drowns_in_the_surge(seed: int, s: float):
    nature = Nature(seed, SURGE_2023, START_S)
    for site in sites.SITES:
        if site.gauge and isinstance(site.gauge.course, Coast) and site.gauge.course.wind > 0:
            assert 30 <= nature.values(site.place, "A02YYUW", START_S + s)["distance"] <= 4500


def test_the_surge_comes_out_of_an_ordinary_day_and_goes_into_one():
    stormy, calm = here(SURGE_2023, "flensburg-pegel"), here(replace(ORDINARY, by_the_clock=False), "flensburg-pegel")
    levels = [stormy.level_mm(START_S + minute * 60) for minute in range(-24 * 60, 120 * 60)]
    assert max(abs(after - before) for before, after in pairwise(levels)) < 10
    for hours in (-5, 0, 96, 110):
        assert level_cm(stormy, hours) == level_cm(calm, hours)


def test_a_course_goes_through_its_knots_and_never_beyond_them():
    course = surge.Course(surge.AT_FLENSBURG)
    for (from_h, from_mm), (to_h, to_mm) in pairwise(surge.AT_FLENSBURG):
        between = [course.at(from_h + (to_h - from_h) * share / 50) for share in range(51)]
        assert between[0] == pytest.approx(from_mm)
        assert between[-1] == pytest.approx(to_mm)
        assert between in (sorted(between), sorted(between, reverse=True)) or between == pytest.approx(sorted(between))


def in_an_hour_mm(place: Here, hours: int = 48) -> float:
    """The most rain within an hour."""
    fallen = [place.rain.fallen_mm(START_S + number * 300) for number in range(hours * 12 + 1)]
    return max(after - before for before, after in zip(fallen, fallen[12:], strict=False))


@given(SEEDS)
@settings(max_examples=5, deadline=None)
def test_a_cloudburst_is_extreme_in_some_places_and_not_in_others(seed: int):
    of_places = {
        site.code: in_an_hour_mm(here(CLOUDBURST, site.code, seed)) for site in sites.SITES if site.kind == RAIN
    }
    extreme = {code for code, mm in of_places.items() if mm > 40}
    assert extreme >= {"flensburg-volkspark-regen", "handewitt-rathaus-regen", "vioel-markt-regen"}
    assert len(extreme) < len(of_places) - 2


def test_small_rivers_rise_after_the_cloudburst_the_smallest_first():
    peaks: dict[str, float] = {}
    for code in ("kupfermuehle-pegel", "soholm-pegel", "treia-pegel"):
        place = here(CLOUDBURST, code)
        levels = {hour: level_cm(place, hour) for hour in range(72)}
        peaks[code] = max(levels, key=lambda hour: levels[hour])
        assert levels[peaks[code]] > levels[14] + 10
    assert 16 < peaks["kupfermuehle-pegel"] < peaks["soholm-pegel"] <= peaks["treia-pegel"]
    krusau = sites.site("kupfermuehle-pegel").gauge
    assert krusau
    assert level_cm(here(CLOUDBURST, "kupfermuehle-pegel"), peaks["kupfermuehle-pegel"]) > krusau.levels[0].level_cm


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_new_year_comes_at_the_first_local_midnight(seed: int):
    midnight_s = datetime(2026, 11, 15, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()
    nature = Nature(seed, NEW_YEAR, START_S)
    town, village = (sites.site(code).place for code in ("flensburg-suedermarkt", "schafflund-mitte"))

    def pm10(place: Place, after_s: float) -> float:
        return nature.values(place, "SDS011", midnight_s + after_s)["pm10"]

    assert pm10(town, 1500) > 250
    assert pm10(town, 1500) > 3 * pm10(town, -3600)
    assert (
        nature.here(town).dry_dust(midnight_s + 2 * HOUR_S)[1] < 0.4 * nature.here(town).dry_dust(midnight_s + 1500)[1]
    )
    assert nature.here(village).dry_dust(midnight_s + 1500)[1] < nature.here(town).dry_dust(midnight_s + 1500)[1] / 2


def test_in_humid_nights_a_sensor_shows_several_times_what_there_is():
    for site in sites.SITES[:4]:
        place = here(HUMID_NIGHTS, site.code) if site.gauge is None else here(HUMID_NIGHTS, "tarp-bahnhof")
        for night in range(4):
            times = [datetime(2026, 11, 15 + night, 3, tzinfo=UTC).timestamp() + 900 * number for number in range(12)]
            assert max(place.weather(time_s)["humidity"] for time_s in times) > 95
            assert max(place.dust(time_s)["pm2_5"] / place.dry_dust(time_s)[0] for time_s in times) > 3
        noon_s = datetime(2026, 11, 15, 13, tzinfo=UTC).timestamp()
        assert place.dust(noon_s)["pm2_5"] / place.dry_dust(noon_s)[0] < 3


def test_an_ordinary_week_has_a_shower_a_humid_night_and_small_mishaps():
    without = replace(ORDINARY, cells=(), humidity=None)
    wet, dry = (here(each, "flensburg-volkspark-regen") for each in (ORDINARY, without))
    end_s = START_S + ORDINARY.length_s
    assert wet.rain.fallen_mm(end_s) - dry.rain.fallen_mm(end_s) > 4
    night_s = datetime(2026, 11, 18, 4, tzinfo=UTC).timestamp()
    assert here(ORDINARY, "tarp-bahnhof").weather(night_s)["humidity"] > 95
    assert {mishap.kind for mishap in ORDINARY.mishaps} == set(KINDS)


@pytest.mark.parametrize("scenario", scenarios.ALL, ids=lambda scenario: scenario.name)
def test_mishaps_concern_what_there_is_and_come_to_an_end(scenario: scenarios.Scenario):
    known = {site.code: site for site in sites.SITES}
    for mishap in scenario.mishaps:
        assert mishap.kind in KINDS
        assert 0 <= mishap.from_s < mishap.to_s <= scenario.length_s
        if mishap.kind == GATEWAY:
            assert mishap.station in {gateway.gateway_id for gateway in places.GATEWAYS}
        else:
            assert mishap.station in known
        if mishap.kind in (STUCK, DRIFT):
            assert mishap.model in known[mishap.station].sensors


def test_the_mishaps_are_of_all_kinds():
    assert {mishap.kind for mishap in MISHAPS.mishaps} == set(KINDS)


def test_what_drifts_shows_more_each_day_and_nothing_else_does():
    place = sites.site("flensburg-hafenspitze").place
    true = Nature(1, replace(MISHAPS, mishaps=()), START_S)
    drifting = Nature(1, MISHAPS, START_S)
    for day in (0.5, 1, 1.5):
        time_s = START_S + day * DAY_S
        for channel, value in true.values(place, "SDS011", time_s).items():
            assert drifting.values(place, "SDS011", time_s)[channel] == pytest.approx(value * (1 + 0.8 * day))
        assert drifting.values(place, "BME280", time_s) == true.values(place, "BME280", time_s)
    after_s = START_S + 2 * DAY_S
    assert drifting.values(place, "SDS011", after_s) == true.values(place, "SDS011", after_s)


def test_a_mishap_that_is_no_drift_changes_no_values():
    stuck = Mishap(STUCK, "flensburg-suedermarkt", 0, DAY_S, "SDS011")
    assert stuck.drifted({"pm10": 5.0}, 100) == {"pm10": 5.0}


@pytest.mark.parametrize("scenario", scenarios.ALL, ids=lambda scenario: scenario.name)
@given(site=st.sampled_from(sites.SITES), s=st.floats(2 * DAY_S, 20 * DAY_S))
@settings(max_examples=20, deadline=None)
def test_a_day_after_its_end_nothing_is_different_any_more(scenario: scenarios.Scenario, site: sites.Site, s: float):
    after_s = scenario.length_s + s
    assert scenario.grip(after_s) == 0
    assert scenario.dust_factor(site.place, after_s) == 1
    assert scenario.dust_ug_m3(site.place, after_s) == 0
    assert scenario.humidity_percent(site.place, after_s) < 0.01
    assert scenario.rain_mm(site.place, after_s) == scenario.rain_mm(site.place, after_s + DAY_S)


@pytest.mark.parametrize("scenario", scenarios.ALL, ids=lambda scenario: scenario.name)
def test_the_manual_describes_each_scenario_with_a_plot(scenario: scenarios.Scenario):
    assert scenarios.named(scenario.name) is scenario
    assert re.search(rf"^### `{scenario.name}`", MANUAL, re.MULTILINE)
    picture = f"images/simulation-{scenario.name}.svg"
    assert f"]({picture})" in WORDS
    assert 1_000 < (REPOSITORY / "docs" / picture).stat().st_size < LARGEST_PICTURE_BYTES


@pytest.mark.parametrize("site", sites.SITES, ids=lambda site: site.code)
def test_the_manual_names_each_station(site: sites.Site):
    assert site.place.name in WORDS


def test_the_manual_states_the_figures_of_the_code():
    assert f"{surge.PEAK_MM / 1000:.2f} m" in WORDS
    assert f"{dust.FIREWORKS_UG_M3:.0f} µg/m³" in WORDS
    assert f"{dust.LOWEST_KAPPA} to {dust.HIGHEST_KAPPA}" in WORDS


def test_who_names_no_scenario_hears_which_there_are():
    with pytest.raises(errors.ScenarioUnknown) as told:
        scenarios.named("flood")
    assert all(each.name in told.value.hint for each in scenarios.ALL)


def numbers_of_curves(picture: Path) -> list[float]:
    curves = re.findall(r' d="([^"]+)"', picture.read_text(encoding="utf-8"))
    return [float(number) for curve in curves for number in re.findall(r"-?\d+(?:\.\d+)?", curve)]


def test_the_plots_show_what_the_scenarios_are_now(tmp_path: Path):
    tool = REPOSITORY / "firmware/tools/plot_scenarios.py"
    subprocess.run([sys.executable, tool, tmp_path], check=True)
    for scenario in scenarios.ALL:
        drawn, committed = (
            folder / f"simulation-{scenario.name}.svg" for folder in (tmp_path, REPOSITORY / "docs/images")
        )
        assert numbers_of_curves(drawn) == pytest.approx(numbers_of_curves(committed), abs=0.3), (
            f"the plot of {scenario.name} is out of date: python firmware/tools/plot_scenarios.py docs/images"
        )
