"""ChirpStack's events in protobuf (`json=false`), as the values that its JSON would have held.

A string of bytes that is no event may well parse as one. What makes it one is a device: ChirpStack names it in every
event, and the DevEUI must be that of the topic. Fields newer than the installed `chirpstack_api` are not seen. Sources:
`api/proto/integration/integration.proto`; what its JSON writes where a field is zero, `api/rust/build.rs`
(`emit_fields` for the package `integration` alone) and pbjson.
"""

import math
import uuid
from typing import Any, Final, cast

import msgspec
from chirpstack_api import integration  # pyright: ignore[reportMissingTypeStubs] - its stubs come without py.typed
from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message
from google.protobuf.struct_pb2 import Struct, Value

_MESSAGES: Final[dict[str, type[Message]]] = {
    "up": integration.UplinkEvent,
    "join": integration.JoinEvent,
    "ack": integration.AckEvent,
    "txack": integration.TxAckEvent,
    "log": integration.LogEvent,
    "status": integration.StatusEvent,
    "location": integration.LocationEvent,
}


class Unreadable(ValueError):
    """The bytes are not an event in protobuf."""


def read(kind: str, payload: bytes) -> dict[str, Any]:
    """The fields of an event that ingest reads, named as in JSON. Raises Unreadable."""
    message = _parse(kind, payload)
    try:
        if isinstance(message, integration.UplinkEvent):
            return _uplink(message)
        fields = _written(message)
    except (ValueError, json_format.Error, RecursionError) as error:
        raise Unreadable(str(error)) from error
    fields["deduplicationId"] = _uuid(fields.get("deduplicationId", ""))
    return fields


def to_json(kind: str, payload: bytes) -> bytes:
    """The event as ChirpStack would have written it with `json=true`. Raises Unreadable."""
    message = _parse(kind, payload)
    try:
        return msgspec.json.encode(_written(message))
    except (ValueError, json_format.Error, RecursionError) as error:
        raise Unreadable(str(error)) from error


def _parse(kind: str, payload: bytes) -> Message:
    if kind not in _MESSAGES:
        raise Unreadable(f"there is no such event as {kind}")
    try:
        message = _MESSAGES[kind].FromString(payload)
    except DecodeError as error:
        raise Unreadable(str(error)) from error
    if not cast(integration.UplinkEvent, message).device_info.dev_eui:  # a field that they all have
        raise Unreadable("it names no device")
    return message


def _uplink(event: integration.UplinkEvent) -> dict[str, Any]:
    """The frame without what nobody reads: of all that takes time here, it is the way through JSON."""
    return {
        "deduplicationId": _uuid(event.deduplication_id),
        "time": event.time.ToJsonString() if event.HasField("time") else None,
        "deviceInfo": {"devEui": event.device_info.dev_eui},
        "devAddr": event.dev_addr,
        "dr": event.dr,
        "fCnt": event.f_cnt,
        "fPort": event.f_port,
        "data": event.data,
        "object": msgspec.Raw(msgspec.json.encode(_object(event.object)) if event.HasField("object") else b""),
        "rxInfo": msgspec.Raw(msgspec.json.encode([json_format.MessageToDict(each) for each in event.rx_info])),
        "txInfo": json_format.MessageToDict(event.tx_info) if event.HasField("tx_info") else None,
    }


def _written(message: Message) -> dict[str, Any]:
    """The event in JSON's terms: scalars of ChirpStack's events always, those of the radio only where not zero."""
    made: dict[str, Any] = {}
    if isinstance(message, integration.UplinkEvent) and message.HasField("object"):
        made["object"] = _object(message.object)
        message.ClearField("object")
    complete = json_format.MessageToDict(message, always_print_fields_with_no_presence=True)
    sparse = json_format.MessageToDict(message)
    foreign = {
        field.json_name
        for field in message.DESCRIPTOR.fields
        if field.message_type and field.message_type.file.package != integration.DESCRIPTOR.package
    }
    return {name: sparse.get(name, value) if name in foreign else value for name, value in complete.items()} | made


def _object(made: Struct) -> dict[str, Any]:
    """What a codec made of a frame. Numbers that JSON does not have are null in it, as serde_json writes them."""
    return {name: _member(value) for name, value in made.fields.items()}


def _member(value: Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return _object(value.struct_value)
    if kind == "list_value":
        return [_member(each) for each in value.list_value.values]
    if kind == "number_value":
        return value.number_value if math.isfinite(value.number_value) else None
    return None if kind in (None, "null_value") else getattr(value, kind)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return msgspec.convert(text, uuid.UUID)
    except msgspec.ValidationError:
        return None
