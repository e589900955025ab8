"""Draws the timing of a node's exchanges with the network, as they happened in a simulated run.

python -m plietsch_bench.node.exchange docs/images/node-exchange.svg
"""

import random
import sys
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib
import simpy
from matplotlib import pyplot

from plietsch.firmware import identity, node, places
from plietsch.firmware.air.ether import Ether
from plietsch.firmware.air.virtual_radio import VirtualClock, VirtualRadio
from plietsch.firmware.network.airtime import time_on_air_ms
from plietsch.firmware.network.server import Device, Downlink, NetworkServer
from plietsch.firmware.waiting import call_at, start

START_MS = 1_767_225_600_000.0  # 2026-01-01T00:00:00Z
STATION = places.SITES[0].place
OPTIONS = {"adr": True, "data_rate": 3, "confirmed_tries": 1, "fair_use_s": 0, "rx_error_ms": 20}
KEYS = {
    "dev_eui": identity.dev_eui(STATION.code),
    "join_eui": identity.JOIN_EUI,
    "app_key": identity.app_key(STATION.code).hex(),
}
TITLES = ("Joining", "A frame that nobody answers", "A confirmed frame")
COLOURS = {"node sends": "#0b5394", "node listens": "#9fc5e8", "gateway sends": "#cc6600"}


class Bar(NamedTuple):
    """Something on air, or somebody who listens: from when to when, in ms after the start of the exchange."""

    what: str
    start_ms: float
    end_ms: float


class Run:
    """A node, the air and a network server; `exchanges` collects what happened."""

    def __init__(self) -> None:
        dice = random.Random(1)  # noqa: S311 a simulation is to be repeatable
        self.env = simpy.Environment(START_MS)
        self.exchanges: list[list[Bar]] = []
        self._ether = Ether(self.env, places.GATEWAYS, dice)
        self._ether.on_copy = self._hear
        device = Device(identity.device_info(STATION.code), identity.JOIN_EUI, identity.app_key(STATION.code))
        self._server = NetworkServer([device], lambda _topic, _event: None, lambda: dice.getrandbits(25))
        self.clock = VirtualClock(self.env, START_MS)
        radio = VirtualRadio(self._ether, (STATION.longitude, STATION.latitude), self.clock)
        memory = node.module("memory")
        self.device: Any = node.module("lorawan.device").Device(
            KEYS, node.module("lorawan.eu868"), radio, self.clock, memory.MemoryStore(), memory.MemoryStore(),
            node.HostCipher, dice.randrange, OPTIONS, self._trace,
        )  # fmt: skip

    async def exchange(self) -> None:
        """Join, send a frame that nobody answers, and one that is confirmed."""
        self._begin()
        await self.device.join()
        await self._send(confirmed=False)
        # The network answers the first frames, because it sets data rate and power.
        while any(bar.what == "gateway sends" for bar in self.exchanges[-1]):
            self.exchanges.pop()
            await self._send(confirmed=False)
        await self._send(confirmed=True)

    async def _send(self, confirmed: bool) -> None:
        await self.clock.sleep_until(self.device.ready_at_ms(12) + 1000)
        self._begin()
        await self.device.send(1, bytes(12), confirmed=confirmed)

    def _begin(self) -> None:
        self.exchanges.append([])
        self._started_ms = self.clock.ms()

    def _trace(self, name: str, *values: Any) -> None:
        if name == "tx":
            self._bar("node sends", values[0], values[1])
        elif name == "rx":
            self._bar("node listens", values[0], values[1])

    def _hear(self, copy: Any) -> None:
        self._server.hear(copy)
        call_at(self.env, (self._server.next_due_s or 0) * 1000 + 1, self._settle)

    def _settle(self) -> None:
        for downlink in self._server.settle(self.env.now / 1000):
            call_at(self.env, downlink.at_s * 1000, lambda downlink=downlink: self._answer(downlink))

    def _answer(self, downlink: Downlink) -> None:
        ok = self._ether.send_down(downlink.gateway_id, downlink.phy_payload, downlink.radio)
        self._server.sent(downlink, ok)
        radio, now = downlink.radio, self.clock.ms()
        airtime_ms = time_on_air_ms(len(downlink.phy_payload), radio.spreading_factor, radio.bandwidth_khz, crc=False)
        self._bar("gateway sends", now, now + airtime_ms)

    def _bar(self, what: str, start_ms: float, end_ms: float) -> None:
        self.exchanges[-1].append(Bar(what, start_ms - self._started_ms, end_ms - self._started_ms))


def run() -> list[list[Bar]]:
    """Return the three exchanges of TITLES."""
    simulated = Run()
    start(simulated.env, simulated.exchange())
    simulated.env.run(START_MS + 600_000)
    return simulated.exchanges


def draw(exchanges: list[list[Bar]], path: Path) -> None:
    """Draw them one below the other."""
    matplotlib.use("svg")
    # The same picture from the same run.
    matplotlib.rcParams.update({"svg.hashsalt": "plietsch", "font.size": 9})
    figure, axes = pyplot.subplots(len(exchanges), 1, figsize=(8, 5), layout="constrained")
    for plot, title, bars in zip(axes, TITLES, exchanges, strict=True):
        for bar in bars:
            row = list(COLOURS).index(bar.what)
            plot.barh(row, bar.end_ms - bar.start_ms, left=bar.start_ms, color=COLOURS[bar.what], height=0.7)
            plot.annotate(f"{bar.start_ms:.0f}", (bar.start_ms, row), (0, 8), textcoords="offset points", fontsize=7)
        plot.set_yticks(range(len(COLOURS)), list(COLOURS))
        plot.set_title(title, loc="left", fontsize=9)
        plot.set_ylim(len(COLOURS) - 0.4, -0.9)
    axes[-1].set_xlabel("ms since the node began")
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    draw(run(), Path(sys.argv[1]))
