"""What is measured inside an interpreter, MicroPython or CPython: a canned node, by steps and against the clock."""

import json
import os
import time
from binascii import hexlify, unhexlify

from plietsch_bench.node import canned
from plietsch_node.app import instruments, node
from plietsch_node.storage import FlashStore, RtcStore

try:
    from hostbridge import ticks_us
except ImportError:

    def ticks_us():
        """Return microseconds."""
        return time.perf_counter_ns() // 1000


class RtcMemory:
    """RTC memory: `content`, or what is in the file `path`, so that it is no part of the heap."""

    def __init__(self, path=None):
        self.content = b""
        self._path = path
        if path:
            self(b"")

    def __call__(self, content=None):
        """Read or write, as machine.RTC().memory does."""
        if not self._path:
            if content is None:
                return self.content
            self.content = content
            return None
        if content is None:
            with open(self._path, "rb") as file:
                return file.read()
        with open(self._path, "wb") as file:
            file.write(content)
        return None


class Node:
    """A node of a `kind` whose flash is in `folder`; `make` is what a board does when it wakes."""

    def __init__(self, kind, cipher, folder, config=None, trace=None, sent=None, before=None, rtc=None):
        self._folders = (folder, folder + "/flash", folder + "/ring")
        for path in self._folders:
            try:
                os.mkdir(path)
            except OSError:
                pass  # it is there
        self.config = {"kind": kind}
        self.config.update(config or {})
        self.buses = canned.buses(kind)
        self.world = canned.World(cipher, sent, before)
        flash = FlashStore(self._folders[1])
        self.ports = canned.Ports(self.world, None, cipher, None, flash, self._folders[2], trace)
        self.node = None
        self._rtc = rtc or RtcMemory()
        self._running = None

    def make(self):
        """Make the node anew from what it keeps."""
        self.ports.rtc = RtcStore(self._rtc)
        self.ports.instruments = canned.OrderedDict(
            [(name, instruments.make(name, bus)) for name, bus in self.buses.items()]
        )
        self.node = node.make(self.config, canned.KEYS, self.ports)
        self.ports.reset_cause = "deep-sleep"

    def kept(self):
        """Return in JSON the time, the network's side, and the files of what outlives deep sleep."""
        files = {}
        for folder in self._folders:
            for name in os.listdir(folder):
                path = folder + "/" + name
                if path not in self._folders:
                    with open(path, "rb") as file:
                        files[path] = hexlify(file.read()).decode()
        return json.dumps([self.world.now_ms, self.world.down, hexlify(self._rtc()).decode(), files])

    def wake(self, kept):
        """Take up what `kept` returned, as a board that wakes from deep sleep."""
        self.world.now_ms, down, rtc, files = json.loads(kept)
        self._rtc(unhexlify(rtc))
        for path, data in files.items():
            with open(path, "wb") as file:
                file.write(unhexlify(data))
        self.world.open(0)
        self.world.down = down
        self.ports.reset_cause = "deep-sleep"
        self.make()

    def news(self, number):
        """Let there be something to send, another thing for each number."""
        if "A02YYUW" in self.buses:
            self.buses["A02YYUW"].data = canned.distance_frame(1000 + number % 2 * 500)
        if "rain" in self.buses:
            self.buses["rain"].tips += 1

    def begin(self):
        """Begin a cycle."""
        self._running = self.node.cycle()

    def step(self):
        """Run until the node waits; return for what, or "done" at the cycle's end, when time has come for the next."""
        try:
            return self._running.send(None)
        except StopIteration as ended:
            self._running = None
            self.world.now_ms = max(self.world.now_ms, ended.value)
            return "done"

    def cycle(self):
        """Run a whole cycle."""
        self.begin()
        while self.step() != "done":
            pass


class Counted:
    """A cipher that counts its blocks."""

    blocks = 0

    def __init__(self, cipher, key):
        self._cipher = cipher(key)

    def encrypt(self, block):
        """Encrypt a block."""
        Counted.blocks += 1
        return self._cipher.encrypt(block)


def waking(kind, cipher, folder, count):
    """Return a list of (µs to make the node, µs from there to its first frame, blocks of AES until then)."""
    marks = []

    def sent(_now_ms):
        marks.append((ticks_us(), Counted.blocks))

    board = Node(kind, lambda key: Counted(cipher, key), folder, {"lorawan": {"adr": False}}, sent=sent)
    board.make()
    for _ in range(3):  # it joins, and learns the time
        board.cycle()
    found = []
    for number in range(count * 20):
        board.news(number)
        del marks[:]
        Counted.blocks = 0
        woke_us = ticks_us()
        board.make()
        made_us = ticks_us()
        board.cycle()
        if marks:
            found.append((made_us - woke_us, marks[0][0] - made_us, marks[0][1]))
        if len(found) == count:
            break
    return found


def block_us(cipher, count):
    """Return the µs of one block of AES."""
    aes, block = cipher(bytes(16)), bytes(16)
    began_us = ticks_us()
    for _ in range(count):
        block = aes.encrypt(block)
    return (ticks_us() - began_us) / count


def encode_us(values, count):
    """Return the µs of encoding one reading."""
    from plietsch_node.app import payload

    began_us = ticks_us()
    for number in range(count):
        payload.encode([(1767225600 + number, values)])
    return (ticks_us() - began_us) / count
