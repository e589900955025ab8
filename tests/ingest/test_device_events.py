"""What becomes of the events beside `up`: health, downlinks, and the row that each of them is."""

import itertools
import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import network
from plietsch.ingest import device_events, events, messages, session
from plietsch.ingest.device_events import DownlinkChange, HealthChange, Recorded
from plietsch.ingest.messages import Message
from plietsch.ingest.session import Session
from support import vectors

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
RECEIVED_AT = NEW_YEAR + timedelta(seconds=1)
ITEM = uuid.UUID("a1e5d0b4-6c1f-4f59-9a3e-0a6d1a2b3c4d")
DEVICE = 7
OTHER_KINDS = sorted(set(events.TYPES) - {"up"})
WRITTEN = [each for each in vectors.load("chirpstack.json")["events"] if each["kind"] != "up"]


def _record(kind: str, payload: bytes) -> Recorded:
    """As `interpret` calls it."""
    event = events.decode(kind, payload)
    event_id = events.event_id(event) or messages.message_id(Message(network.topic(kind=kind), payload, RECEIVED_AT))
    heard_at = events.event_time(event) or RECEIVED_AT
    return device_events.record(kind, payload, event, DEVICE, event_id, heard_at, RECEIVED_AT)


def _recorded(kind: str, **fields: Any) -> Recorded:
    return _record(kind, network.event(kind=kind, **fields).payload)


def _health(**fields: Any) -> HealthChange | None:
    return _recorded("status", **fields).health


@pytest.mark.parametrize("kind", [*OTHER_KINDS, "never-heard-of"])
def test_every_event_is_kept_as_it_came(kind: str) -> None:
    payload = network.event(kind=kind, new=[1, {"a": None}]).payload
    row = _record(kind, payload).event
    assert (row.kind, row.device_id, row.event_time, row.received_at) == (kind, DEVICE, NEW_YEAR, RECEIVED_AT)
    assert row.detail == payload


@pytest.mark.parametrize("written", WRITTEN, ids=[f"{n}-{each['kind']}" for n, each in enumerate(WRITTEN)])
def test_both_forms_of_an_event_become_the_same(written: dict[str, Any]) -> None:
    from_json = _record(written["kind"], json.dumps(written["json"]).encode())
    from_protobuf = _record(written["kind"], bytes.fromhex(written["protobuf"]))
    assert from_protobuf[1:] == from_json[1:]
    details = [json.loads(recorded.event.detail) for recorded in (from_json, from_protobuf)]
    assert details[0].pop("time").replace("+00:00", "Z") == details[1].pop("time")
    assert details[0] == details[1]
    if written["json"].get("deduplicationId"):
        assert from_protobuf.event.event_id == from_json.event.event_id


def test_a_character_that_the_database_cannot_hold_is_left_in() -> None:
    """The database refuses it, and the message is kept whole as an error (`store-failed`): nothing is lost."""
    row = _recorded("log", level="ERROR", description="a\0b").event
    assert b"a\\u0000b" in row.detail


# Ids


def test_events_that_share_the_id_of_their_frame_are_told_apart() -> None:
    shared = str(uuid.uuid4())
    ids = {_recorded(kind, deduplicationId=shared).event.event_id for kind in OTHER_KINDS}
    assert len(ids) == len(OTHER_KINDS)


def test_a_join_keeps_its_id() -> None:
    own = uuid.uuid4()
    assert _recorded("join", deduplicationId=str(own)).event.event_id == own


@pytest.mark.parametrize("kind", ["txack", "log", "ack"])
@pytest.mark.parametrize("dedup", [None, ""])
def test_an_event_without_an_id_is_named_by_its_message(kind: str, dedup: str | None) -> None:
    published = network.event(kind=kind, deduplicationId=dedup)
    expected = messages.message_id(Message(*published, RECEIVED_AT))
    assert _record(kind, published.payload).event.event_id == expected


# Health


def test_a_join_is_health() -> None:
    recorded = _recorded("join", devAddr="01ab23cd")
    assert recorded.health == HealthChange(DEVICE, NEW_YEAR, joined=True)
    assert recorded.downlink is None


def test_a_status_is_health() -> None:
    health = _health(margin=-7, externalPowerSource=False, batteryLevelUnavailable=False, batteryLevel=78.74)
    assert health == HealthChange(DEVICE, NEW_YEAR, False, -7, 78.74, False)


@pytest.mark.parametrize(
    ("fields", "percent", "external"),
    [
        ({"batteryLevelUnavailable": True, "batteryLevel": 0}, None, False),
        ({"externalPowerSource": True, "batteryLevel": 0}, None, True),
        ({"batteryLevel": 100.0}, 100.0, False),
        ({}, 0.0, False),  # before ChirpStack 4.1 what was zero was left out
    ],
)
def test_a_battery_is_known_or_not(fields: dict[str, Any], percent: float | None, external: bool) -> None:
    health = _health(**fields)
    assert health
    assert (health.battery_percent, health.external_power, health.margin_db) == (percent, external, 0)


@pytest.mark.parametrize("kind", ["ack", "txack", "log", "location", "never-heard-of"])
def test_other_events_say_nothing_of_health(kind: str) -> None:
    assert _recorded(kind, margin=7, batteryLevel=50).health is None


# Downlinks


@pytest.mark.parametrize(
    ("kind", "fields", "state"),
    [
        ("txack", {}, "sent"),
        ("ack", {"acknowledged": True}, "acknowledged"),
        ("ack", {"acknowledged": False}, "unacknowledged"),
        ("ack", {}, "unacknowledged"),
    ],
)
def test_what_the_network_says_of_a_downlink(kind: str, fields: dict[str, Any], state: device_events.State) -> None:
    recorded = _recorded(kind, queueItemId=str(ITEM), fCntDown=11, **fields)
    assert recorded.downlink == DownlinkChange(ITEM, DEVICE, state, NEW_YEAR, 11)


@pytest.mark.parametrize("code", ["EXPIRED", "DOWNLINK_PAYLOAD_SIZE", "F_CNT_DOWN", "NOT_INVENTED_YET"])
def test_an_item_that_the_network_threw_away_failed(code: str) -> None:
    context = {"queue_item_id": str(ITEM), "item_size": "52"}
    recorded = _recorded("log", level="ERROR", code=code, description="Discarded", context=context)
    assert recorded.downlink == DownlinkChange(ITEM, DEVICE, "failed", NEW_YEAR, detail=f"{code}: Discarded")


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("log", {"level": "ERROR", "code": "DOWNLINK_GATEWAY", "description": "TOO_LATE", "context": {}}),
        ("log", {"level": "ERROR", "code": "UPLINK_CODEC", "context": {"deduplication_id": str(ITEM)}}),
        ("log", {"level": "WARNING", "context": {"queue_item_id": str(ITEM)}}),
        ("log", {"level": "ERROR", "context": {"queue_item_id": "no uuid"}}),
        ("log", {"level": "ERROR"}),
        ("ack", {"acknowledged": True}),
        ("ack", {"acknowledged": True, "queueItemId": "no uuid"}),
        ("txack", {"queueItemId": ""}),
        ("status", {"queueItemId": str(ITEM)}),
    ],
)
def test_other_events_say_nothing_of_a_downlink(kind: str, fields: dict[str, Any]) -> None:
    assert _recorded(kind, **fields).downlink is None


def test_ranks_ascend() -> None:
    assert list(device_events.RANK.values()) == sorted(set(device_events.RANK.values()))


@given(st.sampled_from([*OTHER_KINDS, "never-heard-of"]), st.data())
def test_any_event_becomes_a_row(kind: str, data: st.DataObject) -> None:
    """Whatever can be decoded can be recorded."""
    names = ["level", "code", "queueItemId", "acknowledged", "fCntDown", "margin", "batteryLevel", "location"]
    scalars = st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["", "ERROR", str(ITEM)])
    fields = data.draw(st.dictionaries(st.sampled_from(names), scalars))
    payload = network.event(kind=kind, **fields, context={"queue_item_id": data.draw(st.text())}).payload
    try:
        assert _record(kind, payload).event.detail == payload
    except events.EventMalformed as error:
        assert str(error)


# In the database


@pytest.fixture
def opened(database_url: str) -> Iterator[Session]:
    network.register(database_url)
    with session.opened(database_url) as opened:
        yield opened


def _of_item(kind: str, item: uuid.UUID, second: int, **fields: Any) -> Message:
    heard_s = network.NEW_YEAR_S + second
    return Message(*network.event(kind=kind, heard_s=heard_s, queueItemId=str(item), **fields), RECEIVED_AT)


def test_events_in_any_order_lead_to_the_same_state(database_url: str, opened: Session) -> None:
    """Each event in a transaction of its own, all orders, and one of them twice."""
    histories = {
        ("sent",): [("txack", 1, {})],
        ("acknowledged",): [("txack", 1, {}), ("ack", 3, {"acknowledged": True})],
        ("unacknowledged",): [("txack", 1, {}), ("ack", 3, {"acknowledged": False})],
    }
    expected: dict[uuid.UUID, str] = {}
    for (state,), history in histories.items():
        for order in itertools.permutations([*history, history[0]]):
            item = uuid.uuid4()
            expected[item] = state
            for kind, second, fields in order:
                opened.store([_of_item(kind, item, second, **fields)])
    assert dict(network.rows(database_url, "SELECT queue_item_id, state FROM downlink")) == expected


def test_an_event_that_the_database_cannot_hold_is_kept_as_an_error(database_url: str, opened: Session) -> None:
    log = network.event(kind="log", level="ERROR", description="\0", context={"queue_item_id": str(ITEM)})
    opened.store([Message(*log, RECEIVED_AT)])
    assert network.rows(database_url, "SELECT reason, payload FROM ingest_error") == [("store-failed", log.payload)]
    assert network.count(database_url, "device_event") == 0


def test_an_event_in_protobuf_is_stored_as_json(database_url: str, opened: Session) -> None:
    for each in WRITTEN:
        message = Message(network.topic(kind=each["kind"]), bytes.fromhex(each["protobuf"]), RECEIVED_AT)
        opened.store([message, message])
    stored = network.rows(database_url, "SELECT kind, detail -> 'deviceInfo' ->> 'deviceName' FROM device_event")
    assert set(stored) == {(each["kind"], "Holm 1") for each in WRITTEN}
    assert network.rows(database_url, "SELECT latitude, longitude FROM location_offer") == [(54.78, 9.43)]
    assert network.rows(database_url, "SELECT queue_item_id, state FROM downlink") == [(ITEM, "acknowledged")]
