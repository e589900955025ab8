"""Simulated nodes inside MicroPython: what they send, and what becomes of it, is what it is under CPython."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plietsch.firmware import errors, live, node, places, stations
from plietsch.firmware.commands.options import Options
from plietsch.firmware.ledger import Ledger
from plietsch.firmware.micropython import wire
from plietsch.firmware.micropython.node import MicroPython
from plietsch.firmware.micropython.program import FIRMWARE, Program, sources
from plietsch.firmware.region import FINE_DUST, WATER_LEVEL
from plietsch.firmware.world import Plan, World

START_S = 1767225600.0
TWO_HOURS_S = 7200


@pytest.fixture(scope="module")
def micropython() -> Iterator[MicroPython]:
    with MicroPython() as running:
        yield running


@pytest.fixture(scope="module")
def codec() -> Iterator[Program]:
    """MicroPython with the other end of `wire`."""
    with Program(sources(FIRMWARE / "node", "/node") | sources(FIRMWARE / "wasm", "/wasm")) as program:
        program.run("import sys, json\nsys.path[:0] = ['/node', '/wasm']\nimport runner")
        yield program


def _simulated(folder: Path, make: node.Make, deep_sleep: bool) -> tuple[list[Any], list[Any]]:
    """Return what two nodes publish in two hours, and what the ledger says of it, without what is never the same."""
    published: list[Any] = []

    def publish(topic: str, event: Any, *_: object) -> bool:
        published.append((topic, {**event, "deduplicationId": ""}))
        return True

    folder.mkdir()
    ledger = Ledger(folder / "ledger")
    options = {"make": make, "deep_sleep": deep_sleep}
    measuring = [stations.of_kind(kind, 1, 300)[0] for kind in (FINE_DUST, WATER_LEVEL)]
    source_of = live.source_of(7, begin_s=START_S)
    world = World(Plan(measuring, source_of, places.GATEWAYS, START_S, 7, node=options), folder, publish, ledger)
    for station in world.stations:
        station.switch_on()
    world.env.run(until=(START_S + TWO_HOURS_S) * 1000)
    world.end()
    ledger.close()
    lines = [json.loads(line) for line in (folder / "ledger").read_text().splitlines()]
    return published, [{**line, "measured_at": 0} for line in lines]


@pytest.mark.slow
@pytest.mark.parametrize("deep_sleep", [False, True])
def test_it_sends_the_same(micropython: MicroPython, tmp_path: Path, deep_sleep: bool):
    ours, ledger = _simulated(tmp_path / "cpython", node.make, deep_sleep)
    theirs, their_ledger = _simulated(tmp_path / "micropython", micropython.make, deep_sleep)
    assert sum(topic.endswith("/up") for topic, _ in ours) > 20
    assert theirs == ours
    assert len(ledger) > 24
    assert their_ledger == ledger


@pytest.mark.parametrize("asked", [False, True])
def test_a_simulation_runs_its_nodes_where_it_is_told_to(asked: bool):
    options = Options("mqtt://127.0.0.1", None, 1, None, None, micropython=asked)
    planned = Plan([], live.source_of(1), places.GATEWAYS, START_S, node={"deep_sleep": True})
    with options.open_world(planned) as world:
        assert ("make" in (world.node or {})) is asked
        assert (world.node or {})["deep_sleep"]


def test_a_node_that_fails_says_where(micropython: MicroPython):
    with pytest.raises(errors.MicroPythonFailed, match="ConfigError"):
        micropython.make({"kind": "no such kind"}, {"dev_eui": "00" * 8}, _ports())


def _ports() -> node.Ports:
    class Clock:
        def ms(self) -> int:
            return 0

    anything: Callable[..., Any] = lambda *_: None  # noqa: E731
    memory = node.memory()
    return node.Ports(Clock(), None, memory, memory, anything, {}, "/nowhere", "power-on", anything, node.HostCipher)  # type: ignore[arg-type]


ECHO = "result = json.dumps(runner.packed(runner.unpacked(json.loads(argument))))"
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(0, 99), inner),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_values_come_through_and_back(codec: Program, value: Any):
    through = codec.run(ECHO, wire.text(value))
    assert wire.read(through or "") == value
