"""Plays a plan: each reading is shown by its instrument at its recorded second, each frame sent after its last one."""

from collections.abc import Callable, Sequence

from plietsch.firmware.replay.plan import Frame, PlannedStation, in_order
from plietsch.firmware.simulation import Simulation
from plietsch.firmware.station import VirtualStation

OnProgress = Callable[[int, int], None]

# The nodes join this long before the first reading.
JOIN_BEFORE_S = 10


def start_s(stations: Sequence[PlannedStation]) -> float:
    """Return the simulated time at which a replay begins."""
    return min(station.frames[0][0].time_s for station in stations) - JOIN_BEFORE_S


def run(simulation: Simulation, planned: Sequence[PlannedStation], on_progress: OnProgress) -> None:
    """Send every frame in its order; `on_progress(sent, all)` counts frames. Raises Stopped."""
    simulation.join()
    virtual = {station.station.code: station for station in simulation.stations}
    frames = in_order(planned)
    for number, (station, frame) in enumerate(frames, start=1):
        if not simulation.clock.wait_until(frame[-1].time_s):
            return
        _play(simulation, virtual[station.station.code], frame)
        on_progress(number, len(frames))


def _play(simulation: Simulation, station: VirtualStation, frame: Frame) -> None:
    by_second: dict[int, dict[str, dict[str, float]]] = {}
    for reading in frame:
        by_second.setdefault(reading.time_s, {})[reading.instrument] = dict(reading.values)
    for time_s, shown in by_second.items():
        station.measure(time_s, shown)
    simulation.send(station)
