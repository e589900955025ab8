"""A simulated surge: water rises by a metre in two hours at many level nodes at once; when is it seen to pass a mark?

What counts is the time from the still water passing a mark to the network server saying a reading that is at least as
high; where ripples make a node say so before, that is no time at all.
"""

import base64
import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from plietsch.firmware import places, stations
from plietsch.firmware.ledger import Ledger
from plietsch.firmware.places.place import Gauge
from plietsch.firmware.region import WATER_LEVEL, Station
from plietsch.firmware.shown import BATTERY
from plietsch.firmware.station import Source
from plietsch.firmware.waiting import call_at
from plietsch.firmware.world import Plan, World
from plietsch.ingest import payload

HOUR_S = 3_600
START_S = 1_767_571_200.0  # 2026-01-05T00:00:00Z
CALM_S, RISE_S, AFTER_S = HOUR_S, 2 * HOUR_S, HOUR_S / 2
RISE_MM = 1_000
MARKS_MM = range(50, RISE_MM, 50)
# Ripples of a harbour, which a reading of ten samples in two seconds sees several of: (amplitude in mm, period in s).
RIPPLES = ((8.0, 1.3), (5.0, 1.7))
SWITCHED_ON_WITHIN_S = 600
# By the node's design: before it knows that the water rises it samples once a minute, and what is not beyond the
# threshold is no news. Measuring takes two seconds, up to two more pass by chance, the duty cycle of a full frame at
# SF7 asks for 37, and an acknowledgement is listened for during two.
THRESHOLD_MM = 20
WORST_S = 60 + THRESHOLD_MM * RISE_S / RISE_MM + 2 + 2 + 37 + 2


@dataclass(frozen=True, slots=True)
class Seen:
    """Seconds from the water passing a mark to the network knowing it, sorted; and how many marks nobody heard of."""

    delays_s: Sequence[float]
    missed: int
    frames: int
    nodes: int

    @property
    def median_s(self) -> float:
        """The median of all marks."""
        return self.quantile_s(0.5)

    def quantile_s(self, share: float) -> float:
        """So long it took at most for this share of all marks; infinite where they were not seen."""
        place = math.ceil(share * (len(self.delays_s) + self.missed)) - 1
        return self.delays_s[place] if place < len(self.delays_s) else math.inf


@dataclass(slots=True)
class _Watch:
    """What the network said of one node."""

    gauge: Gauge
    passed_s: Mapping[int, float]
    seen_s: dict[int, float] = field(default_factory=lambda: dict[int, float]())

    def hear(self, now_s: float, data: bytes) -> None:
        """Take a frame of readings."""
        for reading in payload.decode(data).readings:
            distance_mm = reading.values.get("distance")
            if isinstance(distance_mm, float):
                self._see(now_s, self.gauge.sensor_mm - distance_mm - self.gauge.mean_mm)

    def _see(self, now_s: float, risen_mm: float) -> None:
        for mark_mm in MARKS_MM:
            # The payload rounds to a millimetre.
            if risen_mm >= mark_mm - 0.5 and mark_mm not in self.seen_s:
                self.seen_s[mark_mm] = now_s


def simulate(nodes: int, away: Sequence[str] = (), seed: int = 1, config: Mapping[str, Any] | None = None) -> Seen:
    """Simulate a surge at so many nodes; the gateways `away` fail as it begins."""
    # Of the region's gauges, be there a tide or not: what they are configured with because of it does not count here.
    gauges = [replace(station, node={}) for station in stations.of_kind(WATER_LEVEL, nodes, HOUR_S)]
    watches = {station.code: _Watch(_gauge(station), _passed()) for station in gauges}
    frames: list[None] = []

    def publish(topic: str, event: Mapping[str, Any]) -> None:
        if topic.endswith("/up") and event["fPort"] == payload.PORT:
            frames.append(None)
            code = event["deviceInfo"]["deviceName"]
            watches[code].hear(world.now_s, base64.b64decode(event["data"]))

    plan = Plan(gauges, _source_of, places.GATEWAYS, START_S, seed, node={"config": config or {}})
    with tempfile.TemporaryDirectory() as folder:
        world = World(plan, Path(folder), publish, Ledger(None))
        _lay(world, away)
        world.env.run(until=(START_S + CALM_S + RISE_S + AFTER_S) * 1000)
    return _seen(list(watches.values()), len(frames))


def half() -> list[str]:
    """Every other gateway."""
    return [gateway.gateway_id for gateway in places.GATEWAYS[::2]]


def _lay(world: World, away: Sequence[str]) -> None:
    for number, station in enumerate(world.stations):
        on_s = START_S + number * SWITCHED_ON_WITHIN_S / len(world.stations)
        call_at(world.env, on_s * 1000, station.switch_on)
    if away:
        world.ether.outage((START_S + CALM_S) * 1000, math.inf, away)


def _seen(watches: Sequence[_Watch], frames: int) -> Seen:
    delays = [
        max(0.0, seen_s - watch.passed_s[mark_mm]) for watch in watches for mark_mm, seen_s in watch.seen_s.items()
    ]
    return Seen(sorted(delays), len(watches) * len(MARKS_MM) - len(delays), frames, len(watches))


def _gauge(station: Station) -> Gauge:
    assert station.gauge is not None  # noqa: S101 it measures a water level
    return station.gauge


def _source_of(station: Station) -> Source:
    gauge = _gauge(station)
    phase = sum(station.code.encode())

    def show(model: str, time_s: float) -> Mapping[str, float]:
        if model == BATTERY:
            return {"battery": 4.0}
        ripples = sum(
            each * math.sin(2 * math.pi * (time_s - START_S) / period_s + phase) for each, period_s in RIPPLES
        )
        return {"distance": gauge.sensor_mm - gauge.mean_mm - _risen_mm(time_s) - ripples}

    return show


def _risen_mm(time_s: float) -> float:
    return RISE_MM * min(max((time_s - START_S - CALM_S) / RISE_S, 0.0), 1.0)


def _passed() -> dict[int, float]:
    """Return when the still water passes each mark."""
    return {mark_mm: START_S + CALM_S + mark_mm / RISE_MM * RISE_S for mark_mm in MARKS_MM}
