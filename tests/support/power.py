"""Power that fails at the worst of instants: within a frame, or within a write of the node."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import simpy

from plietsch.firmware import node, waiting
from plietsch.firmware.station import VirtualStation

# Where it fails: while a frame is on air or one listens for the answer, within a write to flash, within a record of the
# ring, and around the removal of one of its files.
AIR, FLASH, RECORD, REMOVAL = "air", "flash", "record", "removal"
# A frame and its two windows take so long.
EXCHANGE_MS = 2_500


class Power:
    """The power of one station; once armed it fails at the next occasion, and comes back after `off_ms`.

    `torn` is when it failed within a record (Unix ms): the reading that was to be recorded then never was.
    """

    def __init__(self, env: simpy.Environment, dice: random.Random) -> None:
        self.env = env
        self.failures: list[str] = []
        self.torn: list[float] = []
        self._dice = dice
        self._station: VirtualStation | None = None
        self._armed: tuple[str, float] | None = None

    def of(self, station: VirtualStation) -> "Power":
        """Be the power of this station."""
        self._station = station
        return self

    def arm(self, where: str, off_ms: float) -> None:
        """Fail at the next occasion."""
        self._armed = where, off_ms

    def cut(self, at_ms: float, off_ms: float) -> None:
        """Fail at a time, and come back."""
        waiting.call_at(self.env, at_ms, self._off)
        waiting.call_at(self.env, at_ms + off_ms, self._on)

    def ports(self, ports: node.Ports) -> node.Ports:
        """Return the ports of a node that has this power."""
        folder = Folder(self, node.module("app.ring").Folder(ports.folder))
        return replace(ports, flash=Flash(self, ports.flash), folder=folder, trace=self._hearing(ports.trace))

    def fails(self, where: str) -> bool:
        """Return whether it fails now; whoever asked raises simpy.Interrupt then."""
        # While the power comes on nobody but the test's own process runs.
        if self._armed is None or self._armed[0] != where or self.env.active_process is None:
            return False
        self._fail(0)
        return True

    def tear(self, record: bytes) -> bytes:
        """Return how much of a record was written when power failed; never all of it."""
        self.torn.append(self.env.now)
        return record[: self._dice.randrange(len(record))]

    def toss(self) -> bool:
        """Return one of both."""
        return self._dice.random() < 0.5

    def _fail(self, in_ms: float) -> None:
        assert self._armed
        where, off_ms = self._armed
        self._armed = None
        self.failures.append(where)
        self.cut(self.env.now + in_ms, off_ms)

    def _off(self) -> None:
        assert self._station
        self._station.switch_off()

    def _on(self) -> None:
        assert self._station
        if not self._station.is_on:
            self._station.switch_on()

    def _hearing(self, trace: Callable[..., None]) -> Callable[..., None]:
        def hear(name: str, *values: Any) -> None:
            trace(name, *values)
            if name == "sending" and self._armed and self._armed[0] == AIR:
                self._fail(self._dice.uniform(0, EXCHANGE_MS))

        return hear


class Flash:
    """A store whose writes happen or not when power fails: each is atomic."""

    def __init__(self, power: Power, store: node.Store) -> None:
        self._power = power
        self._store = store

    def get(self, name: str) -> Any:
        return self._store.get(name)

    def put(self, name: str, value: Any) -> None:
        if not self._power.fails(FLASH):
            self._store.put(name, value)
            return
        if self._power.toss():
            self._store.put(name, value)
        raise simpy.Interrupt(FLASH)


class Folder:
    """The ring's files: a record may be torn, a file removed or not."""

    def __init__(self, power: Power, folder: Any) -> None:
        self._power = power
        self._folder = folder

    def names(self) -> list[str]:
        return self._folder.names()

    def read(self, name: str) -> bytes:
        return self._folder.read(name)

    def append(self, name: str, data: bytes) -> None:
        if not self._power.fails(RECORD):
            self._folder.append(name, data)
            return
        self._folder.append(name, self._power.tear(data))
        raise simpy.Interrupt(RECORD)

    def remove(self, name: str) -> None:
        if not self._power.fails(REMOVAL):
            self._folder.remove(name)
            return
        if self._power.toss():
            self._folder.remove(name)
        raise simpy.Interrupt(REMOVAL)
