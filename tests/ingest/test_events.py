"""ChirpStack's events: what is read, what is tolerated, what is refused. The other form is in test_protobuf."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import network
from plietsch.ingest import events, messages
from plietsch.ingest.messages import Message

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def _decode(payload: bytes) -> events.Uplink:
    event = events.decode("up", payload)
    assert isinstance(event, events.Uplink)
    return event


def _uplink(**fields: Any) -> events.Uplink:
    return _decode(network.up(**fields).payload)


def test_a_topic_is_taken_apart() -> None:
    assert events.parse_topic("application/a1/device/70B3D57ED0000001/event/up") == ("a1", network.DEV_EUI, "up")


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "application/a1/device/70b3d57ed000001/event/up",
        "application/a1/device/70b3d57ed0000001/command/down",
        "application/a1/device/70b3d57ed0000001/event/",
        "application/a1/device/70b3d57ed0000001/event/up/more",
        "application/a1/device/70b3d57ed0000001/event/up\n",
        "eu868/gateway/70b3d57ed0000001/event/up",
        f"application/{'a' * 65}/device/70b3d57ed0000001/event/up",
    ],
)
def test_other_topics_are_refused(topic: str) -> None:
    with pytest.raises(events.TopicMalformed):
        events.parse_topic(topic)


def test_an_uplink_is_read() -> None:
    uplink = _uplink(data=b"\x01\x02")
    assert uplink.data == b"\x01\x02"
    assert (uplink.f_cnt, uplink.f_port, uplink.dr, uplink.dev_addr) == (7, 1, 5, "01ab23cd")
    assert uplink.tx_info
    assert (uplink.tx_info.frequency, uplink.spreading_factor) == (868_100_000, 7)
    assert json.loads(bytes(uplink.rx_info))[0]["rssi"] == -57


def test_what_is_omitted_has_its_default() -> None:
    """Before 4.1 zeros were omitted, nested ones still are, and so are unset messages."""
    uplink = _decode(b"{}")
    assert (uplink.f_cnt, uplink.f_port, uplink.data, uplink.dr) == (None, None, None, None)
    assert bytes(uplink.rx_info) == b"[]"
    assert events.event_id(uplink) is None
    assert events.event_time(uplink) is None


def test_nulls_and_unknown_fields_are_tolerated() -> None:
    names = ("deviceInfo", "time", "deduplicationId", "devAddr", "dr", "fCnt", "fPort", "data", "rxInfo", "txInfo")
    body = json.dumps({**dict.fromkeys(names), "regionConfigId": "eu868", "object": {"a": [1, {}]}, "new": 1})
    assert _decode(body.encode()).data is None


def test_fsk_has_no_spreading_factor() -> None:
    info = {"frequency": 868_800_000, "modulation": {"fsk": {"frequencyDeviation": 25_000, "datarate": 50_000}}}
    assert _uplink(txInfo=info).spreading_factor is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-01T00:00:00Z", NEW_YEAR),
        ("2026-01-01T00:00:00.5Z", NEW_YEAR.replace(microsecond=500_000)),
        ("2026-01-01T00:00:00.123456789Z", NEW_YEAR.replace(microsecond=123_457)),
        ("2026-01-01T01:00:00.000001+01:00", NEW_YEAR.replace(microsecond=1)),
        ("2025-12-31T19:00:00-05:00", NEW_YEAR),
    ],
)
def test_times_of_up_to_nine_digits(text: str, moment: datetime) -> None:
    assert events.event_time(_uplink(time=text)) == moment


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-01-01", "2026-01-01T00:00:00", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59Z",
     "0001-01-01T00:00:00+12:00"],
)  # fmt: skip
def test_other_times_are_refused(text: str) -> None:
    with pytest.raises(events.EventMalformed):
        events.event_time(_uplink(time=text))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x0a\x10protobuf",
        b"no json",
        b"[]",
        b"null",
        b"{",
        b'{"data": "not base64"}',
        b'{"fPort": 256}',
        b'{"fCnt": -1}',
        b'{"fCnt": 4294967296}',
        b'{"fPort": "1"}',
        b'{"devAddr": "\\ud800"}',
        b'{"devAddr": "\xff"}',
        b'{"new": ' + b"[" * 100_000,
    ],
)
def test_other_payloads_are_refused(payload: bytes) -> None:
    with pytest.raises(events.EventMalformed):
        events.decode("up", payload)


@given(st.sampled_from([*events.TYPES, "never-heard-of"]), st.binary(max_size=200), st.sampled_from([b"", b" {", b"{"]))
def test_any_bytes_become_an_event_or_an_error(kind: str, payload: bytes, beginning: bytes) -> None:
    try:
        assert type(events.decode(kind, beginning + payload)) is events.TYPES.get(kind, events.Event)
    except events.EventMalformed as error:
        assert str(error)


@given(st.sampled_from(list(events.TYPES)), st.data())
def test_any_values_of_the_known_fields_become_an_event_or_an_error(kind: str, data: st.DataObject) -> None:
    fields = [field.encode_name for field in msgspec.structs.fields(events.TYPES[kind])]
    json_value = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
        max_leaves=5,
    )
    body = json.dumps(data.draw(st.dictionaries(st.sampled_from(fields), json_value)))
    try:
        events.event_time(events.decode(kind, body.encode()))
    except events.EventMalformed as error:
        assert str(error)


def test_the_id_is_the_deduplication_id() -> None:
    dedup = uuid.uuid4()
    assert events.event_id(_uplink(deduplicationId=str(dedup))) == dedup
    assert events.event_id(_uplink(deduplicationId=dedup.hex.upper())) == dedup


@pytest.mark.parametrize("dedup", ["", "no uuid", "{6f9619ff-8b86-d011-b42d-00cf4fc964ff}", 5, {"a": [1]}, "a\0b"])
def test_an_id_that_is_no_uuid_is_as_none_at_all(dedup: object) -> None:
    event = _uplink(deduplicationId=dedup, data=b"\x01")
    assert events.event_id(event) is None
    assert (event.data, event.f_cnt, event.time) == (b"\x01", 7, NEW_YEAR)
    assert json.loads(bytes(event.rx_info))[0]["rssi"] == -57


def test_a_wrong_id_excuses_nothing_else() -> None:
    with pytest.raises(events.EventMalformed, match="fPort"):
        _uplink(deduplicationId="", fPort=256)


def test_ids_of_messages_depend_on_topic_and_payload_alone() -> None:
    first = Message("a", b"b", NEW_YEAR)
    assert messages.message_id(first) == messages.message_id(Message("a", b"b", datetime.now(UTC), True))
    assert messages.message_id(first) != messages.message_id(Message("a", b"c", NEW_YEAR))
    assert messages.message_id(first).version == 5


def _other(kind: str, **fields: Any) -> events.Event:
    return events.decode(kind, network.event(kind=kind, **fields).payload)


def test_a_join_is_read() -> None:
    join = _other("join", devAddr="01ab23cd")
    assert isinstance(join, events.JoinEvent)
    assert join.device_info
    assert (join.device_info.dev_eui, join.dev_addr, join.time) == (network.DEV_EUI, "01ab23cd", NEW_YEAR)


def test_a_log_of_a_newer_kind_is_read() -> None:
    log = _other("log", level="ERROR", code="NOT_INVENTED_YET", description="d", context={"queue_item_id": "q"})
    assert isinstance(log, events.LogEvent)
    assert (log.level, log.code, log.description, log.context) == (
        "ERROR",
        "NOT_INVENTED_YET",
        "d",
        {"queue_item_id": "q"},
    )


def test_a_kind_nobody_knows_is_an_event() -> None:
    event = _other("never-heard-of", margin="?", location=[])
    assert type(event) is events.Event
    assert event.time == NEW_YEAR


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("status", {"margin": 2**15}),
        ("status", {"batteryLevel": 100.1}),
        ("status", {"batteryLevel": "full"}),
        ("ack", {"fCntDown": -1}),
        ("log", {"context": {"a": 1}}),
        ("location", {"location": {"latitude": 90.1, "longitude": 9.4}}),
        ("location", {"location": {"latitude": "north", "longitude": 9.4}}),
        ("location", {"location": {"latitude": 54.8, "longitude": 9.4, "altitude": float("inf")}}),
    ],
)
def test_values_that_cannot_be_are_refused(kind: str, fields: dict[str, Any]) -> None:
    with pytest.raises(events.EventMalformed):
        _other(kind, **fields)
