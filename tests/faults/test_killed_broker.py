"""The broker is killed at random instants; the network server repeats what was not acknowledged."""

import os
import signal
from pathlib import Path

import pytest
from faults.scene import Scene, playing

from plietsch.platform.local.broker import EmbeddedBroker
from support.mosquitto import Mosquitto


@pytest.mark.slow
def test_killed_aedes(database_url: str, lasting_aedes: EmbeddedBroker, tmp_path: Path, seed: int):
    with playing(tmp_path, database_url, lasting_aedes, seed) as scene:
        for _ in range(scene.dice.randint(2, 4)):
            _go_on(scene)
            assert lasting_aedes.pid
            os.kill(lasting_aedes.pid, signal.SIGKILL)
            lasting_aedes.start()
        scene.judge()


@pytest.mark.slow
def test_killed_mosquitto(database_url: str, lasting_mosquitto: Mosquitto, tmp_path: Path, seed: int):
    with playing(tmp_path, database_url, lasting_mosquitto, seed) as scene:
        for _ in range(scene.dice.randint(2, 4)):
            _go_on(scene)
            lasting_mosquitto.kill()
            lasting_mosquitto.start()
        scene.judge()


def _go_on(scene: Scene) -> None:
    scene.wait_for_traffic()
    if scene.dice.random() < 0.5:
        scene.worker.wait_until_ready()
