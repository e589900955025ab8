"""The write path against a real PostgreSQL: once is once, and one bad message harms no other."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ingest.network import NEW_YEAR_S, Published, Registered, count, rows

from ingest import network
from plietsch.ingest import mqtt, session
from plietsch.ingest.database import DatabaseUnavailable
from plietsch.ingest.messages import Message
from plietsch.ingest.registry import Device
from plietsch.ingest.session import Session
from plietsch.ingest.writer import Stored
from plietsch_node.app import payload as node
from support import kept, vectors
from support.wait import until

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
# PostgreSQL's jsonb holds any character but this one: JSON that is valid and cannot be stored.
UNSTORABLE = [{"gatewayId": "0016c001f153a14c", "metadata": {"name": "a\0b"}}]
WRITTEN = vectors.load("chirpstack.json")["events"]


@pytest.fixture
def registered(database_url: str) -> Registered:
    return network.register(database_url)


@pytest.fixture
def opened(database_url: str, registered: Registered) -> Iterator[Session]:
    with session.opened(database_url) as opened:
        yield opened


def _store(opened: Session, *published: Published, received_at: datetime = NEW_YEAR) -> Stored:
    return opened.store([Message(*each, received_at) for each in published])


def _errors(database_url: str) -> list[tuple[str, int]]:
    return rows(database_url, "SELECT reason, occurrences FROM ingest_error ORDER BY reason, id")


def test_a_reading_is_stored_as_it_was_measured(database_url: str, registered: Registered, opened: Session) -> None:
    values = {"pm2_5": 12.3, "pm10": None, "temperature": -7.3, "humidity": 88.8, "pressure": 1013.2, "battery": 9.9}
    assert _store(opened, network.up(node.encode([(NEW_YEAR_S - 5, values)]))).observations == 6
    stored = rows(
        database_url,
        "SELECT p.code, o.result, o.quality FROM observation o JOIN datastream d ON d.id = o.datastream_id"
        " JOIN observed_property p ON p.id = d.observed_property_id"
        " WHERE phenomenon_time = '2025-12-31T23:59:55Z' AND result_time = '2026-01-01T00:00:00Z' ORDER BY p.id",
    )
    assert stored == [
        ("pm2_5", 12.3, 1),
        ("pm10", None, 9),
        ("temperature", -7.3, 1),
        ("humidity", 88.8, 1),
        ("pressure", 1013.2, 1),
        ("battery", None, 4),
    ]


def test_the_frame_is_stored_as_it_came(database_url: str, registered: Registered, opened: Session) -> None:
    data = node.encode([(NEW_YEAR_S, network.VALUES)])
    _store(opened, network.up(data))
    (stored,) = rows(
        database_url,
        "SELECT device_id, payload, f_port, f_cnt, frequency_hz, spreading_factor, rx_info->0->>'rssi' FROM uplink",
    )
    assert stored == (registered.device_id, data, 1, 7, 868_100_000, 7, "-57")


def test_one_row_of_the_ledger_says_what_was_written(
    database_url: str, registered: Registered, opened: Session
) -> None:
    _store(opened, *(network.up(heard_s=NEW_YEAR_S + second) for second in (0, 300, 600)))
    (ledger,) = rows(database_url, "SELECT datastream_ids, first_time, last_time, observations FROM write_ledger")
    assert sorted(ledger[0]) == sorted(registered.datastream_ids[channel] for channel in ("pm2_5", "pm10"))
    assert ledger[1:] == (NEW_YEAR, NEW_YEAR.replace(minute=10), 6)


@pytest.mark.parametrize("again", [False, True])
def test_what_lies_days_apart_has_a_row_of_the_ledger_for_each_day(
    database_url: str, registered: Registered, opened: Session, again: bool
) -> None:
    """Who follows the ledger would take up a month for one late reading; by way of the stage it is the same."""
    if again:
        _store(opened, network.up(node.encode([(NEW_YEAR_S - 30, network.VALUES)], wide=True), fCnt=1))
    late = node.encode([(NEW_YEAR_S - 30 * 86_400, network.VALUES), (NEW_YEAR_S - 30, network.VALUES)], wide=True)
    _store(opened, network.up(late, fCnt=2), network.up(heard_s=NEW_YEAR_S, fCnt=3))
    entries = "SELECT last_time - first_time, observations, late, repeated FROM write_ledger ORDER BY first_time"
    before = [(timedelta(0), 2, 2, 0)]
    if again:
        assert rows(database_url, entries) == [*before, (timedelta(0), 2, 0, 0), (timedelta(0), 2, 0, 2)]
    else:
        # New year's eve, and new year.
        assert rows(database_url, entries) == [*before, (timedelta(0), 2, 0, 0), (timedelta(0), 2, 0, 0)]


@pytest.mark.parametrize("again", [False, True])
def test_what_comes_late_has_a_row_of_the_ledger_of_its_own(
    database_url: str, registered: Registered, opened: Session, again: bool
) -> None:
    """The hours that a node had kept are no reason to look through those hours of what others measured just now."""
    if again:
        _store(opened, network.up(node.encode([(NEW_YEAR_S - 30, network.VALUES)], wide=True), fCnt=1))
    readings = [(NEW_YEAR_S - ago_s, network.VALUES) for ago_s in (5 * 3600, 4 * 3600, 30)]
    _store(opened, network.up(node.encode(readings, wide=True), fCnt=2), network.up(heard_s=NEW_YEAR_S, fCnt=3))
    entries = "SELECT last_time - first_time, observations, late, repeated FROM write_ledger ORDER BY first_time, id"
    on_time = [(timedelta(0), 2, 0, 0), (timedelta(0), 2, 0, 2)] if again else [(timedelta(seconds=30), 4, 0, 0)]
    assert rows(database_url, entries) == [(timedelta(hours=1), 4, 4, 0), *on_time]


def test_the_same_again_changes_nothing(database_url: str, opened: Session) -> None:
    published = network.up()
    assert _store(opened, published, published).observations == 2
    assert _store(opened, published, received_at=NEW_YEAR.replace(hour=1)).observations == 0
    assert [count(database_url, table) for table in ("uplink", "observation", "write_ledger")] == [1, 2, 1]


def test_a_reading_in_another_frame_is_the_same_reading(database_url: str, opened: Session) -> None:
    data = node.encode([(NEW_YEAR_S, network.VALUES)])
    _store(opened, network.up(data))
    _store(opened, network.up(data, heard_s=NEW_YEAR_S + 3_000))
    assert [count(database_url, table) for table in ("uplink", "observation", "write_ledger")] == [2, 2, 1]


@pytest.mark.parametrize("clock_set", [True, False])
def test_an_event_without_a_time_is_stored_once_too(database_url: str, opened: Session, clock_set: bool) -> None:
    published = network.up(node.encode([(NEW_YEAR_S, network.VALUES)], clock_set), time=None, deduplicationId=None)
    joined = network.event(kind="join", time=None)
    for minute in (0, 1):
        _store(opened, published, published, joined, joined, received_at=NEW_YEAR.replace(minute=minute))
    assert [count(database_url, table) for table in ("uplink", "observation", "device_event")] == [1, 2, 1]


def test_events_of_a_device_are_stored_once(database_url: str, registered: Registered, opened: Session) -> None:
    joined = network.event(kind="join")
    _store(opened, joined, joined)
    _store(opened, joined)
    (stored,) = rows(database_url, "SELECT device_id, kind, detail FROM device_event")
    assert stored == (registered.device_id, "join", json.loads(joined.payload))


def test_an_error_is_stored_with_its_message_and_counted(
    database_url: str, registered: Registered, opened: Session
) -> None:
    truncated = network.up(bytes.fromhex("1ae402007b04"))
    _store(opened, truncated, truncated)
    _store(opened, truncated)
    (stored,) = rows(database_url, "SELECT reason, detail, device_id, topic, payload, occurrences FROM ingest_error")
    assert stored[0] == "payload-truncated"
    assert stored[1:] == ("28 bits are expected where 22 are left.", registered.device_id, *truncated, 3)
    assert count(database_url, "uplink") == 1


def test_an_unknown_device_is_kept_whole_and_counted(database_url: str, opened: Session) -> None:
    unknown = network.up(dev_eui="70b3d57ed00000ff")
    _store(opened, unknown, unknown)
    assert rows(database_url, "SELECT dev_eui, topic, payload, occurrences FROM quarantine") == [
        ("70b3d57ed00000ff", *unknown, 2)
    ]


def test_a_message_that_the_database_refuses_stands_alone(database_url: str, opened: Session) -> None:
    batch = [network.up(heard_s=NEW_YEAR_S + 60 * minute) for minute in range(9)]
    batch[3] = network.up(rxInfo=UNSTORABLE)
    batch[7] = network.event(kind="join", note="\0")
    assert _store(opened, *batch).observations == 14
    assert _errors(database_url) == [("store-failed", 1), ("store-failed", 1)]
    assert count(database_url, "uplink") == 7
    assert "unsupported Unicode escape sequence" in rows(database_url, "SELECT detail FROM ingest_error")[0][0]


def test_a_message_that_a_rule_of_the_database_refuses_stands_alone(database_url: str, opened: Session) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("ALTER TABLE uplink ADD CHECK (f_cnt <> 13)")
    batch = [network.up(heard_s=NEW_YEAR_S + 60 * number, fCnt=number) for number in range(10, 17)]
    _store(opened, *batch)
    assert _errors(database_url) == [("store-failed", 1)]
    assert count(database_url, "uplink") == 6


def test_a_missing_table_blames_no_message(database_url: str, opened: Session) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("ALTER TABLE uplink RENAME TO uplink_away")
    with pytest.raises(DatabaseUnavailable):
        _store(opened, network.up())
    assert count(database_url, "ingest_error") == 0


def test_a_batch_that_takes_too_long_is_stored_in_pieces(database_url: str, opened: Session) -> None:
    """A disk so slow that each row takes longer than its share of what a statement may take."""
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM pg_sleep(0.03); RETURN NEW; END $$;"
            "CREATE TRIGGER slowly BEFORE INSERT ON uplink FOR EACH ROW EXECUTE FUNCTION slowly()"
        )
    opened._writing.execute("SET statement_timeout = '150ms'")
    assert _store(opened, *(network.up(heard_s=NEW_YEAR_S + 60 * n, fCnt=n) for n in range(9))).observations == 18
    assert count(database_url, "ingest_error") == 0


def test_a_mistake_of_ours_with_one_message_stops_no_other(database_url: str, opened: Session) -> None:
    """Here a device whose deployments nobody could have loaded."""
    broken = Device(99, "70b3d57ed00000ee", (None,), network.OWN)  # pyright: ignore[reportArgumentType]
    opened._registrar.registry = opened._registrar.registry.with_devices([broken])
    assert _store(opened, network.up(dev_eui=broken.dev_eui), network.up()).observations == 2
    assert _errors(database_url) == [("interpret-failed", 1)]


def test_an_empty_database_says_what_to_do(empty_database_url: str) -> None:
    with pytest.raises(DatabaseUnavailable) as caught, session.opened(empty_database_url):
        pass
    assert "plietsch db migrate" in caught.value.hint


_TEXT = st.text(st.characters(), max_size=5)  # NUL and halves of surrogate pairs, too
_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=5,
)


@st.composite
def _spoilt(draw: st.DrawFn, whole: bytes) -> bytes:
    """Bytes of which some were replaced, left out or added."""
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(whole)))
        whole = whole[:at] + draw(st.binary(max_size=4)) + whole[at + draw(st.integers(0, 8)) :]
    return whole


@st.composite
def _altered(draw: st.DrawFn, event: dict[str, Any]) -> bytes:
    """An event in JSON with an id and a counter of its own, some of its fields with another value."""
    names = draw(st.lists(st.sampled_from(sorted(event)), max_size=2))
    other = {name: draw(_VALUE) for name in names}
    return json.dumps(
        {**event, "deduplicationId": str(uuid.uuid4()), "fCnt": draw(st.integers(0, 3)), **other}
    ).encode()


@st.composite
def _messages(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """What a broker may hand over: an event that ChirpStack wrote, more or less, or any bytes."""
    written = draw(st.sampled_from(WRITTEN) | st.just(WRITTEN[0]))  # one of two is a frame
    dev_eui = draw(st.sampled_from([network.DEV_EUI] * 3 + ["70b3d57ed00000ff"]))
    topic = network.topic(dev_eui, draw(st.sampled_from([written["kind"]] * 3 + ["x"]))).encode()
    event = st.sampled_from([bytes.fromhex(written["protobuf"]), json.dumps(written["json"]).encode()])
    topics = {"topic": _spoilt(topic), "any topic": st.binary(max_size=20)}
    payloads = {"payload": event.flatmap(_spoilt), "any payload": st.binary(max_size=40)}
    spoilt = draw(st.sampled_from([*topics, *payloads, None, None, None]))
    payload = draw(payloads.get(spoilt, _altered(written["json"]))).replace(network.DEV_EUI.encode(), dev_eui.encode())
    return draw(topics.get(spoilt, st.just(topic))), payload


@given(st.lists(_messages(), min_size=1, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
def test_whatever_comes_is_kept(database_url: str, opened: Session, published: list[tuple[bytes, bytes]]) -> None:
    messages = [Message(mqtt._text(topic), payload, NEW_YEAR) for topic, payload in published]
    with psycopg.connect(database_url, autocommit=True) as connection:
        kept.empty(connection)
        opened.store(messages)
        assert [message for message in messages if not kept.where(connection, message)] == []


@pytest.mark.parametrize("form", ["json", "protobuf"])
@pytest.mark.parametrize("written", WRITTEN, ids=lambda written: written["kind"])
def test_what_chirpstack_writes_goes_where_it_belongs(
    database_url: str, opened: Session, written: dict[str, Any], form: str
) -> None:
    payload = json.dumps(written["json"]).encode() if form == "json" else bytes.fromhex(written["protobuf"])
    message = Message(network.topic(kind=written["kind"]), payload, NEW_YEAR)
    opened.store([message])
    with psycopg.connect(database_url) as connection:
        assert kept.where(connection, message) == {"uplink" if written["kind"] == "up" else "device_event"}


class TestRegistration:
    """A device that is registered while its messages come."""

    LATE = "70b3d57ed00000aa"

    def test_a_message_right_after_the_registration(self, database_url: str, opened: Session) -> None:
        """The notification may still be on its way: the database is asked."""
        network.register(database_url, self.LATE)
        assert _store(opened, network.up(dev_eui=self.LATE)).observations == 2
        assert count(database_url, "quarantine") == 0

    def test_what_waited_is_released(self, database_url: str, opened: Session) -> None:
        waiting = [network.up(dev_eui=self.LATE, heard_s=NEW_YEAR_S + 300 * n) for n in range(3)]
        _store(opened, *waiting, network.event(self.LATE, "join"), network.up(dev_eui="70b3d57ed00000bb"))
        assert not opened.registry_changed()
        assert list(opened.release()) == []
        network.register(database_url, self.LATE)
        until(opened.registry_changed, "the change is heard of")
        assert sum(stored.observations for stored in opened.release()) == 6
        assert [count(database_url, table) for table in ("uplink", "device_event", "quarantine")] == [3, 1, 1]

    def test_what_waited_and_is_wrong_becomes_an_error(self, database_url: str, opened: Session) -> None:
        _store(opened, network.up(b"\xff", self.LATE), network.up(dev_eui=self.LATE, rxInfo=UNSTORABLE))
        network.register(database_url, self.LATE)
        until(opened.registry_changed, "the change is heard of")
        assert len(list(opened.release())) == 1
        assert _errors(database_url) == [("payload-version", 1), ("store-failed", 1)]
        assert count(database_url, "quarantine") == 0

    def test_a_deployment_that_ends_is_heard_of(self, database_url: str, opened: Session) -> None:
        _store(opened, network.up())
        with psycopg.connect(database_url) as connection:
            connection.execute("UPDATE deployment SET during = '[2025-01-01T00:00:00Z,2026-01-01T00:05:00Z)'")
        until(opened.registry_changed, "the change is heard of")
        _store(opened, network.up(heard_s=NEW_YEAR_S + 300))
        assert _errors(database_url) == [("no-deployment", 1)]
        assert rows(database_url, "SELECT device_id IS NOT NULL FROM ingest_error") == [(True,)]
