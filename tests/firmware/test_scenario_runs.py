"""A scenario in the region: what fails in it does so when it is said to, also for who comes in between."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from firmware.subscriber import listening

from plietsch.firmware import errors, live, mishaps, places, scenarios, simulation, stations
from plietsch.firmware.clock import SimulatedClock
from plietsch.firmware.ledger import Ledger
from plietsch.firmware.region import WATER_LEVEL
from plietsch.firmware.scenarios.scenario import GATEWAY, SILENT, STUCK, Mishap, Scenario
from plietsch.firmware.state import Course, State, StateFile
from plietsch.firmware.world import Plan
from plietsch.platform.local.broker import EmbeddedBroker
from support import processes
from support.region import START_S, Region
from support.wait import until

MINUTE_S, HOUR_S = 60, 3600
SILENT_ONE, STUCK_ONE, SOUND_ONE = (station.code for station in stations.first(3, 300))
NEAREST, NEXT = (gateway.gateway_id for gateway in places.GATEWAYS[:2])
FAILING = (
    Mishap(SILENT, SILENT_ONE, 1 * HOUR_S, 2 * HOUR_S),
    Mishap(STUCK, STUCK_ONE, 1 * HOUR_S, 2 * HOUR_S, model="SDS011"),
    Mishap(GATEWAY, NEAREST, 2.5 * HOUR_S, 3 * HOUR_S),
    Mishap(SILENT, "a-station-that-takes-no-part", 0, HOUR_S),
)
BUSY = Scenario("busy", "Busy", "Much fails.", 4 * HOUR_S, mishaps=FAILING)


def _plan(scenario: Scenario = scenarios.ORDINARY, since_s: float = 0, **more: Any) -> live.Plan:
    return live.Plan(1, 300, 300, since_s, scenario, **more)


@pytest.fixture
def region(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Region]:
    """Three stations in the busy scenario, of which so many seconds are over already."""
    after_s: float = getattr(request, "param", 0)
    made = Region(tmp_path, stations.first(3, 300), start_s=START_S + after_s)
    mishaps.lay(made.world, BUSY.mishaps, START_S)
    live.switch_on(made.world, live.present(_plan()))
    yield made
    made.end()


def _pm10(region: Region, code: str) -> dict[float, float | None]:
    """What a station said, by hours since the scenario began."""
    found = region.received().items()
    return {(second - START_S) / HOUR_S: values["pm10"] for (name, second), values in sorted(found) if name == code}


def _within(values: dict[float, float | None], from_h: float, to_h: float) -> list[float | None]:
    return [value for hour, value in values.items() if from_h <= hour < to_h]


def test_what_is_silent_says_nothing_meanwhile_and_goes_on(region: Region):
    silent = _pm10(region.run(3 * HOUR_S), SILENT_ONE)
    assert _within(silent, 1, 2) == []
    assert len(_within(silent, 0, 1)) > 8
    assert len(_within(silent, 2, 3)) > 8
    assert len(_within(_pm10(region, SOUND_ONE), 1, 2)) >= 11


def test_what_is_stuck_repeats_its_value(region: Region):
    values = _pm10(region.run(3 * HOUR_S), STUCK_ONE)
    assert len(_within(values, 1.01, 2)) >= 11
    assert len(set(_within(values, 1.01, 2))) == 1
    assert len(set(_within(values, 0, 1))) > 3
    assert len(set(_within(values, 2.01, 3))) > 3


def test_a_gateway_that_fails_hears_nothing(region: Region):
    heard: dict[str, list[float]] = {NEAREST: [], NEXT: []}
    region.run(3.5 * HOUR_S)
    for topic, event in region.events:
        for each in event["rxInfo"] if topic.endswith("/up") else ():
            hour = (datetime.fromisoformat(event["time"]).timestamp() - START_S) / HOUR_S
            heard.setdefault(each["gatewayId"], []).append(hour)
    assert heard[NEAREST]
    assert not [hour for hour in heard[NEAREST] if 2.5 <= hour < 3]
    assert [hour for hour in heard[NEAREST] if hour >= 3]


@pytest.mark.parametrize("region", [1.5 * HOUR_S], indirect=True)
def test_who_begins_in_between_finds_the_same_failing(region: Region, tmp_path: Path):
    region.run(HOUR_S)
    silent, stuck = _pm10(region, SILENT_ONE), _pm10(region, STUCK_ONE)
    assert _within(silent, 0, 2) == []
    assert len(_within(silent, 2, 3)) > 4
    (repeated,) = set(_within(stuck, 0, 2))
    assert len(set(_within(stuck, 2.01, 3))) > 1
    folder = tmp_path / "from the beginning"
    folder.mkdir()
    whole = Region(folder, stations.first(3, 300))
    mishaps.lay(whole.world, BUSY.mishaps, START_S)
    whole.switch_on().run(2 * HOUR_S).end()
    assert set(_within(_pm10(whole, STUCK_ONE), 1.01, 2)) == {repeated}


def test_a_surge_of_the_past_reaches_the_network_with_its_peak(tmp_path: Path):
    surge = scenarios.named("surge-2023")
    (gauge,) = stations.of_kind(WATER_LEVEL, 1, 900)
    assert gauge.code == "flensburg-pegel"
    assert gauge.gauge
    region = Region(tmp_path, [gauge], source_of=live.source_of(1, surge, START_S))
    live.switch_on(region.world, live.past(replace(_plan(surge), history_interval_s=900)))
    levels = [
        gauge.gauge.gauge_zero_distance_m * 100 - distance / 10
        for values in region.run(surge.length_s).received().values()
        if (distance := values["distance"]) is not None
    ]
    region.end()
    # 2.27 m above the mean level, as it was; between two of four samples an hour it may have been a little higher.
    assert max(levels) == pytest.approx(gauge.gauge.mean_level_cm + 227, abs=4)
    assert len(levels) < surge.length_s / 900 * 1.02


def test_a_restart_goes_on_in_the_scenario_from_where_it_was(tmp_path: Path):
    first = StateFile(tmp_path / "state.json")
    begin_s = live.start_s(first.state, _plan(BUSY, since_s=4 * HOUR_S))
    assert live.begun_s(first.state) == pytest.approx(time.time() - 4 * HOUR_S, abs=5)
    assert begin_s <= live.begun_s(first.state) - live.WARMS_UP_S
    first.state.simulated_until_s = time.time() - HOUR_S
    first.save()
    second = StateFile(tmp_path / "state.json")
    assert live.start_s(second.state, _plan(BUSY, since_s=4 * HOUR_S)) == pytest.approx(
        time.time() - HOUR_S - live.WARMS_UP_S, abs=5
    )
    assert second.state.course == first.state.course


def test_who_goes_on_measures_again_at_once_and_nothing_twice(tmp_path: Path):
    until_s = time.time() - 5
    state = State(simulated_until_s=until_s, course=Course("ordinary", 1, until_s - HOUR_S))
    plan = replace(_plan(since_s=HOUR_S), interval_s=10)
    region = Region(tmp_path, stations.first(stations.NAMED, 10), start_s=live.start_s(state, plan))
    live.switch_on(region.world, live.present(plan))
    region.world.env.run(until=(until_s + 30) * 1000)
    times = [second for _, second in region.received()]
    region.end()
    assert min(times) > until_s
    assert len({code for code, _ in region.received()}) > stations.NAMED / 3


@pytest.mark.parametrize("course", [Course("ordinary", 2, 0.0), Course("cloudburst", 1, 0.0)])
def test_another_scenario_does_not_go_on_with_an_old_state(course: Course):
    state = State(simulated_until_s=time.time() - HOUR_S, course=course)
    with pytest.raises(errors.ScenarioDiffers, match=course.scenario):
        live.start_s(state, _plan())


def test_the_state_of_a_version_without_scenarios_goes_on():
    state = State(simulated_until_s=time.time() - HOUR_S)
    live.start_s(state, _plan(since_s=2 * HOUR_S))
    assert state.course and state.course.scenario == "ordinary"


def test_at_a_speed_the_past_passes_until_it_has_caught_up(aedes: EmbeddedBroker):
    plan = _plan(since_s=2 * HOUR_S, speed=3600)
    states = StateFile(None)
    begin_s = live.start_s(states.state, plan)
    world = Plan(
        stations.first(2, 300), live.source_of(1, plan.scenario, live.begun_s(states.state)), places.GATEWAYS, begin_s
    )
    clock = SimulatedClock(begin_s, plan.speed, threading.Event())
    begun = time.monotonic()
    with (
        listening(aedes.url) as subscriber,
        closing(Ledger(None)) as ledger,
        simulation.running(world, aedes.url, clock, ledger, states) as running,
    ):
        live.run_past(running, plan, lambda _from, _now, _until: None)
        took_s = time.monotonic() - begun
        until(lambda: len(subscriber.events("up")) >= running.delivery.events["up"], "all events")
        heard = [datetime.fromisoformat(up["time"]).timestamp() for up in subscriber.events("up")]
    assert took_s >= 1.9
    assert begin_s < min(heard) < begin_s + 5 * MINUTE_S
    assert time.time() - 10 * MINUTE_S < max(heard) <= time.time() + 1


def test_a_scenario_that_nobody_knows_is_said_with_those_that_are(tmp_path: Path):
    asked = processes.run("simulate", "--scenario", "deluge", "--region", str(tmp_path / "region.json"))
    assert asked.returncode == 1
    assert "deluge" in asked.stderr
    assert all(each.name in asked.stderr for each in scenarios.ALL)
    assert "Traceback" not in asked.stderr
