"""A virtual station: virtual instruments, the real node code that reads them, and a radio into the simulated air."""

import copy
import random
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from plietsch.firmware import identity, waiting
from plietsch.firmware import node as node_code
from plietsch.firmware.air.ether import Ether
from plietsch.firmware.air.virtual_radio import VirtualClock, VirtualRadio
from plietsch.firmware.instruments.fault import Fault
from plietsch.firmware.ledger import Entry
from plietsch.firmware.ranges import ABOVE, BELOW
from plietsch.firmware.readings import SMALLEST_UNIX_S, Readings
from plietsch.firmware.region import FINE_DUST, Station
from plietsch.firmware.shown import BATTERY, Shown

NO_ANSWER = "no valid answer"
POWER_ON, DEEP_SLEEP, COMMAND = "power-on", "deep-sleep", "command"
MILLISECONDS = 1000
# The SDS011 gives a sample a second, and sending takes three.
SECONDS_PER_SAMPLE, MOST_SAMPLES = 5, 10

# What the instruments of a station have before them: by model and time (Unix seconds), the values by channel.
Source = Callable[[str, float], Mapping[str, float]]
# What a node tells: when (Unix milliseconds), its name for it, and the rest.
Listener = Callable[[float, str, tuple[Any, ...]], None]


class VirtualStation:
    """`station` as it stands and measures what `source` says, from when it is switched on.

    `flash` and `folder` survive a power-off. `config` overrides what the station says of its node. With `deep_sleep`
    the node loses its memory between two cycles, as on a board; without, that happens only where power fails.
    """

    def __init__(
        self,
        station: Station,
        ether: Ether,
        flash: node_code.Store,
        folder: Path | node_code.MemoryFolder,
        readings: Readings,
        source: Source,
        dice: random.Random,
        config: Mapping[str, Any] | None = None,
        make: node_code.Make = node_code.make,
        deep_sleep: bool = False,
        drift_ppm: float = 0.0,
    ) -> None:
        self.station = station
        self.readings = readings
        self.listener: Listener | None = None
        self.is_dated = False  # whether the node has the time from the network
        self.is_held = False  # whether it does nothing by itself for now, even where the power comes back
        self.deep_sleep = deep_sleep
        self.drift_ppm = drift_ppm
        self.pace: Mapping[str, int] = {}  # how often it measures for now: lies over `config` from when it wakes next
        self.config = _config(station, ether) | dict(config or {})
        self._env = ether.env
        self._ether = ether
        self._flash = flash
        self._folder = folder
        self._dice = dice
        self._make = make
        models = (*station.sensors, BATTERY) if station.battery else station.sensors
        self._cuts: list[tuple[float, float]] = []
        self.instruments = {model: self._instrument(model, source) for model in models}
        self._life: waiting.Task | None = None
        self._clock: VirtualClock | None = None
        self._node: node_code.Node | None = None

    @property
    def place(self) -> tuple[float, float]:
        """Where it stands: longitude and latitude."""
        return self.station.longitude, self.station.latitude

    @property
    def is_on(self) -> bool:
        """Whether there is power."""
        return self._clock is not None

    @property
    def is_cut(self) -> bool:
        """Whether there can be no power now, as an `outage` said."""
        return any(start_ms <= self._env.now < end_ms for start_ms, end_ms in self._cuts)

    @property
    def clock(self) -> VirtualClock:
        """The node's clock, while there is power."""
        assert self._clock is not None  # noqa: S101 power is on
        return self._clock

    @property
    def node(self) -> node_code.Node:
        """The node, while there is power."""
        assert self._node is not None  # noqa: S101 power is on
        return self._node

    def switch_on(self) -> None:
        """Let the power come on, and the node live its cycles."""
        self.power_up()
        self.go_on()

    def power_up(self) -> None:
        """Let the power come on, and the node do nothing by itself."""
        self.is_dated = False
        self.readings.start()
        self._clock = VirtualClock(self._env, self._env.now, self.drift_ppm)
        self._memory, self._rtc = node_code.RtcMemory(), node_code.memory()
        for instrument in self.instruments.values():
            instrument.power_on()
        self._boot(POWER_ON)

    def switch_off(self) -> None:
        """Cut the power, whatever the node is doing."""
        self.pause()
        self._clock = self._node = None

    def pause(self) -> None:
        """Stop the node where it is; its clock goes on, and what survives a deep sleep stays."""
        if self._life is not None:
            self._life.cancel()

    def wake(self) -> None:
        """Make the node anew, as after a deep sleep, with the present `config`."""
        self._boot(DEEP_SLEEP)

    def go_on(self) -> None:
        """Let the node live its cycles from now on, and only these; while it is held, none."""
        self.pause()
        if not self.is_held:
            self._life = waiting.Task(self._env, self._live())

    def close(self) -> None:
        """Leave the node where it is, for ever."""
        if self._life is not None:
            self._life.close()

    def take(self, shown: Mapping[str, Mapping[str, float]]) -> None:
        """Let instruments show values, by model and channel, and the node read just these now, once."""
        for model, values in shown.items():
            self.instruments[model].play(values)
        self.node.take(list(shown))

    def outage(self, start_ms: float, end_ms: float) -> None:
        """Cut the power at one time (Unix milliseconds), be that past, and bring it back at another."""
        self._cuts.append((start_ms, end_ms))
        waiting.call_at(self._env, start_ms, self.switch_off)
        waiting.call_at(self._env, end_ms, self.switch_on)

    def stick(self, model: str, start_ms: float, end_ms: float) -> None:
        """Let an instrument repeat, from one time to another, what it showed at the first, be that past."""
        waiting.call_at(self._env, start_ms, lambda: self.instruments[model].repeat(start_ms))
        waiting.call_at(self._env, end_ms, lambda: self.instruments[model].play(None))

    def fail(self, model: str, fault: Fault, start_ms: float, end_ms: float) -> None:
        """Let an instrument have a fault from one time to another."""
        waiting.call_at(self._env, start_ms, lambda: self._set_fault(model, fault))
        waiting.call_at(self._env, end_ms, lambda: self._set_fault(model, Fault.NONE))

    async def _live(self) -> None:
        while True:
            wake_ms = await self.node.cycle()
            if self.node.reboot_wanted:
                # Its RTC memory and its clock outlive a reset by itself.
                self._boot(COMMAND)
                continue
            await self.clock.sleep_until(wake_ms)
            if self.deep_sleep:
                self.wake()

    def _boot(self, reset_cause: str) -> None:
        """Make the node anew, from what its stores hold."""
        ports = node_code.Ports(
            clock=self.clock,
            radio=VirtualRadio(self._ether, self.place, self.clock),
            rtc=self._memory.store() if self.deep_sleep else self._rtc,
            flash=self._flash,
            random_below=self._dice.randrange,
            instruments=self.instruments,
            folder=str(self._folder) if isinstance(self._folder, Path) else self._folder,
            reset_cause=reset_cause,
            trace=self._trace,
            cipher=node_code.HostCipher,
        )
        # A copy: the node holds it against what it was given before, to see whether that has changed.
        self._node = self._make(copy.deepcopy({**self.config, **self.pace}), _keys(self.station.code), ports)

    def _instrument(self, model: str, source: Source) -> Shown:
        return Shown(model, lambda now_ms: source(model, now_ms / MILLISECONDS), lambda: self._env.now)

    def _set_fault(self, model: str, fault: Fault) -> None:
        self.instruments[model].fault = fault

    def _trace(self, name: str, *values: Any) -> None:
        match name, values:
            case "taken", (time_s, taken):
                self._take(time_s, taken)
            case "sending", (times, _):
                self.readings.leave(times)
            case "dropped", (times,):
                self.readings.drop(times)
            case "dated", (start_ms,):
                self.is_dated = True
                self.readings.date(start_ms)
            case _:
                pass
        if self.listener:
            self.listener(self._env.now, name, values)

    def _take(self, time_s: int, values: node_code.Values) -> None:
        said = {channel: node_code.said(channel, value) for channel, value in values.items()}
        reasons = {channel: _reason(values[channel]) for channel, value in said.items() if value is None}
        is_dated = time_s >= SMALLEST_UNIX_S
        unix_s = time_s if is_dated else int(self._env.now / MILLISECONDS)
        entry = Entry(self.station.code, unix_s, said, reasons, time.time())
        self.readings.take(entry, None if is_dated else self.clock.ms())


def _config(station: Station, ether: Ether) -> dict[str, Any]:
    """Return the node's configuration: who puts it up looks which data rate reaches a gateway from there."""
    data_rate = ether.fastest((station.longitude, station.latitude))
    config: dict[str, Any] = {"kind": station.kind, "lorawan": {"data_rate": data_rate}, **station.node}
    # Those that send when there is something new have defaults of their own.
    return config | measuring(station.interval_s) if station.kind == FINE_DUST else config


def measuring(interval_s: int, most_samples: int = MOST_SAMPLES) -> dict[str, int]:
    """Return the configuration of a fine-dust node that measures so often, with fewer samples where time is short."""
    return {"interval_s": interval_s, "samples": min(max(interval_s // SECONDS_PER_SAMPLE, 1), most_samples)}


def _keys(code: str) -> dict[str, str]:
    return {
        "dev_eui": identity.dev_eui(code),
        "join_eui": identity.JOIN_EUI,
        "app_key": identity.app_key(code).hex(),
    }


def _reason(value: float | None) -> str:
    if value is None:
        return NO_ANSWER
    return ABOVE if value > 0 else BELOW
