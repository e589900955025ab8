"""Plays a plan: each reading is shown by its instrument at its recorded second, each frame sent after its last one."""

import math
from collections.abc import Callable, Sequence

import simpy

from plietsch.firmware import waiting
from plietsch.firmware.region import Station
from plietsch.firmware.replay import gateways
from plietsch.firmware.replay.plan import Frame, PlannedStation
from plietsch.firmware.simulation import Simulation
from plietsch.firmware.station import MILLISECONDS, Source, VirtualStation
from plietsch.firmware.world import Plan

OnProgress = Callable[[int, int], None]

# The nodes join this long before the first reading, one after another, some at the second or third attempt.
JOIN_BEFORE_S = 120
JOIN_WITHIN_S = 30
# In the middle of its second a reading is taken, so that a node whose time is a few milliseconds off takes it there.
INTO_A_SECOND_S = 0.5
# What was not acknowledged until the end is sent again, soon.
LAST_CONFIRM_AFTER_S = 60


def world(planned: Sequence[PlannedStation], seed: int) -> Plan:
    """Return the world in which these stations are played."""
    stations = [station.station for station in planned]
    start_s = min(station.frames[0][0].time_s for station in planned) - JOIN_BEFORE_S
    return Plan(stations, _nothing_yet, gateways.around(stations), start_s, seed)


def run(simulation: Simulation, planned: Sequence[PlannedStation], on_progress: OnProgress) -> None:
    """Play every frame and let nodes send until nothing waits; `on_progress(played, all)` counts. Raises Stopped."""
    recorded = {station.station.code: station.frames for station in planned}
    all_frames = sum(map(len, recorded.values()))
    played = 0

    def count() -> None:
        nonlocal played
        played += 1
        on_progress(played, all_frames)

    env, stations = simulation.world.env, simulation.stations
    players = [_Player(env, station, recorded[station.station.code], count) for station in stations]
    for number, player in enumerate(players):
        player.start(number * JOIN_WITHIN_S / len(stations))
    try:
        while env.peek() < math.inf and simulation.step():
            pass
    finally:
        for player in players:
            player.close()


def _nothing_yet(_station: Station) -> Source:
    return lambda _model, _time_s: {}


class _Player:
    """Plays the frames of one station: one process takes readings at their seconds, the other sends them."""

    def __init__(
        self, env: simpy.Environment, station: VirtualStation, frames: Sequence[Frame], on_frame: Callable[[], None]
    ) -> None:
        self._env = env
        self._station = station
        self._frames = frames
        self._on_frame = on_frame
        self._tasks: list[waiting.Task] = []
        self._news = env.event()
        self._has_news = False
        self._is_over = False

    def start(self, after_s: float) -> None:
        """Join after a while, then take every reading, and send until nothing waits."""
        self._tasks.append(waiting.Task(self._env, self._play(self._env.now + after_s * MILLISECONDS)))

    def close(self) -> None:
        """Leave it where it is."""
        for task in self._tasks:
            task.close()

    async def _play(self, start_ms: float) -> None:
        await self._until(start_ms)
        self._station.power_up()
        while not await self._report_until(lambda: self._station.is_dated):
            pass
        self._tasks.append(waiting.Task(self._env, self._send()))
        for frame in self._frames:
            await self._take(frame)
            self._on_frame()
            self._say()
        self._is_over = True
        self._say()

    async def _take(self, frame: Frame) -> None:
        by_second: dict[int, dict[str, dict[str, float]]] = {}
        for reading in frame:
            by_second.setdefault(reading.time_s, {})[reading.instrument] = dict(reading.values)
        for time_s, shown in by_second.items():
            await self._until((time_s + INTO_A_SECOND_S) * MILLISECONDS)
            self._station.take(shown)

    async def _send(self) -> None:
        while not await self._report_until(lambda: self._is_over):
            pass
        self._station.config["confirm_after_s"] = LAST_CONFIRM_AFTER_S
        self._station.wake()
        while not await self._report_until(lambda: not self._station.node.waiting):
            pass

    async def _report_until(self, is_done: Callable[[], bool]) -> bool:
        """Let the node send; if that was not all, return False when it wants to go on, or there is something new."""
        self._has_news = False
        later_ms = await self._station.node.report()
        if is_done():
            return True
        if not self._has_news:
            later = () if later_ms is None else (self._timeout_until(later_ms),)
            await waiting.Until(simpy.AnyOf(self._env, (self._news, *later)))
        return False

    def _timeout_until(self, clock_ms: int) -> simpy.Event:
        return self._env.timeout(max(0, clock_ms - self._station.clock.ms()))

    def _say(self) -> None:
        self._has_news = True
        self._news.succeed()
        self._news = self._env.event()

    async def _until(self, time_ms: float) -> None:
        if time_ms > self._env.now:
            await waiting.Until(self._env.timeout(time_ms - self._env.now))
