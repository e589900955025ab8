"""The worker between a real broker and a real PostgreSQL: nothing lost, nothing doubled, whatever is away."""

import json
import signal
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psycopg
import pytest
from ingest.network import NEW_YEAR_S, Published, count, publish, rows, working

from ingest import network
from plietsch.ingest.messages import Delivery, Message
from plietsch.ingest.stopping import Stop
from plietsch.ingest.worker import Worker
from plietsch.platform.local import ports
from plietsch.platform.local.broker import EmbeddedBroker
from support import processes
from support.mosquitto import Mosquitto
from support.wait import until

Broker = EmbeddedBroker | Mosquitto


def _readings(first: int, number: int) -> list[Published]:
    return [network.up(heard_s=NEW_YEAR_S + 60 * n) for n in range(first, first + number)]


def _stored(database_url: str, observations: int) -> None:
    until(lambda: count(database_url, "observation") >= observations, f"{observations} observations are stored")
    assert count(database_url, "observation") == observations


@contextmanager
def _database_away(postgres_url: str, database_url: str) -> Iterator[None]:
    """The database refuses connections and ends those there are, as a server that restarts does."""
    name = database_url.rsplit("/", 1)[1]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        yield
        connection.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")


@pytest.fixture
def postgres_url(postgres: object, database_url: str) -> str:
    return database_url.rsplit("/", 1)[0] + "/postgres"


def test_from_the_broker_to_the_database(database_url: str, broker: Broker) -> None:
    network.register(database_url)
    with working(database_url, broker.url):
        publish(broker.url, *_readings(0, 200), network.event(kind="join"), network.up(dev_eui="70b3d57ed00000ff"))
        _stored(database_url, 400)
        until(lambda: count(database_url, "quarantine"), "the unknown device is in quarantine")
    assert count(database_url, "device_event") == 1
    assert rows(database_url, "SELECT sum(observations) FROM write_ledger") == [(400,)]


class Handed:
    """A source of fixed messages, that asks at each acknowledgement whether the message is stored."""

    receiving = True

    def __init__(self, stop: Stop, is_stored: Callable[[Message], bool], published: Iterable[Published]) -> None:
        self._stop = stop
        self._is_stored = is_stored
        self._waiting = [Message(*each, datetime.now(UTC)) for each in published]
        self.acknowledged: list[tuple[Message, bool]] = []

    def receive(self, most: int, timeout_s: float) -> list[Delivery]:
        taken, self._waiting = self._waiting[:most], self._waiting[most:]
        if not taken:
            self._stop.set()
        return [Delivery(message, partial(self._acknowledge, message)) for message in taken]

    def release(self) -> None:
        """There is nobody to give back to."""

    def _acknowledge(self, message: Message) -> None:
        self.acknowledged.append((message, self._is_stored(message)))


def test_each_message_is_acknowledged_once_it_is_committed(database_url: str) -> None:
    network.register(database_url)
    unknown, undecodable = network.up(dev_eui="70b3d57ed00000ff"), network.up(b"\xff")
    published = [*_readings(0, 9), unknown, undecodable, Published("elsewhere", b""), network.event(kind="join")]
    query = (
        "SELECT FROM uplink WHERE event_id = %(id)s UNION ALL SELECT FROM device_event WHERE event_id = %(id)s"
        " UNION ALL SELECT FROM ingest_error WHERE payload = %(p)s"
        " UNION ALL SELECT FROM quarantine WHERE payload = %(p)s"
    )

    def is_stored(message: Message) -> bool:
        event_id = json.loads(message.payload or b"{}").get("deduplicationId")
        with psycopg.connect(database_url) as connection:
            return connection.execute(query, {"p": message.payload, "id": event_id}).fetchone() is not None

    with closing(Stop()) as stop:
        source = Handed(stop, is_stored, published)
        Worker(database_url, source, stop, largest_batch=4).run()
    assert [(message.topic, message.payload) for message, _ in source.acknowledged] == published
    assert all(stored for _, stored in source.acknowledged)


def test_messages_wait_for_a_worker_that_is_away(database_url: str, broker: Broker) -> None:
    network.register(database_url)
    with working(database_url, broker.url):
        pass
    publish(broker.url, *_readings(0, 50))
    with working(database_url, broker.url):
        _stored(database_url, 100)


def test_batches_are_bounded(database_url: str, broker: Broker) -> None:
    network.register(database_url)
    with working(database_url, broker.url):
        pass
    publish(broker.url, *_readings(0, 50))
    with working(database_url, broker.url, largest_batch=7):
        _stored(database_url, 100)
    assert rows(database_url, "SELECT max(observations), sum(observations) FROM write_ledger") == [(14, 100)]


def test_the_database_goes_away_and_comes_back(postgres_url: str, database_url: str, broker: Broker) -> None:
    network.register(database_url)
    with working(database_url, broker.url) as running:
        publish(broker.url, *_readings(0, 5))
        _stored(database_url, 10)
        with _database_away(postgres_url, database_url):
            publish(broker.url, *_readings(5, 40))
            until(lambda: not running.source.receiving, "the worker leaves the broker")
            publish(broker.url, *_readings(45, 5))
        _stored(database_url, 100)
    assert count(database_url, "uplink") == 50


def test_nothing_is_acknowledged_that_is_not_stored(postgres_url: str, database_url: str, broker: Broker) -> None:
    """The worker ends while the database is away; another one gets everything."""
    network.register(database_url)
    with working(database_url, broker.url) as running, _database_away(postgres_url, database_url):
        publish(broker.url, *_readings(0, 30))
        until(lambda: not running.source.receiving, "the worker leaves the broker")
        running.end()
    assert count(database_url, "uplink") == 0
    with working(database_url, broker.url):
        _stored(database_url, 60)


def test_a_transaction_that_fails_is_not_acknowledged(database_url: str, broker: Broker) -> None:
    network.register(database_url)
    with working(database_url, broker.url) as running:
        with psycopg.connect(database_url) as connection:
            connection.execute("ALTER TABLE uplink RENAME TO uplink_away")
        publish(broker.url, *_readings(0, 10))
        until(lambda: not running.source.receiving, "the worker leaves the broker")
        with psycopg.connect(database_url) as connection:
            connection.execute("ALTER TABLE uplink_away RENAME TO uplink")
        _stored(database_url, 20)


def test_the_database_is_down_at_the_start(postgres_url: str, database_url: str, broker: Broker) -> None:
    network.register(database_url)
    with ExitStack() as stack:
        with _database_away(postgres_url, database_url):
            running = stack.enter_context(working(database_url, broker.url, wait=False))
            assert not running.source.receiving
        until(lambda: running.source.receiving, "the worker receives")
        publish(broker.url, *_readings(0, 1))
        _stored(database_url, 2)


def test_the_broker_is_down_at_the_start(database_url: str, mosquitto: Mosquitto) -> None:
    network.register(database_url)
    mosquitto.stop()
    with working(database_url, mosquitto.url, wait=False) as running:
        mosquitto.start()
        until(lambda: running.source.receiving, "the worker receives")
        publish(mosquitto.url, *_readings(0, 1))
        _stored(database_url, 2)


def test_the_broker_restarts(database_url: str, mosquitto: Mosquitto) -> None:
    """mosquitto keeps the session on disk, and what was published meanwhile."""
    network.register(database_url)
    with working(database_url, mosquitto.url) as running:
        publish(mosquitto.url, *_readings(0, 10))
        _stored(database_url, 20)
        mosquitto.stop()
        until(lambda: not running.source.receiving, "the worker notices")
        mosquitto.start()
        publish(mosquitto.url, *_readings(10, 10))
        _stored(database_url, 40)


def test_a_new_broker_without_the_session(database_url: str, aedes: EmbeddedBroker) -> None:
    """Each connection subscribes: a broker that lost its sessions is no reason to hear nothing."""
    network.register(database_url)
    with working(database_url, aedes.url) as running:
        aedes.stop()
        until(lambda: not running.source.receiving, "the worker notices")
        aedes.start()
        until(lambda: running.source.receiving, "the worker receives")
        publish(aedes.url, *_readings(0, 1))
        _stored(database_url, 2)


def test_a_device_is_registered_late(database_url: str, broker: Broker) -> None:
    with working(database_url, broker.url):
        publish(broker.url, *_readings(0, 10))
        until(lambda: count(database_url, "quarantine") == 10, "all wait in quarantine")
        network.register(database_url)
        _stored(database_url, 20)
        publish(broker.url, *_readings(10, 10))
        _stored(database_url, 40)
    assert count(database_url, "quarantine") == 0


def test_a_bad_message_stops_nobody(database_url: str, broker: Broker) -> None:
    network.register(database_url)
    bad = [
        Published(network.topic(), b""),
        Published(network.topic(), b"\x0a\x24protobuf"),
        Published("application/a/device/nonsense/event/up", b"{}"),
        Published(network.topic("70b3d57ed0000002"), network.up().payload),
        network.up(b"\x01", f_port=99),
        network.up(bytes(240)),
        network.up(bytes.fromhex("1ae402007b04")),
        network.up(rxInfo=[{"metadata": {"name": "a\0b"}}]),
        Published(network.topic(), b'{"new": ' + b"[" * 50_000),
    ]
    with working(database_url, broker.url):
        publish(broker.url, *_readings(0, 3), *bad, *_readings(3, 3))
        _stored(database_url, 12)
        until(lambda: count(database_url, "ingest_error") == len(bad), "each is in ingest_error")
    counts = dict(rows(database_url, "SELECT reason, count(*) FROM ingest_error GROUP BY reason"))
    assert counts == {
        "event-malformed": 3,
        "topic-malformed": 1,
        "device-mismatch": 1,
        "unexpected-port": 1,
        "payload-oversized": 1,
        "payload-truncated": 1,
        "store-failed": 1,
    }


class TestProcess:
    """`plietsch ingest run` as a process of its own."""

    @pytest.fixture
    def start(self, tmp_path: Path, database_url: str) -> Iterator["Start"]:
        start = Start(tmp_path, database_url)
        yield start
        start.kill()

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_asked_to_stop_it_ends_in_order(
        self, start: "Start", database_url: str, aedes: EmbeddedBroker, number: signal.Signals
    ) -> None:
        network.register(database_url)
        start(aedes.url)
        start.logs("receiving")
        publish(aedes.url, *_readings(0, 300))
        start.process.send_signal(number)
        assert start.process.wait(timeout=20) == 0
        assert start.logs("stopped")
        assert count(database_url, "observation") == 2 * count(database_url, "uplink")
        start(aedes.url)
        _stored(database_url, 600)

    def test_a_supervisor_sees_when_it_is_ready(
        self, start: "Start", tmp_path: Path, database_url: str, aedes: EmbeddedBroker
    ) -> None:
        network.register(database_url)
        ready_file = tmp_path / "ready"
        ready_file.touch()  # left behind by one that was killed
        start("mqtt://127.0.0.1:1", "--ready-file", str(ready_file))
        start.logs("waiting for the broker")
        assert not ready_file.exists()
        start.kill()
        start(aedes.url, "--ready-file", str(ready_file))
        until(ready_file.exists, "the worker is ready")
        publish(aedes.url, *_readings(0, 1))
        _stored(database_url, 2)
        start.process.terminate()
        assert start.process.wait(timeout=20) == 0
        assert not ready_file.exists()

    def test_killed_it_loses_nothing(self, start: "Start", database_url: str, broker: Broker) -> None:
        network.register(database_url)
        start(broker.url)
        start.logs("receiving")
        publisher = threading.Thread(target=publish, args=(broker.url, *_readings(0, 2_000)))
        publisher.start()
        for share in (100, 1_000, 2_500):
            until(lambda share=share: count(database_url, "observation") > share, f"{share} are stored")
            start.kill()
            start(broker.url)
        publisher.join()
        _stored(database_url, 4_000)
        assert count(database_url, "uplink") == 2_000

    def test_it_says_what_it_waits_for(self, start: "Start", database_url: str) -> None:
        nowhere = f"mqtt://user:secret@127.0.0.1:{ports.free()}"
        start(nowhere)
        line = start.logs("waiting for the broker")
        assert "refused" in line["why"]
        assert "secret" not in json.dumps(line)
        start.process.terminate()
        assert start.process.wait(timeout=20) == 0

    def test_a_wrong_address_is_explained(self, start: "Start") -> None:
        start("mqtt://")
        assert start.process.wait(timeout=20) == 1
        assert "mqtt://user:password@host:1883" in start.log.read_text()


class Start:
    """Starts the worker, and reads what it logs."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.log = folder / "ingest.log"
        self._database_url = database_url
        self._seen = 0
        self.process: subprocess.Popen[bytes]

    def __call__(self, broker_url: str, *options: str) -> None:
        self.log.touch()
        self._seen = len(self.log.read_text())
        settings = {"database_url": self._database_url, "broker_url": broker_url, "log_format": "json"}
        self.process = processes.start("ingest", "run", *options, settings=settings, log=self.log)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def logs(self, event: str) -> dict[str, str]:
        """Wait until it has logged such an event since it was started last."""
        return until(lambda: self._find(event), f"the worker logs “{event}”")

    def _find(self, event: str) -> dict[str, str] | None:
        lines = self.log.read_text()[self._seen :].splitlines(keepends=True)
        logged = (json.loads(line) for line in lines if line.startswith("{") and line.endswith("\n"))
        found = next((line for line in logged if line["event"] == event), None)
        assert found or self.process.poll() is None, f"the worker ended: {self.log.read_text()}"
        return found
