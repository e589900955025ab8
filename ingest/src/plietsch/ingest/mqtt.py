"""One connection to an MQTT 3.1.1 broker, from CONNECT to its end.

paho's network loop is driven from here, in the caller's thread, a packet at a time: nothing is read that was not asked
for, so that the memory in use is bounded by the batch, and the broker waits. The client is new for each connection:
an acknowledgement that belongs to an earlier one has nowhere to go, and the broker delivers that message again.
"""

import select
import ssl
import time
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from plietsch.ingest.messages import Delivery, Message
from plietsch.ingest.stopping import Stop
from plietsch.platform import errors

_QOS = 1
# The broker drops a client that is silent for one and a half times this: longer than a batch may take to be stored.
_KEEPALIVE_S = 60
_FLUSH_TIMEOUT_S = 2.0


class Address(NamedTuple):
    """Where a broker is, and who one is there."""

    host: str
    port: int
    tls: bool
    user: str | None
    password: str | None

    def __str__(self) -> str:
        """The address as it may be logged: without the password."""
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"


def parse_address(url: str) -> Address:
    """Take apart mqtt[s]://[user[:password]@]host[:port]. Raises errors.SettingsInvalid."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or port == 0:
        raise errors.SettingsInvalid(
            "The broker's address cannot be used.", "It looks like mqtt://user:password@host:1883."
        )
    tls = parts.scheme == "mqtts"
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    return Address(parts.hostname, port or (8883 if tls else 1883), tls, user, password)


class Connection:
    """A connection with a persistent session; what it delivers is to be acknowledged while it lasts."""

    def __init__(self, address: Address, client_id: str, topic: str) -> None:
        """Connect and begin to subscribe. Raises OSError."""
        self.subscribed = False
        self.session_present = False
        self.failure: str | None = None
        self._topic = topic
        self._inbox: list[Delivery] = []
        self._client = self._new_client(address, client_id)
        self._client.connect(address.host, address.port, keepalive=_KEEPALIVE_S)

    def receive(self, most: int, timeout_s: float, stop: Stop) -> list[Delivery]:
        """Wait for a message, then read until nothing more has arrived or `most` are read."""
        self._wait(timeout_s, stop)
        while len(self._inbox) < most and not stop.is_set() and self._readable():
            self._client.loop_read()
        if self._client.want_write():
            self._client.loop_write()
        self._client.loop_misc()
        taken, self._inbox = self._inbox, []
        return taken

    @property
    def alive(self) -> bool:
        return self.failure is None and self._client.socket() is not None

    def close(self) -> None:
        """Send what is still to be sent and leave; the broker keeps the session."""
        self._flush()
        self._client.disconnect()
        self._flush()
        if (sock := self._client.socket()) is not None:
            sock.close()

    def _new_client(self, address: Address, client_id: str) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id,
            clean_session=False,
            protocol=MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_disconnect = self._on_disconnect
        if address.user is not None:
            client.username_pw_set(address.user, address.password)
        if address.tls:
            context = ssl.create_default_context()
            client.tls_set_context(context)  # pyright: ignore[reportUnknownMemberType] paho leaves its type open
        return client

    def _wait(self, timeout_s: float, stop: Stop) -> None:
        """Until there is something to read or to do, or one is to stop."""
        deadline = time.monotonic() + timeout_s
        while not stop.is_set() and not self._readable():
            sock = self._client.socket()
            left_s = deadline - time.monotonic()
            if sock is None or left_s <= 0:
                return
            writing = [sock] if self._client.want_write() else []
            _, writable, _ = select.select([sock, stop], writing, [], left_s)
            if writable:
                self._client.loop_write()

    def _readable(self) -> bool:
        sock: Any = self._client.socket()
        if sock is None:
            return False
        # TLS may hold decrypted bytes that select does not see.
        pending = getattr(sock, "pending", None)
        return bool(pending and pending()) or bool(select.select([sock], [], [], 0)[0])

    def _flush(self) -> None:
        deadline = time.monotonic() + _FLUSH_TIMEOUT_S
        while self._client.want_write() and (sock := self._client.socket()) is not None:
            left_s = deadline - time.monotonic()
            if left_s <= 0 or not select.select([], [sock], [], left_s)[1]:
                return
            self._client.loop_write()

    def _acknowledge(self, mid: int, qos: int) -> None:
        if self.alive:
            self._client.ack(mid, qos)

    def _on_connect(
        self, client: Client, _data: object, flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self._fail(f"the broker refused the connection: {reason}")
            return
        self.session_present = flags.session_present
        client.subscribe(self._topic, qos=_QOS)

    def _on_subscribe(
        self, _client: Client, _data: object, _mid: int, reasons: list[ReasonCode], _properties: Properties | None
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            self._fail(f"the broker refused the subscription to {self._topic}")
        else:
            self.subscribed = True

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:  # a broker should not have let it pass; as an empty topic it becomes an error
            topic = ""
        received = Message(topic, bytes(message.payload), datetime.now(UTC))
        self._inbox.append(Delivery(received, partial(self._acknowledge, message.mid, message.qos)))

    def _on_disconnect(
        self,
        _client: Client,
        _data: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._fail(f"the connection ended: {reason}")

    def _fail(self, why: str) -> None:
        self.failure = self.failure or why
