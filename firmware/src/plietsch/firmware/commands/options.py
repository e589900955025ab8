"""What every simulation is told."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from plietsch.firmware.ledger import Ledger
from plietsch.firmware.micropython.node import MicroPython
from plietsch.firmware.state import StateFile
from plietsch.firmware.world import Plan


@dataclass(frozen=True, slots=True)
class Options:
    """Where to send, how fast, from which seed, and what to write down."""

    broker: str
    speed: float | None
    seed: int
    state: Path | None
    ledger: Path | None
    micropython: bool = False

    def open_ledger(self) -> Ledger:
        """Open the ledger."""
        return Ledger(self.ledger)

    @contextmanager
    def open_world(self, plan: Plan) -> Generator[Plan]:
        """Give the plan with what its nodes run in: MicroPython, if that was asked for."""
        if not self.micropython:
            yield plan
            return
        with MicroPython() as micropython:
            yield replace(plan, node={**(plan.node or {}), "make": micropython.make})

    def open_state(self) -> StateFile:
        """Open the state."""
        return StateFile(self.state)
