"""The real node code, found where it is kept: `firmware/node`, from where it is copied to the boards as it is.

It is written for MicroPython and so without types; this is the one place that knows it, and the protocols below are
what the simulation relies on.
"""

import functools
import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, Protocol

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

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


class Sent(NamedTuple):
    """A frame that went out, as the node tells it."""

    f_cnt: int
    readings: list[tuple[int, Values]]


class Node(Protocol):
    """The station's application."""

    max_payload: int
    dropped: int  # how many readings its full buffer has lost, the oldest first

    def join(self) -> bool:
        """Ask the network for a session; return whether it gave one."""
        ...

    def measure(self, names: list[str] | None = None) -> tuple[int, Values]:
        """Ask instruments and keep their reading, which is returned."""
        ...

    def flush(self) -> list[Sent]:
        """Send what waits."""
        ...


class Radio(Protocol):
    """The node's way to the air."""

    def send(self, phy: bytes) -> None:
        """Send a PHYPayload."""

    def receive(self) -> bytes | None:
        """Return what came in the receive windows."""


class Clock(Protocol):
    """The node's clock."""

    is_set: bool

    def time_s(self) -> int:
        """Return whole seconds of Unix time."""
        ...


class Store(Protocol):
    """What the node keeps through a power-off."""

    def get(self, name: str) -> Any:
        """Return what was put under a name, or None."""

    def put(self, name: str, value: Any) -> None:
        """Keep a value."""


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
    """Return the node's instrument of a model ("SDS011", "BME280", "DHT22" or "battery") at a bus."""
    instruments = module("app.instruments")
    if model == "SDS011":
        return instruments.Particulates(module("drivers.sds011").SDS011(bus))
    if model == "BME280":
        return instruments.Weather(module("drivers.bme280").BME280(bus))
    if model == "DHT22":
        return instruments.Air(module("drivers.dht22").DHT22(bus))
    return instruments.Battery(bus)


def make(
    instruments: Mapping[str, Instrument],
    dev_eui: bytes,
    join_eui: bytes,
    app_key: bytes,
    store: Store,
    radio: Radio,
    clock: Clock,
) -> Node:
    """Return a node; EUIs most significant byte first."""
    session = module("lorawan.session").Session(dev_eui, join_eui, app_key, HostCipher, store)
    return module("app.station").Node(instruments, session, radio, clock)


def said(channel: str, value: float | None) -> float | None:
    """Return `value` as the payload says it: rounded to its step, None for a code without a number."""
    bits, lowest, steps, highest_code = _fields()[channel]
    code: int = module("app.payload").code(value, bits, lowest, steps, highest_code)
    return (code + lowest * steps) / steps if code <= highest_code else None


@functools.cache
def _fields() -> dict[str, tuple[int, int, int, int]]:
    return {name: tuple(rest) for group in module("app.payload").GROUPS for name, *rest in group}
