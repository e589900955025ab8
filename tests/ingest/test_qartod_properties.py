"""Flags are a function of the set of values: whoever comes when, alone or together, late or twice."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from plietsch.ingest.qartod.testing import NAMES, Beside, Value, reach, run
from plietsch.ingest.qartod.values import SAME_READING_S, Usable
from plietsch.platform.device_types.specification import FlatLine, Limits, MultiVariate, Neighbour, Spike, Threshold

START_S = 1_767_225_600
NEIGHBOUR_S = 400

# Few different numbers, so that stretches are flat and differences meet thresholds; and all that a number can be.
_USUAL = st.sampled_from([0.0, 0.0, 0.1, 5.0, 5.1, 20.0])
_ANY = st.one_of(_USUAL, _USUAL, _USUAL, st.none() | st.floats())
_STEPS = st.sampled_from([300, 300, 300, 300, 300, 1, 5, 20, 150, 301, 600, 1000, 1800, 4000])
_FLAGS = st.sampled_from([1, 1, 1, 1, 1, 2, 3, 4, 9])


@st.composite
def _series(draw: st.DrawFn, most: int = 40) -> list[Value]:
    time_s, values = START_S, list[Value]()
    for step_s, result, flag in draw(st.lists(st.tuples(_STEPS, _ANY, _FLAGS), max_size=most)):
        time_s += step_s
        values.append(Value(time_s, result, flag))
    return values


def _bounds(numbers: st.SearchStrategy[float]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"suspect": numbers}, optional={"fail": numbers})


_LONGEST = st.sampled_from([300.0, 600.0, 1800.0])
_SPIKES = st.builds(
    lambda bounds, longest_s, share: Spike(**bounds, longest_step_s=longest_s, share=share),
    _bounds(st.sampled_from([0.05, 1.0, 15.0])),
    _LONGEST,
    st.sampled_from([0.0, 0.5]),
)
_RATES = st.builds(
    lambda bounds, longest_s: Threshold(**bounds, longest_step_s=longest_s),
    _bounds(st.sampled_from([1.0, 60.0, 600.0])),
    _LONGEST,
)
_FLAT = st.builds(
    FlatLine,
    tolerance=st.sampled_from([0.0, 0.1, 5.0]),
    suspect_after_s=st.sampled_from([None, 300.0, 900.0]),
    fail_after_s=st.sampled_from([None, 600.0, 1500.0]),
    longest_step_s=st.sampled_from([300.0, 1000.0]),
)
_OTHER = st.fixed_dictionaries(
    {},
    optional={
        "suspect_range": st.just((0.0, 20.0)),
        "multi_variate": st.just(MultiVariate(channel="other", at_least=5)),
        "neighbour": st.just(Neighbour(suspect=3, radius_km=5, within_s=NEIGHBOUR_S, least=2)),
    },
)
# Those that look at values around, one or two of them, lest the reach of one hide that another's is too short.
_AROUND = st.one_of(
    st.fixed_dictionaries({"spike": _SPIKES}),
    st.fixed_dictionaries({"spike": _SPIKES, "rate_of_change": _RATES}),
    st.fixed_dictionaries({"flat_line": _FLAT}),
)
_LIMITS = st.builds(lambda around, other: Limits(**around, **other), _AROUND, _OTHER)
_BESIDE = st.builds(
    lambda other, neighbours: Beside({"other": other}, [Usable.of(each) for each in neighbours]),
    _series(),
    st.lists(_series(), max_size=3),
)


def _found(values: Sequence[Value], limits: Limits, beside: Beside) -> dict[int, dict[str, int]]:
    """The tests that each value did not pass, by its time."""
    return {value.time_s: tests for value, tests in zip(values, run(values, limits, beside), strict=True)}


def _cut(values: Sequence[Value], first_s: float, last_s: float) -> Sequence[Value]:
    first = bisect_left(values, first_s, key=lambda each: each.time_s)
    return values[first : bisect_right(values, last_s, key=lambda each: each.time_s)]


@given(_series(), _LIMITS, _BESIDE, st.randoms(use_true_random=False))
def test_whatever_values_are_the_order_in_which_they_are_given_does_not_matter(
    values: list[Value], limits: Limits, beside: Beside, chance: Any
):
    expected = _found(values, limits, beside)
    for value in values:
        tests = expected[value.time_s]
        assert set(tests) <= set(NAMES)
        assert set(tests.values()) <= {3, 4}
        assert not tests or (value.result is not None and value.flag not in (4, 9))
    for mixed in (values, beside.channels["other"], beside.neighbours):
        chance.shuffle(mixed)
    assert _found(values, limits, beside) == expected


def _values(station: Usable) -> list[Value]:
    return [Value(time_s, result, 1) for time_s, result in zip(*station, strict=True)]


@given(_series(most=25), _LIMITS, _BESIDE)
def test_what_lies_beyond_the_reach_does_not_matter(values: list[Value], limits: Limits, beside: Beside):
    far, of_all = reach(limits), _found(values, limits, beside)
    for time_s, _, _ in values:
        around = Beside(
            {"other": _cut(beside.channels["other"], time_s - SAME_READING_S, time_s + SAME_READING_S)},
            [Usable.of(_cut(_values(each), time_s - NEIGHBOUR_S, time_s + NEIGHBOUR_S)) for each in beside.neighbours],
        )
        window = _cut(values, time_s - far.before_s, time_s + far.after_s)
        assert _found(window, limits, around)[time_s] == of_all[time_s]


@given(_series(), _LIMITS, _BESIDE, st.randoms(use_true_random=False), st.integers(1, 5))
def test_late_early_or_in_one_batch_flags_end_the_same(
    values: list[Value], limits: Limits, beside: Beside, chance: Any, batches: int
):
    """As who follows the ledger does it: of each batch only what it can change is tested anew."""
    expected, far = _found(values, limits, beside), reach(limits)
    arriving = chance.sample(values, len(values))
    known, flags = list[Value](), dict[int, dict[str, int]]()
    for number in range(batches):
        batch = arriving[number::batches]
        known = sorted([*known, *batch], key=lambda each: each.time_s)
        for came in batch:
            first_s, last_s = came.time_s - far.after_s, came.time_s + far.before_s
            window = _cut(known, first_s - far.before_s, last_s + far.after_s)
            found = _found(window, limits, beside)
            flags |= {value.time_s: found[value.time_s] for value in _cut(known, first_s, last_s)}
    assert flags == expected


@given(st.lists(st.integers(-3, 3).map(float), max_size=30), _SPIKES)
def test_what_only_rises_has_no_spike(results: list[float], spikes: Spike):
    values = [Value(START_S + 300 * number, result, 1) for number, result in enumerate(sorted(results))]
    assert run(values, Limits(spike=spikes)) == [{} for _ in values]


@given(_series(most=25), _FLAT)
def test_a_flat_line_is_what_who_looks_at_every_stretch_finds(values: list[Value], limits: FlatLine):
    usable = [value for value in values if value.flag not in (4, 9) and abs(_number(value)) < 1e12]
    expected = dict.fromkeys((value.time_s for value in values), 0)
    for first in range(len(usable)):
        for last in range(first, len(usable)):
            stretch = usable[first : last + 1]
            for value in stretch:
                expected[value.time_s] = max(expected[value.time_s], _flat(stretch, limits))
    found = run(values, Limits(flat_line=limits))
    assert [tests.get("flat_line", 0) for tests in found] == list(expected.values())


def _flat(stretch: Sequence[Value], limits: FlatLine) -> int:
    results, times = [_number(value) for value in stretch], [value.time_s for value in stretch]
    if max(results) - min(results) > limits.tolerance + 1e-7 or _longest(times) > limits.longest_step_s:
        return 0
    lasts_s = times[-1] - times[0]
    if limits.fail_after_s is not None and lasts_s >= limits.fail_after_s:
        return 4
    return 3 if limits.suspect_after_s is not None and lasts_s >= limits.suspect_after_s else 0


def _number(value: Value) -> float:
    return float("nan") if value.result is None else value.result


def _longest(times: Iterable[int]) -> int:
    return max((after - before for before, after in pairwise(times)), default=0)
