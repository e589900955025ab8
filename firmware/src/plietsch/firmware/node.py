"""The real node code, found where it is kept: `firmware/node`, from where it is copied to the boards as it is.

It is written for MicroPython and so without types; this is the one place that knows it, and the protocols below are
what the simulation relies on.
"""

import errno
import functools
import importlib
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from plietsch.firmware.air.virtual_radio import VirtualClock, VirtualRadio

FOLDER = Path(__file__).resolve().parents[3] / "node"

Values = Mapping[str, float | None]


class Instrument(Protocol):
    """What a node measures with."""

    @property
    def channels(self) -> tuple[str, ...]:
        """What it measures."""
        ...

    def read(self) -> Mapping[str, float | None]:
        """Return values by channel, or raise the node's SensorError."""
        ...


class Node(Protocol):
    """The node's application."""

    @property
    def waiting(self) -> int:
        """How many readings nobody has acknowledged yet."""
        ...

    @property
    def dropped(self) -> int:
        """How many readings its full memory has lost since it was new."""
        ...

    @property
    def reboot_wanted(self) -> bool:
        """Whether a command asked for a reboot, and was answered."""
        ...

    async def cycle(self) -> int:
        """Do what is due; return the clock's milliseconds at which to wake next."""
        ...

    async def report(self) -> int | None:
        """Join if need be, and send what waits as far as that is allowed now.

        Return the clock's milliseconds from which there is more to do, None if that is up to new readings.
        """
        ...

    def take(self, names: list[str] | None = None) -> Any:
        """Read instruments once, and record the reading."""
        ...


class Store(Protocol):
    """What a node keeps."""

    def get(self, name: str) -> Any:
        """Return what was put under a name, or None."""

    def put(self, name: str, value: Any) -> None:
        """Keep a value."""


@dataclass(slots=True)
class Ports:
    """What a node is given; see `plietsch_node.app.node`."""

    clock: VirtualClock
    radio: VirtualRadio
    rtc: Store
    flash: Store
    random_below: Callable[[int], int]
    instruments: Mapping[str, Instrument]
    folder: "str | MemoryFolder"
    reset_cause: str
    trace: Callable[..., None]
    cipher: "Callable[[bytes], HostCipher]"
    watchdog: None = None


# Makes a node of its configuration, its keys and its ports.
Make = Callable[[Mapping[str, Any], Mapping[str, str], Ports], Node]


class HostCipher:
    """AES with one key for one block at a time, by the host's library: the node takes its cipher as an argument."""

    def __init__(self, key: bytes) -> None:
        # LoRaWAN builds its own modes out of single blocks.
        self._encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305

    def encrypt(self, block: bytes) -> bytes:
        """Return the encrypted block of 16 bytes."""
        return self._encryptor.update(block)


@functools.cache
def module(name: str) -> ModuleType:
    """Return a module of the node code."""
    if str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))
    return importlib.import_module(f"plietsch_node.{name}")


def instrument(model: str, bus: object) -> Instrument:
    """Return the node's instrument of a model at a bus."""
    return module("app.instruments").make(model, bus)


def make(config: Mapping[str, Any], keys: Mapping[str, str], ports: Ports) -> Node:
    """Return a node."""
    return module("app.node").make(config, keys, ports)


def memory() -> Store:
    """Return a store in memory."""
    return module("memory").MemoryStore()


class MemoryFolder:
    """A folder of the node's flash (as the ring's `Folder`) in memory: a region writes many of them a second."""

    def __init__(self) -> None:
        self._files: dict[str, bytearray] = {}

    def names(self) -> list[str]:
        """Return the names of the files."""
        return list(self._files)

    def read(self, name: str) -> bytes:
        """Return the bytes of a file; raise OSError where there is none."""
        return bytes(self._file(name))

    def append(self, name: str, data: bytes) -> None:
        """Write `data` behind what the file holds."""
        self._files.setdefault(name, bytearray()).extend(data)

    def remove(self, name: str) -> None:
        """Remove a file; raise OSError where there is none."""
        self._file(name)
        del self._files[name]

    def _file(self, name: str) -> bytearray:
        if name not in self._files:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        return self._files[name]


class RtcMemory:
    """RTC memory, called as machine.RTC().memory: without argument to read, with bytes to write."""

    def __init__(self) -> None:
        self._content = b""

    def __call__(self, content: bytes | None = None) -> bytes | None:
        """Read or write."""
        if content is None:
            return self._content
        self._content = bytes(content)
        return None

    def store(self) -> Store:
        """Return the node's store of what the memory holds: so many bytes, and values as JSON brings them back."""
        return module("storage").RtcStore(self)


def said(channel: str, value: float | None) -> float | None:
    """Return `value` as the payload says it: rounded to its step, None for a code without a number."""
    bits, lowest, steps, highest_code = _fields()[channel]
    code: int = module("app.payload").code(value, bits, lowest, steps, highest_code)
    return (code + lowest * steps) / steps if code <= highest_code else None


def second(since_start_ms: int, start_ms: int) -> int:
    """Return the Unix time of a reading that the node took so long after a start which it could date only later."""
    ring = module("app.ring")
    return ring.second(ring.ticks(since_start_ms), start_ms)


@functools.cache
def _fields() -> dict[str, tuple[int, int, int, int]]:
    return {name: tuple(rest) for group in module("app.payload").GROUPS for name, *rest in group}
