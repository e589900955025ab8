"""Publishing through real brokers: everything is acknowledged, nothing is in flight without bound."""

import logging
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from firmware.subscriber import listening

from firmware import tls
from plietsch.firmware import errors
from plietsch.firmware.mqtt.publisher import Publisher, Stopped
from plietsch.platform.local import ports
from plietsch.platform.local.broker import EmbeddedBroker
from support import processes
from support.mosquitto import Mosquitto
from support.wait import until

PASSWORD = "s@e/c:r#e%t"
TOPIC = "application/a/device/0102030405060708/event/up"


def test_every_event_is_acknowledged_and_arrives_once(broker: EmbeddedBroker | Mosquitto):
    fates = Counter[bool]()
    publisher = Publisher(broker.url, threading.Event(), most_outstanding=20)
    with listening(broker.url) as subscriber:
        publisher.start()
        most = 0
        for number in range(2000):
            publisher.publish(TOPIC, {"number": number}, lambda fate: fates.update([fate]))
            most = max(most, publisher.outstanding)
        assert publisher.drain(30)
        publisher.close()
        until(lambda: len(subscriber.messages) >= 2000, "all events")
    assert fates == {True: 2000}
    assert most <= 20
    assert Counter(event["number"] for event in subscriber.events("up")) == Counter(range(2000))


def test_nothing_is_lost_while_the_broker_is_away(mosquitto: Mosquitto):
    fates = Counter[bool]()
    publisher = Publisher(mosquitto.url, threading.Event(), most_outstanding=50)
    publisher.start()
    publishing = threading.Thread(target=_publish, args=(publisher, 3000, fates))
    publishing.start()
    for away in (500, 1500):
        until(lambda at_least=away: fates[True] >= at_least, f"{away} acknowledgements")
        mosquitto.stop()
        mosquitto.start()
    publishing.join(60)
    assert publisher.drain(30)
    publisher.close()
    assert fates == {True: 3000}


def test_it_waits_for_a_broker_that_is_not_there_yet(caplog: pytest.LogCaptureFixture):
    port = ports.free()
    publisher = Publisher(f"mqtt://127.0.0.1:{port}", threading.Event())
    publisher.start()
    until(lambda: "no connection to the broker" in caplog.text, "the warning")
    broker = EmbeddedBroker(port)
    broker.start()
    fates = Counter[bool]()
    publisher.publish(TOPIC, {}, lambda fate: fates.update([fate]))
    assert publisher.drain(10)
    publisher.close()
    broker.stop()
    assert fates == {True: 1}


def test_a_broker_that_stays_away_is_said_twice_a_minute(caplog: pytest.LogCaptureFixture):
    asked = Counter[str]()

    def now_s() -> float:
        asked["now"] += 1
        return 10.0 * asked["now"]  # of the attempts, which come one or two seconds apart

    broker = EmbeddedBroker(ports.free())
    publisher = Publisher(broker.url, threading.Event(), now_s=now_s)
    publisher.start()
    until(lambda: asked["now"] >= 5, "five attempts", 30)
    broker.start()
    publisher.publish(TOPIC, {}, lambda _fate: None)
    publisher.close()
    broker.stop()
    assert caplog.text.count("no connection to the broker") == 1 + (asked["now"] - 1) // 3


def test_being_stopped_ends_the_waiting():
    stop = threading.Event()
    publisher = Publisher(f"mqtt://127.0.0.1:{ports.free()}", stop)
    publisher.start()
    stop.set()
    with pytest.raises(Stopped):
        publisher.publish(TOPIC, {}, lambda _fate: None)
    publisher.close()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1883", "mqtt://", "mqtt://host:many", "mqtt://host:99999"])
def test_an_address_that_is_none_is_said(url: str):
    with pytest.raises(errors.BrokerUrlInvalid, match=url):
        Publisher(url, threading.Event()).start()


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Mosquitto]:
    """A mosquitto behind TLS that wants to know who comes."""
    if not Mosquitto.installed():
        pytest.skip("mosquitto is not installed: sudo apt install mosquitto")
    certificate, key = tls.self_signed(tmp_path)
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "nøde", PASSWORD], check=True)
    broker = Mosquitto(
        tmp_path,
        "allow_anonymous false",
        f"password_file {passwords}",
        f"certfile {certificate}",
        f"keyfile {key}",
    )
    broker.start()
    yield broker
    broker.stop()


def test_a_guarded_broker_lets_in_who_has_the_password(
    guarded: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    # Where OpenSSL looks for the authorities that it trusts.
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    fates = Counter[bool]()
    publisher = Publisher(_guarded_url(guarded, PASSWORD), threading.Event())
    publisher.start()
    publisher.publish(TOPIC, {}, lambda fate: fates.update([fate]))
    assert publisher.drain(10)
    publisher.close()
    assert fates == {True: 1}
    assert f"connected to the broker at 127.0.0.1:{guarded.port}" in caplog.text
    assert quote(PASSWORD, safe="") not in caplog.text


def test_a_guarded_broker_refuses_others_without_saying_their_password(
    guarded: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    publisher = Publisher(_guarded_url(guarded, "guessed"), threading.Event())
    publisher.start()
    until(lambda: "refuses the connection" in caplog.text, "the refusal")
    publisher.close()
    assert "guessed" not in caplog.text


def test_a_broker_that_nobody_vouches_for_gets_no_password(guarded: Mosquitto, tmp_path: Path):
    log = tmp_path / "log"
    process = processes.start("simulate", settings={"broker_url": _guarded_url(guarded, "secret")}, log=log)
    try:
        until(lambda: "certificate verify failed" in log.read_text(), "the reason")
        process.terminate()
        assert process.wait(20) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()
    assert f"127.0.0.1:{guarded.port}" in log.read_text()
    assert "secret" not in log.read_text()


def _guarded_url(broker: Mosquitto, password: str) -> str:
    user = quote("nøde")
    return f"mqtts://{user}:{quote(password, safe='')}@127.0.0.1:{broker.port}"


def _publish(publisher: Publisher, count: int, fates: Counter[bool]) -> None:
    for number in range(count):
        publisher.publish(TOPIC, {"number": number}, lambda fate: fates.update([fate]))
