"""QARTOD's tests with the limits of our own nodes, over what stands before the instruments in the simulated scenarios:
what the region knows of storms, rain and fireworks passes, and what fails there is found."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping

import pytest

from plietsch.firmware import scenarios
from plietsch.firmware.nature.region import Nature
from plietsch.firmware.places import sites
from plietsch.firmware.places.place import Site
from plietsch.firmware.scenarios.scenario import STUCK
from plietsch.ingest.qartod.testing import Beside, Value, run
from plietsch.platform.device_types import catalogue

START_S = 1_794_783_600  # 2026-11-16T00:00:00+01:00
HOUR_S = 3600
TYPES = {"fine-dust": "plietsch-fine-dust", "water-level": "plietsch-water-level", "rain": "plietsch-rain"}
GAUGES = tuple(site.code for site in sites.SITES if site.gauge)
IN_TOWN = ("flensburg-suedermarkt", "flensburg-nordertor", "harrislee-markt", "husum-markt", "aabenraa-havn")

Channels = dict[str, list[Value]]


def _measured(scenario: scenarios.Scenario, nature: Nature, site: Site, model: str, step_s: int) -> Channels:
    """What an instrument shows in a scenario, as the payload says it; one that is stuck repeats what it showed."""
    stuck = [each for each in scenario.mishaps if (each.kind, each.station, each.model) == (STUCK, site.code, model)]
    found: Channels = {}
    for s in range(0, int(scenario.length_s), step_s):
        shown_s = next((each.from_s for each in stuck if each.from_s <= s < each.to_s), s)
        for channel, result in nature.values(site.place, model, START_S + shown_s).items():
            steps = 1 if channel == "distance" else 10
            found.setdefault(channel, []).append(Value(START_S + s, math.floor(result * steps + 0.5) / steps, 1))
    return found


def _failed(
    name: str, codes: Iterable[str], models: tuple[str, ...], step_s: int
) -> dict[tuple[str, str], Counter[str]]:
    """By station and channel how many values did not pass which test."""
    scenario = scenarios.named(name)
    nature = Nature(1, scenario, START_S)
    found: dict[tuple[str, str], Counter[str]] = {}
    for site in map(sites.site, codes):
        measured = [_measured(scenario, nature, site, model, step_s) for model in models if model in site.sensors]
        channels = {channel: values for each in measured for channel, values in each.items()}
        for channel, tests in _tested(site, channels).items():
            if tests:
                found[site.code, channel] = tests
    return found


def _tested(site: Site, channels: Channels) -> Mapping[str, Counter[str]]:
    type_ = catalogue.built_in()[TYPES[site.kind]]
    tests = {name: run(values, type_.channels[name].limits, Beside(channels)) for name, values in channels.items()}
    return {
        channel: Counter(f"{test} {flag}" for each in found for test, flag in each.items())
        for channel, found in tests.items()
    }


@pytest.mark.parametrize(("name", "step_s"), [("surge-2023", 300), ("surge-2023", HOUR_S), ("cloudburst", 300)])
def test_a_storm_surge_the_tide_and_a_river_in_flood_pass(name: str, step_s: int):
    """From the Baltic's 2.27 m to the North Sea's tide, whether a node sends often or seldom."""
    assert _failed(name, GAUGES, ("A02YYUW",), step_s) == {}


@pytest.mark.parametrize("step_s", [300, 900])
def test_new_year_passes_but_for_the_humid_air(step_s: int):
    """Hundreds of micrograms within minutes: it is what a network is there for."""
    found = _failed("new-year", IN_TOWN, ("SDS011", "BME280", "DHT22"), step_s)
    assert {code for code, _ in found} == set(IN_TOWN)
    assert {test for tests in found.values() for test in tests} == {"multi_variate 3"}


def test_in_fog_dust_is_suspect_and_the_air_is_not():
    found = _failed("humid-nights", ["flensburg-suedermarkt", "tarp-bahnhof"], ("SDS011", "BME280", "DHT22"), 900)
    assert {channel for _, channel in found} == {"pm2_5", "pm10"}
    for tests in found.values():
        (count,) = tests.values()
        assert set(tests) == {"multi_variate 3"}
        # Four nights of seven to eleven hours.
        assert 4 * 7 * 4 <= count <= 4 * 11 * 4


STUCK_ONES = {each.model: each for each in scenarios.named("mishaps").mishaps if each.kind == STUCK}


# A level that was the same for half a day is suspect: of a ditch it may be true.
@pytest.mark.parametrize(("model", "flag"), [("SDS011", 4), ("A02YYUW", 3), ("BME280", 4)])
def test_what_is_stuck_is_found_from_its_beginning(model: str, flag: int):
    mishap, step_s = STUCK_ONES[model], 600
    found = _failed("mishaps", [mishap.station], (model,), step_s)
    assert found
    for (_, channel), tests in found.items():
        # One that showed the same before it was stuck, or after, counts too.
        expected = (mishap.to_s - mishap.from_s) / step_s
        assert tests[f"flat_line {flag}"] == pytest.approx(expected, abs=3), channel
    assert {test for tests in found.values() for test in tests if test.startswith("flat_line")} == {f"flat_line {flag}"}


def test_what_is_not_stuck_is_not_said_to_be():
    found = _failed("ordinary", ["flensburg-hafenspitze", "tarp-bahnhof"], ("SDS011", "BME280", "DHT22"), 900)
    assert {test for tests in found.values() for test in tests} <= {"multi_variate 3"}
