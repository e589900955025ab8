"""One line in the ledger for each reading, however often it was sent."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from plietsch.firmware import readings
from plietsch.firmware.ledger import SENT, Entry, Ledger
from plietsch.firmware.readings import Readings

NOON_S = 1_760_000_000


class Node:
    """The readings of a node and the ledger that they end in."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ledger.ndjson"
        self.ledger = Ledger(self.path)
        self.readings = Readings(self.ledger)

    def take(self, *seconds: int) -> None:
        for second in seconds:
            self.readings.take(Entry("here", NOON_S + second, {"pm10": 1.0}, {}, 0.0))

    def leave(self, *seconds: int) -> None:
        self.readings.leave([NOON_S + second for second in seconds])

    def arrive(self, f_cnt: int, arrived: bool = True) -> None:
        self.readings.publish(f_cnt)(arrived)

    def drop(self, *seconds: int) -> None:
        self.readings.drop([NOON_S + second for second in seconds])

    def fates(self) -> list[tuple[int, str, int | None]]:
        with closing(self.ledger):
            self.readings.end()
        entries = [json.loads(line) for line in self.path.read_text().splitlines()]
        return [
            (int(entry["time"][14:16]) * 60 + int(entry["time"][17:19]), entry["fate"], entry["f_cnt"])
            for entry in entries
        ]


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


# NOON_S is 08:53:20.
ZERO = 53 * 60 + 20


def test_a_reading_that_arrives_is_sent(node: Node):
    node.take(0, 1)
    node.leave(0, 1)
    node.arrive(7)
    assert node.fates() == [(ZERO, SENT, 7), (ZERO + 1, SENT, 7)]


def test_a_reading_that_is_sent_again_is_written_once(node: Node):
    node.take(0, 1)
    node.leave(0)
    node.arrive(7)
    node.leave(0, 1)
    node.arrive(8)
    assert node.fates() == [(ZERO, SENT, 7), (ZERO + 1, SENT, 8)]


def test_a_lost_frame_settles_nothing(node: Node):
    node.take(0)
    node.leave(0)
    node.leave(0)
    node.arrive(8)
    assert node.fates() == [(ZERO, SENT, 8)]


def test_what_was_dropped_never_sent_is_lost_and_what_had_arrived_is_not(node: Node):
    node.take(0, 1)
    node.leave(0)
    node.arrive(7)
    node.drop(0, 1)
    assert node.fates() == [(ZERO, SENT, 7), (ZERO + 1, readings.DROPPED, None)]


@pytest.mark.parametrize(("arrived", "fate"), [(True, SENT), (False, readings.DROPPED)])
def test_what_is_dropped_while_it_is_on_its_way_may_still_arrive(node: Node, arrived: bool, fate: str):
    node.take(0)
    node.leave(0)
    settle = node.readings.publish(7)
    node.drop(0)
    settle(arrived)
    assert [(second, said) for second, said, _ in node.fates()] == [(ZERO, fate)]


def test_what_is_left_is_said_at_the_end(node: Node):
    node.take(0, 1)
    node.leave(0)
    node.arrive(7, arrived=False)
    assert node.fates() == [(ZERO, readings.NOT_ACKNOWLEDGED, None), (ZERO + 1, readings.WAITING, None)]


def test_a_reading_without_a_date_gets_one(node: Node):
    node.readings.start()
    node.readings.take(Entry("here", NOON_S, {"pm10": 1.0}, {}, 0.0), since_start_ms=30_900)
    node.readings.date((NOON_S - 29) * 1000 - 800)
    node.leave(1)
    node.arrive(7)
    assert node.fates() == [(ZERO + 1, SENT, 7)]


def test_a_reading_that_nobody_can_date_any_more_is_dropped_by_its_seconds(node: Node):
    for second in (0, 60):
        node.readings.start()
        node.readings.take(Entry("here", NOON_S + second, {"pm10": 1.0}, {}, 0.0), since_start_ms=30_900)
    node.readings.drop([30])
    node.readings.date((NOON_S + 30) * 1000)
    assert node.fates() == [(ZERO, readings.DROPPED, None), (ZERO + 60, readings.WAITING, None)]
