"""A computer that slept: the simulation goes on here and now, and makes up nothing of what lies between."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from plietsch.firmware import live, places, scenarios, simulation, stations
from plietsch.firmware.clock import AS_FAST_AS_POSSIBLE, SimulatedClock
from plietsch.firmware.ledger import Ledger
from plietsch.firmware.state import StateFile
from plietsch.firmware.station import MILLISECONDS
from plietsch.firmware.world import Plan
from plietsch.platform.local.broker import EmbeddedBroker
from support.region import Region

INTERVAL_S, SLEPT_S, AFTERWARDS_S = 10, 600, 300


@pytest.fixture
def running(aedes: EmbeddedBroker) -> Iterator[simulation.Simulation]:
    """A station that has measured for three minutes, in a world that is ten minutes behind."""
    start_s = time.time() - SLEPT_S - 180
    world = Plan(
        stations.first(1, INTERVAL_S), live.source_of(1, scenarios.ORDINARY, start_s), places.GATEWAYS, start_s
    )
    clock = SimulatedClock(start_s, AS_FAST_AS_POSSIBLE, threading.Event())
    with closing(Ledger(None)) as ledger, simulation.running(world, aedes.url, clock, ledger, StateFile(None)) as made:
        made.stations[0].switch_on()
        made.run_until(start_s + 180)
        yield made


def _taken(running: simulation.Simulation, begin_s: float) -> list[float]:
    """Skip to now, run a while as fast as possible, and return when readings were taken, in s after `begin_s`."""
    taken: list[float] = []
    [station] = running.stations
    station.listener = lambda at_ms, name, _values: (
        taken.append(at_ms / MILLISECONDS - begin_s) if name == "taken" else None
    )
    live.skip(running)
    running.clock.set(running.world.now_s, AS_FAST_AS_POSSIBLE)
    running.run_until(running.world.now_s + AFTERWARDS_S)
    return taken


def _has_one_life(taken: list[float]) -> None:
    assert taken[0] >= SLEPT_S - 1, "nothing is made up"
    assert len(taken) >= 20
    assert len(taken) <= AFTERWARDS_S / INTERVAL_S + 1, "none is taken twice"


def test_what_was_missed_is_not_made_up(running: simulation.Simulation):
    _has_one_life(_taken(running, running.world.now_s))


def test_power_that_comes_back_meanwhile_begins_one_life(running: simulation.Simulation):
    begin_s = running.world.now_s
    running.stations[0].outage((begin_s + 5) * MILLISECONDS, (begin_s + 200) * MILLISECONDS)
    _has_one_life(_taken(running, begin_s))


def test_power_that_is_away_stays_away(running: simulation.Simulation):
    begin_s = running.world.now_s
    running.stations[0].outage((begin_s + 5) * MILLISECONDS, (begin_s + SLEPT_S + 3600) * MILLISECONDS)
    assert _taken(running, begin_s) == []


def test_who_goes_on_twice_lives_once(tmp_path: Path):
    region = Region(tmp_path, stations.first(1, 300)).switch_on().run(600)
    [station] = region.world.stations
    for _ in range(2):
        station.go_on()
    before = len(region.traced)
    region.run(3600)
    taken = [each for each in region.traced[before:] if each[1] == "taken"]
    region.end()
    assert region.ms(0) < taken[0][0]
    assert 11 <= len(taken) <= 13
