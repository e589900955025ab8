"""A running simulation: a world, the clock by which it runs, and the way to the broker, ended in good order."""

import logging
import tempfile
import threading
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from plietsch.firmware import identity
from plietsch.firmware.clock import SimulatedClock
from plietsch.firmware.ledger import SENT, Ledger
from plietsch.firmware.mqtt.delivery import Delivery
from plietsch.firmware.mqtt.publisher import Publisher, Stopped
from plietsch.firmware.mqtt.subscription import Commands, down_topic
from plietsch.firmware.state import StateFile
from plietsch.firmware.station import MILLISECONDS, VirtualStation
from plietsch.firmware.world import Plan, World

log = logging.getLogger(__name__)

# How long a simulation that was stopped waits for the broker's last acknowledgements.
LAST_PATIENCE_S = 5.0


@dataclass(slots=True)
class Simulation:
    """The parts of a simulation."""

    world: World
    clock: SimulatedClock
    publisher: Publisher
    commands: Commands
    delivery: Delivery
    ledger: Ledger
    states: StateFile

    @property
    def stations(self) -> list[VirtualStation]:
        """The stations of the world."""
        return self.world.stations

    def run_until(self, time_s: float) -> bool:
        """Let everything happen until then; return False if the simulation was told to stop. Raises Stopped."""
        while self.world.env.peek() < time_s * MILLISECONDS:
            if not self.step():
                return False
        return self.clock.wait_until(time_s)

    def step(self) -> bool:
        """Wait for the next thing to happen, and let it; return False if the simulation was told to stop.

        Raises Stopped.
        """
        if not self.clock.wait_until(self.world.env.peek() / MILLISECONDS):
            return False
        for topic, payload in self.commands.take():
            self.world.network.server.command(topic, payload)
        self.world.env.step()
        return True

    def summary(self) -> str:
        """Say in a line what was sent and what was not."""
        # What was sent comes first.
        by_fate = sorted(self.ledger.fates.items(), key=lambda item: (item[0] != SENT, item[0]))
        fates = ", ".join(f"{count} readings {fate}" for fate, count in by_fate)
        server = self.world.network.server
        lost = f"; downlinks not sent: {_counted(server.dropped)}" if server.dropped else ""
        return f"{fates or 'no readings'}; frames refused: {_counted(server.refused) or 'none'}{lost}"


def _counted(reasons: Counter[str]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))


@contextmanager
def running(
    plan: Plan, broker_url: str, clock: SimulatedClock, ledger: Ledger, states: StateFile
) -> Generator[Simulation]:
    """Put a simulation together; at the end wait until the broker has everything, then close.

    Stopped does not leave this block: being stopped is an ordinary end.
    """
    commands = Commands(down_topic(identity.application_id()))
    publisher = Publisher(broker_url, clock.stop, commands=commands)
    delivery = Delivery(publisher)
    with tempfile.TemporaryDirectory(prefix="plietsch-nodes-") as folder:
        world = World(plan, Path(folder), delivery.publish, ledger, states)
        delivery.readings = world.readings
        simulation = Simulation(world, clock, publisher, commands, delivery, ledger, states)
        publisher.start()
        # Whoever wants to command a node needs the application's id, which no other file says.
        log.info("commands: %s", commands.topic)
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
    if undelivered := simulation.world.network.server.waiting + len(simulation.commands.take()):
        log.warning("%d commands were not delivered: the simulated network keeps none for its next run", undelivered)
    simulation.world.end()
    simulation.states.save()
