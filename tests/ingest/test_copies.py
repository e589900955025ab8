"""Frames that come again: delivered twice, copied by the network, or only alike."""

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from ingest.network import NEW_YEAR_S, Published, count, rows

from ingest import network
from plietsch.ingest import session
from plietsch.ingest.messages import Message
from plietsch.ingest.session import Session
from plietsch.ingest.writer import Stored
from plietsch_node.app import payload as node
from support.wait import until

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def opened(database_url: str) -> Iterator[Session]:
    network.register(database_url)
    with session.opened(database_url) as opened:
        yield opened


def _store(opened: Session, *published: Published) -> Stored:
    return opened.store([Message(*each, NEW_YEAR) for each in published])


def _frame(minute: int = 0, *, f_cnt: int = 7, later_s: float = 0, **fields: object) -> Published:
    """A frame of a minute, heard so much later than its first copy."""
    measured_s = NEW_YEAR_S + 60 * minute
    data = node.encode([(measured_s, network.VALUES)])
    return network.up(data, heard_s=measured_s + later_s, fCnt=f_cnt, **fields)


@pytest.mark.parametrize("together", [True, False])
def test_a_copy_is_kept_as_such_and_counts_nothing(database_url: str, opened: Session, together: bool) -> None:
    first, copy = _frame(), _frame(later_s=2)
    batches = [(first, copy)] if together else [(first,), (copy,)]
    stored = sum((_store(opened, *each) for each in batches), Stored())
    assert (stored.observations, stored.copies, stored.repeated) == (2, 1, 0)
    frames = rows(database_url, "SELECT event_id, repeats FROM uplink ORDER BY event_time")
    assert frames[0][1] is None
    assert frames[1][1] == frames[0][0]


def test_a_copy_of_a_node_without_a_clock_is_no_second_reading(database_url: str, opened: Session) -> None:
    data = node.encode([(90, network.VALUES)], clock_set=False)
    for later_s in (0, 3):
        _store(opened, network.up(data, heard_s=NEW_YEAR_S + later_s))
    assert [count(database_url, "uplink"), count(database_url, "observation")] == [2, 2]


def test_a_counter_that_began_anew_is_no_copy(database_url: str, opened: Session) -> None:
    _store(opened, _frame(0, f_cnt=5), _frame(1, f_cnt=6))
    stored = _store(opened, _frame(2, f_cnt=5), _frame(3, f_cnt=6))
    assert (stored.observations, stored.copies) == (4, 0)


def test_the_same_content_much_later_is_no_copy(opened: Session) -> None:
    data = b"\0"  # a maker's node says the same after each start
    _store(opened, network.up(data, f_port=9))
    assert _store(opened, network.up(data, heard_s=NEW_YEAR_S + 7_200, f_port=9)).copies == 0


def test_another_address_is_another_session(opened: Session) -> None:
    _store(opened, _frame())
    assert _store(opened, _frame(later_s=2, devAddr="01ffffff")).copies == 0


def test_a_late_frame_is_new(database_url: str, opened: Session) -> None:
    _store(opened, _frame(5, f_cnt=12))
    assert _store(opened, _frame(3, f_cnt=10)).observations == 2
    assert rows(database_url, "SELECT f_cnt, heard_at FROM device_health") == [(12, NEW_YEAR + timedelta(minutes=5))]


def test_what_is_delivered_again_costs_nothing(database_url: str, opened: Session) -> None:
    """Nor does it bring the optimistic copy to fall: neighbours are stored with it."""
    again = [_frame(minute, f_cnt=minute) for minute in range(5)]
    _store(opened, *again)
    stored = _store(opened, *again, _frame(5, f_cnt=5))
    assert (stored.observations, stored.repeated, stored.copies) == (2, 0, 0)
    assert count(database_url, "uplink") == 6


def test_a_reading_that_comes_again_in_another_frame_is_recorded(database_url: str, opened: Session) -> None:
    _store(opened, _frame(0))
    both = node.encode([(NEW_YEAR_S, {"pm2_5": 12.3, "pm10": 99.0}), (NEW_YEAR_S + 60, network.VALUES)])
    stored = _store(opened, network.up(both, heard_s=NEW_YEAR_S + 60, fCnt=8))
    assert (stored.observations, stored.repeated, stored.differing) == (2, 2, 1)
    query = "SELECT result, differs FROM observation_repeat ORDER BY result"
    assert rows(database_url, query) == [(12.3, False), (99.0, True)]
    assert rows(database_url, "SELECT observations, repeated FROM write_ledger ORDER BY id") == [(2, 0), (2, 2)]
    assert rows(database_url, "SELECT count(*) FROM observation WHERE result = 99") == [(0,)]


def test_a_reading_twice_in_one_frame_is_recorded(database_url: str, opened: Session) -> None:
    twice = node.encode([(NEW_YEAR_S, network.VALUES), (NEW_YEAR_S, {"pm2_5": 1.0, "pm10": 26.1})])
    stored = _store(opened, network.up(twice))
    assert (stored.observations, stored.repeated, stored.differing) == (2, 2, 1)
    assert rows(database_url, "SELECT result, differs FROM observation_repeat ORDER BY 1") == [
        (1.0, True),
        (26.1, False),
    ]


def test_late_readings_are_counted_as_such(database_url: str, opened: Session) -> None:
    on_time_and_late = node.encode([(NEW_YEAR_S - 3_601, network.VALUES), (NEW_YEAR_S - 3_600, network.VALUES)])
    assert _store(opened, network.up(on_time_and_late)).late == 2
    assert _store(opened, network.up(on_time_and_late, fCnt=8)).late == 0
    staged = node.encode([(NEW_YEAR_S - 3_600, network.VALUES), (NEW_YEAR_S - 5_000, network.VALUES)])
    assert _store(opened, network.up(staged, fCnt=9)).late == 2
    assert rows(database_url, "SELECT observations, late FROM write_ledger ORDER BY id") == [(4, 2), (2, 2)]


def test_of_two_workers_the_second_one_sees_the_copy(database_url: str, opened: Session) -> None:
    """The devices of a batch are locked until it is committed: the other worker waits, and knows then."""
    rounds, frames = 15, 20
    together = threading.Barrier(2)

    def work(worker: Session, later_s: int) -> None:
        for number in range(rounds):
            first = frames * number
            together.wait(timeout=20)
            _store(worker, *(_frame(minute, f_cnt=minute, later_s=later_s) for minute in range(first, first + frames)))

    with session.opened(database_url) as other, ThreadPoolExecutor() as threads:
        for done in [threads.submit(work, opened, 0), threads.submit(work, other, 1)]:
            done.result()
    assert rows(database_url, "SELECT count(*), count(repeats) FROM uplink") == [(2 * rounds * frames, rounds * frames)]
    assert count(database_url, "observation") == 2 * rounds * frames
    assert count(database_url, "observation_repeat") == 0


def test_a_message_tried_once_more_brings_what_it_could_not_bring_before(database_url: str, opened: Session) -> None:
    published = _frame()
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE deployment SET phase = 'removed'")
    until(opened.registry_changed, "the change is heard of")
    assert _store(opened, published).observations == 0
    assert count(database_url, "ingest_error") == 1
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE deployment SET phase = 'installed'")
    until(opened.registry_changed, "the change is heard of")
    assert opened.store([Message(*published, NEW_YEAR, retried=True)]).observations == 2
    assert [count(database_url, table) for table in ("uplink", "ingest_error", "observation")] == [1, 0, 2]


def test_a_clock_that_is_wrong_is_said_of_frame_and_device(database_url: str, opened: Session) -> None:
    reset = node.encode([(946_684_810, network.VALUES)], wide=True)
    stored = _store(opened, network.up(reset, deduplicationId=str(uuid.uuid4())))
    assert stored.observations == 2
    assert rows(database_url, "SELECT clock FROM uplink") == [("reset",)]
    assert rows(database_url, "SELECT clock, clock_since FROM device_health") == [("reset", NEW_YEAR)]
    assert rows(database_url, "SELECT DISTINCT phenomenon_time, quality FROM observation") == [(NEW_YEAR, 3)]
    _store(opened, _frame(5, f_cnt=8))
    assert rows(database_url, "SELECT clock FROM device_health") == [(None,)]
    off = node.encode([(1_500_000_000, network.VALUES)], wide=True)
    _store(opened, network.up(off, heard_s=NEW_YEAR_S + 600, fCnt=9))
    assert rows(database_url, "SELECT reason, detail FROM ingest_error") == [
        ("clock-wrong", "The node's clock said 2017-07-14T02:40:00Z.")
    ]


def test_a_copy_from_a_late_gateway_does_not_turn_the_clock_back(database_url: str, opened: Session) -> None:
    """Its copies are dated newer than the frames that came meanwhile: the counter that is known must not fall."""
    _store(opened, _frame(0, f_cnt=10), _frame(1, f_cnt=11))
    _store(opened, _frame(0, f_cnt=10, later_s=300))
    assert _store(opened, _frame(1, f_cnt=11, later_s=300)).copies == 1
    assert count(database_url, "observation") == 4


def test_a_late_original_does_not_turn_the_clock_back(opened: Session) -> None:
    _store(opened, _frame(2, f_cnt=12))
    _store(opened, _frame(1, f_cnt=11, later_s=600))
    assert _store(opened, _frame(2, f_cnt=12, later_s=601)).copies == 1


def test_a_copy_of_what_the_network_dated_ahead_is_one(opened: Session) -> None:
    _store(opened, _frame(100_000))
    assert _store(opened, _frame(100_000, later_s=1)).copies == 1


def _refused_at_first(database_url: str, opened: Session, *published: Published) -> Stored:
    """What becomes of messages that are tried once more after the registry was mended."""
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE deployment SET phase = 'removed'")
    until(opened.registry_changed, "the change is heard of")
    assert _store(opened, *published).observations == 0
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE deployment SET phase = 'installed'")
    until(opened.registry_changed, "the change is heard of")
    return opened.store([Message(*each, NEW_YEAR, retried=True) for each in published])


def test_a_message_without_a_time_that_is_tried_once_more(database_url: str, opened: Session) -> None:
    published = network.up(node.encode([(NEW_YEAR_S, network.VALUES)]), time=None)
    assert _refused_at_first(database_url, opened, published).observations == 2
    assert [count(database_url, table) for table in ("uplink", "ingest_error", "observation")] == [1, 0, 2]


def test_a_copy_that_is_tried_once_more_remains_one(database_url: str, opened: Session) -> None:
    data = node.encode([(90, network.VALUES)], clock_set=False)
    frame, copy = network.up(data), network.up(data, heard_s=NEW_YEAR_S + 3)
    assert _refused_at_first(database_url, opened, frame, copy).observations == 2
    assert [count(database_url, table) for table in ("uplink", "ingest_error", "observation")] == [2, 0, 2]


def test_what_another_worker_has_released_does_not_come_back(database_url: str, opened: Session) -> None:
    """It hears of the registration a moment later, and holds the page that the first one has stored already."""
    unknown = network.up(dev_eui="70b3d57ed00000ff")
    _store(opened, unknown)
    with psycopg.connect(database_url) as connection:
        connection.execute("DELETE FROM quarantine")
    opened.store([Message(*unknown, NEW_YEAR, retried=True)])
    assert count(database_url, "quarantine") == 0
