"""What a node says of itself and what it answers: held against the vectors shared with the node, then stored."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest.network import DEV_EUI, NEW_YEAR_S, Published, count, rows

from ingest import network
from plietsch.ingest import dissect, explain, node_answers, node_status, payload, session
from plietsch.ingest.interpret import Outcome, interpret
from plietsch.ingest.messages import Message
from plietsch.ingest.reasons import Reason
from plietsch.ingest.registry import Device, Registry
from plietsch.ingest.session import Session
from plietsch_node.app import commands as node_commands
from plietsch_node.app import status as node

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
VECTORS = Path(__file__).parents[1] / "vectors"
STATUS = json.loads((VECTORS / "status.json").read_text(encoding="utf-8"))
COMMANDS = json.loads((VECTORS / "commands.json").read_text(encoding="utf-8"))
JUST_ON = bytes.fromhex(STATUS["valid"][0]["hex"])
INTERVAL_NOW = bytes.fromhex(COMMANDS["up"][0]["hex"])
REGISTRY = Registry.of([Device(7, DEV_EUI, type=network.OWN)])


def _dotted(said: dict[str, Any] | None) -> dict[str, Any] | None:
    return said and {**said, "firmware": ".".join(map(str, said["firmware"]))}


@pytest.mark.parametrize("vector", [*STATUS["valid"], *STATUS["newer"]], ids=lambda vector: vector["name"])
def test_status_vectors(vector: dict[str, Any]) -> None:
    expected = {**(_dotted(vector["decoded"]) or {}), "errors": dict(vector["decoded"]["errors"])}
    assert msgspec.to_builtins(node_status.decode(bytes.fromhex(vector["hex"]))) == expected


@pytest.mark.parametrize("vector", COMMANDS["up"], ids=lambda vector: vector["name"])
def test_answer_vectors(vector: dict[str, Any]) -> None:
    expected = {**vector["decoded"], "identity": _dotted(vector["decoded"]["identity"])}
    assert msgspec.to_builtins(node_answers.decode(bytes.fromhex(vector["hex"]))) == expected


@pytest.mark.parametrize("vector", STATUS["invalid"], ids=lambda vector: vector["name"])
def test_a_status_that_is_none(vector: dict[str, Any]) -> None:
    with pytest.raises(payload.PayloadError) as caught:
        node_status.decode(bytes.fromhex(vector["hex"]))
    assert caught.value.code == f"payload-{vector['reason']}"


@pytest.mark.parametrize("vector", COMMANDS["invalid_up"], ids=lambda vector: vector["name"])
def test_an_answer_that_is_none(vector: dict[str, Any]) -> None:
    with pytest.raises(payload.PayloadError) as caught:
        node_answers.decode(bytes.fromhex(vector["hex"]))
    assert caught.value.code == f"payload-{vector['reason']}"


def test_both_sides_have_the_same_lists() -> None:
    assert (node_status.PORT, node_answers.PORT) == (node.PORT, node_commands.PORT)
    assert (node_status.KINDS, node_status.RESET_CAUSES) == (node.KINDS, node.RESET_CAUSES)
    assert node_status.INSTRUMENTS == node.INSTRUMENTS
    assert tuple(name for name, *_ in node_commands.FIELDS) == node_answers.FIELDS
    numbers = [getattr(node_commands, name.upper()) for name in node_answers.COMMANDS]
    assert numbers == [1, 2, 3, 4, 5]


@given(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(node.KINDS),
            "firmware": st.tuples(*[st.integers(0, 255)] * 3),
            "reset_cause": st.sampled_from(node.RESET_CAUSES),
            "data_rate": st.none() | st.integers(0, 14),
            "revision": st.integers(0, 65_535),
            "boots": st.integers(0, 65_535),
            "uptime_h": st.integers(0, 65_535),
            "battery_v": st.none() | st.integers(100, 224).map(lambda code: code / 50),
            "saving": st.booleans(),
            "fan_h": st.none() | st.integers(0, 65_534),
            "waiting": st.integers(0, 65_535),
            "dropped": st.integers(0, 2**32 - 1),
            "errors": st.lists(
                st.tuples(st.sampled_from(node.INSTRUMENTS), st.integers(0, 255)), unique_by=lambda each: each[0]
            ),
        }
    )
)
def test_what_a_node_says_is_what_is_understood(said: dict[str, Any]) -> None:
    decoded = msgspec.to_builtins(node_status.decode(node.encode(**said)))
    assert decoded == {**(_dotted(said) or {}), "errors": dict(said["errors"])}


@given(st.sampled_from([2, 3]), st.binary(max_size=60) | st.binary(max_size=30).map(lambda rest: b"\x10" + rest))
def test_any_bytes_are_understood_or_refused_and_told_without_a_gap(port: int, data: bytes) -> None:
    decode = node_status.decode if port == 2 else node_answers.decode
    try:
        decode(data)
    except payload.PayloadError as error:
        assert Reason(error.code)
        assert dissect.lines(data, port)[-1] == str(error)
    else:
        assert sum(part.bits for part in dissect.dissect(data, port)) == 8 * len(data)
    outcome = _interpret(network.up(data, f_port=port))
    assert outcome.uplink
    assert (outcome.device_event is None) is (outcome.problem is not None)


def _interpret(published: Published) -> Outcome:
    return interpret(Message(published.topic, published.payload, NEW_YEAR), REGISTRY)


def test_a_status_is_an_event_beside_its_frame_and_says_how_the_device_is() -> None:
    outcome = _interpret(network.up(JUST_ON, f_port=2))
    assert outcome.uplink
    assert outcome.device_event
    assert outcome.health
    assert outcome.problem is None
    assert (outcome.device_event.kind, outcome.device_event.event_time) == ("node-status", outcome.uplink.event_time)
    assert outcome.device_event.event_id != outcome.uplink.event_id
    assert outcome.health.node_status == outcome.device_event.detail
    assert json.loads(outcome.device_event.detail)["firmware"] == "1.2.3"


def test_an_answer_is_an_event_and_says_nothing_of_health() -> None:
    outcome = _interpret(network.up(INTERVAL_NOW, f_port=3))
    assert outcome.device_event
    assert outcome.device_event.kind == "node-answer"
    assert json.loads(outcome.device_event.detail) == {**COMMANDS["up"][0]["decoded"], "field_name": "interval_s"}
    assert outcome.health is None


def test_a_status_of_a_year_to_come_is_believed_for_now() -> None:
    outcome = _interpret(network.up(JUST_ON, f_port=2, heard_s=NEW_YEAR_S + 600_000_000))
    assert outcome.health
    assert outcome.health.at == NEW_YEAR


def test_they_are_shown_field_by_field() -> None:
    trouble = bytes.fromhex(STATUS["valid"][2]["hex"])
    shown = "\n".join(explain.of_message(*network.up(trouble, f_port=2))[1] or ())
    for said in ("water-level", "watchdog", "3.64 V", "A02YYUW", "readings that had no room"):
        assert said in shown
    shown = "\n".join(explain.of_message(*network.up(INTERVAL_NOW, f_port=3))[1] or ())
    assert "interval_s" in shown
    assert "in force now" in shown


@pytest.fixture
def opened(database_url: str) -> Iterator[Session]:
    network.register(database_url)
    with session.opened(database_url) as opened:
        yield opened


def _store(opened: Session, *published: Published) -> None:
    opened.store([Message(*each, NEW_YEAR) for each in published])


def _health(database_url: str) -> tuple[datetime, dict[str, Any]]:
    ((at, status),) = rows(database_url, "SELECT node_status_at, node_status FROM device_health")
    return at, status


def test_the_newest_status_is_kept_with_the_device(database_url: str, opened: Session) -> None:
    trouble = bytes.fromhex(STATUS["valid"][2]["hex"])
    _store(opened, network.up(trouble, f_port=2, heard_s=NEW_YEAR_S + 60, fCnt=8))
    _store(opened, network.up(JUST_ON, f_port=2, fCnt=7), network.up(INTERVAL_NOW, f_port=3, fCnt=9))
    at, status = _health(database_url)
    assert at == NEW_YEAR + timedelta(minutes=1)
    assert (status["dropped"], status["errors"]) == (69_420, {"A02YYUW": 3, "battery": 1})
    kinds = rows(database_url, "SELECT kind, count(*) FROM device_event GROUP BY kind ORDER BY kind")
    assert kinds == [("node-answer", 1), ("node-status", 2)]
    assert count(database_url, "uplink") == 3


@pytest.mark.parametrize("together", [True, False])
def test_a_frame_that_comes_again_is_one_event(database_url: str, opened: Session, together: bool) -> None:
    first = network.up(JUST_ON, f_port=2)
    copy = network.up(JUST_ON, f_port=2, heard_s=NEW_YEAR_S + 2)
    timeless = network.up(JUST_ON, f_port=2, time=None, fCnt=8)
    for batch in [(first, first, copy, timeless, timeless)] if together else [(each,) for each in (first, copy, first)]:
        _store(opened, *batch)
    assert count(database_url, "device_event") == (2 if together else 1)


def test_a_bad_one_is_kept_as_an_error_and_mended_by_retrying(database_url: str, opened: Session) -> None:
    _store(opened, network.up(JUST_ON[:-1], f_port=2))
    assert rows(database_url, "SELECT reason FROM ingest_error") == [("payload-truncated",)]
    assert (count(database_url, "uplink"), count(database_url, "device_event")) == (1, 0)
    assert _health(database_url) == (None, None)
