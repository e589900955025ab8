"""The simulated region: the past as fast as possible, or at a speed, then the present second by second."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from plietsch.firmware import errors, mishaps, scenarios
from plietsch.firmware.clock import AS_FAST_AS_POSSIBLE
from plietsch.firmware.nature.region import Nature
from plietsch.firmware.region import FINE_DUST, RAIN, WATER_LEVEL
from plietsch.firmware.scenarios.scenario import Scenario
from plietsch.firmware.simulation import Simulation
from plietsch.firmware.state import Course, State
from plietsch.firmware.station import MILLISECONDS, VirtualStation, measuring
from plietsch.firmware.stations import SELDOM_S
from plietsch.firmware.waiting import call_at
from plietsch.firmware.world import SourceOf, World

log = logging.getLogger(__name__)

SAVE_EVERY_S = 10
# A computer that slept has missed measurements; they are not made up afterwards.
LONGEST_LAG_S = 60
# To join and to warm up takes a node three quarters of a minute; and not all of them join in the same moment.
SWITCHED_ON_BEFORE_S = 60
SWITCHED_ON_APART_S = 0.4
# However many they are, they all have begun by then.
SWITCHED_ON_WITHIN_S = 600
# Before that, no fine-dust node has a reading: it joins for six seconds and warms up for thirty. What needs no warming
# up is switched on so much later.
WARMS_UP_S = 35
# A reading of the past is made of fewer samples; to say how far they lie apart takes as many.
SAMPLES_OF_THE_PAST = 4
LOOK_AT_THE_CLOCK_EVERY = 500
SAY_EVERY_S = 1.0

OnProgress = Callable[[float, float, float], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How the region measures: every `interval_s` now, every `history_interval_s` in the `since_s` before.

    `speed` is how fast the past is run (None: as fast as possible); the present always runs at its own.
    """

    seed: int
    interval_s: int
    history_interval_s: int
    since_s: float
    scenario: Scenario
    speed: float | None = AS_FAST_AS_POSSIBLE


def start_s(state: State, plan: Plan) -> float:
    """Return when a simulation begins, and note in `state` what happens in it. Raises ScenarioDiffers.

    That is a minute before the past that is asked for, or so that it goes on where the last run ended, if that is
    later.
    """
    begin_s, until_s = time.time() - plan.since_s, state.simulated_until_s
    if until_s is None:
        state.course = Course(plan.scenario.name, plan.seed, begin_s)
        return begin_s - SWITCHED_ON_BEFORE_S
    if state.course is None:  # an earlier version's, which knew no scenarios
        state.course = Course(plan.scenario.name, plan.seed, until_s)
    before = state.course
    if (before.scenario, before.seed) != (plan.scenario.name, plan.seed):
        raise errors.ScenarioDiffers(
            f"What was simulated so far is the scenario {before.scenario!r} of seed {before.seed}.",
            "Go on with that, or begin anew: with another --state, or `plietsch up --fresh`.",
        )
    return max(begin_s - SWITCHED_ON_BEFORE_S, until_s + 1 - WARMS_UP_S)


def begun_s(state: State) -> float:
    """Return when the scenario began, in Unix seconds."""
    return state.course.start_s if state.course else 0.0


def source_of(seed: int, scenario: Scenario = scenarios.ORDINARY, begin_s: float = 0.0) -> SourceOf:
    """Return what gives each station of the region its source, in a scenario that began at `begin_s` (Unix seconds)."""
    nature = Nature(seed, scenario, begin_s)
    return lambda station: partial(nature.values, station)


def run_past(simulation: Simulation, plan: Plan, on_progress: OnProgress) -> None:
    """Join, and run what lies before now. Raises Stopped.

    `on_progress(from, now, until)` is told how far it is, in Unix seconds. The last minute is measured like the
    present, so that the present begins with instruments that are warm.
    """
    begin_s = simulation.world.now_s
    simulation.clock.set(begin_s, plan.speed)
    mishaps.lay(simulation.world, plan.scenario.mishaps, begun_s(simulation.states.state))
    has_history = time.time() - begin_s > 2 * SWITCHED_ON_BEFORE_S
    switch_on(simulation.world, past(plan) if has_history else present(plan))
    if has_history:
        _run_until(simulation, SWITCHED_ON_BEFORE_S, partial(on_progress, begin_s))
        _measure(simulation, present(plan))
    _run_until(simulation, 0, partial(on_progress, begin_s))
    simulation.publisher.drain()
    simulation.states.save()


def run_present(simulation: Simulation, plan: Plan) -> None:
    """Measure in real time until the clock is stopped, be it before this begins. Raises Stopped."""
    world, clock = simulation.world, simulation.clock
    if clock.stop.is_set():
        return
    log.info("measuring live: %d stations every %d s", len(simulation.stations), plan.interval_s)
    clock.set(time.time(), speed=1)
    saved_s = time.time()
    while simulation.step():
        if time.time() - world.now_s > LONGEST_LAG_S:
            skip(simulation)
        _note(simulation)
        saved_s = _save_seldom(simulation, saved_s)


def _run_until(simulation: Simulation, before_now_s: float, on_progress: Callable[[float, float], None]) -> None:
    """Let happen what lies more than so many seconds before now."""
    world, steps, said_s = simulation.world, 0, time.time()
    saved_s = said_s
    while world.env.peek() < ((now_s := time.time()) - before_now_s) * MILLISECONDS and simulation.step():
        _note(simulation)
        steps += 1
        if steps % LOOK_AT_THE_CLOCK_EVERY == 0 or now_s - said_s > SAY_EVERY_S:
            said_s = now_s
            on_progress(world.now_s, now_s)
            saved_s = _save_seldom(simulation, saved_s)


# How a node measures, by its kind.
Pace = Mapping[str, Mapping[str, int]]


def past(plan: Plan) -> Pace:
    """Return how nodes measured before now: by fewer samples, and levels and rain no more often than fine dust."""
    interval_s = plan.history_interval_s
    level = {"interval_s": interval_s, "rising_interval_s": interval_s, "silence_s": max(interval_s, SELDOM_S)}
    return {
        FINE_DUST: measuring(interval_s, SAMPLES_OF_THE_PAST),
        WATER_LEVEL: {**level, "samples": SAMPLES_OF_THE_PAST},
        RAIN: {"interval_s": interval_s},
    }


def present(plan: Plan) -> Pace:
    """Return how nodes measure now."""
    # Levels and rain are sent when there is something new, and soon enough by their nodes' own defaults.
    return {FINE_DUST: measuring(plan.interval_s)}


def switch_on(world: World, pace: Pace) -> None:
    """Switch the stations on, one after another: each joins, and then measures at its seconds of the interval."""
    env, stations = world.env, world.stations
    apart_s = min(SWITCHED_ON_APART_S, SWITCHED_ON_WITHIN_S / len(stations))
    for number, station in enumerate(stations):
        station.pace = pace.get(station.station.kind, {})
        after_s = number * apart_s + (0 if station.station.kind == FINE_DUST else WARMS_UP_S)
        call_at(env, env.now + after_s * MILLISECONDS, partial(_power, station))


def _power(station: VirtualStation) -> None:
    if not station.is_on and not station.is_cut:
        station.switch_on()


def _measure(simulation: Simulation, pace: Pace) -> None:
    for station in simulation.stations:
        station.pace = pace.get(station.station.kind, {})
        if station.is_on:
            station.pause()
            station.wake()
            station.go_on()


def skip(simulation: Simulation) -> None:
    """Go on here and now, whatever the time was; what lies between is not made up. Raises Stopped.

    Power that fails or comes back in between does so.
    """
    world, now_s = simulation.world, time.time()
    for station in simulation.stations:
        station.is_held = True
        station.pause()
        if station.is_on:
            station.wake()
    world.env.run(until=now_s * MILLISECONDS)
    simulation.clock.set(world.now_s, speed=1)
    for station in simulation.stations:
        station.is_held = False
        if station.is_on:
            station.go_on()


def _save_seldom(simulation: Simulation, saved_s: float) -> float:
    """Save the state if that was last done long ago; return when that was."""
    now_s = time.time()
    if 0 <= now_s - saved_s < SAVE_EVERY_S:
        return saved_s
    simulation.states.save()
    return now_s


def _note(simulation: Simulation) -> None:
    simulation.states.state.simulated_until_s = simulation.world.now_s
