"""Four days of Sensor.Community's archive as a node sends them, tested as they are where they are stored; where the
recordings are not, a test says so and is skipped.

A node's payload says tenths, a half upwards, and no number beyond the instrument's range (docs/payload.md).
"""

import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

import pytest

from plietsch.firmware.ranges import RANGES
from plietsch.firmware.replay import archive
from plietsch.firmware.replay.plan import PlannedStation, plan
from plietsch.ingest.qartod import testing
from plietsch.ingest.qartod.testing import Beside, Value
from plietsch.ingest.qartod.values import Usable
from plietsch.ingest.quality import Quality
from plietsch.ingest.series import methods
from plietsch.ingest.series.methods import Mounted, Series
from plietsch.platform import places
from plietsch.platform.device_types import catalogue
from plietsch.platform.methods import KAPPA_KOEHLER
from support import recordings

FOLDER = recordings.FOLDER / "sensor-community-archive"
DAYS = ("2019-04-18", "2019-04-19", "2019-04-20", "2019-04-21")
TYPE = "plietsch-fine-dust"
DUST = ("pm2_5", "pm10")
PROPERTIES = (*DUST, "temperature", "humidity", "pressure")


class Judged(NamedTuple):
    """A value, the tests that it did not pass with their flags, and the worst of them and that of its arrival."""

    time_s: int
    result: float | None
    quality: int
    tests: Mapping[str, int]


# By station and property, in the order of time; corrected ones by property and method.
Station = Mapping[str, Sequence[Judged]]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A station with the values of its channels, in the order of time."""

    code: str
    longitude: float
    latitude: float
    channels: dict[str, list[Value]] = field(default_factory=lambda: defaultdict(list))

    def distance_km(self, other: "Recorded") -> float:
        return places.distance_m(self.longitude, self.latitude, other.longitude, other.latitude) / 1000


@functools.cache
def stations() -> Sequence[Recorded]:
    """All stations."""
    if not FOLDER.is_dir():
        pytest.skip("the recordings are not on this machine")
    return recorded(plan(archive.read(FOLDER).readings))


@functools.cache
def judged() -> Mapping[str, Station]:
    """What the rules say of all of them, with the limits of our own node, and the corrected series."""
    return judge(stations())


def judge(among: Sequence[Recorded]) -> Mapping[str, Station]:
    """What the rules say of stations that have no others around them than these."""
    return {station.code: _with_corrected(_judged(station, among)) for station in among}


def corrected(code: str) -> str:
    """What a corrected series is called."""
    return f"{code}@{KAPPA_KOEHLER}"


def recorded(plans: Iterable[PlannedStation]) -> list[Recorded]:
    """Stations as they are stored that send what was planned."""
    return [_recorded(planned) for planned in plans]


def _recorded(planned: PlannedStation) -> Recorded:
    station = Recorded(planned.station.code, planned.station.longitude, planned.station.latitude)
    for reading in (reading for frame in planned.frames for reading in frame):
        for channel, result in reading.values.items():
            station.channels[channel].append(_sent(reading.time_s, result, reading.instrument, channel))
    return station


def _sent(time_s: int, result: float, instrument: str, channel: str) -> Value:
    measurable = RANGES[instrument][channel]
    tenths = int((result - measurable.lowest) * 10 + 0.5) / 10 + measurable.lowest
    if measurable.beyond(tenths):
        return Value(time_s, None, Quality.FAIL)
    return Value(time_s, tenths, Quality.GOOD)


def _judged(station: Recorded, among: Sequence[Recorded]) -> dict[str, list[Judged]]:
    found: dict[str, list[Judged]] = {}
    for channel, values in station.channels.items():
        limits = catalogue.built_in()[TYPE].channels[channel].limits
        radius_km = limits.neighbour.radius_km if limits.neighbour else 0
        around = [each for each in among if each is not station and station.distance_km(each) <= radius_km]
        others = [Usable.of(each.channels[channel]) for each in around if channel in each.channels]
        beside = Beside(station.channels, others)
        tests = testing.run(values, limits, beside)
        found[channel] = [_of(value, failed) for value, failed in zip(values, tests, strict=True)]
    return found


def _of(value: Value, tests: Mapping[str, int]) -> Judged:
    return Judged(value.time_s, value.result, testing.worst([value.flag, *tests.values()]), tests)


def _with_corrected(raw: dict[str, list[Judged]]) -> Station:
    numbers = {Series(channel): number for number, channel in enumerate(raw)}
    numbers |= {Series(channel, KAPPA_KOEHLER): -1 - place for place, channel in enumerate(DUST) if channel in raw}
    inputs = {
        number: [Value(time_s, result, quality) for time_s, result, quality, _ in raw[series.property]]
        for series, number in numbers.items()
        if number >= 0
    }
    made: dict[str, list[Judged]] = {}
    if "humidity" in raw:
        of_number = {number: corrected(series.property) for series, number in numbers.items() if number < 0}
        for computation in methods.computations([Mounted(0, inf, numbers, 0)]):
            if computation.output in of_number:
                values = computation.compute(inputs, 0, 2**32)
                made[of_number[computation.output]] = [Judged(*value, {}) for value in values]
    return {**raw, **made}
