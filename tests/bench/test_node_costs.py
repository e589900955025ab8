"""What is computed of a node's costs, and the canned world in which it is measured."""

from pathlib import Path

import pytest

from plietsch.firmware.node import HostCipher
from plietsch_bench.node import bytecode, compiled, energy, life, lpp, onboard, payloads, tables
from plietsch_bench.node.energy import DAY_S, Assumptions, Day
from plietsch_bench.node.kinds import KINDS
from plietsch_bench.plan import TINY

SIX = ("pm2_5", "pm10", "temperature", "humidity", "pressure", "battery")


def test_cayenne_needs_23_bytes_for_what_the_first_nodes_measured() -> None:
    assert lpp.size_bytes(SIX) == 23
    assert lpp.size_bytes(["temperature"]) == 4  # 03 67 01 10 of the reference


def test_no_reading_of_ours_is_longer_though_it_has_a_time() -> None:
    for row in payloads.run(TINY, lambda _: None).rows:
        assert float(row["bytes"]) <= float(row["bytes in CayenneLPP"])
        assert float(row["airtime a reading in it, ms"]) < float(row["airtime, ms"])


def test_a_node_that_sleeps_draws_what_sleeping_takes() -> None:
    charge = energy.charge_mah(Day("rain", {"sleep": DAY_S}, 0, 0, 0), Assumptions())
    assert sum(charge.values()) == pytest.approx(24 * 0.0206)
    assert charge["awake"] == charge["sending"] == 0


def test_the_battery_pays_for_each_state() -> None:
    day = Day("water-level", {"measure": 3600, "send": 3600}, 1800, 900, 720)
    charge = energy.charge_mah(day, Assumptions())
    assert charge["awake"] == pytest.approx(2 * 35 + 0.1 * 35)  # an hour each, and 720 times half a second
    assert charge["sending"] == pytest.approx(0.5 * 90)
    assert charge["receiving"] == pytest.approx(0.25 * 5.3)
    assert charge["instruments"] == pytest.approx(8)
    twice = Assumptions(capacity_mah=2 * Assumptions().capacity_mah, self_discharge_a_month=0)
    once = Assumptions(self_discharge_a_month=0)
    assert energy.life_days(day, twice) == pytest.approx(2 * energy.life_days(day, once))


@pytest.mark.parametrize(("power_dbm", "current_ma"), [(2, 90), (14, 90), (16, 95), (22, 118)])
def test_the_current_is_that_of_the_next_power(power_dbm: int, current_ma: float) -> None:
    assert energy.transmit_ma(Assumptions(power_dbm=power_dbm)) == current_ma


def test_names_and_code_are_told_apart(tmp_path: Path) -> None:
    source = tmp_path / "x.py"
    source.write_text("def quite_new(print):\n    return b'constant of twenty bytes'\n")
    once = tmp_path / "once.py"
    once.write_text("class Empty:\n    value = 1\n    other = value + value + value\n")
    assert bytecode.parts(compiled.compile_file(once)).code == 0
    parts = bytecode.parts(compiled.compile_file(source))
    assert b"quite_new" in parts.names
    assert b"print" not in parts.names  # MicroPython knows it
    assert parts.code == 16
    assert parts.constants == 32
    with pytest.raises(ValueError, match="mpy"):
        bytecode.parts(b"no bytecode")


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_a_canned_node_joins_learns_the_time_and_sends(tmp_path: Path, kind: str) -> None:
    seen: list[str] = []
    board = onboard.Node(kind, HostCipher, str(tmp_path), trace=lambda name, *_: seen.append(name))
    board.make()
    for _ in range(4):
        board.cycle()
    assert {"state", "taken", "tx", "rx", "dated", "sent"} <= set(seen)


def test_each_wake_is_measured(tmp_path: Path) -> None:
    wakes = onboard.waking("fine-dust", HostCipher, str(tmp_path), 3)
    assert len(wakes) == 3
    assert all(made >= 0 and sent > 0 and blocks >= 4 for made, sent, blocks in wakes)


def test_a_day_has_all_its_seconds() -> None:
    kind, weather, _ = life.CASES["rain"]
    day = life.day(kind, 7, weather)
    assert sum(day.states_s.values()) == pytest.approx(DAY_S, rel=0.001)
    assert 0 < day.sending_s < 30
    assert day.wakes >= 24


def test_a_table_takes_the_place_of_the_former_one() -> None:
    text = "before\n<!-- N1 -->\n| old |\n<!-- /N1 -->\nafter <!-- N2 --> <!-- /N2 -->\n"
    assert tables.put(text, "N1", "| new |\n") == text.replace("old", "new")
    assert tables.put(text, "N9", "| new |\n") == text


def test_every_table_has_its_place() -> None:
    documents = "".join(document.read_text(encoding="utf-8") for document in tables.DOCUMENTS)
    for name, table in tables.TABLES.items():
        assert f"<!-- {name} -->\n{table()}<!-- /{name} -->" in documents, (
            f"{name}: python -m plietsch_bench.node.tables"
        )
