"""What a worker left at the broker is stored by somebody else, and its session ends."""

import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from ingest.network import NEW_YEAR_S, TOPIC, Published, count, publish
from ingest.taking import Taking

from ingest import network
from plietsch.ingest import address, database, presence, session
from plietsch.ingest.client import Wish
from plietsch.ingest.database import DatabaseUnavailable
from plietsch.ingest.drain import Drain, Drained
from plietsch.ingest.stopping import Stop
from plietsch.platform.local.broker import EmbeddedBroker
from support import processes
from support.mosquitto import Mosquitto
from support.wait import until

Broker = EmbeddedBroker | Mosquitto
GONE = "gone"


def _readings(first: int, number: int) -> list[Published]:
    return [network.up(heard_s=NEW_YEAR_S + 60 * n, fCnt=n) for n in range(first, first + number)]


def _left_behind(broker: Broker, *readings: Published, **options: Any) -> None:
    """A worker subscribed, was given some of the messages, acknowledged none, and went."""
    with Taking(broker.url, GONE, **options) as worker:
        worker.receiving()
        publish(broker.url, *readings[: len(readings) // 2])
        if readings:
            worker.has(1)
    publish(broker.url, *readings[len(readings) // 2 :])


def _drain(database_url: str, broker: Broker, **settings: str) -> subprocess.CompletedProcess[str]:
    return processes.run(
        "ingest", "drain", GONE, settings={"database_url": database_url, "broker_url": broker.url, **settings}
    )


def _session_is_kept(broker: Broker, **options: Any) -> bool:
    """Whether what is published now is kept for the worker that went."""
    publish(broker.url, *_readings(900, 1))
    with Taking(broker.url, GONE, **options) as worker:
        worker.receiving()
        publish(broker.url, *_readings(901, 1))
        return len(worker.has(1).turn().deliveries) == 2


def test_all_that_was_left_is_stored(database_url: str, broker: Broker) -> None:
    network.register(database_url)
    _left_behind(broker, *_readings(0, 60))
    drained = _drain(database_url, broker)
    assert drained.returncode == 0, drained.stderr
    assert "Stored 60 messages with 120 observations." in drained.stdout
    assert "has ended" in drained.stdout
    assert "none of the subscriptions" not in drained.stdout
    assert count(database_url, "observation") == 120
    assert not _session_is_kept(broker)


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_each_version_of_mqtt(database_url: str, mosquitto: Mosquitto, version: str) -> None:
    network.register(database_url)
    _left_behind(mosquitto, *_readings(0, 10), version=version)
    assert "Stored 10 messages" in _drain(database_url, mosquitto, mqtt_version=version).stdout
    assert not _session_is_kept(mosquitto, version=version)


def test_the_share_of_one_that_went(database_url: str, mosquitto: Mosquitto) -> None:
    network.register(database_url)
    with Taking(mosquitto.url, "stays", share="ingest") as stays:
        stays.receiving()
        _left_behind(mosquitto, *_readings(0, 60), share="ingest")
        drained = _drain(database_url, mosquitto, mqtt_share="ingest")
        assert drained.returncode == 0, drained.stderr
        assert "none of the subscriptions" not in drained.stdout
        left = count(database_url, "uplink")
        assert left > 10
        stays.until(lambda: len(stays.deliveries) + left >= 60, "the others are with the one that stays")
        before = len(stays.deliveries)
        publish(mosquitto.url, *_readings(100, 20))
        stays.has(before + 20)


def test_a_session_that_is_not_there(database_url: str, broker: Broker) -> None:
    drained = _drain(database_url, broker)
    assert drained.returncode == 0, drained.stderr
    assert f"The broker has no session of {GONE}." in drained.stdout
    assert not _session_is_kept(broker)


def test_settings_that_are_not_the_workers_are_said(database_url: str, mosquitto: Mosquitto) -> None:
    _left_behind(mosquitto)
    assert "none of the subscriptions" in _drain(database_url, mosquitto, mqtt_topic="elsewhere/#").stdout


def test_a_worker_that_is_at_work_is_left_alone(database_url: str, mosquitto: Mosquitto, tmp_path: Path) -> None:
    network.register(database_url)
    settings = {"database_url": database_url, "broker_url": mosquitto.url, "broker_client_id": GONE}
    ready = tmp_path / "ready"
    worker = processes.start("ingest", "run", "--ready-file", str(ready), settings=settings)
    try:
        until(ready.exists, "the worker receives")
        refused = _drain(database_url, mosquitto)
        assert refused.returncode == 1
        assert "is at work" in refused.stderr
        assert ready.exists()
    finally:
        worker.kill()
        worker.wait()
    publish(mosquitto.url, *_readings(0, 4))
    until(lambda: _may_be_drained(database_url), "the database has noticed that the worker went")
    assert "Stored 4 messages" in _drain(database_url, mosquitto).stdout


def _may_be_drained(database_url: str) -> bool:
    try:
        with presence.alone(database_url, GONE):
            return True
    except presence.WorkerPresent:
        return False


def test_a_worker_waits_while_its_session_is_drained(database_url: str) -> None:
    with presence.alone(database_url, GONE), closing(database.connect(database_url)) as connection:
        with pytest.raises(DatabaseUnavailable, match="drained"):
            presence.announce(connection, GONE)
        presence.announce(connection, "another")
    with closing(database.connect(database_url)) as one, closing(database.connect(database_url)) as two:
        presence.announce(one, GONE)
        presence.announce(two, GONE)


def test_what_is_interrupted_goes_on(database_url: str, broker: Broker) -> None:
    network.register(database_url)
    _left_behind(broker, *_readings(0, 40))
    with closing(Stop()) as stop, session.opened(database_url) as opened:
        work = Drain(opened, address.parse(broker.url), Wish(GONE, TOPIC), stop)

        def interrupt(_so_far: Drained) -> None:
            publish(broker.url, *_readings(100, 1))
            stop.set()

        work.on_progress = interrupt
        drained = work.run(may_fall_back=True)
    assert not drained.ended
    assert drained.messages > 0
    again = _drain(database_url, broker)
    assert again.returncode == 0, again.stderr
    # Nothing new came into the session since the first attempt began.
    assert count(database_url, "uplink") == 40


def test_a_broker_that_is_not_there(database_url: str, mosquitto: Mosquitto) -> None:
    mosquitto.stop()
    lost = _drain(database_url, mosquitto)
    assert lost.returncode == 1
    assert "Connection refused" in lost.stderr
    assert "Traceback" not in lost.stderr
