"""Events of ChirpStack 4, from JSON or protobuf: typed, and tolerant of what other versions omit or add.

Scalars that are zero were omitted before 4.1, nested ones are to this day, and unset messages always. A field nobody
here needs is not even looked at. An event reads the same in either form; `protobuf` has the other one. Source:
ChirpStack's `api/proto/integration/integration.proto`; which fields its JSON omits is said in `api/rust/build.rs`.

    EventError
    ├── TopicMalformed
    └── EventMalformed
"""

import functools
import re
import uuid
from datetime import UTC, datetime
from typing import Annotated, Final, NamedTuple

import msgspec

# RFC 3339, up to nine digits of a second, rounded to six.
_Time = Annotated[datetime, msgspec.Meta(tz=True)]
# What the columns hold, and what the fields are in the protocol.
_UInt32 = Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]
_Port = Annotated[int, msgspec.Meta(ge=0, le=255)]
_Small = Annotated[int, msgspec.Meta(ge=0, le=2**15 - 1)]
# A signed number of six bits, in dB (LoRaWAN 1.0.4, DevStatusAns); whatever fits the column is taken.
_Margin = Annotated[int, msgspec.Meta(ge=-(2**15), le=2**15 - 1)]
# The limits keep out what no JSON number is, and what no column or view could be computed from.
_Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
_Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
_Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
_Metres = Annotated[float, msgspec.Meta(ge=-1e9, le=1e9)]

# Bounded, as topics are remembered; an application's id is a UUID.
_TOPIC = re.compile(r"application/([^/]{1,64})/device/([0-9A-Fa-f]{16})/event/([\w.-]{1,64})")
# Topics repeat, a few for each device. With more devices than this the pattern is what it was before: a microsecond.
_TOPICS_REMEMBERED = 1 << 14
_JSON_SPACE = b" \t\r\n"
# An id of an observation is made of its second, and a node's clock counts in 32 bits.
_EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)
_LATEST = datetime(2106, 1, 1, tzinfo=UTC)


class EventError(ValueError):
    """The message is not an event."""


class TopicMalformed(EventError):
    """The topic is not that of a device's event."""


class EventMalformed(EventError):
    """The message is not an event of ChirpStack, neither in JSON nor in protobuf."""


class Topic(NamedTuple):
    """What a topic says; the DevEUI in lower-case hex."""

    application_id: str
    dev_eui: str
    kind: str


class DeviceInfo(msgspec.Struct, rename="camel", gc=False):
    """Who sent it."""

    dev_eui: str = ""


class Event(msgspec.Struct, rename="camel", gc=False):
    """What all events have in common; a kind that is not known has nothing else. `txack` and `log` have no id."""

    device_info: DeviceInfo | None = None
    time: _Time | None = None
    deduplication_id: uuid.UUID | None = None


class Lora(msgspec.Struct, rename="camel", gc=False):
    """LoRa modulation."""

    spreading_factor: _Small | None = None


class Modulation(msgspec.Struct, rename="camel", gc=False):
    """Modulation; FSK and LR-FHSS have no spreading factor."""

    lora: Lora | None = None


class TxInfo(msgspec.Struct, rename="camel", gc=False):
    """How the node sent; the frequency in Hz."""

    frequency: _UInt32 | None = None
    modulation: Modulation | None = None


class Uplink(Event, rename="camel", gc=False):
    """An `up` event: one frame. `rx_info`, and `object`, which the device profile's codec made of it, stay JSON: they
    are stored as they came."""

    dev_addr: str | None = None
    dr: _Small | None = None
    f_cnt: _UInt32 | None = None
    f_port: _Port | None = None
    data: bytes | None = None
    object: msgspec.Raw = msgspec.Raw(b"")
    rx_info: msgspec.Raw = msgspec.Raw(b"[]")
    tx_info: TxInfo | None = None

    @property
    def spreading_factor(self) -> int | None:
        modulation = self.tx_info and self.tx_info.modulation
        return modulation.lora.spreading_factor if modulation and modulation.lora else None


class JoinEvent(Event, rename="camel", gc=False):
    """The device joined, and has this address from now on."""

    dev_addr: str | None = None


class AckEvent(Event, rename="camel", gc=False):
    """A confirmed downlink was acknowledged by the device, or was not before its time ran out."""

    queue_item_id: str | None = None
    acknowledged: bool | None = None
    f_cnt_down: _UInt32 | None = None


class TxAckEvent(Event, rename="camel", gc=False):
    """A gateway took a downlink to send it."""

    queue_item_id: str | None = None
    f_cnt_down: _UInt32 | None = None


class LogEvent(Event, rename="camel", gc=False):
    """What ChirpStack has to say of a device. A level or code newer than its protobuf is a number."""

    level: str | int | None = None
    code: str | int | None = None
    description: str | None = None
    context: dict[str, str] | None = None


class StatusEvent(Event, rename="camel", gc=False):
    """A device's DevStatusAns: how well it heard the network, in dB over the limit, and its battery, in percent."""

    margin: _Margin | None = None
    external_power_source: bool | None = None
    battery_level_unavailable: bool | None = None
    battery_level: _Percent | None = None


class Location(msgspec.Struct, rename="camel", gc=False):
    """A place, in degrees (WGS 84) and metres."""

    latitude: _Latitude | None = None
    longitude: _Longitude | None = None
    altitude: _Metres | None = None
    accuracy: _Metres | None = None


class LocationEvent(Event, rename="camel", gc=False):
    """Where somebody computed the device to be."""

    location: Location | None = None


TYPES: Final[dict[str, type[Event]]] = {
    "up": Uplink,
    "join": JoinEvent,
    "ack": AckEvent,
    "txack": TxAckEvent,
    "log": LogEvent,
    "status": StatusEvent,
    "location": LocationEvent,
}
_DECODERS: Final[dict[str, msgspec.json.Decoder[Event]]] = {
    kind: msgspec.json.Decoder(of_kind) for kind, of_kind in TYPES.items()
}
_OTHER: Final = msgspec.json.Decoder(Event)
_FIELDS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


@functools.lru_cache(_TOPICS_REMEMBERED)
def parse_topic(topic: str) -> Topic:
    """Take a topic apart. Raises TopicMalformed."""
    if not (match := _TOPIC.fullmatch(topic)):
        raise TopicMalformed("The topic is not application/…/device/{DevEUI}/event/{kind}.")
    return Topic(match[1], match[2].lower(), match[3])


def decode(kind: str, payload: bytes) -> Event:
    """Decode an event, in JSON or protobuf, into the struct of its kind. Raises EventMalformed."""
    if is_json(payload):
        return _decode(_DECODERS.get(kind, _OTHER), payload)
    return _from_protobuf(kind, payload)


def is_json(payload: bytes) -> bool:
    """Whether it begins as a JSON object does: the other form is protobuf.

    A newline is protobuf's tag of a first field, too: the `deduplicationId`, of 36 characters, or a `log` event's time,
    which begins with a tag of its own. ChirpStack's protobuf never has white space and a brace there.
    """
    return payload.startswith(b"{") or payload.lstrip(_JSON_SPACE).startswith(b"{")


def as_json(kind: str, payload: bytes) -> bytes:
    """The event in JSON: as it came, or as ChirpStack would have written it. Raises EventMalformed."""
    if is_json(payload):
        return payload
    from plietsch.ingest import protobuf

    try:
        return protobuf.to_json(kind, payload)
    except protobuf.Unreadable as error:
        raise EventMalformed(f"Not an event in protobuf: {error}.") from error


def event_id(event: Event) -> uuid.UUID | None:
    """The `deduplicationId`, or None where there is none that can be used."""
    return event.deduplication_id


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


def _decode(decoder: msgspec.json.Decoder[Event], payload: bytes) -> Event:
    try:
        try:
            return decoder.decode(payload)
        except msgspec.ValidationError:
            return decoder.decode(_without_id(payload))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise EventMalformed(f"Not an event: {error}.") from error
    except RecursionError as error:
        raise EventMalformed("Not an event: it is nested too deeply.") from error


def _without_id(payload: bytes) -> bytes:
    """A second attempt: an id that is no UUID is empty or another's, and no reason to refuse what came with it."""
    fields = _FIELDS.decode(payload)
    fields.pop("deduplicationId", None)
    return msgspec.json.encode(fields)


def _from_protobuf(kind: str, payload: bytes) -> Event:
    # Imported with the first event in protobuf: it takes a tenth of a second, and most networks speak JSON.
    from plietsch.ingest import protobuf

    try:
        return msgspec.convert(protobuf.read(kind, payload), TYPES[kind])
    except (protobuf.Unreadable, msgspec.ValidationError) as error:
        raise EventMalformed(f"Not an event, neither in JSON nor in protobuf: {error}.") from error
