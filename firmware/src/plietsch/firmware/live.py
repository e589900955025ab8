"""The simulated region: the past as fast as possible, then the present second by second."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from plietsch.firmware import places
from plietsch.firmware.clock import AS_FAST_AS_POSSIBLE
from plietsch.firmware.nature import air, rain, water
from plietsch.firmware.places import Harbour, Place
from plietsch.firmware.region import FINE_DUST, RAIN, SINCE, WATER_LEVEL, Station
from plietsch.firmware.shown import BATTERY, RAIN_GAUGE
from plietsch.firmware.simulation import Simulation
from plietsch.firmware.state import State
from plietsch.firmware.station import MILLISECONDS, VirtualStation, measuring
from plietsch.firmware.waiting import call_at
from plietsch.firmware.world import SourceOf

log = logging.getLogger(__name__)

LICENCE = "CC0-1.0"
ATTRIBUTION = "plietsch, simulated"
SAVE_EVERY_S = 10
# A computer that slept has missed measurements; they are not made up afterwards.
LONGEST_LAG_S = 60
# To join and to warm up takes a node three quarters of a minute; and not all of them join in the same moment.
SWITCHED_ON_BEFORE_S = 60
SWITCHED_ON_APART_S = 0.4
# Levels and rain are sent when there is something new, and at least so often.
SELDOM_S = 3600
LOOK_AT_THE_CLOCK_EVERY = 500

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
    speed: float | None = AS_FAST_AS_POSSIBLE


def stations(count: int, interval_s: int, water_levels: int = 0, rain_gauges: int = 0) -> list[Station]:
    """Return the first `count` stations of the region, and so many water levels and rain gauges."""
    dust = [_dust(place, number, interval_s) for number, place in enumerate(places.first(count))]
    levels = [_level(harbour) for harbour in places.harbours(water_levels)]
    return dust + levels + [_rain(place) for place in places.first(rain_gauges)]


def start_s(state: State, plan: Plan) -> float:
    """Return when a simulation begins: `since_s` ago, or where the last run ended if that is later."""
    begin_s = time.time() - plan.since_s - SWITCHED_ON_BEFORE_S
    return max(begin_s, state.simulated_until_s + 1) if state.simulated_until_s else begin_s


def run_past(simulation: Simulation, plan: Plan, on_progress: OnProgress) -> None:
    """Join, and run what lies before now. Raises Stopped.

    `on_progress(from, now, until)` is told how far it is, in Unix seconds. The last minute is measured like the
    present, so that the present begins with instruments that are warm.
    """
    begin_s = simulation.world.now_s
    simulation.clock.set(begin_s, plan.speed)
    has_history = time.time() - begin_s > 2 * SWITCHED_ON_BEFORE_S
    _switch_on(simulation, plan.history_interval_s if has_history else plan.interval_s)
    if has_history:
        _run_until(simulation, SWITCHED_ON_BEFORE_S, partial(on_progress, begin_s))
        _measure_every(simulation, plan.interval_s)
    _run_until(simulation, 0, partial(on_progress, begin_s))
    simulation.publisher.drain()


def run_present(simulation: Simulation, plan: Plan) -> None:
    """Measure in real time until the clock is stopped, be it before this begins. Raises Stopped."""
    world, clock = simulation.world, simulation.clock
    if clock.stop.is_set():
        return
    log.info("measuring live: %d stations every %d s", len(simulation.stations), plan.interval_s)
    clock.set(time.time(), speed=1)
    saved_s = time.monotonic()
    while simulation.step():
        if time.time() - world.now_s > LONGEST_LAG_S:
            _skip(simulation)
        _note(simulation)
        if time.monotonic() - saved_s > SAVE_EVERY_S:
            simulation.states.save()
            saved_s = time.monotonic()


def _run_until(simulation: Simulation, before_now_s: float, on_progress: Callable[[float, float], None]) -> None:
    """Let happen what lies more than so many seconds before now."""
    world, steps, until_s = simulation.world, 0, time.time()
    while world.env.peek() < (until_s - before_now_s) * MILLISECONDS and simulation.step():
        _note(simulation)
        steps += 1
        if steps % LOOK_AT_THE_CLOCK_EVERY == 0:
            until_s = time.time()
            on_progress(world.now_s, until_s)


def _switch_on(simulation: Simulation, interval_s: int) -> None:
    """Switch the stations on, one after another: each joins, and then measures at its seconds of the interval."""
    env = simulation.world.env
    for number, station in enumerate(simulation.stations):
        _configure(station, interval_s)
        call_at(env, env.now + number * SWITCHED_ON_APART_S * MILLISECONDS, station.switch_on)


def _measure_every(simulation: Simulation, interval_s: int) -> None:
    for station in simulation.stations:
        _configure(station, interval_s)
        station.pause()
        _go_on(station)


def _skip(simulation: Simulation) -> None:
    """Go on here and now, whatever the time was; what lies between is not made up. Raises Stopped."""
    world, now_s = simulation.world, time.time()
    for station in simulation.stations:
        station.pause()
    world.env.run(until=now_s * MILLISECONDS)
    simulation.clock.set(world.now_s, speed=1)
    for station in simulation.stations:
        _go_on(station)


def _go_on(station: VirtualStation) -> None:
    if station.is_on:
        station.wake()
        station.go_on()


def _configure(station: VirtualStation, interval_s: int) -> None:
    if station.station.kind == FINE_DUST:
        station.config |= measuring(interval_s)


def _note(simulation: Simulation) -> None:
    simulation.states.state.simulated_until_s = simulation.world.now_s


def source_of(seed: int) -> SourceOf:
    """Return what gives each station of the region its source."""
    return lambda station: lambda model, time_s: _values(seed, station, model, time_s)


def _values(seed: int, station: Station, model: str, time_s: float) -> Mapping[str, float]:
    if model == "SDS011":
        return air.particulates(seed, station.code, time_s)
    if model == BATTERY:
        return {"battery": air.battery_volts(seed, station.code, time_s)}
    if model == RAIN_GAUGE:
        return {"rain_tips": rain.tips(seed, station.code, time_s)}
    if model == "A02YYUW":
        return {"distance": water.distance_mm(places.harbour(station.code), seed, time_s)}
    return air.weather(seed, station.code, station.elevation_m or 0.0, time_s)


def _dust(place: Place, number: int, interval_s: int) -> Station:
    # Every third station has the cheaper instrument for the weather, as workshops do.
    return _station(place, FINE_DUST, ("SDS011", "DHT22" if number % 3 == 2 else "BME280"), interval_s)


def _level(harbour: Harbour) -> Station:
    return _station(harbour.place, WATER_LEVEL, ("A02YYUW",), SELDOM_S, harbour.sensor_mm / 1000)


def _rain(place: Place) -> Station:
    place = replace(place, code=f"{place.code}-regen", name=f"{place.name} (Regen)")
    return _station(place, RAIN, (RAIN_GAUGE,), SELDOM_S)


def _station(place: Place, kind: str, sensors: tuple[str, ...], interval_s: int, height_m: float = 2.5) -> Station:
    return Station(
        code=place.code,
        name=place.name,
        longitude=place.longitude,
        latitude=place.latitude,
        elevation_m=place.elevation_m,
        municipality_key=place.municipality_key,
        sensors=sensors,
        battery=True,
        interval_s=interval_s,
        licence=LICENCE,
        attribution=ATTRIBUTION,
        since=SINCE,
        kind=kind,
        height_m=height_m,
    )
