"""A network server with an outbox: it repeats what the broker has not acknowledged, and knows what was."""

import itertools
import threading
import time
from collections.abc import Iterator
from types import TracebackType

from faults.traffic import Sent
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from plietsch.platform.local import ports
from support.wait import until

IN_FLIGHT = 50
_RECONNECT_S = 0.05


class Outbox:
    """Publishes with QoS 1, so many messages a second, several in flight; a context manager that settles at its end.

    paho repeats what was not acknowledged when it is connected again. What was is in `acknowledged`.
    """

    def __init__(self, port: int, messages: Iterator[Sent], pace_per_s: float) -> None:
        self._messages = messages
        self._pace_per_s = pace_per_s
        self._sent: dict[int, Sent] = {}
        self._acknowledged: dict[int, float] = {}
        self._finished = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, "network-server")
        self._client.max_inflight_messages_set(IN_FLIGHT)
        self._client.reconnect_delay_set(_RECONNECT_S, _RECONNECT_S)  # pyright: ignore[reportArgumentType]
        self._client.on_publish = lambda _client, _data, mid, *_: self._acknowledged.setdefault(mid, time.time())
        self._client.connect(ports.LOOPBACK, port)
        self._thread = threading.Thread(target=self._feed, name="outbox")

    def __enter__(self) -> "Outbox":
        self._client.loop_start()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self._finished.set()
        self._thread.join()
        try:
            if kind is None:
                self.settle()
        finally:
            self._client.disconnect()
            self._client.loop_stop()

    def settle(self) -> None:
        """Publish nothing new; returns when everything is acknowledged."""
        self._finished.set()
        self._thread.join()
        until(lambda: len(self._acknowledged) == len(self._sent), "everything is acknowledged", 60)

    def send(self, count: int) -> None:
        """After it has settled: publish so many more; returns when they are acknowledged."""
        for message in itertools.islice(self._messages, count):
            self._publish(message)
        self.settle()

    @property
    def sent(self) -> list[Sent]:
        """Each message once, however often it was published."""
        return list({message.event_id: message for message in self._sent.copy().values()}.values())

    @property
    def acknowledged(self) -> int:
        return len(self._acknowledged)

    def repeat_acknowledged_after(self, moment: float) -> None:
        """Publish again what was acknowledged later than that (Unix time)."""
        for mid in [mid for mid, at in self._acknowledged.copy().items() if at >= moment]:
            self._publish(self._sent[mid])

    def _feed(self) -> None:
        """In bursts, as many gateways hear the same moment."""
        for number, message in enumerate(self._messages):
            if self._finished.is_set():
                return
            self._publish(message)
            if number % 10 == 0:
                self._finished.wait(10 / self._pace_per_s)
            until(lambda: self._may_send() or self._finished.is_set(), "the broker acknowledges", 180)

    def _may_send(self) -> bool:
        return len(self._sent) - len(self._acknowledged) < IN_FLIGHT

    def _publish(self, message: Sent) -> None:
        self._sent[self._client.publish(message.published.topic, message.published.payload, qos=1).mid] = message
