"""The node: wakes, measures, keeps what it measured, sends, and says when to wake again.

    node = make(config, keys, ports)
    wake_ms = await node.cycle()        # again and again; in between the board may lose its memory

Measurements lie on a grid of Unix time, shifted by a part that follows from the DevEUI, so that the nodes of a region
do not send together. An instrument that fails leaves None in the reading and stops nobody. While the battery is low
the node measures a quarter as often and confirms only what waited for long.

When `reboot_wanted` is set after a cycle, the board shall reset.
"""

import binascii

from plietsch_node.app import records, sampling
from plietsch_node.app.reporter import Reporter
from plietsch_node.app.ring import Folder, Ring
from plietsch_node.lorawan import eu868
from plietsch_node.lorawan.device import Device

FIRMWARE = (0, 1, 0)
_SAVING = 4  # times as long between measurements
_RECOVERED_MV = 150  # above the limit: a cell that rests rises by as much
_EMPTY_V, _FULL_V = 3.0, 4.2  # of a lithium cell, as the network is told in DevStatusAns
# After a power cut of a whole town its nodes shall not join together.
_START_SPREAD_MS = 10000
_FEED_MS = 10000
# Where the grids of two nodes lie alike, one would else meet the other's frame, or its acknowledgement, each time.
_SPREAD_MS = 1000
_HOUR_MS, _DAY_MS = 3600000, 86400000
_LEFT_MS, _LEFT_AGAIN_MS = _HOUR_MS, _DAY_MS  # for so long, who hung is left alone
_WRONG_MS = 1000  # a clock that is wrong by so much is to be set more often
_SET_BACK_S = 3600  # further ahead than this, the last reading's time was none
_NEVER = (0, 0)  # until when, and how often
_CLOCK_LOST = ("power-on", "brown-out")


def make(given, keys, ports):
    """Return the node of the configuration `given`, completed and overlaid by what was changed by radio.

    Raises ConfigError for a configuration or keys that are wrong.
    """
    if ports.reset_cause in _CLOCK_LOST:
        # Memory that outlives a short dip of the supply would speak of a clock that has begun anew.
        for name in ("app", "counters", "mac", "ring"):
            ports.rtc.put(name, None)
    complete, holds = configuration(given, keys, ports)
    clock = FeedingClock(ports.clock, ports.watchdog) if ports.watchdog else ports.clock
    device = Device(
        keys, eu868, ports.radio, clock, ports.rtc, ports.flash, ports.cipher, ports.random_below,
        complete["lorawan"], ports.trace,
    )  # fmt: skip
    return Node(complete, keys, ports, clock, device, holds)


def configuration(given, keys, ports):
    """Return the complete configuration that `given` comes to, and whether what was changed by radio fits it.

    What was found right is kept in flash, so that who wakes from deep sleep need not load what judges it. A new
    firmware, which may judge otherwise, begins with a reset. Raises ConfigError.
    """
    stored = ports.flash.get("config")
    kept = ports.flash.get("in_force")
    if kept and kept[:2] == [given, stored] and ports.reset_cause == "deep-sleep":
        return kept[2:]
    from plietsch_node.app import config

    config.check_keys(keys)
    complete, holds = config.in_force(given, stored)
    if kept != [given, stored, complete, holds]:
        try:
            ports.flash.put("in_force", [given, stored, complete, holds])
        except OSError:
            pass  # then it is judged each time
    return complete, holds


class FeedingClock:
    """The clock, whose sleep feeds the watchdog: whoever waits is not stuck."""

    def __init__(self, clock, watchdog):
        self.ms = clock.ms
        self._clock = clock
        self._watchdog = watchdog

    async def sleep_until(self, ms):
        """Wait until the clock shows `ms`."""
        while self.ms() < ms:
            self._watchdog.feed()
            await self._clock.sleep_until(min(ms, self.ms() + _FEED_MS))
        self._watchdog.feed()


class Node:
    """A node of a complete `config`; `holds` is whether what was changed by radio fits it."""

    def __init__(self, complete, keys, ports, clock, device, holds=True):
        self.config = complete
        self.clock = clock
        self.reboot_wanted = False
        self._ports = ports
        self._device = device
        self._holds = holds
        self._phase_ms = binascii.crc32(binascii.unhexlify(keys["dev_eui"]))
        state = ports.rtc.get("app")
        boots = ports.flash.get("boots") or 0
        if not state or ports.reset_cause != "deep-sleep":
            boots += 1
            self._keep("boots", boots)
        self._boots = boots
        self._restore(state or self._fresh())
        self._weigh_battery(self._battery_v)  # the device begins without
        asked = ports.rtc.get("asked")
        if asked and ports.reset_cause != "deep-sleep":
            self._leave_alone(asked)
        folder = Folder(ports.folder) if isinstance(ports.folder, str) else ports.folder
        self._ring = Ring(folder, ports.rtc, ports.flash, complete["ring_readings"], self._life, self._forgotten)
        self._reporter = Reporter(self, device, self._ring, state and state[-1])
        self._trigger = self._made_trigger(state and state[-2])
        if ports.reset_cause not in ("deep-sleep", self._cause):
            self._cause, self._reporter.status_due = ports.reset_cause, True
        if self._started:
            # The configuration may have another interval than when the node fell asleep.
            self._due_ms = min(self._due_ms, self._next_due())
        self.remember()
        if asked:
            self._mark(None)  # it is remembered now

    @property
    def waiting(self):
        """How many readings are not acknowledged."""
        return self._ring.waiting

    @property
    def dropped(self):
        """How many readings were lost since the node was new."""
        return self._ring.dropped

    @property
    def rising(self):
        """Whether the water rises fast."""
        return self._trigger is not None and self._trigger.rising

    @property
    def is_dated(self):
        """Whether the time is known."""
        return self._offset_ms is not None

    def time_s(self):
        """Return Unix time, or the time since power-on while that is not known."""
        return (self.clock.ms() + (self._offset_ms or 0)) // 1000

    async def cycle(self):
        """Do what is due; return the clock's ms at which to wake next."""
        self.feed()
        if not self._started and self.clock.ms() < self._due_ms:
            return self._due_ms
        if not self.is_dated:
            await self.report()  # readings with a date are worth more
        if self.clock.ms() >= self._due_ms - self._warm_up_ms():
            news = await self._observe()
            self.remember()
            if news:
                self.tell("state", "wait")
                await self.clock.sleep_until(self.clock.ms() + self._ports.random_below(_SPREAD_MS))
        self.tell("state", "send")
        later_ms = await self.report()
        self.tell("state", "sleep")
        wake_ms = self._due_ms - self._warm_up_ms()
        return wake_ms if later_ms is None else min(wake_ms, later_ms)

    def take(self, names=None):
        """Read the instruments of these `names`, or all, once and now, and record the reading."""
        values = {}
        for name in self._ports.instruments if names is None else names:
            self._merge(values, name, sampling.once(self._ports.instruments[name]))
        if self._trigger and self._trigger.channel in values:
            self._trigger.judge(values, self.clock.ms())
        self._record(values)
        self.remember()

    async def report(self):
        """Join if need be, and send what is due, as far as the duty cycle allows now.

        Return the clock's ms from which there is more to do, or None if that is up to new readings.
        """
        return await self._reporter.run()

    def feed(self):
        """Tell the watchdog that all is well."""
        if self._ports.watchdog:
            self._ports.watchdog.feed()

    def tell(self, *event):
        """Tell whoever traces the node."""
        if self._ports.trace:
            self._ports.trace(*event)

    def set_time(self, unix_ms, at_ms):
        """Take the time from the network: Unix ms when the clock showed `at_ms`.

        `timed_for_ms`, how long that is good for, is halved by a clock that was wrong, and else doubled, up to a day.
        """
        before_ms, self._offset_ms = self._offset_ms, unix_ms - at_ms
        if before_ms is not None:
            wrong = abs(self._offset_ms - before_ms) > _WRONG_MS
            self.timed_for_ms = max(self.timed_for_ms // 2, _HOUR_MS) if wrong else min(self.timed_for_ms * 2, _DAY_MS)
        else:
            self.date()
            self.tell("dated", self._offset_ms)

    def date(self):
        """Date what was taken without a clock, once the time is known."""
        if self.is_dated:
            self._ring.date(self._offset_ms // 1000, self._offset_ms % 1000)

    def status(self):
        """Return the bytes of a status frame: how the node is."""
        from plietsch_node.app import status  # once a day

        stored = self._ports.flash.get("config") or {}
        errors = sorted(self._errors.items())
        if not self._holds:
            errors.insert(0, ("configuration", 1))
        has_fan = any(hasattr(each, "warm_up_ms") for each in self._ports.instruments.values())
        return status.encode(
            self.config["kind"], FIRMWARE, self._cause, self._device.data_rate, stored.get("revision", 0),
            self._boots, self.clock.ms() // 3600000, self._battery_v, self.saving,
            self._fan_s // 3600 if has_fan else None, self.waiting, self.dropped, errors,
        )  # fmt: skip

    def status_sent(self):
        """Begin to count anew what a status frame said, and keep what a power cut shall not take."""
        self._errors = {}
        if self._fan_s:
            self._keep("fan_s", self._fan_s)

    def _keep(self, name, value):
        """Keep a count in flash, or live on without: it is of less worth than readings."""
        try:
            self._ports.flash.put(name, value)
        except OSError:
            pass

    def obey(self, command):
        """Carry out a `commands.Command`; return the bytes of its answer. A reboot is left to whoever sends that."""
        from plietsch_node.app import commands, status  # seldom

        result, identity = command.result, b""
        if command.name and command.name not in self.config:
            result = commands.NOT_HERE
        elif result == commands.OK and command.command == commands.SET:
            result = self._change(command.name, command.value)
        elif result == commands.OK and command.command == commands.WHO:
            identity = self.status()[: status.IDENTITY_BYTES]
        elif result == commands.OK and command.command == commands.STATUS:
            self._reporter.status_due = True
        return commands.answer(command, result, self.config.get(command.name), identity)

    def _change(self, name, value):
        from plietsch_node.app import commands, config

        stored = self._ports.flash.get("config") or {}
        values = dict(stored.get("changed", {})) if self._holds else {}
        values[name] = value
        try:
            complete = config.changed(self.config, name, value)
            self._ports.flash.put("config", {"revision": stored.get("revision", 0) + 1, "changed": values})
        except config.ConfigError:
            return commands.OUT_OF_RANGE
        except OSError:
            return commands.FAILED
        # In place: whoever has the configuration has this one.
        self.config.update(complete)
        self._holds = True
        self._due_ms = self._next_due()
        return commands.OK

    async def _observe(self):
        """Measure what this kind of node looks at; if that is news, make a reading of everything, and return True."""
        instruments = self._ports.instruments
        first = [name for name in instruments if self._is_first(instruments[name])]
        await self._switch_on()
        self.tell("state", "measure")
        values = await self._ask(first)
        self._switch_off()
        now = self.clock.ms()
        # Without a valid name there is nothing to judge: a node whose gauge was forgotten still says how it is.
        news = not self._trigger or not first or self._trigger.judge(values, now)
        if news:
            rest = await self._ask([name for name in instruments if name not in first])
            for channel, value in rest.items():
                if values.get(channel) is None:
                    values[channel] = value
            self._record(values)
        self._started = True
        self._due_ms = self._next_due()
        return news

    def _is_first(self, instrument):
        return not self._trigger or self._trigger.channel in instrument.channels

    async def _ask(self, names):
        values = {}
        for name in names:
            self.feed()
            instrument = self._ports.instruments[name]
            if self.clock.ms() < self._hung.get(name, _NEVER)[0]:
                found = dict.fromkeys(instrument.channels)
            else:
                self._mark(name)
                found = await sampling.measure(instrument, self.config.get("samples", 1), self.clock)
                self._hung.pop(name, None)
            self._merge(values, name, found)
        self._mark(None)
        return values

    def _mark(self, name):
        """Note who is being asked: after a reset by the watchdog that is who hangs."""
        if self._ports.watchdog:
            self._ports.rtc.put("asked", name)

    def _leave_alone(self, name):
        """Ask an instrument that hung no more for an hour, and if it hangs again, for a day each."""
        before = self._hung.get(name, _NEVER)[1]
        self._hung[name] = [self.clock.ms() + (_LEFT_AGAIN_MS if before else _LEFT_MS), before + 1]

    def _merge(self, values, name, found):
        """Put what an instrument `found` among `values`: a second one counts where the first gave nothing."""
        if all(value is None for value in found.values()):
            self._errors[name] = self._errors.get(name, 0) + 1
        for channel, value in found.items():
            if values.get(channel) is None:
                values[channel] = value

    def _record(self, values):
        if not values:
            return
        self._weigh_battery(values.get("battery"))
        now = self.clock.ms()
        time_s = self._free_second(self.time_s())
        if self._ports.trace:
            # As it will be said.
            self.tell("taken", time_s, records.values(records.pack(time_s, 0, values), 0))
        try:
            self._ring.append(time_s, values, self.is_dated, now % 1000)
        except OSError:
            self._ring.lose(time_s)

    def _free_second(self, time_s):
        """Return `time_s`, or the next second if that one may have a reading already: the clock was set back."""
        if self.is_dated:
            if 0 <= self._last_s - time_s < _SET_BACK_S:
                time_s = self._last_s + 1
            self._last_s = time_s
        return time_s

    def _weigh_battery(self, battery_v):
        if battery_v is None or battery_v - battery_v != 0:
            return
        self._battery_v = battery_v
        low_v = self.config["battery_low_mv"] / 1000
        self.saving = battery_v < (low_v + _RECOVERED_MV / 1000 if self.saving else low_v)
        charge = (battery_v - _EMPTY_V) / (_FULL_V - _EMPTY_V)
        self._device.battery = int(min(max(charge, 0), 1) * 253) + 1

    async def _switch_on(self):
        now, warm_up_ms = self.clock.ms(), self._longest_warm_up_ms()
        if warm_up_ms and self._on_ms is None:
            self.tell("state", "warm-up")
            self._each("start")
            self._on_ms = self._fan_from_ms = now
        until_ms = self._due_ms if self._on_ms is None else max(self._due_ms, self._on_ms + warm_up_ms)
        await self.clock.sleep_until(until_ms)

    def _switch_off(self):
        if self._on_ms is None:
            return
        now = self.clock.ms()
        self._fan_s += (now - self._fan_from_ms) // 1000
        self._fan_from_ms = now
        if not self._stays_on():
            self._each("stop")
            self._on_ms = None

    def _each(self, method):
        for instrument in self._ports.instruments.values():
            sampling.call(instrument, method)

    def _longest_warm_up_ms(self):
        return max([getattr(each, "warm_up_ms", 0) for each in self._ports.instruments.values()] or [0])

    def _stays_on(self):
        return self._interval_s() * 1000 < 2 * self._longest_warm_up_ms()

    def _warm_up_ms(self):
        """How long before a measurement the node has to wake."""
        return 0 if self._stays_on() else self._longest_warm_up_ms()

    def _interval_s(self):
        if self.saving:
            return self.config["interval_s"] * _SAVING
        return self.config["rising_interval_s" if self.rising else "interval_s"]

    def _next_due(self):
        """Return the next point of the grid that leaves time to warm up."""
        interval_ms = self._interval_s() * 1000
        earliest_ms = self.clock.ms() + self._warm_up_ms() + 1
        beyond_ms = (earliest_ms + (self._offset_ms or 0) - self._phase_ms) % interval_ms
        return earliest_ms + (interval_ms - beyond_ms) % interval_ms

    def _made_trigger(self, state):
        # Each kind loads its own only.
        if self.config["kind"] == "water-level":
            from plietsch_node.app.level import Level

            return Level(self.config, state)
        if self.config["kind"] == "rain":
            from plietsch_node.app.rain import Rain

            return Rain(self.config, state, self._ports.flash, self._ports.reset_cause in _CLOCK_LOST)
        return None

    def _forgotten(self, times):
        self.tell("dropped", times)

    def remember(self):
        """Keep in RTC memory what must survive deep sleep."""
        trigger = self._trigger.state() if self._trigger else None
        self._ports.rtc.put("app", [
            self._life, self._offset_ms, self._due_ms, self._started, self._on_ms, self._fan_from_ms, self._fan_s,
            self.saving, self._battery_v, self._errors, self._hung, self._cause, self._last_s,
            self.timed_for_ms, trigger, self._reporter.state(),
        ])  # fmt: skip

    def _restore(self, state):
        (
            self._life, self._offset_ms, self._due_ms, self._started, self._on_ms, self._fan_from_ms, self._fan_s,
            self.saving, self._battery_v, self._errors, self._hung, self._cause, self._last_s,
            self.timed_for_ms, _, _,
        ) = state  # fmt: skip

    def _fresh(self):
        start_ms = self.clock.ms() + self._ports.random_below(_START_SPREAD_MS)
        fan_s = self._ports.flash.get("fan_s") or 0
        return [
            self._boots & 0xFFFF or 1, None, start_ms, False, None, None, fan_s, False, None, {}, {}, None, 0, _DAY_MS,
            None, None,
        ]  # fmt: skip
