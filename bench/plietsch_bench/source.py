"""The worker's own source, as `plietsch ingest run` makes it, that says when everything has come."""

from plietsch.ingest.messages import Delivery
from plietsch.ingest.source import MqttSource
from plietsch.ingest.stopping import Stop
from plietsch.platform import settings
from plietsch_bench import events


class Backlog:
    """The backlog of a session: asks to stop once all of its messages have been received."""

    def __init__(self, broker_url: str, client_id: str, messages: int, stop: Stop) -> None:
        given = settings.read(broker_url=broker_url, broker_client_id=client_id, mqtt_topic=events.TOPIC)
        self._source = MqttSource.of(given, stop)
        self._stop = stop
        self._left = messages

    def receive(self, most: int, timeout_s: float) -> list[Delivery]:
        """What has arrived, at most so many."""
        deliveries = self._source.receive(most, timeout_s)
        self._left -= len(deliveries)
        if self._left <= 0:
            self._stop.set()
        return deliveries

    def release(self) -> None:
        """Send the acknowledgements that are left, and leave."""
        self._source.release()

    @property
    def receiving(self) -> bool:
        """Whether the broker has granted the subscription."""
        return self._source.receiving
