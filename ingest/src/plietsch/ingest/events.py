"""Events of ChirpStack 4 in JSON: typed, and tolerant of what other versions omit or add.

Scalars that are zero were omitted before 4.1, nested ones are to this day, and unset messages always. A field nobody
here needs is not even looked at. Source: ChirpStack's `api/proto/integration/integration.proto`.

    EventError
    ├── TopicMalformed
    └── EventMalformed
"""

import re
import uuid
from datetime import UTC, datetime
from typing import Annotated, NamedTuple, TypeVar

import msgspec

# RFC 3339, up to nine digits of a second, rounded to six.
_Time = Annotated[datetime, msgspec.Meta(tz=True)]
# What the columns hold, and what the fields are in the protocol.
_UInt32 = Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]
_Port = Annotated[int, msgspec.Meta(ge=0, le=255)]
_Small = Annotated[int, msgspec.Meta(ge=0, le=2**15 - 1)]

_TOPIC = re.compile(r"application/([^/]+)/device/([0-9A-Fa-f]{16})/event/([\w.-]{1,64})")
# An id of an observation is made of its second, and a node's clock counts in 32 bits.
_EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)
_LATEST = datetime(2106, 1, 1, tzinfo=UTC)


class EventError(ValueError):
    """The message is not an event."""


class TopicMalformed(EventError):
    """The topic is not that of a device's event."""


class EventMalformed(EventError):
    """The message is not an event in ChirpStack's JSON."""


class Topic(NamedTuple):
    """What a topic says; the DevEUI in lower-case hex."""

    application_id: str
    dev_eui: str
    kind: str


class DeviceInfo(msgspec.Struct, rename="camel"):
    """Who sent it."""

    dev_eui: str = ""


class Event(msgspec.Struct, rename="camel"):
    """What all events have in common, and all that ingest needs of most."""

    device_info: DeviceInfo | None = None
    time: _Time | None = None
    deduplication_id: str | None = None


class Lora(msgspec.Struct, rename="camel"):
    """LoRa modulation."""

    spreading_factor: _Small | None = None


class Modulation(msgspec.Struct, rename="camel"):
    """Modulation; FSK and LR-FHSS have no spreading factor."""

    lora: Lora | None = None


class TxInfo(msgspec.Struct, rename="camel"):
    """How the node sent; the frequency in Hz."""

    frequency: _UInt32 | None = None
    modulation: Modulation | None = None


class Uplink(Event, rename="camel"):
    """An `up` event: one frame. `rx_info` stays JSON: it is stored as it came."""

    dev_addr: str | None = None
    dr: _Small | None = None
    f_cnt: _UInt32 | None = None
    f_port: _Port | None = None
    data: bytes | None = None
    rx_info: msgspec.Raw = msgspec.Raw(b"[]")
    tx_info: TxInfo | None = None

    @property
    def spreading_factor(self) -> int | None:
        modulation = self.tx_info and self.tx_info.modulation
        return modulation.lora.spreading_factor if modulation and modulation.lora else None


_UPLINK = msgspec.json.Decoder(Uplink)
_EVENT = msgspec.json.Decoder(Event)
_E = TypeVar("_E", bound=Event)


def parse_topic(topic: str) -> Topic:
    """Take a topic apart. Raises TopicMalformed."""
    if not (match := _TOPIC.fullmatch(topic)):
        raise TopicMalformed("The topic is not application/…/device/{DevEUI}/event/{kind}.")
    return Topic(match[1], match[2].lower(), match[3])


def decode_uplink(payload: bytes) -> Uplink:
    """Decode an `up` event. Raises EventMalformed."""
    return _decode(_UPLINK, payload)


def decode_event(payload: bytes) -> Event:
    """Decode what all events have in common. Raises EventMalformed."""
    return _decode(_EVENT, payload)


def _decode(decoder: msgspec.json.Decoder[_E], payload: bytes) -> _E:
    try:
        return decoder.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        hint = "" if payload[:1] == b"{" else " Is ChirpStack's integration set to json=true?"
        raise EventMalformed(f"Not an event: {error}.{hint}") from error
    except RecursionError as error:
        raise EventMalformed("Not an event: it is nested too deeply.") from error


def event_id(event: Event) -> uuid.UUID | None:
    """The `deduplicationId`, or None where there is none that can be used."""
    try:
        return uuid.UUID(event.deduplication_id) if event.deduplication_id else None
    except ValueError:
        return None


def event_time(event: Event) -> datetime | None:
    """When the network heard it, in UTC; None where the event does not say. Raises EventMalformed."""
    if event.time is None:
        return None
    try:
        moment = event.time.astimezone(UTC)
    except OverflowError:  # the year 1 or 9999, and an offset
        moment = datetime.min.replace(tzinfo=UTC)
    if not _EARLIEST <= moment < _LATEST:
        raise EventMalformed(f"The event's time, {event.time.isoformat()}, is not between 1971 and 2106.")
    return moment
