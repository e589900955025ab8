"""Where messages come from: a port, and its MQTT side, which connects again whenever it has to."""

import time
from collections.abc import Callable
from typing import Protocol

import structlog

from plietsch.ingest import mqtt
from plietsch.ingest.backoff import Backoff
from plietsch.ingest.messages import Delivery
from plietsch.ingest.stopping import Stop

log = structlog.get_logger(__name__)


class Source(Protocol):
    """Gives messages with their acknowledgements; what is not acknowledged is given again."""

    def receive(self, most: int, timeout_s: float) -> list[Delivery]:
        """What has arrived, at most so many; waits for the first one. Empty when the time is over."""
        ...

    def release(self) -> None:
        """Give back what was not acknowledged, and take nothing until the next `receive`."""
        ...


class MqttSource:
    """A persistent session at an MQTT broker, QoS 1."""

    def __init__(self, address: mqtt.Address, client_id: str, topic: str, stop: Stop) -> None:
        self._address = address
        self._client_id = client_id
        self._topic = topic
        self._stop = stop
        self._backoff = Backoff()
        self._retry_at = 0.0
        self._connection: mqtt.Connection | None = None
        self.receiving = False
        self.on_receiving: Callable[[], None] = _nothing

    def receive(self, most: int, timeout_s: float) -> list[Delivery]:
        """What has arrived; connects first where needed. A broker that is away counts as one that is silent."""
        connection = self._connection or self._connect(timeout_s)
        if connection is None:
            return []
        deliveries = connection.receive(most, timeout_s, self._stop)
        if not connection.alive:
            self._lost(connection)
        elif connection.subscribed and not self.receiving:
            self._announce(connection)
        return deliveries

    def release(self) -> None:
        """Leave the broker, which keeps the session and all that was not acknowledged."""
        self.receiving = False
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self, timeout_s: float) -> mqtt.Connection | None:
        wait_s = self._retry_at - time.monotonic()
        if wait_s > 0:
            self._stop.wait(min(wait_s, timeout_s))
        if self._stop.is_set() or time.monotonic() < self._retry_at:
            return None
        try:
            self._connection = mqtt.Connection(self._address, self._client_id, self._topic)
        except OSError as error:
            self._later(str(error))
        return self._connection

    def _lost(self, connection: mqtt.Connection) -> None:
        self.release()
        self._later(connection.failure or "the connection ended")

    def _later(self, why: str) -> None:
        delay_s = self._backoff.next()
        self._retry_at = time.monotonic() + delay_s
        log.warning("waiting for the broker", broker=str(self._address), why=why, next_attempt_in_s=round(delay_s, 1))

    def _announce(self, connection: mqtt.Connection) -> None:
        self.receiving = True
        self.on_receiving()
        self._backoff.reset()
        log.info(
            "receiving",
            broker=str(self._address),
            topic=self._topic,
            client_id=self._client_id,
            session_kept=connection.session_present,
        )


def _nothing() -> None:
    """Nobody wants to know when messages are received."""
