"""What every simulation is told."""

import random
from dataclasses import dataclass
from pathlib import Path

from plietsch.firmware.ledger import Ledger
from plietsch.firmware.state import StateFile


@dataclass(frozen=True, slots=True)
class Options:
    """Where to send, how fast, from which seed, and what to write down."""

    broker: str
    speed: float | None
    seed: int
    state: Path | None
    ledger: Path | None

    def dice(self) -> random.Random:
        """Return the dice that decide on addresses, channels and signal strengths."""
        return random.Random(self.seed)  # noqa: S311 a simulation is to be repeatable

    def open_ledger(self) -> Ledger:
        """Open the ledger."""
        return Ledger(self.ledger)

    def open_state(self) -> StateFile:
        """Open the state."""
        return StateFile(self.state)
