"""paho's client as it is used here: what it says when it connects, and the socket that it says it to."""

from typing import Literal, NamedTuple

from paho.mqtt import client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from plietsch.ingest import sockets
from plietsch.ingest.address import Address

Version = Literal["5", "3.1.1"]

# The broker drops a client that is silent for one and a half times this: longer than a batch may take to be stored.
KEEPALIVE_S = 300
# MQTT 5, section 3.1.2.11: the session does not expire; as many messages under way as there are packet identifiers.
NEVER = 0xFFFFFFFF
_RECEIVE_MAXIMUM = 65_535


class Wish(NamedTuple):
    """What one wants of a broker: in whose session, which messages, in which version of MQTT.

    With `share` the messages are shared with the other members of that group. The purpose is to receive; to empty the
    session of what it still holds, without anything new; or to forget it.
    """

    client_id: str
    topic: str
    version: Version = "5"
    share: str = ""
    purpose: Literal["receive", "empty", "forget"] = "receive"

    @property
    def filter(self) -> str:
        """What to subscribe to."""
        return f"$share/{self.share}/{self.topic}" if self.share else self.topic

    @property
    def unwanted(self) -> list[str]:
        """Subscriptions that the session may have from earlier, and shall not."""
        if self.purpose == "empty":
            return [self.topic, self.filter] if self.share else [self.topic]
        return [self.topic] if self.share and self.purpose == "receive" else []


class Client(client.Client):
    """One for each connection; a message never reaches it, see `mqtt`, so that it never acknowledges one itself."""

    def __init__(self, address: Address, wish: Wish) -> None:
        self._address = address
        self._forget = wish.purpose == "forget"
        self._v5 = wish.version == "5"
        self._buffered: sockets.BufferedSocket | None = None
        super().__init__(
            CallbackAPIVersion.VERSION2,
            wish.client_id,
            clean_session=None if self._v5 else self._forget,
            protocol=MQTTProtocolVersion.MQTTv5 if self._v5 else MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
        )
        if address.user is not None:
            self.username_pw_set(address.user, address.password)

    def open(self) -> sockets.BufferedSocket:
        """Connect and say CONNECT. Raises OSError."""
        host, port = self._address.host, self._address.port
        if self._v5:
            self.connect(host, port, KEEPALIVE_S, clean_start=self._forget, properties=self._properties())
        else:
            self.connect(host, port, KEEPALIVE_S)
        if self._buffered is None:
            raise NotImplementedError("this version of paho-mqtt does not open its socket by _create_socket any more")
        return self._buffered

    def _properties(self) -> Properties:
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 0 if self._forget else NEVER
        properties.ReceiveMaximum = _RECEIVE_MAXIMUM
        return properties

    def _create_socket(self) -> sockets.BufferedSocket:
        """Put our socket beneath paho. The method is private, but the only place: no argument takes a socket, and one
        that is exchanged later has said CONNECT already."""
        self._buffered = sockets.connect(self._address.host, self._address.port, self._address.tls)
        return self._buffered
