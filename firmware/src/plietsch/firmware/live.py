"""The simulated region: the past as fast as possible, then the present second by second."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from plietsch.firmware import air, places
from plietsch.firmware.clock import AS_FAST_AS_POSSIBLE
from plietsch.firmware.places import Place
from plietsch.firmware.region import SINCE, Station
from plietsch.firmware.schedule import Schedule
from plietsch.firmware.simulation import Simulation
from plietsch.firmware.station import BATTERY

log = logging.getLogger(__name__)

LICENCE = "CC0-1.0"
ATTRIBUTION = "plietsch, simulated"
SAVE_EVERY_S = 10
# A computer that slept has missed measurements; they are not made up afterwards.
LONGEST_LAG_S = 60

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


def stations(count: int, interval_s: int) -> list[Station]:
    """Return the first `count` stations of the region."""
    return [_station(place, number, interval_s) for number, place in enumerate(places.first(count))]


def run_past(simulation: Simulation, plan: Plan, on_progress: OnProgress) -> None:
    """Join, and run what lies before now, or as much of it as an earlier run has left. Raises Stopped.

    `on_progress(from, now, until)` is told how far it is, in Unix seconds.
    """
    start_s = _start_s(simulation, plan)
    simulation.clock.set(start_s, plan.speed)
    simulation.join()
    schedule = Schedule(len(simulation.stations), plan.history_interval_s, start_s)
    while schedule.next_time_s < time.time():
        turn = schedule.pop()
        if not simulation.clock.wait_until(turn.time_s):
            return
        _measure_and_send(simulation, plan.seed, turn.station, turn.time_s)
        on_progress(start_s, turn.time_s, time.time())
    simulation.publisher.drain()


def run_present(simulation: Simulation, plan: Plan) -> None:
    """Measure in real time until the clock is stopped, be it before this begins. Raises Stopped."""
    if simulation.clock.stop.is_set():
        return
    simulation.clock.set(time.time(), speed=1)
    schedule = Schedule(len(simulation.stations), plan.interval_s, time.time())
    log.info("measuring live: %d stations every %d s", len(simulation.stations), plan.interval_s)
    saved_s = time.monotonic()
    while simulation.clock.wait_until(schedule.next_time_s):
        if time.time() - schedule.next_time_s > LONGEST_LAG_S:
            schedule = Schedule(len(simulation.stations), plan.interval_s, time.time())
            simulation.clock.set(time.time(), speed=1)
            continue
        turn = schedule.pop()
        _measure_and_send(simulation, plan.seed, turn.station, turn.time_s)
        if time.monotonic() - saved_s > SAVE_EVERY_S:
            simulation.states.save()
            saved_s = time.monotonic()


def _start_s(simulation: Simulation, plan: Plan) -> float:
    """Return where to begin: `since_s` ago, or where the last run ended if that is later."""
    begin_s = time.time() - plan.since_s
    reached_s = simulation.states.state.simulated_until_s
    return max(begin_s, reached_s + 1) if reached_s else begin_s


def _measure_and_send(simulation: Simulation, seed: int, number: int, time_s: int) -> None:
    station = simulation.stations[number]
    station.measure(time_s, shown(station.station, seed, time_s))
    simulation.send(station)
    simulation.states.state.simulated_until_s = float(time_s)


def shown(station: Station, seed: int, time_s: int) -> dict[str, Mapping[str, float]]:
    """Return what each instrument of a station shows at a time, by model and channel."""
    values = air.readings(seed, station.code, station.elevation_m or 0.0, time_s)
    by_model: dict[str, Mapping[str, float]] = dict.fromkeys(station.sensors, values)
    if station.battery:
        by_model[BATTERY] = {"battery": air.battery_volts(seed, station.code, time_s)}
    return by_model


def _station(place: Place, number: int, interval_s: int) -> Station:
    return Station(
        code=place.code,
        name=place.name,
        longitude=place.longitude,
        latitude=place.latitude,
        elevation_m=place.elevation_m,
        municipality_key=place.municipality_key,
        # Every third station has the cheaper instrument for the weather, as workshops do.
        sensors=("SDS011", "DHT22" if number % 3 == 2 else "BME280"),
        battery=True,
        interval_s=interval_s,
        licence=LICENCE,
        attribution=ATTRIBUTION,
        since=SINCE,
    )
