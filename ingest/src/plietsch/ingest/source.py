"""Where messages come from: a port, and its MQTT side, which connects again whenever it has to."""

import time
from collections.abc import Callable
from typing import Literal, Protocol

import structlog

from plietsch.ingest import address, mqtt, refusals
from plietsch.ingest.address import Address
from plietsch.ingest.backoff import Backoff
from plietsch.ingest.client import Wish
from plietsch.ingest.messages import Delivery
from plietsch.ingest.refusals import Failure
from plietsch.ingest.stopping import Stop
from plietsch.platform import errors
from plietsch.platform.settings import Settings

log = structlog.get_logger(__name__)

# A connection that lasted for so long was a good one: after it one tries again at once. Where they are granted and end
# sooner, again and again, two clients mostly have one id, and not every broker says so.
_STEADY_S = 10.0
# First and longest delay after what a person has to mend.
_LASTING_DELAYS_S = (1.0, 30.0)


class Source(Protocol):
    """Gives messages with their acknowledgements; what is not acknowledged is given again."""

    @property
    def receiving(self) -> bool:
        """Whether messages come: the broker is there and has granted the subscription."""
        ...

    def receive(self, most: int, timeout_s: float) -> list[Delivery]:
        """What has arrived, at most so many; waits for the first one. Empty when the time is over."""
        ...

    def release(self) -> None:
        """Give back what was not acknowledged, and take nothing until the next `receive`."""
        ...


class MqttSource:
    """A persistent session at an MQTT broker, QoS 1.

    The version "auto" is 5, or 3.1.1 for good once the broker has said that it does not speak 5. With `share` the
    messages are shared with the other workers of that group.
    """

    def __init__(
        self,
        broker: Address,
        client_id: str,
        topic: str,
        stop: Stop,
        version: Literal["auto", "5", "3.1.1"] = "auto",
        share: str = "",
    ) -> None:
        self.broker = broker
        self._wish = Wish(client_id, topic, "5" if version == "auto" else version, share)
        self._may_fall_back = version == "auto"
        self._stop = stop
        self._backoff = Backoff()
        self._slow_backoff = Backoff(*_LASTING_DELAYS_S)
        self._retry_at = 0.0
        self._connection: mqtt.Connection | None = None
        self._short_ones = 0
        self._warned = False
        self.receiving = False
        self.on_receiving: Callable[[], None] = _nothing

    @classmethod
    def of(cls, given: Settings, stop: Stop) -> "MqttSource":
        """The source that the settings name. Raises errors.SettingsInvalid."""
        if given.mqtt_share and given.mqtt_version == "3.1.1":
            raise errors.SettingsInvalid(
                "Workers can share the messages by MQTT 5 only.", "Unset PLIETSCH_MQTT_SHARE or PLIETSCH_MQTT_VERSION."
            )
        if given.mqtt_topic.startswith("$share/"):
            raise errors.SettingsInvalid(
                "The topic filter names a group of workers itself.", "Name it with PLIETSCH_MQTT_SHARE instead."
            )
        broker = address.of(given)
        return cls(broker, given.broker_client_id, given.mqtt_topic, stop, given.mqtt_version, given.mqtt_share)

    def receive(self, most: int, timeout_s: float) -> list[Delivery]:
        """What has arrived; connects first where needed. A broker that is away counts as one that is silent."""
        connection = self._connection or self._connect(timeout_s)
        if connection is None:
            return []
        deliveries = connection.receive(most, timeout_s, self._stop)
        if not connection.alive:
            self._lost(connection)
        elif connection.granted and not self.receiving:
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
            self._connection = mqtt.Connection(self.broker, self._wish)
        except OSError as error:
            self._later(refusals.unreachable(error))
        return self._connection

    def _lost(self, connection: mqtt.Connection) -> None:
        self.release()
        if connection.unsupported and self._may_fall_back:
            self._fall_back()
            return
        self._later(self._judged(connection))

    def _judged(self, connection: mqtt.Connection) -> Failure:
        """Why the connection ended; and the backoffs begin anew where it was a good one."""
        failure = connection.failure or refusals.CLOSED
        if not connection.granted:
            return failure
        if time.monotonic() - connection.opened_at > _STEADY_S:
            self._short_ones = 0
            self._backoff.reset()
            self._slow_backoff.reset()
            return failure
        self._short_ones += 1
        if failure == refusals.CLOSED and self._short_ones > 1:
            return refusals.closed_again(self._wish.client_id)
        return failure

    def _fall_back(self) -> None:
        if self._wish.share:
            self._later(refusals.CANNOT_SHARE)
            return
        log.info("the broker does not speak MQTT 5, but perhaps 3.1.1", broker=str(self.broker))
        self._wish = self._wish._replace(version="3.1.1")
        self._may_fall_back = False

    def _later(self, failure: Failure) -> None:
        delay_s = (self._slow_backoff if failure.lasting else self._backoff).next()
        self._retry_at = time.monotonic() + delay_s
        complain = log.error if failure.lasting else log.warning
        hint = {"hint": failure.hint} if failure.hint else {}
        next_s = round(delay_s, 1)
        complain("waiting for the broker", broker=str(self.broker), why=failure.why, next_attempt_in_s=next_s, **hint)

    def _announce(self, connection: mqtt.Connection) -> None:
        self.receiving = True
        self.on_receiving()
        log.info(
            "receiving",
            broker=str(self.broker),
            topic=self._wish.filter,
            client_id=self._wish.client_id,
            mqtt=self._wish.version,
            session_kept=connection.session_present,
        )
        if connection.shortened_to_s is not None and not self._warned:
            self._warned = True
            log.warning(
                "the broker keeps the session for a while only",
                while_s=connection.shortened_to_s,
                hint="What is published while this worker is away for longer is lost: let the broker keep sessions.",
            )


def _nothing() -> None:
    """Nobody wants to know when messages are received."""
