"""A subscriber that counts: what the broker hands on, as JSON, by topic."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

TOPIC = "application/+/device/+/event/+"


class Subscriber:
    """Everything that was published since it subscribed."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, dict[str, Any]]] = []
        self.subscribed = threading.Event()

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [event for topic, event in list(self.messages) if topic.endswith(f"/{kind}")]


@contextmanager
def listening(url: str) -> Iterator[Subscriber]:
    """A subscriber of all events that is ready when this begins."""
    subscriber = Subscriber()
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv311)

    def on_connect(*_: object) -> None:
        client.subscribe(TOPIC, qos=1)

    def on_message(_client: Client, _data: object, message: MQTTMessage) -> None:
        subscriber.messages.append((message.topic, json.loads(message.payload)))

    client.on_connect = on_connect
    client.on_message = on_message
    client.on_subscribe = lambda *_: subscriber.subscribed.set()
    parts = urlsplit(url)
    client.connect(parts.hostname or "", parts.port or 0)
    client.loop_start()
    assert subscriber.subscribed.wait(10)
    try:
        yield subscriber
    finally:
        client.disconnect()
        client.loop_stop()
