"""What a kept message says, for the person who has to decide what becomes of it."""

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

import msgspec

from plietsch.ingest import definitions, dissect, events, objects
from plietsch.ingest.payload import Fault
from plietsch.ingest.reasons import Reason
from plietsch.platform import properties
from plietsch.platform.device_types.specification import DeviceType

# As `hexdump -C` has it.
_BYTES_ON_A_LINE = 16
_NO_OBJECT = (b"", b"null", b"{}")


class Explained(NamedTuple):
    """Facts by name; the payload, readable; the fields of the frame in it, if it has one."""

    facts: dict[str, Any]
    payload: str
    frame: list[str] | None


def of_error(row: Any) -> Explained:
    """Explain a row of the query `error`."""
    reason = Reason(row.reason) if row.reason in list(Reason) else None
    station = f"{row.station} ({row.station_name})" if row.station else None
    device = row.dev_eui and (row.dev_eui if row.registered else f"{row.dev_eui}, not registered")
    facts = {
        "id": row.id,
        "reason": row.reason,
        "meaning": reason.meaning if reason else "A reason of another version of plietsch.",
        "detail": row.detail,
        "next": reason.remedy if reason else None,
        "topic": row.topic,
        "device": device,
        "station": station,
        "times": row.occurrences,
        "first": row.first_at,
        "last": row.last_at,
    }
    return Explained(facts, *of_message(row.topic, bytes(row.payload), definitions.read(row.definition)))


def of_message(topic: str, content: bytes, device_type: DeviceType | None = None) -> tuple[str, list[str] | None]:
    """A message's payload, readable, and the fields of the frame in it; or the channels of its object, if the device is
    of a type that has one."""
    try:
        kind = events.parse_topic(topic).kind
    except events.TopicMalformed:
        kind = ""
    return readable(kind, content), _frame(kind, content, device_type)


def readable(kind: str, content: bytes) -> str:
    """JSON with line breaks, also of what came as protobuf; bytes in hex where it is neither."""
    try:
        return msgspec.json.format(events.as_json(kind, content), indent=2).decode()
    except (ValueError, msgspec.MsgspecError, RecursionError):  # protobuf's own error is a ValueError
        return "\n".join(_hex_lines(content)) if content else "(empty)"


def _frame(kind: str, content: bytes, device_type: DeviceType | None) -> list[str] | None:
    if kind != "up":
        return None
    try:
        event = events.decode(kind, content)
    except events.EventMalformed:
        return None
    if not isinstance(event, events.Uplink) or not event.data:
        return None
    head = f"port {event.f_port or 0}, counter {event.f_cnt or 0}, {len(event.data)} bytes: {event.data.hex()}"
    if device_type is not None and device_type.decoder == "object":
        return [head, *_channels(event, device_type)]
    if device_type is None and bytes(event.object) not in _NO_OBJECT:  # a codec has read it: it is not our own payload
        return [head, *_members(event.object)]
    return [head, *dissect.lines(event.data, event.f_port or 0)]


def _channels(event: events.Uplink, device_type: DeviceType) -> list[str]:
    """What a maker's codec made of a frame, channel by channel."""
    if bytes(event.object) in _NO_OBJECT:
        return ["no object: the network server decoded nothing"]
    read = objects.read(device_type, bytes(event.object))
    values = (f"{name} = {_value(device_type, name, value)}" for name, value in read.values.items())
    return [*values, *(problem.detail for problem in read.problems)]


def _members(said: msgspec.Raw) -> list[str]:
    """What a codec made of a frame of a device that nobody knows: each value with its way into the object."""
    try:
        return ["object:", *_ways(msgspec.json.decode(said), "")]
    except (msgspec.MsgspecError, RecursionError):
        return ["object: no JSON that can be read"]


def _ways(value: Any, way: str) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        members = cast(dict[str, Any], value).items() if isinstance(value, dict) else enumerate(cast(list[Any], value))
        for name, member in members:
            yield from _ways(member, f"{way}.{name}" if way else str(name))
    else:
        yield f"  {way or 'it'} = {msgspec.json.encode(value).decode()}"


def _value(device_type: DeviceType, channel: str, value: float | Fault) -> str:
    if isinstance(value, Fault):
        return value.value
    return f"{value:g} {properties.of(device_type.property_of(channel)).unit_symbol}".rstrip()


def _hex_lines(content: bytes) -> list[str]:
    lines: list[str] = []
    for start in range(0, len(content), _BYTES_ON_A_LINE):
        part = content[start : start + _BYTES_ON_A_LINE]
        text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in part)  # printable ASCII
        lines.append(f"{start:08x}  {part.hex(' '):<47}  {text}")
    return lines


class _DeviceInfo(msgspec.Struct, rename="camel"):
    """What the network server knows of a device, and an operator may recognise it by."""

    device_name: str = ""
    device_profile_name: str = ""
    application_name: str = ""
    tenant_name: str = ""
    tags: dict[str, str] = {}


class _OfDevice(msgspec.Struct, rename="camel"):
    device_info: _DeviceInfo | None = None


def of_sender(content: bytes, topic: str) -> dict[str, Any]:
    """What a message says of its sender: the names that the network server has for it."""
    try:
        said = msgspec.json.decode(events.as_json(events.parse_topic(topic).kind, content), type=_OfDevice).device_info
    except (ValueError, msgspec.MsgspecError, RecursionError):
        return {}
    if said is None:
        return {}
    facts = {
        "name": said.device_name,
        "profile": said.device_profile_name,
        "application": said.application_name,
        "tenant": said.tenant_name,
        "tags": ", ".join(f"{name}={value}" for name, value in said.tags.items()),
    }
    return {name: value for name, value in facts.items() if value}
