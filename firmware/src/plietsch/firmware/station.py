"""A virtual station: virtual instruments, the real node code that reads them, and a radio into the simulated air."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from plietsch.firmware import identity, node
from plietsch.firmware.instruments.battery import VirtualBattery
from plietsch.firmware.instruments.bme280 import VirtualBME280
from plietsch.firmware.instruments.dht22 import VirtualDHT22
from plietsch.firmware.instruments.sds011 import VirtualSDS011
from plietsch.firmware.ledger import Entry
from plietsch.firmware.network.simulated import SimulatedNetwork
from plietsch.firmware.ranges import ABOVE, BELOW, RANGES
from plietsch.firmware.region import Station

BATTERY = "battery"
NO_ANSWER = "no valid answer"
JOIN_ATTEMPTS = 3

VIRTUAL: Mapping[str, Callable[[], "VirtualInstrument"]] = {
    "SDS011": VirtualSDS011,
    "BME280": VirtualBME280,
    "DHT22": VirtualDHT22,
    BATTERY: VirtualBattery,
}


class VirtualInstrument(Protocol):
    """What stands at the other end of a bus."""

    def show(self, values: Mapping[str, float]) -> dict[str, float]:
        """Show values; return those that the instrument's bytes cannot say."""
        ...


class JoinFailed(RuntimeError):
    """The network did not let a node in."""


@dataclass(slots=True)
class Shown:
    """A virtual instrument together with the node's own one that reads it.

    A value beyond the instrument's range reaches the node as beyond it, even where the bytes cannot say by how much; a
    channel that is not shown at all reaches it as no valid answer.
    """

    model: str
    virtual: VirtualInstrument
    instrument: node.Instrument
    overlay: dict[str, float | None] = field(default_factory=lambda: dict[str, float | None]())

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels of the instrument."""
        return self.instrument.channels

    def show(self, values: Mapping[str, float]) -> None:
        """Let the instrument show those of `values` that are its own."""
        own = {channel: values[channel] for channel in self.channels if channel in values}
        unsayable = self.virtual.show(own)
        limits = RANGES.get(self.model, {})
        self.overlay = {
            channel: math.copysign(math.inf, value - limits[channel].lowest)
            for channel, value in own.items()
            if channel in unsayable or (channel in limits and not limits[channel].rounds_to_limit(value))
        }
        self.overlay.update({channel: None for channel in self.channels if channel not in own})

    def read(self) -> dict[str, float | None]:
        """Return what the node's driver makes of the instrument's bytes."""
        return {**self.instrument.read(), **self.overlay}


class _Clock:
    is_set = True

    def __init__(self) -> None:
        self.now_s = 0

    def time_s(self) -> int:
        return self.now_s


class _Radio:
    def __init__(self, station: Station, network: SimulatedNetwork, now: Callable[[], float]) -> None:
        self._station = station
        self._network = network
        self._now = now
        self._heard: bytes | None = None

    def send(self, phy: bytes) -> None:
        self._heard = self._network.send(self._station, phy, self._now())

    def receive(self) -> bytes | None:
        heard, self._heard = self._heard, None
        return heard


class VirtualStation:
    """`station` as it stands and measures; `now` is the simulated time, `store` what its node keeps."""

    def __init__(
        self, station: Station, network: SimulatedNetwork, store: node.Store, now: Callable[[], float]
    ) -> None:
        self.station = station
        self._clock = _Clock()
        models = (*station.sensors, BATTERY) if station.battery else station.sensors
        self.instruments = {model: _shown(model) for model in models}
        self._entries: list[Entry] = []
        self._dropped: list[Entry] = []
        self._dropped_before = 0
        self._node = node.make(
            self.instruments,
            dev_eui=bytes.fromhex(identity.dev_eui(station.code)),
            join_eui=bytes.fromhex(identity.JOIN_EUI),
            app_key=identity.app_key(station.code),
            store=store,
            radio=_Radio(station, network, now),
            clock=self._clock,
        )

    def join(self) -> None:
        """Join the network; raise JoinFailed if it does not want the node."""
        if not any(self._node.join() for _ in range(JOIN_ATTEMPTS)):
            raise JoinFailed(f"{self.station.code} could not join the network")

    def measure(self, time_s: int, shown: Mapping[str, Mapping[str, float]]) -> None:
        """Let instruments show values, by model and channel, and the node read just these at the second `time_s`."""
        measured_at = time.time()
        self._clock.now_s = time_s
        for model, values in shown.items():
            self.instruments[model].show(values)
        _, values = self._node.measure(list(shown))
        self._entries.append(_entry(self.station.code, time_s, values, measured_at))
        self._follow_the_buffer()

    def take_dropped(self) -> list[Entry]:
        """Return the readings that the node's full buffer has dropped since this was last asked."""
        taken, self._dropped = self._dropped, []
        return taken

    def send(self) -> list[tuple[int, list[Entry]]]:
        """Let the node send what it has; return the counter of each frame with the readings in it."""
        frames: list[tuple[int, list[Entry]]] = []
        for sent in self._node.flush():
            count = len(sent.readings)
            frames.append((sent.f_cnt, self._entries[:count]))
            del self._entries[:count]
        return frames

    def _follow_the_buffer(self) -> None:
        lost = self._node.dropped - self._dropped_before
        self._dropped_before = self._node.dropped
        self._dropped += self._entries[:lost]
        del self._entries[:lost]


def _shown(model: str) -> Shown:
    virtual = VIRTUAL[model]()
    return Shown(model, virtual, node.instrument(model, virtual))


def _entry(station: str, time_s: int, values: node.Values, measured_at: float) -> Entry:
    said = {channel: node.said(channel, value) for channel, value in values.items()}
    reasons = {channel: _reason(values[channel]) for channel, value in said.items() if value is None}
    return Entry(station, time_s, said, reasons, measured_at)


def _reason(value: float | None) -> str:
    if value is None:
        return NO_ANSWER
    return ABOVE if value > 0 else BELOW
