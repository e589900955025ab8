"""The comparison finds what is wrong, and only that."""

import pytest

from plietsch.firmware.check.api import Stored
from plietsch.firmware.check.compare import Comparison, compare
from plietsch.firmware.replay.archive import Reading
from plietsch.firmware.replay.plan import plan

TIME_S = 1_555_545_742
GOOD = [
    Stored("replay-77", "pm2_5", TIME_S, 7.2, 1),
    Stored("replay-77", "pm10", TIME_S, 10.5, 1),
]


def recorded(pm2_5: float = 7.25, pm10: float | None = 10.5) -> Reading:
    values = {"pm2_5": pm2_5} if pm10 is None else {"pm2_5": pm2_5, "pm10": pm10}
    return Reading("77", "1", "SDS011", -2.2, 56.9, TIME_S, values, "a.csv:2")


def found(reading: Reading, stored: list[Stored]) -> Comparison:
    return compare(plan([reading]), stored)


def test_what_is_stored_as_recorded_is_well():
    comparison = found(recorded(), GOOD)
    assert (comparison.total("stored"), comparison.faults) == (2, 0)
    assert comparison.readings == {"SDS011": 1}


@pytest.mark.parametrize(
    ("stored", "fault"),
    [
        (GOOD[:1], "missing"),
        ([*GOOD, GOOD[0]], "doubled"),
        ([*GOOD, Stored("replay-77", "pm10", TIME_S + 1, 10.5, 1)], "unexpected"),
        ([*GOOD, Stored("replay-77", "temperature", TIME_S, 10.5, 1)], "unexpected"),
        ([GOOD[0], Stored("replay-77", "pm10", TIME_S, 10.6, 1)], "wrong value"),
        ([GOOD[0], Stored("replay-77", "pm10", TIME_S, None, 9)], "wrong value"),
        ([GOOD[0], Stored("replay-77", "pm10", TIME_S, None, 4)], "wrong value"),
    ],
)
def test_each_fault_is_found(stored: list[Stored], fault: str):
    comparison = found(recorded(), stored)
    assert comparison.total(fault) == comparison.faults == 1
    assert len(comparison.examples[fault]) == 1


def test_a_value_beyond_the_range_is_to_be_said_as_such():
    said = [GOOD[0], Stored("replay-77", "pm10", TIME_S, None, 4)]
    assert found(recorded(pm10=1556.23), said).total("above range") == 1
    assert found(recorded(pm10=-3.0), said).total("below range") == 1
    for wrong in (999.9, 1556.2):
        kept = [GOOD[0], Stored("replay-77", "pm10", TIME_S, wrong, 1)]
        assert found(recorded(pm10=1556.23), kept).total("wrong value") == 1


def test_just_beyond_the_range_rounding_may_decide_either_way():
    for stored in (None, 999.9):
        row = Stored("replay-77", "pm10", TIME_S, stored, 4 if stored is None else 1)
        assert found(recorded(pm10=999.94), [GOOD[0], row]).faults == 0


def test_a_value_that_was_not_recorded_is_stored_as_missing():
    row = Stored("replay-77", "pm10", TIME_S, None, 9)
    assert found(recorded(pm10=None), [GOOD[0], row]).faults == 0
    invented = Stored("replay-77", "pm10", TIME_S, 0.0, 1)
    assert found(recorded(pm10=None), [GOOD[0], invented]).total("unexpected") == 1
