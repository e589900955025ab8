"""An instrument of a virtual station: the node's own driver, and what stands at the other end of its bus."""

import math
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from plietsch.firmware import node
from plietsch.firmware.instruments.a02yyuw import VirtualA02YYUW
from plietsch.firmware.instruments.battery import VirtualBattery
from plietsch.firmware.instruments.bme280 import VirtualBME280
from plietsch.firmware.instruments.dht22 import VirtualDHT22
from plietsch.firmware.instruments.fault import Fault
from plietsch.firmware.instruments.sds011 import VirtualSDS011
from plietsch.firmware.instruments.tip_counter import VirtualTipCounter
from plietsch.firmware.ranges import RANGES

BATTERY = "battery"
RAIN_GAUGE = "rain"


class VirtualInstrument(Protocol):
    """What stands at the other end of a bus."""

    fault: Fault

    def show(self, values: Mapping[str, float]) -> dict[str, float]:
        """Show values; return those that the instrument's bytes cannot say."""
        ...


VIRTUAL: Mapping[str, Callable[[], VirtualInstrument]] = {
    "SDS011": VirtualSDS011,
    "BME280": VirtualBME280,
    "DHT22": VirtualDHT22,
    "A02YYUW": VirtualA02YYUW,
    RAIN_GAUGE: VirtualTipCounter,
    BATTERY: VirtualBattery,
}

# What there is to be seen at a time (Unix milliseconds), by channel.
Source = Callable[[float], Mapping[str, float]]


class Shown:
    """A virtual instrument together with the node's own one that reads it: it shows what `source` says when it is read.

    A value beyond the instrument's range reaches the node as beyond it, even where the bytes cannot say by how much; a
    channel that is not shown at all reaches it as no valid answer. Whatever else the node asks of its instrument
    (`warm_up_ms`, `start` …) is that instrument's own.
    """

    def __init__(self, model: str, source: Source, now_ms: Callable[[], float]) -> None:
        self.model = model
        self._virtual = VIRTUAL[model]()
        self._instrument = node.instrument(model, self._virtual)
        self._source = source
        self._played: Mapping[str, float] | None = None
        self._now_ms = now_ms
        self._overlay: dict[str, float | None] = {}
        self._shown_ms: float | None = None

    def __getattr__(self, name: str) -> Any:
        """Return what is the instrument's own."""
        return getattr(self._instrument, name)

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels of the instrument."""
        return self._instrument.channels

    @property
    def virtual(self) -> VirtualInstrument:
        """What answers on the bus, as of now."""
        self._look()
        return self._virtual

    @property
    def overlay(self) -> Mapping[str, float | None]:
        """By channel, what the bus cannot say, as of now."""
        self._look()
        return self._overlay

    @property
    def fault(self) -> Fault:
        """What is wrong with the instrument."""
        return self._virtual.fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        self._virtual.fault = fault
        self._shown_ms = None

    def read(self) -> dict[str, float | None]:
        """Return what the node's driver makes of the instrument's bytes."""
        self._look()
        return {**self._instrument.read(), **self._overlay}

    def play(self, values: Mapping[str, float] | None) -> None:
        """Show these values from now on, whatever the source says; or again what that says where there are none."""
        self._played = values
        self._shown_ms = None

    def repeat(self, time_ms: float) -> None:
        """Show what there was to be seen at a time (Unix milliseconds), from now on: an instrument that is stuck."""
        self.play(self._source(time_ms))

    def power_on(self) -> None:
        """Begin anew, for an instrument that forgets."""
        self._look()
        if isinstance(self._virtual, VirtualTipCounter):
            self._virtual.power_on()

    def _look(self) -> None:
        """Show what there is to be seen, once for each time, so that bytes are not torn while they are read."""
        now_ms = self._now_ms()
        if now_ms != self._shown_ms:
            self._show(self._source(now_ms) if self._played is None else self._played)
            self._shown_ms = now_ms

    def _show(self, values: Mapping[str, float]) -> None:
        own = {channel: values[channel] for channel in self.channels if channel in values}
        unsayable = self._virtual.show(own)
        limits = RANGES.get(self.model, {})
        self._overlay = {
            channel: math.copysign(math.inf, value - limits[channel].lowest)
            for channel, value in own.items()
            if channel in unsayable or (channel in limits and not limits[channel].rounds_to_limit(value))
        }
        self._overlay.update({channel: None for channel in self.channels if channel not in own})
