"""One connection to an MQTT broker, version 5 or 3.1.1, from CONNECT to its end.

paho's network loop is driven from here, in the caller's thread, and only for the packets that are few; messages and
their acknowledgements go past it. Nothing is read that was not asked for, so that the memory in use is bounded by the
batch, and the broker waits. The client is new for each connection: an acknowledgement that belongs to an earlier one
has nowhere to go, and the broker delivers that message again.
"""

import time
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from plietsch.ingest import client, packets, refusals
from plietsch.ingest.address import Address
from plietsch.ingest.client import Wish
from plietsch.ingest.messages import Delivery, Message
from plietsch.ingest.refusals import Failure
from plietsch.ingest.stopping import Stop

# A batch ends when its payloads have so many bytes, whatever it was asked for: an event has a thousand or two.
LARGEST_BATCH_BYTES = 16 * 1024 * 1024
_QOS = 1
# How often the broker is asked whether it is still there, and how long one then waits for any byte of it.
PATIENCE_S = 20.0


class Connection:
    """A connection with a persistent session; what it delivers is to be acknowledged while it lasts.

    `granted`: the broker has granted what was wished. `session_present`: it knew the session. `unsupported`: it does
    not speak this version. `shortened_to_s`: it will keep the session for so long only. `nothing_to_leave`: the session
    had none of the subscriptions that were to end.
    """

    def __init__(self, address: Address, wish: Wish, patience_s: float = PATIENCE_S) -> None:
        """Connect and say what is wished. Raises OSError."""
        self.granted = False
        self.session_present = False
        self.shortened_to_s: int | None = None
        self.nothing_to_leave = False
        self.unsupported = False
        self.answers = 0
        self.failure: Failure | None = None
        self.opened_at = time.monotonic()
        self._wish = wish
        self._patience_s = patience_s
        self._v5 = wish.version == "5"
        self._heard_at, self._asked_at = 0.0, self.opened_at
        self._client = client.Client(address, wish)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_unsubscribe = self._on_unsubscribe
        self._client.on_disconnect = self._on_disconnect
        self._socket = self._client.open()
        self._send()

    def receive(self, most: int, timeout_s: float, stop: Stop) -> list[Delivery]:
        """Wait for a message, then read until nothing more has arrived, `most` are read or their bytes suffice.

        Acknowledgements that were given before leave now, together.
        """
        self._socket.flush()
        if stop.is_set():
            return []
        deliveries, heard = self._read(most, stop)
        if not heard and self.alive:
            self._socket.wait(timeout_s, stop.fileno())
            deliveries, heard = self._read(most, stop)
        self._send()
        self._keep_alive(heard=heard)
        return deliveries

    @property
    def alive(self) -> bool:
        return self.failure is None and self._client.socket() is not None

    def ask(self) -> None:
        """Ask the broker to answer, which it does after all that it has sent already: `answers` counts that."""
        self._asked_at = time.monotonic()
        self._socket.send(packets.PING)
        self._socket.flush()

    def close(self) -> None:
        """Send what is still to be sent and leave; the broker keeps the session."""
        self._client.disconnect()  # paho then closes the socket, which sends what is left
        self._socket.close()

    def _read(self, most: int, stop: Stop) -> tuple[list[Delivery], bool]:
        """Messages, and whether anything was heard."""
        deliveries: list[Delivery] = []
        heard = False
        try:
            left = self._take(deliveries, most, LARGEST_BATCH_BYTES)
            while len(deliveries) < most and left > 0 and self.alive and not stop.is_set() and self._socket.fill():
                heard = True
                left = self._take(deliveries, most, left)
        except packets.Malformed as error:
            self._fail(Failure(f"the broker sent what is no MQTT: {error}"))
        return deliveries, heard or bool(deliveries)

    def _take(self, deliveries: list[Delivery], most: int, left: int) -> int:
        """Take messages from what was read, other packets on the way; returns how many bytes may still come."""
        read, received_at = self._socket, datetime.now(UTC)
        buffer, acknowledge, properties = read.incoming, read.outgoing.extend, self._v5
        while len(deliveries) < most and left > 0 and (framed := packets.frame(buffer, read.position)):
            if buffer[read.position] & 0xF0 != packets.PUBLISH:
                self._handle(buffer[read.position])
                if not self.alive:
                    break
                continue
            published = packets.publish(buffer, read.position, *framed, properties=properties)
            read.position = framed[1]
            left -= len(published.payload)
            message = Message(_text(published.topic), published.payload, received_at)
            deliveries.append(Delivery(message, partial(acknowledge, published.acknowledgement)))
        else:
            if read.ended and len(deliveries) < most and left > 0:
                self._client.loop_read()  # paho sees the end, and says so
        return left

    def _handle(self, first_byte: int) -> None:
        if first_byte == packets.ANSWER:
            self.answers += 1
        self._client.loop_read()
        self._send()

    def _send(self) -> None:
        if self._client.want_write():
            self._client.loop_write()
        self._socket.flush()

    def _keep_alive(self, *, heard: bool) -> None:
        """Ask now and then. paho would give up on a broker whose answer waits behind the messages of a slow batch."""
        now = time.monotonic()
        waited_s = now - self._asked_at
        if heard:
            self._heard_at = now
        if self._heard_at <= self._asked_at:
            if waited_s > self._patience_s:
                self._fail(Failure(f"the broker has said nothing for {waited_s:.0f} s"))
        elif self.alive and waited_s > min(self._patience_s, (self._client.keepalive or client.KEEPALIVE_S) / 2):
            self.ask()

    def _on_connect(
        self, paho: Client, _data: object, flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self.unsupported = reason.value == refusals.UNSUPPORTED_VERSION
            self._fail(refusals.connecting(reason.value, str(reason)))
            return
        self.session_present = flags.session_present
        capabilities = cast("dict[str, Any]", properties.json()) if properties else {}
        kept_s = capabilities.get("SessionExpiryInterval", client.NEVER)
        self.shortened_to_s = kept_s if kept_s < client.NEVER else None
        if self._wish.purpose == "receive":
            if self._wish.share and not capabilities.get("SharedSubscriptionAvailable", 1):
                self._fail(refusals.CANNOT_SHARE)
                return
            paho.subscribe(self._wish.filter, qos=_QOS)
        if self._wish.purpose == "forget":
            self.granted = True
        if self._wish.unwanted:
            paho.unsubscribe(self._wish.unwanted)

    def _on_subscribe(
        self, _client: Client, _data: object, _mid: int, reasons: list[ReasonCode], _properties: Properties | None
    ) -> None:
        for reason in reasons:
            if failure := refusals.subscribing(self._wish.filter, reason.value, str(reason)):
                self._fail(failure)
        self.granted = self.failure is None

    def _on_unsubscribe(
        self, _client: Client, _data: object, _mid: int, reasons: list[ReasonCode], _properties: Properties | None
    ) -> None:
        if self._wish.purpose == "empty":
            self.nothing_to_leave = refusals.nothing_ended([reason.value for reason in reasons])
            self.granted = True

    def _on_disconnect(
        self,
        _client: Client,
        _data: object,
        flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        said = flags.is_disconnect_packet_from_server
        error = self._socket.error
        self._fail(refusals.ended(self._wish.client_id, reason.value, str(reason), said=said, error=error))

    def _fail(self, failure: Failure) -> None:
        self.failure = self.failure or failure


def _text(topic: bytes) -> str:
    try:
        return topic.decode()
    except UnicodeDecodeError:  # a broker should not have let it pass; as an empty topic it becomes an error
        return ""
