"""The database is stopped at once, stays away for a minute (twenty seconds, but for --long) and comes back. The runs
share that time.

Meanwhile the network goes on, and the workers stay away from their brokers, which keep what comes: no queue of theirs
can grow. Half of them are killed before the database is back: had they acknowledged what they could not store, it would
be lost.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from faults import servers
from faults.conftest import RUNS
from faults.scene import Scene, playing

from plietsch.platform.local.postgres import EmbeddedPostgres
from support.mosquitto import Mosquitto
from support.wait import until

AWAY_S, LONG_AWAY_S = 20, 60
PACE_PER_S = 10
# What a worker may take more than before while it waits.
MOST_MB = 20


class Absences:
    """Plays the runs in groups that share a server and its absence; the group stays until the next one begins."""

    def __init__(self, folder: Path, away_s: float) -> None:
        self.away_s = away_s
        self._folder = folder
        self._group: range | None = None
        self._stack = ExitStack()
        self._scenes: dict[int, Scene] = {}
        self._memory_mb: dict[int, list[float]] = {}
        self._connected: set[int] = set()

    def scene(self, seed: int) -> Scene:
        """The scene of a run, after the absence."""
        if self._group is None or seed not in self._group:
            self.close()
            first = seed // RUNS * RUNS
            self._group = range(first, first + RUNS)
            self._play(self._group)
        return self._scenes[seed]

    def growth_mb(self, seed: int) -> float:
        """By how much a worker's memory grew, at most, while the database was away."""
        samples = self._memory_mb[seed]
        return max(samples) - samples[0]

    def returned_early(self, seed: int) -> bool:
        """Whether a worker that had left the broker was seen there while the database was away."""
        return seed in self._connected

    def close(self) -> None:
        self._stack.close()

    def _play(self, seeds: range) -> None:
        folder = self._folder / str(seeds.start)
        server = EmbeddedPostgres(folder / "server")
        self._stack.callback(server.remove)
        servers.prepare(server)
        self._scenes = {seed: self._open(server, folder / f"run{seed}", seed) for seed in seeds}
        for scene in self._scenes.values():
            scene.wait_for_traffic(10)
        servers.stop_at_once(server)
        self._memory_mb = {seed: [] for seed in seeds}
        for scene in self._scenes.values():
            until(lambda scene=scene: not scene.worker.is_connected(scene.broker.port), "the worker leaves the broker")
        self._wait()
        for scene in self._scenes.values():
            if scene.dice.random() < 0.5:
                scene.worker.kill()
                scene.worker.start()
        server.start()

    def _open(self, server: EmbeddedPostgres, folder: Path, seed: int) -> Scene:
        folder.mkdir(parents=True)
        broker = Mosquitto(folder)
        broker.start()
        self._stack.callback(broker.stop)
        url = self._stack.enter_context(servers.database(server))
        return self._stack.enter_context(playing(folder, url, broker, seed, pace_per_s=PACE_PER_S))

    def _wait(self) -> None:
        until_s = time.monotonic() + self.away_s
        while time.monotonic() < until_s:
            for seed, scene in self._scenes.items():
                self._memory_mb[seed].append(scene.worker.memory_mb)
                if scene.worker.is_connected(scene.broker.port):
                    self._connected.add(seed)
            time.sleep(1)


@pytest.fixture(scope="module")
def absences(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Absences]:
    """The runs, each group of them played when the first of its tests asks."""
    if not Mosquitto.installed():
        pytest.skip("mosquitto is not installed: sudo apt install mosquitto")
    away_s = LONG_AWAY_S if request.config.getoption("--long") else AWAY_S
    absences = Absences(tmp_path_factory.mktemp("absences"), away_s)
    yield absences
    absences.close()


@pytest.mark.slow
def test_the_database_is_away_for_long(absences: Absences, seed: int):
    scene = absences.scene(seed)
    assert scene.outbox.acknowledged > absences.away_s * PACE_PER_S / 2, "the network went on"
    assert not absences.returned_early(seed)
    assert absences.growth_mb(seed) < MOST_MB
    scene.judge()
