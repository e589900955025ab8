"""The worker is killed at random instants: while it starts, reads, writes, acknowledges."""

import time
from pathlib import Path

import pytest
from faults.scene import Broker, playing


@pytest.mark.slow
def test_killed_workers(database_url: str, either_broker: Broker, tmp_path: Path, seed: int):
    with playing(tmp_path, database_url, either_broker, seed) as scene:
        for _ in range(scene.dice.randint(2, 4)):
            if scene.dice.random() < 0.5:
                scene.worker.wait_until_ready()
                scene.wait_for_traffic()
            time.sleep(scene.dice.uniform(0, 0.5))  # the instant is any
            scene.worker.kill()
            scene.worker.start()
        scene.judge()
