"""The same event in protobuf and in JSON is the same event, and whatever else comes is refused."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from chirpstack_api import integration
from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from ingest import network
from plietsch.ingest import events
from support import vectors

KINDS = {
    "up": integration.UplinkEvent,
    "join": integration.JoinEvent,
    "ack": integration.AckEvent,
    "txack": integration.TxAckEvent,
    "log": integration.LogEvent,
    "status": integration.StatusEvent,
    "location": integration.LocationEvent,
}
# What ChirpStack's own serialisation makes of an event, in both forms.
WRITTEN = vectors.load("chirpstack.json")["events"]
_LABELS = [f"{number}-{each['kind']}" for number, each in enumerate(WRITTEN)]


def _plain(event: events.Event) -> dict[str, Any]:
    """The event's fields, `rx_info` and `object` as values; times of JSON, which may be written in two ways, in one."""
    fields = msgspec.structs.asdict(event)
    if isinstance(event, events.Uplink):
        fields["rx_info"] = _same_times(json.loads(bytes(event.rx_info)))
        fields["object"] = json.loads(bytes(event.object) or b"null")
    return fields


def _same_times(value: Any) -> Any:
    """ChirpStack writes +00:00 where Python's protobuf writes Z."""
    return json.loads(json.dumps(value).replace('+00:00"', 'Z"'))


@pytest.mark.parametrize("written", WRITTEN, ids=_LABELS)
def test_what_chirpstack_writes_in_either_form_is_the_same_event(written: dict[str, Any]) -> None:
    from_json = events.decode(written["kind"], json.dumps(written["json"]).encode())
    from_protobuf = events.decode(written["kind"], bytes.fromhex(written["protobuf"]))
    assert type(from_protobuf) is events.TYPES[written["kind"]]
    assert _plain(from_protobuf) == _plain(from_json)


@pytest.mark.parametrize("written", WRITTEN, ids=_LABELS)
def test_protobuf_becomes_the_json_that_chirpstack_would_have_written(written: dict[str, Any]) -> None:
    made = events.as_json(written["kind"], bytes.fromhex(written["protobuf"]))
    assert json.loads(made) == _same_times(written["json"])


def test_an_uplink_is_read() -> None:
    uplink = events.decode("up", bytes.fromhex(WRITTEN[0]["protobuf"]))
    assert isinstance(uplink, events.Uplink)
    assert uplink.device_info
    assert uplink.device_info.dev_eui == network.DEV_EUI
    assert uplink.time == datetime(2026, 1, 1, 0, 0, 0, 775_023, UTC)
    assert (uplink.f_cnt, uplink.f_port, uplink.dr, uplink.dev_addr) == (2**32 - 1, 1, 5, "01ab23cd")
    assert uplink.data == bytes.fromhex("1ae402007b0414")
    assert uplink.spreading_factor == 7


def test_every_kind_has_both_forms() -> None:
    """Otherwise protobuf that can be read would have no struct to go into."""
    for kind in events.TYPES:
        payload = KINDS[kind](device_info=integration.DeviceInfo(dev_eui=network.DEV_EUI)).SerializeToString()
        assert type(events.decode(kind, payload)) is events.TYPES[kind]


@pytest.mark.parametrize("message", [integration.UplinkEvent(), integration.UplinkEvent(f_cnt=7, dev_addr="01ab23cd")])
def test_protobuf_that_names_no_device_is_refused(message: Message) -> None:
    """Any text may parse as protobuf by luck; JSON without a device is one from its form alone."""
    with pytest.raises(events.EventMalformed, match="names no device"):
        events.decode("up", message.SerializeToString())


def test_protobuf_of_a_kind_nobody_knows_is_refused() -> None:
    with pytest.raises(events.EventMalformed, match="never-heard-of"):
        events.decode("never-heard-of", bytes.fromhex(WRITTEN[0]["protobuf"]))


@pytest.mark.parametrize("dedup", ["", "no uuid", "{6f9619ff-8b86-d011-b42d-00cf4fc964ff}"])
def test_an_id_that_is_no_uuid_is_as_none_at_all(dedup: str) -> None:
    info = integration.DeviceInfo(dev_eui=network.DEV_EUI)
    event = events.decode("up", integration.UplinkEvent(deduplication_id=dedup, device_info=info).SerializeToString())
    assert events.event_id(event) is None


def test_numbers_that_json_has_none_for_are_refused_or_kept_as_words() -> None:
    """The frame is stored whatever a codec or a gateway made of it; a battery of that level is none."""
    info = integration.DeviceInfo(dev_eui=network.DEV_EUI)
    up = integration.UplinkEvent(device_info=info, data=b"\x01")
    up.object.update({"level": float("nan"), "list": [float("inf"), 1, True, "a", None, {}]})
    up.rx_info.add(snr=float("inf"))
    uplink = events.decode("up", up.SerializeToString())
    assert isinstance(uplink, events.Uplink)
    assert (uplink.data, json.loads(bytes(uplink.rx_info))) == (b"\x01", [{"snr": "Infinity"}])
    made = {"level": None, "list": [None, 1, True, "a", None, {}]}
    assert json.loads(bytes(uplink.object)) == made
    assert json.loads(events.as_json("up", up.SerializeToString()))["object"] == made
    status = integration.StatusEvent(device_info=info, battery_level=float("nan"))
    with pytest.raises(events.EventMalformed):
        events.decode("status", status.SerializeToString())


@pytest.mark.parametrize("space", [b"", b"\n", b" \t\r\n"])
def test_json_is_told_by_its_brace(space: bytes) -> None:
    assert events.decode("up", space + b'{"fCnt": 9}' + space) == events.Uplink(f_cnt=9)


def test_a_newline_may_begin_protobuf_too() -> None:
    """A time of ten bytes in the first field: the event begins with two newlines."""
    info = integration.DeviceInfo(dev_eui=network.DEV_EUI)
    log = integration.LogEvent(device_info=info, description="{")
    log.time.FromNanoseconds(network.NEW_YEAR_S * 10**9 + 100_000)
    payload = log.SerializeToString()
    assert payload.startswith(b"\n\n\x08")
    event = events.decode("log", payload)
    assert isinstance(event, events.LogEvent)
    assert event.description == "{"


@given(st.integers(-(2**62), 2**63 - 1), st.integers(0, 999_999_999))
def test_no_time_makes_a_log_look_like_json(seconds: int, nanos: int) -> None:
    log = integration.LogEvent(device_info=integration.DeviceInfo(dev_eui=network.DEV_EUI))
    log.time.seconds, log.time.nanos = seconds, nanos
    assert not events.is_json(log.SerializeToString())


def test_an_id_of_123_characters_is_taken_for_json_and_refused() -> None:
    """A newline for the tag, a brace for the length. ChirpStack's own ids have 36 characters or are left out."""
    payload = integration.UplinkEvent(deduplication_id="a" * 123).SerializeToString()
    assert events.is_json(payload)
    with pytest.raises(events.EventMalformed):
        events.decode("up", payload)


def test_protobuf_is_imported_when_it_is_needed() -> None:
    program = (
        "import sys; from plietsch.ingest import events, device_events; events.decode('up', b'{}');"
        "assert not {'chirpstack_api', 'google.protobuf', 'grpc'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


# Random events, made of what the protocol's description says.

_NUMBERS = {
    FieldDescriptor.TYPE_UINT32: st.integers(0, 300) | st.integers(0, 2**32 - 1),
    FieldDescriptor.TYPE_INT32: st.integers(-300, 300) | st.integers(-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_FLOAT: st.floats(-1, 101, width=32) | st.floats(width=32),
    FieldDescriptor.TYPE_DOUBLE: st.floats(-100, 200) | st.floats(),
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_STRING: st.text(max_size=8),
    FieldDescriptor.TYPE_BYTES: st.binary(max_size=60),
}


def _values(field: Any) -> st.SearchStrategy[Any]:
    """Values of one field; an enumeration's may be newer than the description."""
    if field.type == FieldDescriptor.TYPE_ENUM:
        return st.sampled_from([*field.enum_type.values_by_number, 99])
    if field.type != FieldDescriptor.TYPE_MESSAGE:
        return _NUMBERS[field.type]
    name = field.message_type.full_name
    if name in ("google.protobuf.Timestamp", "google.protobuf.Duration"):
        seconds = st.integers(-(2**36), 2**38) | st.integers(1_000_000_000, 2_000_000_000)
        return st.fixed_dictionaries({"seconds": seconds, "nanos": st.integers(0, 999_999_999)})
    if name == "google.protobuf.Struct":
        return st.dictionaries(st.text(max_size=5), st.none() | st.booleans() | st.floats() | st.text(), max_size=3)
    return _fields(field.message_type)


def _fields(description: Any) -> st.SearchStrategy[dict[str, Any]]:
    optional: dict[str, st.SearchStrategy[Any]] = {}
    oneofs: dict[str, str] = {}
    for field in description.fields:
        if field.containing_oneof and oneofs.setdefault(field.containing_oneof.name, field.name) != field.name:
            continue
        values = _values(field)
        if field.message_type and field.message_type.GetOptions().map_entry:
            values = st.dictionaries(st.text(max_size=5), st.text(max_size=40), max_size=2)
        elif field.is_repeated:
            values = st.lists(values, max_size=2)
        optional[field.name] = values
    return st.fixed_dictionaries({}, optional=optional)


def _events(kind: str) -> st.SearchStrategy[Message]:
    """Events of a kind, of a device that has a name, and with an id as ChirpStack makes them."""

    def made(fields: dict[str, Any], dedup: str) -> Message:
        fields.setdefault("device_info", {})["dev_eui"] = network.DEV_EUI
        if "deduplication_id" in KINDS[kind].DESCRIPTOR.fields_by_name:
            fields["deduplication_id"] = dedup
        return KINDS[kind](**fields)

    return st.builds(made, _fields(KINDS[kind].DESCRIPTOR), st.just("") | st.uuids().map(str))


def _as_chirpstack_writes(message: Message) -> dict[str, Any]:
    """The event's JSON: what is zero is left out, but not of ChirpStack's own messages."""
    written = json_format.MessageToDict(message)
    for field in message.DESCRIPTOR.fields:
        if field.message_type and field.message_type.name in ("DeviceInfo", "UplinkRelayRxInfo"):
            if message.HasField(field.name):
                written[field.json_name] = _as_chirpstack_writes(getattr(message, field.name))
        elif field.name == "tags" or field.name == "context":
            written.setdefault(field.json_name, {})
        elif field.is_repeated:
            written.setdefault(field.json_name, [])
        elif field.enum_type:
            written.setdefault(field.json_name, field.enum_type.values_by_number[0].name)
        elif not field.message_type:
            zero = "" if field.type == FieldDescriptor.TYPE_BYTES else field.default_value
            written.setdefault(field.json_name, zero)
    return written


def _result(decode: Callable[[], events.Event]) -> object:
    """The event, or that there is none."""
    try:
        return _plain(decode())
    except events.EventMalformed:
        return "malformed"


@pytest.mark.parametrize("written", WRITTEN, ids=_LABELS)
def test_the_oracle_of_the_next_test_writes_what_chirpstack_writes(written: dict[str, Any]) -> None:
    message = KINDS[written["kind"]].FromString(bytes.fromhex(written["protobuf"]))
    assert _as_chirpstack_writes(message) == _same_times(written["json"])


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_any_event_is_the_same_in_both_forms(kind: str, data: st.DataObject) -> None:
    message = data.draw(_events(kind))
    payload = message.SerializeToString()
    assert not events.is_json(payload)
    try:
        written = json.dumps(_as_chirpstack_writes(message)).encode()
    except json_format.Error:  # a time or a number that JSON has no words for: ChirpStack would write nothing
        assert _result(lambda: events.decode(kind, payload))
        return
    assert _result(lambda: events.decode(kind, payload)) == _result(lambda: events.decode(kind, written))


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_any_bytes_become_an_event_or_an_error(kind: str, data: st.DataObject) -> None:
    """Events with bytes changed, left out or added: what no network sends, but a wire may."""
    written = [bytes.fromhex(each["protobuf"]) for each in WRITTEN if each["kind"] == kind]
    payload = data.draw(st.sampled_from(written) | _events(kind).map(lambda message: message.SerializeToString()))
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.integers(0, len(payload)))
        end = data.draw(st.integers(begin, min(len(payload), begin + 4)))
        payload = payload[:begin] + data.draw(st.binary(max_size=4)) + payload[end:]
    try:
        events.event_time(events.decode(kind, payload))
        json.loads(events.as_json(kind, payload))
    except events.EventMalformed as error:
        assert str(error)
