"""What is computed at a station: from which series, by which deployment, and from whatever order of arrival."""

import math
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plietsch.ingest.qartod.values import Value
from plietsch.ingest.series import methods
from plietsch.ingest.series.methods import Computation, Mounted, Series
from plietsch.platform.methods import EAQI, GAUGE_ZERO, GAUGE_ZERO_SOUND, KAPPA_KOEHLER, RAIN_DIFFERENCE, RAIN_SUM

HOUR_S = 3600
DISTANCE, TEMPERATURE, LEVEL, PM10, HUMIDITY, DRY, TIPS, RAIN, HOUR, DAY, INDEX = range(1, 12)
EVERYTHING = {
    Series("distance"): DISTANCE, Series("temperature"): TEMPERATURE, Series("water_level", GAUGE_ZERO): LEVEL,
    Series("pm10"): PM10, Series("humidity"): HUMIDITY, Series("pm10", KAPPA_KOEHLER): DRY,
    Series("rain_tips"): TIPS, Series("rain", RAIN_DIFFERENCE): RAIN, Series("rain_1h", RAIN_SUM): HOUR,
    Series("rain_24h", RAIN_SUM): DAY, Series("aqi_eu", EAQI): INDEX,
}  # fmt: skip


def _mounted(
    series: dict[Series, int], since_s: float = -math.inf, until_s: float = math.inf, height_m: float | None = 8.0,
    tip_mm: float | None = 0.2, assumes_c: float | None = None,
) -> Mounted:  # fmt: skip
    return Mounted(since_s, until_s, series, 900, height_m, tip_mm, assumes_c)


def _one(series: dict[Series, int], *deployments: Mounted) -> Computation:
    (found,) = methods.computations(deployments or [_mounted(series)])
    return found


def _good(*values: tuple[int, float | None]) -> list[Value]:
    return [Value(time_s, result, 1 if result is not None else 9) for time_s, result in values]


def test_what_is_an_input_of_another_series_comes_before_it():
    found = methods.computations([_mounted(EVERYTHING)])
    assert [(each.output, each.inputs) for each in found] == [
        (LEVEL, (DISTANCE,)), (DRY, (PM10, HUMIDITY)), (RAIN, (TIPS,)), (HOUR, (RAIN,)), (DAY, (RAIN,)),
        (INDEX, (DRY,)),
    ]  # fmt: skip
    known = {DISTANCE, TEMPERATURE, PM10, HUMIDITY, TIPS}
    for each in found:
        assert set(each.inputs) <= known
        known.add(each.output)


@pytest.mark.parametrize(
    "mounted",
    [
        _mounted({Series("water_level", GAUGE_ZERO): LEVEL}),
        _mounted({Series("water_level", GAUGE_ZERO): LEVEL, Series("distance"): DISTANCE}, height_m=None),
        _mounted({Series("rain", RAIN_DIFFERENCE): RAIN, Series("rain_tips"): TIPS}, tip_mm=None),
        _mounted({Series("rain_1h", RAIN_SUM): HOUR}),
        _mounted({}),
    ],
)
def test_without_what_it_needs_nothing_is_computed(mounted: Mounted):
    assert methods.computations([mounted]) == []


def test_a_level_is_that_of_the_mounting_of_its_time():
    series = {Series("distance"): DISTANCE, Series("water_level", GAUGE_ZERO): LEVEL}
    level = _one(series, _mounted(series, 0, 100, 8.0), _mounted(series, 100, 200, 9.0))
    distances = {DISTANCE: _good((0, 3000), (99, 3000), (100, 3000), (199, 3000), (200, 3000))}
    assert level.compute(distances, 0, 500) == _good((0, 500), (99, 500), (100, 600), (199, 600))
    assert level.compute(distances, 99, 100) == _good((99, 500), (100, 600))


def test_sound_is_as_fast_as_the_air_of_the_same_reading_is_warm():
    series = {
        Series("distance"): DISTANCE, Series("temperature"): TEMPERATURE,
        Series("water_level", GAUGE_ZERO_SOUND): LEVEL,
    }  # fmt: skip
    level = _one(series, _mounted(series, assumes_c=20.0))
    values = {DISTANCE: _good((0, 3000), (60, 3000)), TEMPERATURE: _good((0, -20.0), (30, -20.0))}
    assert level.compute(values, 0, 60) == [Value(0, 521.2, 1), Value(60, 500.0, 3)]


def test_a_probe_below_the_zero_has_a_height_that_is_negative():
    series = {Series("water_depth"): DISTANCE, Series("water_level", GAUGE_ZERO): LEVEL}
    level = _one(series, _mounted(series, height_m=-1.2))
    assert level.compute({DISTANCE: _good((0, 170.0))}, 0, 0) == _good((0, 50.0))


def test_a_device_that_follows_another_counts_from_its_own_number():
    series = {Series("rain_tips"): TIPS, Series("rain", RAIN_DIFFERENCE): RAIN}
    rain = _one(series, _mounted(series, 0, 100, tip_mm=0.2), _mounted(series, 100, tip_mm=0.1))
    counts = {TIPS: _good((0, 0), (60, 10), (100, 70), (160, 95))}
    assert rain.compute(counts, 0, 200) == _good((0, 0), (60, 2.0), (100, None), (160, 2.5))


def test_an_index_is_of_corrected_dust_where_there_is_some():
    raw = {Series("pm10"): PM10, Series("aqi_eu", EAQI): INDEX}
    values = {PM10: _good(*((900 * n, 50.0) for n in range(4))), DRY: _good(*((900 * n, 10.0) for n in range(4)))}
    assert _one(raw).compute(values, 0, 0) == _good((0, 3))
    _, index = methods.computations(
        [_mounted({**raw, Series("humidity"): HUMIDITY, Series("pm10", KAPPA_KOEHLER): DRY})]
    )
    assert index.compute(values, 0, 0) == _good((0, 1))
    assert index.compute(values, 1, HOUR_S) == []


_READINGS = st.lists(
    st.tuples(st.integers(0, 900), st.integers(0, 60), st.sampled_from((1, 1, 1, 3, 4, 9))), max_size=30
)


def _values(readings: Sequence[tuple[int, int, int]]) -> dict[int, list[Value]]:
    """Readings of everything, some minutes apart; the counter counts on."""
    found: dict[int, list[Value]] = {each: [] for each in (DISTANCE, TEMPERATURE, PM10, HUMIDITY, TIPS)}
    time_s, tips = 0, 0
    for pause, number, flag in readings:
        time_s, tips = time_s + pause + 1, tips + number % 7
        for each, result in ((DISTANCE, 3000 + number), (PM10, number), (HUMIDITY, 40 + number), (TIPS, tips)):
            found[each].append(Value(time_s, None if flag == 9 else float(result), flag))
    return found


def _everything(values: dict[int, list[Value]], since_s: int, until_s: int) -> dict[int, list[Value]]:
    """All series from all values, each one's inputs cut to its reach."""
    known = dict(values)
    for each in methods.computations([_mounted(EVERYTHING)]):
        known[each.output] = each.compute(known, since_s, until_s)
    return known


@given(_READINGS, st.integers(0, 30_000), st.integers(0, 30_000))
def test_a_span_gives_of_every_series_what_all_values_give(
    readings: list[tuple[int, int, int]], since_s: int, until_s: int
):
    """Whoever loads no more than a method says that it needs gets the same."""
    every = _everything(_values(readings), -10 * HOUR_S, 100 * HOUR_S)
    for each in methods.computations([_mounted(EVERYTHING)]):
        first, last = since_s - each.reach.before_s, until_s + each.reach.after_s
        near = {one: [value for value in every[one] if first <= value.time_s <= last] for one in each.inputs}
        wanted = [value for value in every[each.output] if since_s <= value.time_s <= until_s]
        assert each.compute(near, since_s, until_s) == wanted


@given(_READINGS, st.randoms(use_true_random=False))
def test_what_came_late_changes_what_it_concerns_and_nothing_else(readings: list[tuple[int, int, int]], random: Random):
    """Readings one by one in any order, each followed by computing anew what its time reaches, end as all at once."""
    values = _values(readings)
    came: dict[int, list[Value]] = {one: [] for one in values}
    stored: dict[int, dict[int, Value]] = {each: {} for each in EVERYTHING.values()}
    order = list(range(len(readings)))
    random.shuffle(order)
    for number in order:
        touched = {one: values[one][number] for one in values if values[one]}
        for one, value in touched.items():
            came[one] = sorted([*came[one], value])
            stored[one][value.time_s] = value
        spans = {one: (value.time_s, value.time_s) for one, value in touched.items()}
        for each in methods.computations([_mounted(EVERYTHING)]):
            some = [spans[one] for one in each.inputs if one in spans]
            if not some:
                continue
            first = int(min(since for since, _ in some) - each.reach.after_s)
            last = int(max(until for _, until in some) + each.reach.before_s)
            inputs = {one: sorted(stored[one].values()) for one in each.inputs}
            kept = {time_s: value for time_s, value in stored[each.output].items() if not first <= time_s <= last}
            stored[each.output] = kept | {value.time_s: value for value in each.compute(inputs, first, last)}
            spans[each.output] = first, last
    every = _everything(values, -10 * HOUR_S, 100 * HOUR_S)
    assert {one: sorted(some.values()) for one, some in stored.items() if some} == {
        one: some for one, some in every.items() if some
    }
