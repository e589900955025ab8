"""Two workers share the messages (MQTT 5); one is killed, and restarted or taken over."""

from pathlib import Path

import pytest
from faults import judge
from faults.scene import playing

from support import processes
from support.mosquitto import Mosquitto

WORKERS = ("plietsch-ingest-1", "plietsch-ingest-2")
SHARED = {"mqtt_share": "faults", "mqtt_version": "5"}


@pytest.mark.slow
def test_one_of_two_is_killed_and_restarted(database_url: str, mosquitto: Mosquitto, tmp_path: Path, seed: int):
    with playing(tmp_path, database_url, mosquitto, seed, worker_ids=WORKERS, **SHARED) as scene:
        for _ in range(scene.dice.randint(1, 2)):
            scene.wait_for_traffic()
            worker = scene.dice.choice(scene.workers)
            worker.kill()
            scene.wait_for_traffic()
            worker.start()
        scene.judge()


@pytest.mark.slow
def test_the_session_of_a_killed_one_is_drained(database_url: str, mosquitto: Mosquitto, tmp_path: Path):
    with playing(tmp_path, database_url, mosquitto, seed=0, worker_ids=WORKERS, **SHARED) as scene:
        scene.wait_for_traffic()
        lost = scene.workers.pop(0)
        lost.kill()
        scene.wait_for_traffic()
        drained = processes.run("ingest", "drain", lost.client_id, settings=lost.settings)
        assert drained.returncode == 0, drained.stderr
        scene.judge()
        judge.session_is_empty(mosquitto.port, lost.client_id)
