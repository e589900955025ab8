"""A running simulation: clock, network, stations and the way to the broker, put together and ended in good order."""

import logging
import random
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from plietsch.firmware import identity
from plietsch.firmware.clock import SimulatedClock
from plietsch.firmware.delivery import Delivery
from plietsch.firmware.ledger import Ledger
from plietsch.firmware.network.gateways import Gateway
from plietsch.firmware.network.simulated import SimulatedNetwork
from plietsch.firmware.publisher import Publisher, Stopped
from plietsch.firmware.region import Station
from plietsch.firmware.state import NodeStore, StateFile
from plietsch.firmware.station import VirtualStation

log = logging.getLogger(__name__)

# How long a simulation that was stopped waits for the broker's last acknowledgements.
LAST_PATIENCE_S = 5.0


@dataclass(slots=True)
class Simulation:
    """The parts of a simulation."""

    clock: SimulatedClock
    network: SimulatedNetwork
    stations: list[VirtualStation]
    delivery: Delivery
    publisher: Publisher
    ledger: Ledger
    states: StateFile

    def join(self) -> None:
        """Let every station join."""
        for station in self.stations:
            station.join()

    def send(self, station: VirtualStation) -> None:
        """Let a station send what it has measured. Raises Stopped."""
        self.delivery.drop(station.take_dropped())
        self.delivery.deliver(station.send())

    def summary(self) -> str:
        """Say in a line what was sent and what was not."""
        fates = ", ".join(f"{count} readings {fate}" for fate, count in sorted(self.ledger.fates.items()))
        refused = ", ".join(f"{count} {reason}" for reason, count in sorted(self.network.server.refused.items()))
        return f"{fates or 'no readings'}; frames refused: {refused or 'none'}"


@contextmanager
def running(
    stations: Sequence[Station],
    gateways: tuple[Gateway, ...],
    broker_url: str,
    clock: SimulatedClock,
    ledger: Ledger,
    states: StateFile,
    dice: random.Random,
) -> Generator[Simulation]:
    """Put a simulation together; at the end wait until the broker has everything, then close.

    Stopped does not leave this block: being stopped is an ordinary end.
    """
    network = SimulatedNetwork(stations, gateways, states.state, dice)
    publisher = Publisher(broker_url, clock.stop)
    virtual = [
        VirtualStation(station, network, NodeStore(states, identity.dev_eui(station.code)), clock.now)
        for station in stations
    ]
    simulation = Simulation(clock, network, virtual, Delivery(network, publisher, ledger), publisher, ledger, states)
    publisher.start()
    try:
        yield simulation
        publisher.drain()
    except Stopped:
        pass
    finally:
        _end(simulation, clock.stop)


def _end(simulation: Simulation, stop: threading.Event) -> None:
    if stop.is_set():
        simulation.publisher.drain(LAST_PATIENCE_S)
    if outstanding := simulation.publisher.outstanding:
        log.warning("the broker did not acknowledge %d events", outstanding)
    simulation.publisher.close()
    simulation.states.save()
