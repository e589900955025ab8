"""What is measured inside an interpreter, MicroPython or CPython: a canned node, by steps and against the clock."""

import os
import time

from plietsch_bench.node import canned
from plietsch_node.app import instruments, node
from plietsch_node.memory import MemoryStore
from plietsch_node.storage import FlashStore

try:
    from hostbridge import ticks_us
except ImportError:

    def ticks_us():
        """Return microseconds."""
        return time.perf_counter_ns() // 1000


class Node:
    """A node of a `kind` whose flash is in `folder`; `make` is what a board does when it wakes."""

    def __init__(self, kind, cipher, folder, config=None, trace=None, sent=None, before=None):
        for path in (folder, folder + "/ring"):
            try:
                os.mkdir(path)
            except OSError:
                pass  # it is there
        self.config = {"kind": kind}
        self.config.update(config or {})
        self.buses = canned.buses(kind)
        self.world = canned.World(cipher, sent, before)
        self.ports = canned.Ports(self.world, None, cipher, MemoryStore(), FlashStore(folder), folder + "/ring", trace)
        self.node = None
        self._running = None

    def make(self):
        """Make the node anew from what it keeps."""
        self.ports.instruments = canned.OrderedDict(
            [(name, instruments.make(name, bus)) for name, bus in self.buses.items()]
        )
        self.node = node.make(self.config, canned.KEYS, self.ports)
        self.ports.reset_cause = "deep-sleep"

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
        if kind == "water-level":
            board.buses["A02YYUW"].data = canned.distance_frame(1000 + number % 2 * 500)
        elif kind == "rain":
            board.buses["rain"].tips += 1
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
