"""What follows from events other than frames: how a device is, what became of a command, where it says it is."""

import itertools
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from ingest.network import NEW_YEAR_S, Published, count, rows

from ingest import network
from plietsch.ingest import session
from plietsch.ingest.messages import Message
from plietsch.ingest.session import Session

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
ITEM = str(uuid.uuid4())
SENT = network.event(kind="txack", queueItemId=ITEM, fCntDown=4, deduplicationId=None)
HEARD = network.event(kind="ack", heard_s=NEW_YEAR_S + 5, queueItemId=ITEM, acknowledged=True, fCntDown=4)
UNHEARD = network.event(kind="ack", heard_s=NEW_YEAR_S + 5, queueItemId=ITEM, acknowledged=False, fCntDown=4)
EXPIRED = network.event(
    kind="log",
    heard_s=NEW_YEAR_S + 60,
    level="ERROR",
    code="EXPIRED",
    description="Device queue-item has expired and has been removed from the queue",
    context={"queue_item_id": ITEM},
    deduplicationId=None,
)


@pytest.fixture
def opened(database_url: str) -> Iterator[Session]:
    network.register(database_url)
    with session.opened(database_url) as opened:
        yield opened


def _store(opened: Session, *published: Published) -> None:
    opened.store([Message(*each, NEW_YEAR) for each in published])


def _health(database_url: str, columns: str) -> tuple[Any, ...]:
    return rows(database_url, f"SELECT {columns} FROM device_health")[0]


def test_the_newest_join_stands(database_url: str, opened: Session) -> None:
    joins = [network.event(kind="join", heard_s=NEW_YEAR_S + 60 * minute) for minute in (3, 1)]
    _store(opened, *joins)
    assert _health(database_url, "joined_at") == (NEW_YEAR + timedelta(minutes=3),)
    assert count(database_url, "device_event") == 2


def test_the_newest_status_stands(database_url: str, opened: Session) -> None:
    fields = {"margin": 12, "externalPowerSource": False, "batteryLevelUnavailable": False, "batteryLevel": 87.4}
    _store(opened, network.event(kind="status", heard_s=NEW_YEAR_S + 60, **fields))
    _store(opened, network.event(kind="status", heard_s=NEW_YEAR_S, **{**fields, "margin": -3}))
    health = _health(database_url, "margin_db, battery_percent, external_power, status_at")
    assert health == (12, pytest.approx(87.4), False, NEW_YEAR + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("events", "state", "at_s"),
    [
        ([SENT], "sent", 0),
        ([SENT, HEARD], "acknowledged", 5),
        ([SENT, UNHEARD], "unacknowledged", 5),
        ([SENT, EXPIRED], "failed", 60),
        ([SENT, UNHEARD, HEARD], "acknowledged", 5),
    ],
)
def test_a_command_ends_the_same_in_whatever_order_its_events_come(
    database_url: str, opened: Session, events: Sequence[Published], state: str, at_s: int
) -> None:
    for order in itertools.permutations(events):
        for event in order:
            _store(opened, event)
        stored = rows(database_url, "SELECT queue_item_id::text, state, state_at, f_cnt_down FROM downlink")
        assert stored == [(ITEM, state, NEW_YEAR + timedelta(seconds=at_s), 4)]
        with psycopg.connect(database_url) as connection:
            connection.execute("TRUNCATE downlink, device_event")


def test_what_the_network_said_of_a_failed_command_is_kept(database_url: str, opened: Session) -> None:
    _store(opened, EXPIRED)
    ((detail,),) = rows(database_url, "SELECT detail FROM downlink")
    assert "EXPIRED" in detail
    assert "has expired" in detail


def test_a_place_is_offered_and_moves_nothing(database_url: str, opened: Session) -> None:
    place = {"latitude": 54.79, "longitude": 9.43, "altitude": 3.0, "accuracy": 30}
    for minute in (5, 2):
        _store(opened, network.event(kind="location", heard_s=NEW_YEAR_S + 60 * minute, location=place))
    offered = rows(database_url, "SELECT event_time, longitude, latitude, accuracy_m FROM location_offer")
    assert offered == [(NEW_YEAR + timedelta(minutes=5), 9.43, 54.79, 30)]
    assert count(database_url, "location") == 0


def test_an_event_nobody_knows_is_kept(database_url: str, opened: Session) -> None:
    _store(opened, network.event(kind="weather", mood="fine"))
    assert rows(database_url, "SELECT kind, detail ->> 'mood' FROM device_event") == [("weather", "fine")]
