"""The MQTT side against real brokers: versions, the window, sharing, and what is said when a broker says no."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import structlog
from ingest.network import Published, publish
from ingest.scripted_broker import ScriptedBroker
from ingest.taking import Taking
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from structlog.typing import EventDict

from ingest import network
from plietsch.ingest import address, client, mqtt
from plietsch.ingest.client import Wish
from plietsch.ingest.source import MqttSource
from plietsch.ingest.stopping import Stop
from plietsch.platform import errors, settings
from plietsch.platform.local.broker import EmbeddedBroker
from support.mosquitto import Mosquitto
from support.wait import until


@pytest.fixture
def logged() -> Iterator[list[EventDict]]:
    with structlog.testing.capture_logs() as logs:
        yield logs


def _messages(number: int, size: int = 20) -> list[Published]:
    return [Published(network.topic(), b"%d".ljust(size) % n) for n in range(number)]


def _of(logged: list[EventDict], event: str) -> list[EventDict]:
    return [entry for entry in logged if entry["event"] == event]


def _broker(mosquitto: Mosquitto, folder: Path, *options: str) -> Mosquitto:
    """Another mosquitto, with these lines in its configuration."""
    folder.mkdir()
    return Mosquitto(folder, *options)


@pytest.mark.parametrize("version", ["5", "3.1.1", "auto"])
def test_what_is_not_acknowledged_comes_again(mosquitto: Mosquitto, version: str) -> None:
    with Taking(mosquitto.url, version=version) as first:
        publish(mosquitto.url, *_messages(0))
        first.receiving()
        publish(mosquitto.url, *_messages(10))
        first.has(10)
        first.deliveries = first.deliveries[:4]
        first.acknowledge()
    with Taking(mosquitto.url, version=version) as second:
        assert sorted(second.has(6).payloads) == [each.payload for each in _messages(10)[4:]]


@pytest.mark.parametrize(("version", "spoken"), [("5", "5"), ("3.1.1", "3.1.1"), ("auto", "5")])
def test_the_version_is_the_one_that_was_asked_for(
    mosquitto: Mosquitto, logged: list[EventDict], version: str, spoken: str
) -> None:
    with Taking(mosquitto.url, version=version) as taking:
        taking.receiving()
    assert [entry["mqtt"] for entry in _of(logged, "receiving")] == [spoken]


def test_the_window_of_mqtt_5_is_open(mosquitto: Mosquitto, tmp_path: Path) -> None:
    """mosquitto's default are twenty messages under way; the client's Receive Maximum stands above that."""
    narrow = _broker(mosquitto, tmp_path / "narrow", "allow_anonymous true", "max_inflight_messages 20")
    narrow.start()
    try:
        with Taking(narrow.url, "five") as five, Taking(narrow.url, "three", version="3.1.1") as three:
            five.receiving()
            three.receiving()
            publish(narrow.url, *_messages(300))
            five.has(300)
            assert len(three.has(20).turn().deliveries) == 20
    finally:
        narrow.stop()


def test_auto_falls_back_on_a_broker_without_mqtt_5(aedes: EmbeddedBroker, logged: list[EventDict]) -> None:
    with Taking(aedes.url) as taking:
        taking.receiving()
        publish(aedes.url, *_messages(3))
        taking.has(3).acknowledge()
        taking.source.release()
        taking.receiving()
    assert len(_of(logged, "the broker does not speak MQTT 5, but perhaps 3.1.1")) == 1
    assert [entry["mqtt"] for entry in _of(logged, "receiving")] == ["3.1.1", "3.1.1"]
    assert not _of(logged, "waiting for the broker")


@pytest.mark.parametrize(
    ("answer", "versions"),
    [
        pytest.param("20020001", [5, 4], id="as MQTT 3.1.1 says it: aedes, older mosquittos"),
        pytest.param("2003008400", [5, 4], id="as MQTT 5 says it: mosquitto with accept_protocol_versions"),
        pytest.param("", [5, 5], id="without a word"),
        pytest.param("2003008800", [5, 5], id="server unavailable"),
        pytest.param("2003008600", [5, 5], id="bad user name or password"),
        pytest.param("3003", [5, 5], id="no MQTT"),
    ],
)
def test_only_a_broker_that_says_so_is_taken_for_one_without_mqtt_5(answer: str, versions: list[int]) -> None:
    with ScriptedBroker(bytes.fromhex(answer)) as broker, Taking(broker.url) as taking:
        taking.until(lambda: len(broker.versions) >= 2, "it tries again")
        assert broker.versions[:2] == versions


def test_what_connect_says() -> None:
    with ScriptedBroker(b"") as broker, Taking(broker.url) as taking:
        taking.until(lambda: broker.connects, "it connects")
        connect = broker.connects[0]
    assert connect[9] == 0, "no clean start"
    assert b"\x11\xff\xff\xff\xff" in connect, "the session does not expire"
    assert b"\x21\xff\xff" in connect, "receive maximum"


def test_a_session_that_is_kept_for_a_while_only_is_told_once(logged: list[EventDict]) -> None:
    accepted = bytes.fromhex("2008000005110000003c 900400010001")
    with ScriptedBroker(accepted, stays=True) as broker, Taking(broker.url) as taking:
        taking.receiving()
        taking.source.release()
        taking.receiving()
    assert [entry["while_s"] for entry in _of(logged, "the broker keeps the session for a while only")] == [60]


class TestSharing:
    """A group of workers on one subscription."""

    def test_two_share_the_messages(self, mosquitto: Mosquitto) -> None:
        with Taking(mosquitto.url, "one", share="ingest") as one, Taking(mosquitto.url, "two", share="ingest") as two:
            one.receiving()
            two.receiving()
            publish(mosquitto.url, *_messages(100))
            one.until(lambda: len(one.deliveries) + len(two.turn().deliveries) >= 100, "all are delivered")
            assert sorted(one.payloads + two.payloads) == sorted(each.payload for each in _messages(100))
            assert min(len(one.deliveries), len(two.deliveries)) > 20

    def test_the_subscription_of_before_ends(self, mosquitto: Mosquitto) -> None:
        with Taking(mosquitto.url, "one") as alone:
            alone.receiving()
            alone.source.release()
            publish(mosquitto.url, *_messages(5))
        with Taking(mosquitto.url, "one", share="ingest") as one, Taking(mosquitto.url, "two", share="ingest") as two:
            assert len(one.receiving().has(5).deliveries) == 5
            one.acknowledge()
            two.receiving()
            publish(mosquitto.url, *_messages(40))
            one.until(lambda: len(one.deliveries) + len(two.turn().deliveries) >= 40, "all are delivered")
            assert len(one.turn().deliveries) + len(two.turn().deliveries) == 40
            assert two.deliveries

    def test_a_broker_without_mqtt_5_cannot(self, aedes: EmbeddedBroker, logged: list[EventDict]) -> None:
        with Taking(aedes.url, share="ingest") as taking:
            taking.until(lambda: logged, "it says so")
            assert not taking.source.receiving
        assert logged[0]["log_level"] == "error"
        assert "cannot share" in logged[0]["why"]
        assert "PLIETSCH_MQTT_SHARE" in logged[0]["hint"]

    def test_a_broker_that_says_that_it_cannot(self, logged: list[EventDict]) -> None:
        cannot = bytes.fromhex("2005000002 2a00")
        with ScriptedBroker(cannot, stays=True) as broker, Taking(broker.url, share="ingest") as taking:
            taking.until(lambda: logged, "it says so")
        assert "cannot share" in logged[0]["why"]

    def test_it_is_a_setting_of_its_own(self) -> None:
        with closing(Stop()) as stop, pytest.raises(errors.SettingsInvalid) as caught:
            MqttSource.of(settings.Settings(mqtt_topic="$share/ingest/#"), stop)
        assert "PLIETSCH_MQTT_SHARE" in caught.value.hint

    def test_it_takes_mqtt_5(self) -> None:
        with closing(Stop()) as stop, pytest.raises(errors.SettingsInvalid, match="MQTT 5"):
            MqttSource.of(settings.Settings(mqtt_share="ingest", mqtt_version="3.1.1"), stop)


def test_another_client_with_the_same_id_is_named(logged: list[EventDict]) -> None:
    taken_over = bytes.fromhex("2003000000 900400010001 e0028e00")
    with ScriptedBroker(taken_over, stays=True) as broker, Taking(broker.url) as taking:
        taking.until(lambda: len(_of(logged, "waiting for the broker")) == 2, "it is told twice")
    told, again = _of(logged, "waiting for the broker")
    assert told["why"] == "another client uses the client id worker-1"
    assert "Two workers need two" in told["hint"]
    assert told["next_attempt_in_s"] >= 0.5
    assert again["next_attempt_in_s"] >= 1


def test_two_with_the_same_id_do_not_fight_at_full_speed(mosquitto: Mosquitto, logged: list[EventDict]) -> None:
    """mosquitto does not say that a session was taken over, it hangs up."""
    with Taking(mosquitto.url) as one, Taking(mosquitto.url) as two:
        one.receiving()
        two.receiving()
        one.until(lambda: two.turn() and [e for e in logged if e["log_level"] == "error"], "one of them is told")
        (told,) = [entry for entry in logged if entry["log_level"] == "error"]
        assert "another client uses the client id worker-1" in told["why"]
        assert told["next_attempt_in_s"] >= 0.5


def test_a_wrong_password_is_said_less_and_less_often(
    mosquitto: Mosquitto, tmp_path: Path, logged: list[EventDict]
) -> None:
    broker = _with_passwords(mosquitto, tmp_path)
    try:
        with Taking(broker.url.replace("//", "//ingest:wr%20ong@")) as taking:
            taking.until(lambda: len(logged) >= 2, "it is refused twice")
            assert all("PLIETSCH_BROKER_URL" in entry["hint"] for entry in logged)
            assert logged[1]["next_attempt_in_s"] >= 1
            assert "wr" not in str(logged[0])
        with Taking(broker.url.replace("//", "//ingest:right%2F@")) as taking:
            taking.receiving()
    finally:
        broker.stop()


def _with_passwords(mosquitto: Mosquitto, folder: Path) -> Mosquitto:
    passwords = folder / "passwords"
    # mosquitto hashes a file of plain passwords in place.
    passwords.write_text("ingest:right/\n")
    subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True)
    broker = _broker(mosquitto, folder / "closed", "allow_anonymous false", f"password_file {passwords}")
    broker.start()
    return broker


@pytest.mark.parametrize(
    ("reason", "why"),
    [("87", "the broker refused the subscription"), ("9e", "the broker refused"), ("00", "without waiting for")],
)
def test_a_subscription_that_is_not_granted(logged: list[EventDict], reason: str, why: str) -> None:
    answer = bytes.fromhex(f"2003000000 9004000100{reason}")
    with ScriptedBroker(answer, stays=True) as broker, Taking(broker.url) as taking:
        taking.until(lambda: logged, "it says so")
        assert not taking.source.receiving
    assert why in logged[0]["why"]
    assert logged[0]["log_level"] == "error"


def test_bytes_bound_a_batch_as_well(mosquitto: Mosquitto) -> None:
    size = 2 * 1024 * 1024
    with Taking(mosquitto.url) as taking:
        taking.receiving()
        taking.source.release()
        publish(mosquitto.url, *_messages(20, size))
        while len(taking.deliveries) < 20:
            before = len(taking.deliveries)
            taking.turn()
            assert (len(taking.deliveries) - before) * size <= mqtt.LARGEST_BATCH_BYTES + size


def test_no_more_is_handed_out_than_was_asked_for(mosquitto: Mosquitto) -> None:
    with Taking(mosquitto.url) as taking:
        taking.receiving()
        publish(mosquitto.url, *_messages(50))
        until(lambda: taking.turn(most=7).deliveries, "some come")
        while len(taking.deliveries) < 50:
            before = len(taking.deliveries)
            taking.turn(most=7)
            assert len(taking.deliveries) - before <= 7
        assert taking.payloads == [each.payload for each in _messages(50)]


def test_acknowledgements_of_a_batch_leave_together() -> None:
    body = b"\x00\x01t%b\x00payload"
    publishes = b"".join(b"\x32\x0d" + body % n.to_bytes(2, "big") for n in range(1, 1_001))
    accepted = bytes.fromhex("2003000000 900400010001")
    with ScriptedBroker(accepted + publishes, stays=True) as broker, Taking(broker.url) as taking:
        taking.has(1_000)
        assert taking.payloads[0] == b"payload"
        subscribed = broker.received()
        taking.acknowledge()
        assert subscribed[0] == 0x82
        assert broker.received() == b"".join(b"\x40\x02" + n.to_bytes(2, "big") for n in range(1, 1_001))


def test_what_a_session_kept_with_qos_2_is_taken(mosquitto: Mosquitto) -> None:
    """A client that had the id before may have subscribed so."""
    before = Client(CallbackAPIVersion.VERSION2, "worker-1", clean_session=False)
    granted = threading.Event()
    before.on_subscribe = lambda *_: granted.set()
    before.on_connect = lambda *_: before.subscribe(network.TOPIC, qos=2)
    before.connect("127.0.0.1", mosquitto.port)
    before.loop_start()
    assert granted.wait(10)
    before.disconnect()
    before.loop_stop()
    _publish_exactly_once(mosquitto, *_messages(3))
    with Taking(mosquitto.url) as taking:
        taking.has(3)
    with Taking(mosquitto.url) as taking:
        taking.has(3).acknowledge()
        taking.receiving()
        publish(mosquitto.url, Published(network.topic(), b"next"))
        assert taking.has(1).payloads == [b"next"]
    with Taking(mosquitto.url) as taking:
        taking.has(1)


def _publish_exactly_once(mosquitto: Mosquitto, *messages: Published) -> None:
    publisher = Client(CallbackAPIVersion.VERSION2, "network-server")
    publisher.connect("127.0.0.1", mosquitto.port)
    publisher.loop_start()
    for each in messages:
        publisher.publish(each.topic, each.payload, qos=2).wait_for_publish(10)
    publisher.disconnect()
    publisher.loop_stop()


def _connection(url: str, **options: Any) -> mqtt.Connection:
    return mqtt.Connection(address.parse(url), Wish("worker-1", network.TOPIC), **options)


def test_a_broker_that_fell_silent_is_left() -> None:
    with ScriptedBroker(bytes.fromhex("2003000000 900400010001"), stays=True) as broker:
        connection, stop = _connection(broker.url, patience_s=0.2), Stop()
        until(lambda: connection.receive(1, 0.05, stop) or connection.granted, "it is granted")
        until(lambda: connection.receive(1, 0.05, stop) or not connection.alive, "it is left")
        assert connection.failure
        assert "said nothing" in connection.failure.why
        connection.close()
        stop.close()


def test_a_broker_that_answers_is_not_left(mosquitto: Mosquitto) -> None:
    connection, stop = _connection(mosquitto.url, patience_s=0.1), Stop()
    until(lambda: connection.receive(1, 0.02, stop) or connection.answers >= 5, "it was asked five times")
    assert connection.alive
    connection.close()
    stop.close()


def test_paho_speaks_through_our_socket(mosquitto: Mosquitto) -> None:
    """`_create_socket` is paho's own: a release that no longer calls it is to be noticed here."""
    speaking = client.Client(address.parse(mosquitto.url), Wish("worker-1", network.TOPIC))
    opened = speaking.open()
    assert speaking.socket() is opened
    assert opened.outgoing.startswith(b"\x10"), "CONNECT waits in it"
    opened.close()
