"""Holds what nodes took against what is in the database: each reading once, at its second, as it was, or dropped."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from support.whole_way import CLOCK_MS, FAIL, MILLISECONDS, MISSING, SMALLEST_UNIX_S, Event, Stored, Watched, Way

Values = Mapping[str, float | None]


@dataclass
class Verdict:
    """What came of the readings of a station.

    `dropped` were counted so by the node; of these `lost` had a date, or would have got one, `without_time` never; the
    rest had arrived before. `torn` were never recorded as a whole; `waiting` may still come.
    """

    taken: int = 0
    torn: int = 0
    stored: int = 0
    dropped: int = 0
    lost: int = 0
    without_time: int = 0
    waiting: int = 0
    problems: list[str] = field(default_factory=list)


class _Expected(NamedTuple):
    """A reading: when the node took it, in its own words, and what it measured."""

    said_s: int
    values: Values


def judge(way: Way, watched: Watched, settled_s: float) -> Verdict:
    """Compare; what was taken after `settled_s` may still wait in the node, everything else may not."""
    stored = way.stored(watched.code)
    verdict = Verdict()
    # A reading that was dropped before it had a date is named by its seconds since the node's start.
    dropped = Counter(time_s for event in watched.told("dropped") for time_s in event.values[0])
    verdict.dropped = dropped.total()
    expected = _expected(watched, set().union(*stored.values()), dropped, verdict)
    for time_s, reading in sorted(expected.items()):
        _look_for(time_s, reading, stored, dropped, time_s > settled_s, verdict)
    for channel, found in stored.items():
        for time_s in found.keys() - expected.keys():
            verdict.problems.append(f"{channel} at {time_s} was never measured: {found[time_s]}")
    return verdict


def _expected(watched: Watched, seconds: set[int], dropped: Counter[int], verdict: Verdict) -> dict[int, _Expected]:
    """Return the readings by the second at which they were taken, except those that power cuts left without a date."""
    starts = {event.power_on_ms for event in watched.told("dated")}
    expected: dict[int, _Expected] = {}
    for event in watched.told("taken"):
        time_s, values = event.values
        verdict.taken += 1
        if event.now_ms in watched.power.torn:
            verdict.torn += 1
        elif time_s < SMALLEST_UNIX_S and event.power_on_ms not in starts:
            verdict.without_time += 1
            if not dropped[time_s]:
                verdict.problems.append(f"{time_s} s after a start: a reading without a date that was not dropped")
            dropped[time_s] -= 1
        else:
            expected[_second(event, seconds, verdict)] = _Expected(time_s, values)
    return expected


def _second(event: Event, seconds: set[int], verdict: Verdict) -> int:
    """Return the second of a reading: the node's own, or, where it had no clock yet, the true one."""
    said_s = event.values[0]
    true_s = {int((event.now_ms + wrong_ms) // MILLISECONDS) for wrong_ms in (-CLOCK_MS, CLOCK_MS)}
    if said_s < SMALLEST_UNIX_S:
        return min(true_s & seconds or true_s)
    if said_s not in true_s:
        verdict.problems.append(f"taken at {event.now_ms / MILLISECONDS}, said to be at {said_s}")
    return said_s


def _look_for(
    time_s: int,
    reading: _Expected,
    stored: Mapping[str, Mapping[int, Stored]],
    dropped: Counter[int],
    may_wait: bool,
    verdict: Verdict,
) -> None:
    values = reading.values
    found = {channel: stored[channel][time_s] for channel in values if time_s in stored.get(channel, {})}
    if found.keys() == values.keys():
        verdict.stored += 1
        verdict.problems += [
            f"{channel} at {time_s}: {found[channel]}, not {value}"
            for channel, value in values.items()
            if not _is(found[channel], value)
        ]
    elif found:
        verdict.problems.append(f"{time_s}: {sorted(values.keys() - found.keys())} are missing")
    elif dropped[name := time_s if dropped[time_s] else reading.said_s]:
        verdict.lost += 1
        dropped[name] -= 1
    else:
        verdict.waiting += 1
        if not may_wait:
            verdict.problems.append(f"{time_s} is not there, and was not dropped")


def _is(stored: Stored, value: Any) -> bool:
    if value is None or math.isinf(value):
        return (stored.result, stored.quality) == (None, MISSING if value is None else FAIL)
    return stored.result is not None and math.isclose(stored.result, value, abs_tol=1e-6)
