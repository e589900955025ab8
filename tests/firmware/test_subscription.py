"""Commands from applications through real brokers, over the connection that the events go out on."""

import json
import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from firmware.lorawan import NAME, joined
from firmware.subscriber import listening
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from plietsch.firmware import identity
from plietsch.firmware.mqtt.publisher import Publisher
from plietsch.firmware.mqtt.subscription import Commands, down_topic
from plietsch.platform.local.broker import EmbeddedBroker
from support.mosquitto import Mosquitto
from support.wait import until

INFO = identity.device_info(NAME)
TOPIC = down_topic(INFO.application_id)
DEVICE_TOPIC = f"application/{INFO.application_id}/device/{INFO.dev_eui}/command/down"


@contextmanager
def application(url: str) -> Iterator[Client]:
    """A client as an application has it."""
    client = Client(CallbackAPIVersion.VERSION2)
    parts = urlsplit(url)
    client.connect(parts.hostname or "", parts.port or 0)
    client.loop_start()
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


@contextmanager
def subscribed(url: str, commands: Commands) -> Iterator[Publisher]:
    """A publisher whose commands come."""
    publisher = Publisher(url, threading.Event(), commands=commands)
    publisher.start()
    assert commands.subscribed.wait(10)
    try:
        yield publisher
    finally:
        publisher.close()


def say(client: Client, topic: str, payload: bytes) -> None:
    client.publish(topic, payload, qos=1).wait_for_publish(10)


def collect(commands: Commands, count: int) -> list[tuple[str, bytes]]:
    taken: list[tuple[str, bytes]] = []

    def enough() -> bool:
        taken.extend(commands.take())
        return len(taken) >= count

    until(enough, f"{count} commands")
    return taken


def test_commands_come_in_their_order_beside_the_events(broker: EmbeddedBroker | Mosquitto):
    commands = Commands(TOPIC)
    with (
        subscribed(broker.url, commands) as publisher,
        application(broker.url) as client,
        listening(broker.url) as heard,
    ):
        for number in range(200):
            client.publish(DEVICE_TOPIC, str(number).encode(), qos=1)
            publisher.publish(INFO.topic("up"), {"number": number}, lambda _fate: None)
        assert publisher.drain(10)
        assert collect(commands, 200) == [(DEVICE_TOPIC, str(number).encode()) for number in range(200)]
        until(lambda: len(heard.messages) == 200, "all events")
    assert (commands.take(), commands.dropped) == ([], 0)


def test_a_downlink_from_the_broker_to_the_device_and_back(broker: EmbeddedBroker | Mosquitto):
    network, commands, item_id = joined(), Commands(TOPIC), str(uuid.uuid4())
    with (
        subscribed(broker.url, commands) as publisher,
        application(broker.url) as client,
        listening(broker.url) as heard,
    ):
        down = {"id": item_id, "devEui": INFO.dev_eui, "confirmed": True, "fPort": 3, "data": "qg=="}
        say(client, DEVICE_TOPIC, json.dumps(down).encode())
        for message in collect(commands, 1):
            assert network.server.command(*message)
        answer = network.exchange(network.device.uplink(b"x"))
        assert answer is not None
        assert (answer.f_port, answer.payload) == (3, b"\xaa")
        network.exchange(network.device.uplink(b"x", flags=0x20))
        for topic, event in network.published:
            publisher.publish(topic, event, lambda _fate: None)
        until(lambda: heard.events("ack"), "the acknowledgement")
    (ack,) = heard.events("ack")
    assert (ack["queueItemId"], ack["acknowledged"]) == (item_id, True)


def test_commands_of_other_applications_do_not_come(mosquitto: Mosquitto):
    commands = Commands(TOPIC)
    with subscribed(mosquitto.url, commands), application(mosquitto.url) as client:
        say(client, DEVICE_TOPIC.replace(INFO.application_id, "other"), b"not ours")
        say(client, INFO.topic("up"), b"no command")
        say(client, DEVICE_TOPIC, b"ours")
        assert collect(commands, 1) == [(DEVICE_TOPIC, b"ours")]


def test_they_come_again_after_a_broken_connection(mosquitto: Mosquitto):
    commands = Commands(TOPIC)
    with subscribed(mosquitto.url, commands):
        commands.subscribed.clear()
        mosquitto.stop()
        mosquitto.start()
        assert commands.subscribed.wait(20)
        with application(mosquitto.url) as client:
            say(client, DEVICE_TOPIC, b"again")
        assert collect(commands, 1) == [(DEVICE_TOPIC, b"again")]


def test_too_many_are_dropped_and_said(caplog: pytest.LogCaptureFixture):
    commands = Commands(TOPIC, most_waiting=2)
    with caplog.at_level(logging.WARNING):
        for number in range(3):
            commands.put(DEVICE_TOPIC, str(number).encode())
    assert [payload for _, payload in commands.take()] == [b"0", b"1"]
    assert commands.dropped == 1
    assert "is dropped: 2 wait already" in caplog.text
    commands.put(DEVICE_TOPIC, b"3")
    assert commands.take() == [(DEVICE_TOPIC, b"3")]
