"""Everything simulated, without a broker: time, air, network server and stations."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import simpy

from plietsch.firmware import identity
from plietsch.firmware.air.ether import Ether
from plietsch.firmware.ledger import Ledger
from plietsch.firmware.network.gateways import Gateway
from plietsch.firmware.network.server import Publish, Settings
from plietsch.firmware.network.simulated import SimulatedNetwork
from plietsch.firmware.node import MemoryFolder
from plietsch.firmware.readings import Readings
from plietsch.firmware.region import Station
from plietsch.firmware.state import NodeFlash, StateFile
from plietsch.firmware.station import MILLISECONDS, Source, VirtualStation

# What stands before the instruments of a station.
SourceOf = Callable[[Station], Source]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a world is made of.

    `start_s` is the Unix time at which it begins; `loss` the probability with which a copy of a frame gets lost;
    `node` are options of each VirtualStation (`make`, `config`, `deep_sleep`, `drift_ppm`).
    """

    stations: Sequence[Station]
    source_of: SourceOf
    gateways: Sequence[Gateway]
    start_s: float
    seed: int = 1
    loss: float = 0.0
    settings: Settings | None = None
    node: Mapping[str, Any] | None = None


class World:
    """What `plan` says. Events go to `publish`; readings end in `ledger`, what nodes keep in `states` and `folder`.

    Readings that wait are in `folder` only where the plan says how nodes are made, and else in memory.
    """

    def __init__(
        self, plan: Plan, folder: Path, publish: Publish, ledger: Ledger, states: StateFile | None = None
    ) -> None:
        self.plan = plan
        self.states = states or StateFile(None)
        self.env = simpy.Environment(initial_time=plan.start_s * MILLISECONDS)
        self.ether = Ether(self.env, plan.gateways, self._dice("ether"), plan.loss)
        self.network = SimulatedNetwork(
            self.ether, plan.stations, self.states.state, self._dice("network"), publish, plan.settings
        )
        self.readings = {identity.dev_eui(station.code): Readings(ledger) for station in plan.stations}
        self.stations = list(self._stations(folder))

    @property
    def now_s(self) -> float:
        """The simulated time in Unix seconds."""
        return self.env.now / MILLISECONDS

    def end(self) -> None:
        """Leave it, and say of each reading that has not arrived that it never will."""
        for station in self.stations:
            station.close()
        for readings in self.readings.values():
            readings.end()

    def _stations(self, folder: Path) -> Iterator[VirtualStation]:
        for station, (dev_eui, readings) in zip(self.plan.stations, self.readings.items(), strict=True):
            yield VirtualStation(
                station,
                self.ether,
                NodeFlash(self.states, dev_eui),
                # Whoever makes nodes elsewhere may need files.
                folder / station.code if "make" in (self.plan.node or {}) else MemoryFolder(),
                readings,
                self.plan.source_of(station),
                self._dice(station.code),
                **self.plan.node or {},
            )

    def _dice(self, name: str) -> random.Random:
        """Return dice of somebody's own: who else throws how often changes nothing for him."""
        return random.Random(f"{self.plan.seed}/{name}")  # noqa: S311 a simulation is to be repeatable
