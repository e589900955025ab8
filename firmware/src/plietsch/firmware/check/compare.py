"""Compares what was recorded with what is stored. Pure: values in, counts and findings out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from plietsch.firmware.check.api import Stored
from plietsch.firmware.ranges import RANGES
from plietsch.firmware.replay.archive import Reading
from plietsch.firmware.replay.plan import PlannedStation

FAILED_QUALITY = 4
MISSING_QUALITY = 9
RECORDED, STORED = "recorded", "stored"
MISSING, DOUBLED, WRONG, UNEXPECTED = "missing", "doubled", "wrong value", "unexpected"
FAULTS = (MISSING, DOUBLED, WRONG, UNEXPECTED)
EXAMPLES = 10

Key = tuple[str, str, float]


@dataclass(slots=True)
class Comparison:
    """Counts of values by (instrument, what), and the first examples of each fault."""

    readings: Counter[str] = field(default_factory=lambda: Counter[str]())
    values: Counter[tuple[str, str]] = field(default_factory=lambda: Counter[tuple[str, str]]())
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict[str, list[str]](list))

    def total(self, what: str) -> int:
        """Return how many values of all instruments are `what`."""
        return sum(count for (_, each), count in self.values.items() if each == what)

    @property
    def faults(self) -> int:
        """How many values are missing, doubled, wrong or unexpected."""
        return sum(self.total(fault) for fault in FAULTS)

    def found(self, instrument: str, what: str, example: str = "") -> None:
        """Count a value."""
        self.values[instrument, what] += 1
        if what in FAULTS and len(self.examples[what]) < EXAMPLES:
            self.examples[what].append(example)


def compare(planned: Sequence[PlannedStation], stored: Iterable[Stored]) -> Comparison:
    """Return how the recorded values of all planned stations fare among those `stored`."""
    comparison = Comparison()
    by_key: dict[Key, list[Stored]] = defaultdict(list)
    for each in stored:
        by_key[each.station, each.channel, each.time_s].append(each)
    for station in planned:
        for reading in (reading for frame in station.frames for reading in frame):
            _compare_reading(comparison, station.station.code, reading, by_key)
    for key, rows in by_key.items():
        for row in rows:
            comparison.found("", UNEXPECTED, f"{' '.join(map(str, key))}: {row.value} was never recorded")
    return comparison


def _compare_reading(comparison: Comparison, station: str, reading: Reading, by_key: dict[Key, list[Stored]]) -> None:
    comparison.readings[reading.instrument] += 1
    for channel in RANGES[reading.instrument].keys() - reading.values.keys():
        _expect_no_value(by_key, (station, channel, float(reading.time_s)))
    for channel, recorded in reading.values.items():
        comparison.found(reading.instrument, RECORDED)
        rows = by_key.pop((station, channel, float(reading.time_s)), [])
        what = _verdict(reading.instrument, channel, recorded, rows)
        shown = ", ".join(str(row.value) for row in rows) or "nothing"
        comparison.found(reading.instrument, what, f"{reading.source} {channel} {recorded:g}: stored {shown}")


def _expect_no_value(by_key: dict[Key, list[Stored]], key: Key) -> None:
    """Take a channel without a recorded value as said: the instrument gave no valid answer."""
    if all(row.value is None and row.quality == MISSING_QUALITY for row in by_key.get(key, [])):
        by_key.pop(key, None)


def _verdict(instrument: str, channel: str, recorded: float, rows: list[Stored]) -> str:
    limits = RANGES[instrument][channel]
    if not rows:
        return MISSING
    if len(rows) > 1:
        return DOUBLED
    value, quality = rows[0].value, rows[0].quality
    beyond = limits.beyond(recorded)
    if beyond and value is None and quality == FAILED_QUALITY:
        return beyond
    if value is None or (beyond and not limits.rounds_to_limit(recorded)):
        return WRONG
    return STORED if abs(value - recorded) <= limits.tolerance else WRONG
