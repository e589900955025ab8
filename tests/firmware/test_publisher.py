"""Publishing through real brokers: everything is acknowledged, nothing is in flight without bound."""

import threading
from collections import Counter

import pytest
from firmware.subscriber import listening

from plietsch.firmware import errors
from plietsch.firmware.publisher import Publisher, Stopped
from plietsch.platform.local import ports
from plietsch.platform.local.broker import EmbeddedBroker
from support.mosquitto import Mosquitto
from support.wait import until

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
    until(lambda: "nothing answers at the broker's address" in caplog.text, "the warning")
    broker = EmbeddedBroker(port)
    broker.start()
    fates = Counter[bool]()
    publisher.publish(TOPIC, {}, lambda fate: fates.update([fate]))
    assert publisher.drain(10)
    publisher.close()
    broker.stop()
    assert fates == {True: 1}


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


def _publish(publisher: Publisher, count: int, fates: Counter[bool]) -> None:
    for number in range(count):
        publisher.publish(TOPIC, {"number": number}, lambda fate: fates.update([fate]))
