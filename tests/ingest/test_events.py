"""Events in ChirpStack's JSON: what is read, what is tolerated, what is refused."""

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


def _uplink(**fields: Any) -> events.Uplink:
    return events.decode_uplink(network.up(**fields).payload)


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
    uplink = events.decode_uplink(b"{}")
    assert (uplink.f_cnt, uplink.f_port, uplink.data, uplink.dr) == (None, None, None, None)
    assert bytes(uplink.rx_info) == b"[]"
    assert events.event_id(uplink) is None
    assert events.event_time(uplink) is None


def test_nulls_and_unknown_fields_are_tolerated() -> None:
    names = ("deviceInfo", "time", "deduplicationId", "devAddr", "dr", "fCnt", "fPort", "data", "rxInfo", "txInfo")
    body = json.dumps({**dict.fromkeys(names), "regionConfigId": "eu868", "object": {"a": [1, {}]}, "new": 1})
    assert events.decode_uplink(body.encode()).data is None


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
        events.decode_uplink(payload)


def test_protobuf_is_recognised_as_a_setting_of_the_network_server() -> None:
    with pytest.raises(events.EventMalformed, match="json=true"):
        events.decode_uplink(b"\x0a\x24")


@given(st.binary(max_size=200))
def test_any_bytes_become_an_event_or_an_error(payload: bytes) -> None:
    for decode in (events.decode_uplink, events.decode_event):
        try:
            decode(payload)
        except events.EventMalformed as error:
            assert str(error)


def test_the_id_is_the_deduplication_id_if_it_is_one() -> None:
    dedup = str(uuid.uuid4())
    assert events.event_id(_uplink(deduplicationId=dedup)) == uuid.UUID(dedup)
    assert events.event_id(_uplink(deduplicationId="")) is None
    assert events.event_id(_uplink(deduplicationId="no uuid")) is None


def test_ids_of_messages_depend_on_topic_and_payload_alone() -> None:
    first = Message("a", b"b", NEW_YEAR)
    assert messages.message_id(first) == messages.message_id(Message("a", b"b", datetime.now(UTC), released=True))
    assert messages.message_id(first) != messages.message_id(Message("a", b"c", NEW_YEAR))
    assert messages.message_id(first).version == 5


def test_a_join_is_read() -> None:
    join = events.decode_event(network.event(kind="join").payload)
    assert join.device_info
    assert join.device_info.dev_eui == network.DEV_EUI
    assert msgspec.structs.asdict(join)["time"] == NEW_YEAR
