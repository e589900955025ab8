"""What a worker left at the broker is stored by somebody else, and its session ends."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from ingest.network import NEW_YEAR_S, TOPIC, Published, count, publish
from ingest.scripted_broker import ScriptedBroker
from ingest.taking import Taking

from ingest import network
from plietsch.ingest import address, database, packets, presence, session
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
# CONNACK of a session that is there; UNSUBACK that one subscription has ended; a message under the topic "t".
_SESSION_WITH_ONE_MESSAGE = bytes.fromhex("2003010000 b00400010000 320600017400 0100")


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


def _drain(database_url: str, broker: Broker, *options: str, **settings: str) -> subprocess.CompletedProcess[str]:
    given = {"database_url": database_url, "broker_url": broker.url, **settings}
    return processes.run("ingest", "drain", GONE, *options, settings=given)


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


@pytest.mark.parametrize("wrong", [{"mqtt_topic": "elsewhere/#"}, {"mqtt_share": "elsewhere", "mqtt_topic": "#"}])
def test_a_session_that_is_still_being_filled_is_not_ended(
    database_url: str, mosquitto: Mosquitto, wrong: dict[str, str]
) -> None:
    network.register(database_url)
    _left_behind(mosquitto, *_readings(0, 10))
    drained = _drain(database_url, mosquitto, **wrong)
    assert drained.returncode == 1
    assert "none of the subscriptions" in drained.stdout
    assert "--end-anyway" in drained.stdout
    stored = count(database_url, "uplink")
    with Taking(mosquitto.url, GONE) as worker:
        publish(mosquitto.url, *_readings(100, 1))
        worker.has(10 + 1 - stored)


def test_who_insists_ends_a_session_with_other_subscriptions(database_url: str, mosquitto: Mosquitto) -> None:
    network.register(database_url)
    _left_behind(mosquitto, *_readings(0, 10))
    drained = _drain(database_url, mosquitto, "--end-anyway", mqtt_topic="elsewhere/#")
    assert drained.returncode == 0, drained.stderr
    assert "Stored 10 messages" in drained.stdout
    assert "none of the subscriptions" in drained.stdout
    assert not _session_is_kept(mosquitto)


def test_the_time_in_which_a_batch_is_stored_is_not_quiet(database_url: str) -> None:
    """Otherwise the broker is asked whether that was all before it has had time to send more."""
    with (
        ScriptedBroker(_SESSION_WITH_ONE_MESSAGE, stays=True) as broker,
        closing(Stop()) as stop,
        session.opened(database_url) as opened,
        psycopg.connect(database_url) as blocking,
        ThreadPoolExecutor(1) as thread,
    ):
        blocking.execute("LOCK TABLE ingest_error")
        work = Drain(opened, address.parse(broker.url), Wish(GONE, TOPIC), stop, quiet_s=0.1)
        draining = thread.submit(work.run, may_fall_back=False)
        until(lambda: _has_waited(blocking), "the batch waits for the table for longer than the quiet time")
        assert broker.received()[:1] == b"\xa2", "UNSUBSCRIBE"
        blocking.rollback()
        assert broker.received() == b"\x40\x02\x00\x01", "PUBACK, and nothing behind it"
        assert broker.received() == packets.PING
        stop.set()
        assert draining.result(10).messages == 1


def _has_waited(connection: psycopg.Connection) -> bool:
    waiting = connection.execute(
        """SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
        AND clock_timestamp() - query_start > '300 ms'"""
    ).fetchone()
    # Statistics are read once in a transaction.
    connection.execute("SELECT pg_stat_clear_snapshot()")
    return waiting is not None


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
    if isinstance(broker, Mosquitto):
        refused = _drain(database_url, broker)
        assert refused.returncode == 1
        assert "--end-anyway" in refused.stdout
    again = _drain(database_url, broker, "--end-anyway")
    assert again.returncode == 0, again.stderr
    # Nothing new came into the session since the first attempt began.
    assert count(database_url, "uplink") == 40


def test_a_broker_that_is_not_there(database_url: str, mosquitto: Mosquitto) -> None:
    mosquitto.stop()
    lost = _drain(database_url, mosquitto)
    assert lost.returncode == 1
    assert "Connection refused" in lost.stderr
    assert "Traceback" not in lost.stderr
