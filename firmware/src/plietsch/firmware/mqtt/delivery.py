"""From the network server to the broker, and from the broker's acknowledgement to the readings it is about."""

from collections import Counter
from collections.abc import Mapping

from plietsch.firmware.mqtt.publisher import OnFate, Publisher, Stopped
from plietsch.firmware.network.events import Json
from plietsch.firmware.readings import Readings

READINGS_PORT = 1  # docs/payload.md


class Delivery:
    """Publishes what the network server says; `readings` are those of each node, by DevEUI."""

    def __init__(self, publisher: Publisher) -> None:
        self.events: Counter[str] = Counter()
        self.readings: Mapping[str, Readings] = {}
        self._publisher = publisher

    def publish(self, topic: str, event: Json) -> None:
        """Hand an event to the broker. Raises Stopped."""
        kind = topic.rpartition("/")[2]
        on_fate = self._on_fate(kind, event)
        try:
            self._publisher.publish(topic, event, on_fate)
        except Stopped:
            on_fate(False)
            raise
        self.events[kind] += 1

    def _on_fate(self, kind: str, event: Json) -> OnFate:
        if kind != "up" or event["fPort"] != READINGS_PORT:
            return _nobody_asks
        return self.readings[event["deviceInfo"]["devEui"]].publish(event["fCnt"])


def _nobody_asks(_arrived: bool) -> None:
    """Take the fate of an event that carries no reading."""
