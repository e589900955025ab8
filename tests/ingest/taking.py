"""A source of MQTT messages that a test drives by hand, a turn at a time."""

from collections.abc import Callable
from types import TracebackType
from typing import Any

from ingest.network import TOPIC

from plietsch.ingest import address
from plietsch.ingest.address import Certificates
from plietsch.ingest.messages import Delivery
from plietsch.ingest.source import MqttSource
from plietsch.ingest.stopping import Stop
from support.wait import until


class Taking:
    """A source and what it has delivered; a context manager that leaves the broker at its end."""

    def __init__(
        self, url: str, client_id: str = "worker-1", certificates: Certificates | None = None, **options: Any
    ) -> None:
        self.stop = Stop()
        broker = address.parse(url, certificates or Certificates())
        self.source = MqttSource(broker, client_id, TOPIC, self.stop, **options)
        self.deliveries: list[Delivery] = []

    def __enter__(self) -> "Taking":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self.source.release()
        self.stop.close()

    @property
    def payloads(self) -> list[bytes]:
        return [delivery.message.payload for delivery in self.deliveries]

    def turn(self, most: int = 5_000) -> "Taking":
        self.deliveries += self.source.receive(most, 0.05)
        return self

    def receiving(self) -> "Taking":
        return self.until(lambda: self.source.receiving, "it receives")

    def until(self, condition: Callable[[], Any], what: str) -> "Taking":
        until(lambda: self.turn() and condition(), what, poll_s=0)
        return self

    def has(self, number: int) -> "Taking":
        return self.until(lambda: len(self.deliveries) >= number, f"{number} messages are delivered")

    def acknowledge(self) -> None:
        for delivery in self.deliveries:
            delivery.acknowledge()
        self.deliveries.clear()
        self.turn()
