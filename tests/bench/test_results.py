"""The form in which a benchmark's results are kept, and the figures in it."""

import json
import math
from datetime import UTC, datetime
from pathlib import Path

import pytest

from plietsch_bench import events, results
from plietsch_bench.results import Goal, Peer, Result

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)


def _result(figure: float = 12_345.678) -> Result:
    peers = {"other": results.peer([1.0, 3.0, 2.0], figure, "messages/s"), "absent": results.peer([], 1.0, "x", "gone")}
    goals = [Goal("of the limit", 0.5, figure / 20_000), Goal("times nobody", 5, None)]
    return Result("B9", "something", figure, "messages/s", 20_000.0, peers, goals, {"more": 0.123456}, 3)


def test_a_result_is_kept_in_the_form_that_is_agreed(tmp_path: Path) -> None:
    kept = json.loads(results.write(tmp_path / "results", _result(), "two cores", AT).read_text())
    assert {"name", "what", "figure", "unit", "limit", "ratio_to_limit", "peers", "machine", "at"} <= set(kept)
    assert (kept["figure"], kept["limit"], kept["ratio_to_limit"]) == (12_346, 20_000, 0.6173)
    assert kept["at"] == "2026-01-01T12:00:00Z"
    assert kept["peers"]["other"]["figure"] == 2.0
    assert kept["peers"]["absent"] == {"figure": None, "unit": "x", "ratio": None, "note": "gone"}


def test_a_goal_that_was_not_measured_was_neither_reached_nor_missed() -> None:
    assert [goal.reached for goal in _result().goals] == [True, None]
    assert not Goal("x", 0.7, 0.6).reached
    assert [Goal("x", 1.3, value, at_most=True).reached for value in (1.2, 1.3, 1.4, None)] == [True, True, False, None]


def test_ratios_have_ours_above(tmp_path: Path) -> None:
    assert results.peer([4.0], 8.0, "x") == Peer(4.0, "x", 2.0)
    assert results.ratio(1.0, 0.0) == math.inf


@pytest.mark.parametrize("number", [0, 999, 1_000, 199_999])
def test_no_two_readings_of_a_backlog_share_a_key(number: int) -> None:
    this, later = events.heard(number), events.heard(number + events.DEVICES)
    assert this.device == later.device
    assert (later.at - this.at).total_seconds() == events.INTERVAL_S
    assert next(events.messages(1, number)) == next(events.messages(1, number))
