"""The broker is killed at random instants; the network server repeats what was not acknowledged.

mosquitto acknowledges first and saves at the end of the same round of its loop, even with `autosave_on_changes true`
and `autosave_interval 1`: a kill between the two loses what it had acknowledged (in about one of twenty of these runs,
when tried without the following). So a message counts as acknowledged here once mosquitto has saved after its PUBACK,
and the network server, which cannot know, is told what to repeat. Likewise the worker's session exists once it was
saved.
"""

import os
import signal
import time
from pathlib import Path

import pytest
from faults.scene import Scene, playing

from plietsch.platform.local.broker import EmbeddedBroker
from support.mosquitto import Mosquitto
from support.wait import until


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
        subscribed_at = time.time()
        until(lambda: lasting_mosquitto.saved_at > subscribed_at, "the session is saved")
        for _ in range(scene.dice.randint(2, 4)):
            _go_on(scene)
            lasting_mosquitto.kill()
            scene.outbox.repeat_acknowledged_after(lasting_mosquitto.saved_at)
            lasting_mosquitto.start()
        scene.judge()


def _go_on(scene: Scene) -> None:
    scene.wait_for_traffic()
    if scene.dice.random() < 0.5:
        scene.worker.wait_until_ready()
