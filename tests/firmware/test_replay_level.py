"""A recorded water level through the level node: what the database holds never strays from what the sensor showed."""

import itertools
from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from plietsch.firmware.region import WATER_LEVEL
from plietsch.firmware.replay import gateways, level
from plietsch.firmware.replay.level import Sensor
from plietsch.firmware.shown import BATTERY
from plietsch.firmware.station import Source
from plietsch.firmware.world import Plan
from plietsch.platform.local.broker import EmbeddedBroker
from plietsch_node.drivers import a02yyuw
from support import both_ends, recordings, whole_way
from support.whole_way import Stored, Way

DAY_S = 86_400
# North Carolina's coast; where exactly the sensors stand is not said.
PLACE = (-76.67, 34.72)
# Records six minutes apart by day, and an hour apart afterwards: a mean tide of a metre.
SENSOR, DAYS = "waterLevel_0001", 2
# The node's defaults: it samples once a minute, for two seconds, and listens for two more to what the network answers.
SAMPLING_DELAY_S = 60 + 2 + 3
THRESHOLD_MM = 20
PAYLOAD_STEP_MM = 1
SILENCE_S = 3_600
LOOK_EVERY_S = 5


@pytest.mark.slow
def test_the_database_follows_a_recorded_water_level(database_url: str, aedes: EmbeddedBroker, tmp_path: Path):
    sensor = level.read(recordings.path("open-water-level/water-level-2024.csv")).sensors[SENSOR]
    way = _replay(sensor, sensor.times_s[0] + DAYS * DAY_S, database_url, aedes, tmp_path)
    (node,) = way.nodes.values()
    frames = len(node.told("sent"))
    # At least hourly, and no more than one a minute though this tide rises faster than 30 cm an hour half of the time.
    assert DAYS * 24 < frames < DAYS * DAY_S / 60


@pytest.mark.slow
@pytest.mark.parametrize("name", [f"waterLevel_{number:04}" for number in (0, 1, 2, 3, 4, 6)])
def test_the_database_follows_every_recorded_water_level(
    name: str, database_url: str, aedes: EmbeddedBroker, tmp_path: Path, request: pytest.FixtureRequest
):
    if not request.config.getoption("--long"):
        pytest.skip("two of them took a year, which takes ten minutes each: --long")
    sensor = level.read(recordings.path("open-water-level/water-level-2024.csv")).sensors[name]
    _replay(sensor, sensor.times_s[-1], database_url, aedes, tmp_path)


def _replay(sensor: Sensor, until_s: float, database_url: str, broker: EmbeddedBroker, folder: Path) -> Way:
    start_s = sensor.times_s[0]
    code = sensor.name.lower().replace("_", "-")
    station = recordings.station(
        code, WATER_LEVEL, "A02YYUW", PLACE, start_s, "MIT", "COAST-Lab Open Water Level contributors"
    )
    plan = Plan([station], lambda _station: _source(sensor), gateways.around([station]), start_s)
    with whole_way.laid(plan, database_url, broker.url, folder) as way:
        way.at(start_s, way.nodes[code].station.switch_on)
        way.run_until(until_s)
        way.arrive()
        verdict = both_ends.judge(way, way.nodes[code], until_s)
        assert (verdict.problems, verdict.dropped) == ([], 0)
        held = way.stored(code)["distance"]
        assert _too_far_apart(held, until_s) == []
        assert _strays(held, sensor, until_s) == []
    return way


def _source(sensor: Sensor) -> Source:
    def show(model: str, time_s: float) -> Mapping[str, float]:
        if model == BATTERY:
            return {"battery": 4.0}
        distance_mm = sensor.distance_mm(time_s)
        return {} if distance_mm is None else {"distance": distance_mm}

    return show


def _too_far_apart(held: Mapping[int, Stored], until_s: float) -> list[tuple[float, float]]:
    """Return from when to when there was no reading for more than an hour."""
    times = [*sorted(held), until_s]
    pairs = itertools.pairwise(times)
    return [(before, after) for before, after in pairs if after - before > SILENCE_S + SAMPLING_DELAY_S]


def _strays(held: Mapping[int, Stored], sensor: Sensor, until_s: float) -> list[tuple[int, float | None]]:
    """Return when what is held differed by more than the threshold from all that was shown in the delay before."""
    found: list[tuple[int, float | None]] = []
    window: deque[float | None] = deque(maxlen=SAMPLING_DELAY_S // LOOK_EVERY_S + 1)
    times = sorted(held)
    for begin_s, end_s in zip(times, [*times[1:], int(until_s)], strict=True):
        value = held[begin_s].result
        for now_s in range(begin_s, end_s, LOOK_EVERY_S):
            window.append(sensor.distance_mm(now_s))
            if not _follows(value, window):
                found.append((now_s, value))
    return found


def _follows(value: float | None, shown: Iterable[float | None]) -> bool:
    """Return whether a value was shown, or lies between two that were, as far as the sensor's range goes."""
    distances = [round(each) for each in shown if each is not None]
    if value is None:
        return any(each is None or not _is_measurable(each) for each in shown)
    if not distances:
        return False
    lowest, highest = max(min(distances), a02yyuw.LOWEST_MM), min(max(distances), a02yyuw.HIGHEST_MM)
    most_mm = THRESHOLD_MM + PAYLOAD_STEP_MM
    return lowest <= highest and lowest - most_mm <= value <= highest + most_mm


def _is_measurable(distance_mm: float) -> bool:
    return a02yyuw.LOWEST_MM <= round(distance_mm) <= a02yyuw.HIGHEST_MM
