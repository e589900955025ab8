"""A node in a world of tins: instruments that say the same, a network that always answers, time that never waits.

Runs under MicroPython and CPython, so that the same is measured in both; nothing of it belongs to a node.
"""

from binascii import unhexlify
from collections import OrderedDict

from plietsch_node.lorawan import airtime, frame
from plietsch_node.radio.port import Heard

# Of a published vector (brocaar/lorawan): a join-accept says nothing of the request that it answers, so that the same
# one lets any node in.
APP_KEY = "00112233445566778899aabbccddeeff"
ACCEPT = unhexlify("20493eeb51fba2116f810edb3742975142")
KEYS = {"dev_eui": "70b3d57ed0000001", "join_eui": "70b3d57ed0000000", "app_key": APP_KEY}
GPS_S = 1_451_260_818  # 1 January 2026
DEVICE_TIME_REQ, DEVICE_TIME_ANS = 0x0D, 0x0D

# What the buses say; the BME280's registers are 0x88 to 0xA1 and 0xE1 to 0xE7 of the data sheet's example.
SDS011_FRAME = unhexlify("aac07b000501a16082ab")
BME280_FIRST = unhexlify("706b436718fc7d8e43d6d00b270b8c00f9ff8c3cf8c67017004b")
BME280_SECOND = unhexlify("6a01001329031e")
BME280_DATA = unhexlify("615b007447f0889e")


class Uart:
    """Sends the same bytes again and again."""

    def __init__(self, data):
        self.data = data
        self._out = b""

    def read(self, size):
        """Return up to `size` bytes."""
        if not self._out:
            self._out = self.data
        taken, self._out = self._out[:size], self._out[size:]
        return taken

    def write(self, data):
        """Take whatever is said."""
        return len(data)


class I2c:
    """A BME280 that has always measured the same."""

    def readfrom_mem(self, _address, register, size):
        """Return `size` bytes from `register` on."""
        if register == 0xD0:
            return b"\x60"
        found = {0x88: BME280_FIRST, 0xE1: BME280_SECOND, 0xF7: BME280_DATA}.get(register, b"\x00")
        return found[:size]

    def writeto_mem(self, _address, _register, data):
        """Take whatever is said."""


class Tips:
    """A counter of tips."""

    def __init__(self):
        self.tips = 0

    def count(self):
        """Return the tips."""
        return self.tips


class Adc:
    """A battery at 3.92 V."""

    def read_uv(self):
        """Return microvolts behind the divider."""
        return 1960000


def buses(kind):
    """Return the buses of a type of node, in their order."""
    if kind == "fine-dust":
        named = [("SDS011", Uart(SDS011_FRAME)), ("BME280", I2c())]
    elif kind == "water-level":
        named = [("A02YYUW", Uart(distance_frame(1834)))]
    else:
        named = [("rain", Tips())]
    return OrderedDict(named + [("battery", Adc())])


def distance_frame(distance_mm):
    """Return what an A02YYUW sends."""
    body = bytes([0xFF, distance_mm >> 8, distance_mm & 0xFF])
    return body + bytes([sum(body) & 0xFF])


class Wait:
    """Suspends once, so that whoever drives the node can look at it."""

    def __init__(self, what):
        self._what = what

    def __await__(self):
        yield self._what

    __iter__ = __await__


class World:
    """The clock and the radio, with a network that lets in, acknowledges, and tells the time.

    `sent(now_ms)` is called when a frame is about to go; `before(now_ms)` when time goes on.
    """

    def __init__(self, cipher, sent=None, before=None):
        self.now_ms = 0
        self._cipher = cipher
        self._sent = sent
        self._before = before
        self.down = 0
        self._answer = None

    def ms(self):
        """Return the clock's milliseconds."""
        return self.now_ms

    async def sleep_until(self, ms):
        """Be there."""
        self._go_on(ms)
        await Wait("sleep")

    async def send(self, phy, _frequency_hz, spreading_factor, bandwidth_khz, _power_dbm):
        """Send a frame; return when it is out."""
        if self._sent:
            self._sent(self.now_ms)
        self._answer = self._answered(phy)
        self._go_on(self.now_ms + airtime.time_on_air_us(len(phy), spreading_factor, bandwidth_khz) // 1000)
        await Wait("send")
        return self.now_ms

    async def receive(self, start_ms, _frequency_hz, spreading_factor, bandwidth_khz, symbols):
        """Hear the network's answer, if it has one, in the first window."""
        self._go_on(start_ms)
        answer, self._answer = self._answer, None
        if answer:
            took_us = airtime.time_on_air_us(len(answer), spreading_factor, bandwidth_khz)
        else:
            took_us = symbols * airtime.symbol_us(spreading_factor, bandwidth_khz)
        self._go_on(self.now_ms + took_us // 1000)
        await Wait("receive")
        return Heard(answer, -104, 5.25) if answer else None

    def sleep(self):
        """Nothing to switch off."""

    def _go_on(self, ms):
        if ms > self.now_ms:
            self.now_ms = ms
            if self._before:
                self._before(ms)

    def _answered(self, phy):
        if phy[0] == frame.JOIN_REQUEST:
            self.open(int.from_bytes(phy[17:19], "little"))
            return ACCEPT
        asked = frame.read_data(phy)
        wants_time = bool(asked.f_opts) and asked.f_opts[-1] == DEVICE_TIME_REQ
        if asked.kind != frame.CONFIRMED_UP and not wants_time:
            return None
        f_opts = bytes([DEVICE_TIME_ANS]) + (GPS_S + self.now_ms // 1000).to_bytes(4, "little") + b"\x00"
        data = frame.Data(
            frame.UNCONFIRMED_DOWN, asked.dev_addr, frame.ACK, self.down, f_opts if wants_time else b"", None, b""
        )
        self.down += 1
        return frame.encode_data(self._network, self._network, data)

    def open(self, dev_nonce):
        """Begin a session."""
        app = self._cipher(unhexlify(APP_KEY))
        keys = frame.derive_keys(app, frame.decode_join_accept(app, ACCEPT), dev_nonce)
        self._network = self._cipher(keys[0])
        self.down = 0


class Ports:
    """A node's ports in such a world."""

    def __init__(self, world, instruments, cipher, rtc, flash, folder, trace=None):
        self.clock = self.radio = world
        self.rtc = rtc
        self.flash = flash
        self.cipher = cipher
        self.random_below = lambda below: 7 * world.now_ms // 10 % below
        self.instruments = instruments
        self.folder = folder
        self.reset_cause = "power"
        self.watchdog = None
        self.trace = trace


def finish(coroutine):
    """Run a coroutine to its end and return what it returns."""
    while True:
        try:
            coroutine.send(None)
        except StopIteration as ended:
            return ended.value
