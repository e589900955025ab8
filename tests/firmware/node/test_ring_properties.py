"""A power cut, or a reset, at any byte that the ring writes: nothing recorded is lost, nothing invented, drops counted.

A reading counts as recorded once `append` has returned; one that was cut may be there or not. The model knows more than
RTC memory: after a power cut what was acknowledged may wait again, but never what is counted as dropped already.
"""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from plietsch_node.app.ring import SEGMENT_READINGS, Ring
from plietsch_node.memory import MemoryStore
from support.node_scene import MemoryFolder, PowerCut

EPOCH_S = 1767225600
CUT = st.one_of(st.none(), st.integers(0, 60))


class Store(MemoryStore):
    """A store whose puts happen or not, and cost what a byte costs; they forget what the caller changes later."""

    def __init__(self, folder: MemoryFolder, spends: bool) -> None:
        super().__init__()
        self._folder = folder
        self._spends = spends
        self.refuses = False  # the next put, once

    def put(self, name: str, value: Any) -> None:
        """Keep a copy, if there still is power."""
        if self._spends:
            self._folder._spend()
        if self.refuses:
            self.refuses = False
            raise OSError(28)
        super().put(name, _copied(value))

    def get(self, name: str) -> Any:
        """Return a copy."""
        return _copied(super().get(name))


def _copied(value: Any) -> Any:
    return [_copied(each) for each in value] if isinstance(value, list | tuple) else value


class RingMachine(RuleBasedStateMachine):
    """A ring of three segments, its owner, and a hand at the plug."""

    @initialize()
    def begin(self) -> None:
        """Lay out an empty ring."""
        self.folder = MemoryFolder()
        self.flash = Store(self.folder, spends=True)
        self.rtc = Store(self.folder, spends=True)
        self.life = 1
        self.next_s = 1
        self.dated = False  # whether the time is known in this life
        self.recorded: set[int] = set()  # every reading, by a time of the model's own, which is unique
        self.uncertain: set[int] = set()  # cut while it was written
        self.acked: set[int] = set()
        self.again: set[int] = set()  # what was acknowledged, and waited again after a power cut
        self.ring = self._open()

    def _open(self) -> Ring:
        return Ring(self.folder, self.rtc, self.flash, 3 * SEGMENT_READINGS, self.life)

    def _with_cut(self, bytes_left: int | None, reset: bool, action: Any) -> bool:
        """Do something, perhaps until the power goes; return whether it was done."""
        self.folder.bytes_left = bytes_left
        try:
            action()
        except PowerCut:
            self._start_again(reset)
            return False
        finally:
            self.folder.bytes_left = None
        return True

    def _start_again(self, reset: bool) -> None:
        self.folder.bytes_left = None
        if not reset:
            self.rtc = Store(self.folder, spends=True)
            self.life += 1
            self.dated = False
        self.ring = self._open()

    def _append(self, bytes_left: int | None, reset: bool) -> None:
        self.next_s += 1
        time_s = self.next_s
        said_s = EPOCH_S + time_s if self.dated else time_s
        values = {"rain_tips": time_s}
        done = self._with_cut(bytes_left, reset, lambda: self.ring.append(said_s, values, self.dated))
        (self.recorded if done else self.uncertain).add(time_s)

    @rule(count=st.integers(1, 90))
    def append_many(self, count: int) -> None:
        """Record readings."""
        for _ in range(count):
            self._append(None, False)

    @rule(bytes_left=CUT, reset=st.booleans())
    def append(self, bytes_left: int | None, reset: bool) -> None:
        """Record one, perhaps cut."""
        self._append(bytes_left, reset)

    @rule(count=st.integers(1, 200))
    def append_refused(self, count: int) -> None:
        """Record readings while flash refuses once to keep what was dropped."""
        self.flash.refuses = True
        for _ in range(count):
            self._append(None, False)
        self.flash.refuses = False

    @precondition(lambda self: not self.dated)
    @rule()
    def learn_the_time_in_vain(self) -> None:
        """Date this life while flash refuses it."""
        self.flash.refuses = True
        self.ring.date(EPOCH_S)
        # There is nothing to keep where nothing waits for a date, or where it was kept before a reset.
        self.flash.refuses = False

    @rule(count=st.integers(1, 70), newest_first=st.booleans(), bytes_left=CUT, reset=st.booleans())
    def ack(self, count: int, newest_first: bool, bytes_left: int | None, reset: bool) -> None:
        """Acknowledge what a frame could carry, perhaps cut."""
        chosen = [each for each, _ in zip(self.ring.walk(newest_first), range(count), strict=False)]
        self.acked.update(values["rain_tips"] for _, _, values in chosen)
        self._with_cut(bytes_left, reset, lambda: self.ring.ack([number for number, _, _ in chosen]))

    @precondition(lambda self: not self.dated)
    @rule(bytes_left=CUT, reset=st.booleans())
    def learn_the_time(self, bytes_left: int | None, reset: bool) -> None:
        """Date this life, perhaps cut."""
        # The application keeps the time before or after: cut in between, the time is asked for again.
        if self._with_cut(bytes_left, reset, lambda: self.ring.date(EPOCH_S)):
            self.dated = True

    @rule(reset=st.booleans(), bytes_left=CUT)
    def cut(self, reset: bool, bytes_left: int | None) -> None:
        """Cut the power between two actions, and perhaps again while the ring looks what there is."""
        if not reset:
            self.rtc = Store(self.folder, spends=True)
            self.life += 1
            self.dated = False

        def take_up() -> None:
            self.ring = self._open()

        self._with_cut(bytes_left, reset, take_up)

    @rule()
    def sleep(self) -> None:
        """Lose the memory only."""
        self.ring = self._open()

    @invariant()
    def nothing_is_lost_or_invented(self) -> None:
        """Compare with what the model knows."""
        found = list(self.ring.walk())
        waiting = {values["rain_tips"] for _, _, values in found}
        assert len(waiting) == len(found)
        assert waiting <= self.recorded | self.uncertain
        for _, time_s, values in found:
            assert time_s == EPOCH_S + values["rain_tips"]
        assert [number for number, _, _ in found] == sorted(number for number, _, _ in found)
        assert list(self.ring.walk(True)) == found[::-1]
        assert self.ring.waiting >= len(found)
        if self.dated:
            assert self.ring.waiting == len(found)
        # What neither waits nor has arrived was dropped, and counted. What was acknowledged and waited again may be
        # counted, too, and so may what was cut while it was written.
        self.again |= self.acked & waiting
        undated = self.ring.waiting - len(found)
        gone = len(self.recorded - waiting - self.acked)
        assert gone <= self.ring.dropped + undated
        maybe = len((self.again | self.uncertain) - waiting)
        assert self.ring.dropped + undated <= gone + maybe
        assert len(self.folder.files) <= 3


TestRing = RingMachine.TestCase
TestRing.settings = settings(
    max_examples=100, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
