"""What a course is made of: spans and their steps, gaps, the lines that a chart is held against. Pure."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plietsch.dashboards import quantities
from plietsch.dashboards.scales import Level
from plietsch.dashboards.station import gaps, limits, spans
from plietsch.dashboards.station.gaps import Gap
from plietsch.dashboards.station.spans import SPANS, STEPS, Step, Window
from plietsch.dashboards.texts import Texts

EPOCH = datetime(2026, 5, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")
# When a step ends that a moment lies in.
HOURS = partial(spans.ended, "1h", zone=BERLIN)
DAYS = partial(spans.ended, "1d", zone=BERLIN)
DUST = quantities.shortest_gap(["pm2_5"])
WATER = quantities.shortest_gap(["water_level"])


def _moments(*seconds: int) -> list[datetime]:
    return [EPOCH + timedelta(seconds=second) for second in seconds]


def _between(seconds: list[int], shortest: timedelta = DUST) -> list[Gap]:
    """The gaps between values measured at these seconds."""
    moments = _moments(*seconds)
    return gaps.of_moments(moments, moments[0], moments[-1], shortest)


def test_a_station_that_changes_its_pace_keeps_its_line():
    history = [index * 300 for index in range(288)]
    live = [history[-1] + 300 + index * 5 for index in range(400)]
    assert _between(history + live) == []


def test_a_pause_of_two_hours_is_a_gap():
    before = [index * 300 for index in range(20)]
    after = [before[-1] + 7200 + index * 300 for index in range(20)]
    assert _between(before + after) == [Gap(*_moments(before[-1], after[0]))]


def test_a_station_that_measures_hourly_has_a_line():
    assert _between([index * 3600 for index in range(24)]) == []


def test_a_few_missed_minutes_are_no_gap():
    assert _between([0, 5, 10, 600, 605]) == []


def test_a_node_that_sends_when_something_changes_has_a_line():
    rising = [0, 60, 120, 180]
    quiet = [180 + hour * 3600 for hour in range(1, 4)]
    missed_one = [quiet[-1] + 7200, quiet[-1] + 7260]
    assert _between(rising + quiet + missed_one, WATER) == []


def test_a_node_that_does_not_even_say_that_nothing_changes_has_a_gap():
    assert _between([0, 60, 120, 120 + 4 * 3600, 180 + 4 * 3600], WATER) == [Gap(*_moments(120, 120 + 4 * 3600))]


def test_silence_at_the_ends_of_a_span_is_a_gap_too():
    times = _moments(7200, 7500, 7800)
    assert gaps.of_moments(times, EPOCH, EPOCH + 4 * HOUR, DUST) == [
        Gap(EPOCH, times[0]),
        Gap(times[-1], EPOCH + 4 * HOUR),
    ]
    assert gaps.of_moments([], EPOCH, EPOCH + HOUR, DUST) == [Gap(EPOCH, EPOCH + HOUR)]


def test_of_hours_whole_ones_are_missing():
    hours = [EPOCH + number * HOUR for number in (1, 2, 5)]
    assert gaps.of_steps(hours, HOURS, EPOCH, EPOCH + 6.5 * HOUR, DUST, DUST) == [
        Gap(EPOCH, EPOCH + HOUR),
        Gap(EPOCH + 3 * HOUR, EPOCH + 5 * HOUR),
    ]
    # Two hours of silence are nothing for a node that speaks when something changes.
    assert gaps.of_steps(hours, HOURS, EPOCH + HOUR, EPOCH + 6.5 * HOUR, WATER, WATER) == []


@given(st.lists(st.integers(0, 10**6), min_size=1, unique=True), st.integers(0, 10**6))
def test_gaps_never_hold_a_value_and_follow_each_other(seconds: list[int], end: int):
    times = _moments(*sorted(seconds))
    found = gaps.of_moments(times, EPOCH, max(times[-1], EPOCH + timedelta(seconds=end)), DUST)
    assert all(gap.until - gap.since > DUST for gap in found)
    assert all(earlier.until <= later.since for earlier, later in pairwise(found))
    assert not any(gap.since < time < gap.until for gap in found for time in times)


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("at", ["2026-03-29T00:59:59.5", "2026-03-29T01:00:00", "2026-10-25T12:34:56"])
def test_a_window_is_as_long_as_its_span_and_holds_the_moment_in_whole_steps(span: str, at: str):
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    steps: set[Step] = {*SPANS[span].steps, SPANS[span].sums}
    for step in steps:
        window = SPANS[span].window(step, moment, BERLIN)
        if step == "1d":
            since, until = (each.astimezone(BERLIN) for each in window)
            assert since.time() == until.time() == datetime.min.time()
            assert until.date() - since.date() == SPANS[span].length
            assert until.date() == moment.astimezone(BERLIN).date() + DAY
            continue
        assert window.until - window.since == SPANS[span].length
        if step == "raw":
            assert window.until == moment
            continue
        assert window.until - STEPS[step] <= moment < window.until
        assert (window.until - datetime(1970, 1, 1, tzinfo=UTC)) % STEPS[step] == timedelta(0)


@pytest.mark.parametrize(("changes", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_where_clocks_change_a_day_is_shorter_or_longer_and_missing_as_a_whole(changes: date, hours: int):
    begins = [_midnight(changes + number * DAY) for number in range(-1, 3)]
    window = spans.between(begins[0] + 5 * HOUR, begins[-1], BERLIN).window("1d", begins[-1], BERLIN)
    assert window == Window(begins[0], begins[-1])
    assert spans.begins("1d", window, BERLIN) == begins[:-1]
    assert (spans.begun("1d", begins[2] - HOUR, BERLIN), DAYS(begins[1])) == (begins[1], begins[2])
    assert DAYS(begins[1]) - begins[1] == hours * HOUR
    # Missing between two days, and before the first one; of a day that has begun, nothing is.
    alone = [Gap(begins[1], begins[2])]
    assert gaps.of_steps([begins[0], begins[2]], DAYS, begins[0], begins[3], WATER, DAY) == alone
    assert gaps.of_steps(begins[2:3], DAYS, begins[1], begins[3], WATER, DAY) == alone
    assert gaps.of_steps(begins[2:3], DAYS, begins[1] + HOUR, begins[3], WATER, DAY) == []
    assert gaps.of_steps(begins[:3], DAYS, begins[0], begins[3], WATER, DAY) == []


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)


def test_of_sums_each_hour_counts_and_the_newest_one_is_waited_for():
    hours = [EPOCH, EPOCH + 2 * HOUR]
    assert gaps.of_steps(hours, HOURS, EPOCH, EPOCH + 3.1 * HOUR, timedelta(0), WATER) == [
        Gap(EPOCH + HOUR, EPOCH + 2 * HOUR)
    ]
    late = EPOCH + 5.3 * HOUR
    assert gaps.of_steps(hours, HOURS, EPOCH, late, timedelta(0), WATER)[-1] == Gap(EPOCH + 3 * HOUR, late)


def test_an_unknown_span_is_a_day():
    assert spans.chosen("decade") is spans.chosen(None) is SPANS["day"]


def test_means_of_days_are_held_against_what_holds_for_days():
    texts = Texts.read("en")
    assert [(limit.value, "WHO" in limit.name, "EU" in limit.name) for limit in limits.of_days("pm2_5", texts)] == [
        (15, True, False),
        (25, False, True),
    ]
    assert [(limit.value, "WHO" in limit.name, "EU" in limit.name) for limit in limits.of_days("pm10", texts)] == [
        (45, True, True),
        (50, False, True),
    ]
    assert limits.of_days("temperature", texts) == []


def test_levels_have_their_own_names_and_colours():
    found = limits.of_gauge(500, [Level(620, 1, "erhöht"), Level(660, 2, "Sturmflut")], Texts.read("de"))
    assert [(limit.value, limit.name, limit.band) for limit in found] == [
        (500, "Mittlerer Wasserstand", ""),
        (620, "erhöht", "level-1"),
        (660, "Sturmflut", "level-2"),
    ]
