"""A node with all its ports scripted: a clock that jumps, a device of which tests say what the network does, files in
memory, and instruments that show what they are told.

Works under CPython and MicroPython alike.
"""

import struct
from collections import namedtuple

from plietsch_node.app import node, status
from plietsch_node.drivers.errors import SensorError
from plietsch_node.memory import MemoryStore
from plietsch_node.storage import RTC_BYTES, RtcStore
from support.lorawan_scene import KEYS, Clock, drive

UNIX_MS = 1767225600000  # 2026-01-01T00:00:00Z, when the scene's clock shows 0
HOUR_MS, DAY_MS = 3600000, 86400000
DUST = {"kind": "fine-dust"}

Receipt = namedtuple("Receipt", ("f_cnt", "acked", "downlinks", "more"))
Frame = namedtuple("Frame", ("port", "data", "confirmed", "ask_time", "at_ms"))
Said = namedtuple("Said", ("revision", "boots", "saving", "fan_h", "dropped", "errors"))
Ports = namedtuple(
    "Ports",
    (
        "clock", "radio", "rtc", "flash", "cipher", "random_below", "instruments", "folder", "reset_cause", "watchdog",
        "trace",
    ),
)  # fmt: skip


class PowerCut(BaseException):
    """The power went in the middle of something."""


class MemoryFolder:
    """A `ring.Folder` in memory. With `bytes_left`, the power goes when so many more bytes were written."""

    def __init__(self):
        self.files = {}
        self.bytes_left = None
        self.broken = False

    def names(self):
        """Return the names of the files."""
        return list(self.files)

    def read(self, name):
        """Return the bytes of a file."""
        if name not in self.files:
            raise OSError(2)
        return self.files[name]

    def append(self, name, data):
        """Write behind what the file holds."""
        if self.broken:
            raise OSError(28)
        for byte in data:
            self._spend()
            self.files[name] = self.files.get(name, b"") + bytes((byte,))

    def remove(self, name):
        """Remove a file, which costs as much as a byte."""
        self._spend()
        if name not in self.files:
            raise OSError(2)
        del self.files[name]

    def _spend(self):
        if self.bytes_left is not None:
            if not self.bytes_left:
                raise PowerCut()
            self.bytes_left -= 1


class RtcMemory:
    """What machine.RTC().memory is; it notes the most that it held."""

    def __init__(self):
        self.most = 0
        self._data = b""

    def __call__(self, data=None):
        """Return what it holds, or hold `data`."""
        if data is None:
            return self._data
        assert len(data) <= RTC_BYTES
        self._data = data
        self.most = max(self.most, len(data))
        return None


class ScriptedDevice:
    """Stands in for `lorawan.device.Device`: every frame takes 100 ms, and the network does what the attributes say."""

    def __init__(self, clock):
        self.hears = True  # the network hears what is sent, and answers
        self.knows_time = True
        self.joined = self.lost = False
        self.broken = False
        self.more = False  # the network says that it has more
        self.next_join_ms = 0
        self.room = 51
        self.pause_ms = 0  # the duty cycle's, after each frame
        self.downlinks = []
        self.network_time = None
        self.data_rate, self.margin_db, self.battery = 2, None, 255  # slow: acknowledgements are dear
        self.sent, self.joins = [], []
        self._clock = clock
        self._ready_ms = 0

    async def join(self):
        """Join if the network hears it; else not before a minute has passed."""
        self._clock.now_ms += 100
        self.next_join_ms = self._clock.now_ms + 60000
        self.joins.append(self._clock.now_ms)
        if self.hears:
            self.joined, self.lost = True, False
        return self.hears

    def max_payload(self):
        """Return the room in a frame."""
        return self.room

    def ready_at_ms(self, size):
        """Return when the next frame may go."""
        return self._ready_ms

    async def send(self, port, payload, confirmed=False, link_check=False, ask_time=False):
        """Send a frame."""
        if self.broken:
            raise OSError(5)
        assert len(payload) <= self.room
        assert self._clock.now_ms >= self._ready_ms
        self.sent.append(Frame(port, payload, confirmed, ask_time, self._clock.now_ms))
        self._clock.now_ms += 100
        self._ready_ms = self._clock.now_ms + self.pause_ms
        downlinks = []
        if self.hears:
            downlinks, self.downlinks = self.downlinks, []
            if ask_time and self.knows_time:
                self.network_time = (self._clock.now_ms + UNIX_MS, self._clock.now_ms)
        return Receipt(len(self.sent) - 1, self.hears if confirmed else None, downlinks, self.more)


class Instrument:
    """Shows `values`, or what the function of the clock's ms gives that stands there; None: it does not answer."""

    def __init__(self, clock, values, **attributes):
        self.values = values
        self.channels = tuple(values) if isinstance(values, dict) else ("distance",)
        self.calls = []  # of (name, ms)
        for name, value in attributes.items():
            setattr(self, name, value)
        self._clock = clock

    def read(self):
        """Return what it shows."""
        self.calls.append(("read", self._clock.now_ms))
        values = self.values if isinstance(self.values, (dict, type(None))) else self.values(self._clock.now_ms)
        if values is None:
            raise SensorError("no answer")
        return dict(values)


class Fan(Instrument):
    """An instrument that is switched and has to warm up."""

    sample_ms = 1000
    warm_up_ms = 30000

    def start(self):
        """Switch on."""
        self.calls.append(("start", self._clock.now_ms))

    def stop(self):
        """Switch off."""
        self.calls.append(("stop", self._clock.now_ms))


class Watchdog:
    """Remembers the longest time for which it was not fed."""

    def __init__(self, clock):
        self.longest_ms = 0
        self._clock = clock
        self._fed_ms = 0

    def feed(self):
        """Be fed."""
        self.longest_ms = max(self.longest_ms, self._clock.now_ms - self._fed_ms)
        self._fed_ms = self._clock.now_ms


class Scene:
    """A node of `given` configuration; `wake` makes it anew as after deep sleep, `cut_power` as after a power cut."""

    def __init__(self, given, instruments):
        self.given = given
        self.clock = Clock(0)
        self.device = ScriptedDevice(self.clock)
        self.memory, self.flash = RtcMemory(), MemoryStore()
        self.folder = MemoryFolder()
        self.watchdog = Watchdog(self.clock)
        self.instruments = {name: make(self.clock) for name, make in instruments.items()}
        self.drawn = 0  # by the node's dice
        self.events = []
        self.taken = []  # (time, values)
        self.acked, self.dropped = set(), []
        self.wake("power-on")

    def wake(self, reset_cause="deep-sleep"):
        """Make the node anew."""
        self.rtc = RtcStore(self.memory)
        ports = Ports(
            self.clock, None, self.rtc, self.flash, None, self._below, self.instruments, self.folder, reset_cause,
            self.watchdog, self._trace,
        )  # fmt: skip
        complete, holds = node.configuration(self.given, KEYS, ports)
        clock = node.FeedingClock(self.clock, self.watchdog)
        self.node = node.Node(complete, KEYS, ports, clock, self.device, holds)
        return self.node

    def _below(self, _below):
        return self.drawn

    def cut_power(self):
        """Take the power away; what is left is flash, and a clock that goes on only for the test's convenience."""
        self.memory = RtcMemory()
        self.device.joined, self.device.network_time = False, None
        self.device.next_join_ms = 0
        return self.wake("power-on")

    def cycle(self, sleep=True):
        """Let the node live a cycle, and the time pass until it wants to wake, its memory lost if it is to `sleep`."""
        wake_ms = drive(self.node.cycle())
        self.clock.now_ms = max(self.clock.now_ms, wake_ms)
        if sleep:
            self.wake()
        return wake_ms

    def live(self, until_ms, sleep=True):
        """Let the node live until then."""
        while self.clock.now_ms < until_ms:
            before = self.clock.now_ms
            self.cycle(sleep)
            assert self.clock.now_ms > before or self.node.waiting or self.clock.now_ms < 1000

    def frames(self, port=None):
        """Return the frames that were sent, of one port or all."""
        return [frame for frame in self.device.sent if port in (None, frame.port)]

    def times(self):
        """Return when the readings were taken."""
        return [time_s for time_s, _ in self.taken]

    def _trace(self, name, *values):
        self.events.append((name,) + values)  # noqa: RUF005 PEP 448 is not on the board
        if name == "taken":
            self.taken.append(values)
        elif name == "acked":
            self.acked.update(values[0])
        elif name == "dropped":
            self.dropped += values[0]


def gaps(numbers):
    """Return the differences of numbers that follow each other."""
    return [numbers[i + 1] - numbers[i] for i in range(len(numbers) - 1)]


def said(frame):
    """Return what the frame of a node's status says."""
    _, revision, boots, _, battery, fan_h, _, dropped = struct.unpack_from(">5sHHHBHHI", frame)
    pairs = range(struct.calcsize(">5sHHHBHHI"), len(frame), 2)
    errors = [(status.INSTRUMENTS[frame[at] - 1], frame[at + 1]) for at in pairs]
    return Said(revision, boots, bool(battery >> 7), fan_h, dropped, errors)


def dust(given=None, **others):
    """Return the scene of a fine-dust node, with `others` beside or instead of its instruments."""
    instruments = {
        "SDS011": lambda clock: Fan(clock, {"pm2_5": 12.3, "pm10": 26.1}),
        "BME280": lambda clock: Instrument(clock, {"temperature": 23.4, "humidity": 56.7, "pressure": 1013.2}),
        "battery": lambda clock: Instrument(clock, {"battery": 3.7}),
    }
    instruments.update(others)
    scene = Scene(given or DUST, instruments)
    scene.device.room = 222
    scene.device.data_rate = 2  # where acknowledgements are dear
    return scene
