"""A year of recorded rain through the rain node: every tip is counted, and a power cut costs those that fell in it."""

import bisect
import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from plietsch.firmware.region import RAIN
from plietsch.firmware.replay import gateways, rain
from plietsch.firmware.replay.rain import Rain
from plietsch.firmware.shown import BATTERY
from plietsch.firmware.station import Source
from plietsch.firmware.world import Plan
from plietsch.platform.local.broker import EmbeddedBroker
from support import both_ends, recordings, whole_way
from support.whole_way import MILLISECONDS, Stored

HOUR_S, DAY_S = 3_600, 86_400
PLACE = (9.02, 46.24)  # Ticino
# The file's rows are 7 006 and a last one; one of them is six tips at once, one half a tip.
TIPS = 7_011
# The wettest month of the year, and all of it.
OCTOBER = datetime(2023, 10, 1, tzinfo=UTC).timestamp(), datetime(2023, 11, 1, tzinfo=UTC).timestamp()
YEAR = datetime(2023, 1, 1, tzinfo=UTC).timestamp(), datetime(2024, 1, 1, tzinfo=UTC).timestamp()
# The node's default: so often it looks at its counter.
INTERVAL_S = 300
# A frame and what follows it may delay that.
LATE_S = 10
CUT_S = 2 * HOUR_S

Cut = tuple[float, float]


@pytest.fixture(scope="module")
def recorded() -> Rain:
    """The recording."""
    found = rain.read(recordings.path("rain/P_BED.csv"))
    assert (found.problems, len(found.tips_s)) == ([], TIPS)
    return found


@pytest.fixture
def period(request: pytest.FixtureRequest) -> Cut:
    """The wettest month, or the year with --long."""
    return YEAR if request.config.getoption("--long") else OCTOBER


@pytest.mark.slow
def test_every_tip_is_counted(recorded: Rain, period: Cut, database_url: str, aedes: EmbeddedBroker, tmp_path: Path):
    held = _replay(recorded, period, [], database_url, aedes, tmp_path)
    start_s, end_s = period
    assert held[max(held)] - held[min(held)] == recorded.count(end_s) - recorded.count(start_s)
    assert {time_s: recorded.count(time_s) - recorded.count(start_s) for time_s in held} == held
    assert _hours_that_differ(held, recorded, period) == []


@pytest.mark.slow
def test_a_power_cut_costs_the_tips_that_fell_in_it(
    recorded: Rain, database_url: str, aedes: EmbeddedBroker, tmp_path: Path
):
    wettest = max(recorded.tips_s, key=lambda time_s: recorded.count(time_s) - recorded.count(time_s - HOUR_S))
    period = wettest - 2 * DAY_S, wettest + DAY_S
    cuts = [(wettest - DAY_S, wettest - DAY_S + 60), (wettest - CUT_S, wettest - HOUR_S), (wettest, wettest + CUT_S)]
    held = _replay(recorded, period, cuts, database_url, aedes, tmp_path)
    times = sorted(held)
    assert all(held[before] <= held[after] for before, after in itertools.pairwise(times))
    lost = recorded.count(period[1]) - recorded.count(period[0]) - (held[times[-1]] - held[times[0]])
    surely, perhaps = _in(recorded, cuts), _in(recorded, [(since_s - INTERVAL_S, until_s) for since_s, until_s in cuts])
    # What had fallen since the node last looked went with the counter.
    assert 0 < surely <= lost <= perhaps
    on_s = [start_s for _, start_s in cuts]
    for before, after in itertools.pairwise(times):
        if not any(before <= start_s <= after for start_s in on_s):
            assert held[after] - held[before] == recorded.count(after) - recorded.count(before)


def _replay(
    recorded: Rain, period: Cut, cuts: Sequence[Cut], database_url: str, broker: EmbeddedBroker, folder: Path
) -> dict[int, float]:
    """Return the counter in the database by the second at which it was read."""
    start_s, end_s = period
    station = recordings.station("replay-bed", RAIN, "rain", PLACE, start_s, "Apache-2.0", "istSOS contributors")
    plan = Plan([station], lambda _station: _source(recorded), gateways.around([station]), start_s)
    with whole_way.laid(plan, database_url, broker.url, folder) as way:
        (node,) = way.nodes.values()
        way.at(start_s, node.station.switch_on)
        for since_s, until_s in cuts:
            node.power.cut(since_s * MILLISECONDS, (until_s - since_s) * MILLISECONDS)
        way.run_until(end_s)
        # The last tips may have fallen since the node last looked.
        way.run_until(end_s + HOUR_S)
        way.arrive()
        verdict = both_ends.judge(way, node, end_s)
        assert (verdict.problems, verdict.dropped) == ([], 0)
        return _results(way.stored(station.code)["rain_tips"], end_s)


def _results(stored: Mapping[int, Stored], end_s: float) -> dict[int, float]:
    """Return the counts, up to the first one after the end."""
    last_s = min(time_s for time_s in stored if time_s >= end_s)
    found = {time_s: each.result for time_s, each in stored.items() if time_s <= last_s}
    return {time_s: result for time_s, result in found.items() if result is not None}


def _hours_that_differ(held: Mapping[int, float], recorded: Rain, period: Cut) -> list[float]:
    """Return the hours whose increment is not the file's, but for what fell since the node last looked."""
    times = sorted(held)
    found = []
    for hour_s in range(int(period[0]) + 2 * HOUR_S, int(period[1]), HOUR_S):
        newest = times[bisect.bisect_right(times, hour_s) - 1]
        if recorded.count(hour_s - INTERVAL_S - LATE_S) > recorded.count(newest):
            found.append(hour_s)
    return found


def _in(recorded: Rain, spans: Sequence[Cut]) -> int:
    return sum(recorded.count(until_s) - recorded.count(since_s) for since_s, until_s in spans)


def _source(recorded: Rain) -> Source:
    def show(model: str, time_s: float) -> Mapping[str, float]:
        return {"battery": 4.0} if model == BATTERY else {"rain_tips": recorded.count(time_s)}

    return show
