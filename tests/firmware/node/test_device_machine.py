"""A device in a world where everything goes wrong: whatever happens in whatever order, no nonce and no counter serves
twice, nothing is heard twice, no band carries more than its duty cycle, and in the end the device works again.

Power fails at any await and before or after any write; frames and answers get lost, come late, twice, or again after
weeks; commands are any bytes; the radio is slow or fails. `tests/support/lorawan_world.py` has the world and the judge.
"""

import random
import struct
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from plietsch_node.lorawan import eu868
from plietsch_node.lorawan.device import Device
from plietsch_node.lorawan.errors import NotJoined, NotReady
from support.lorawan_world import KEYS, Answer, Cipher, Clock, Judge, Network, Power, PowerCut, Radio, Store, run

MANY_COUNTERS = 0xFFFFFFFF
# Nobody who is not answered keeps a session for longer: the device's own limit is 64 + 8 · 32 frames.
PATIENCE = 400

FREQUENCIES_HZ = st.sampled_from(
    [0, 863_500_000, 864_100_000, 867_100_000, 868_300_000, 868_900_000, 869_525_000, 869_850_000, 433_175_000]
)
DATA_RATE = st.integers(0, 7) | st.just(15)


def _channel(index: int, frequency_hz: int, rates: int) -> bytes:
    return bytes([7, index]) + (frequency_hz // 100).to_bytes(3, "little") + bytes([rates])


def _adr(data_rate: int, power: int, mask: int, control: int, transmissions: int) -> bytes:
    return struct.pack("<BBHB", 3, data_rate << 4 | power, mask, control << 4 | transmissions)


ADR = st.builds(
    _adr,
    DATA_RATE,
    st.integers(0, 7) | st.sampled_from([8, 15]),
    st.sampled_from([0x0007, 0x00FF, 0x0008, 0x0100, 0x0108, 0x0000]) | st.integers(0, 0xFFFF),
    st.sampled_from([0, 0, 0, 6, 1]),
    st.integers(0, 4),
)
NEW_CHANNEL = st.builds(
    _channel, st.integers(2, 9) | st.just(16), FREQUENCIES_HZ, st.sampled_from([0x50, 0x66, 0x20, 0x65, 0x71, 0x02])
)
DL_CHANNEL = st.builds(
    lambda index, hz: bytes([10, index]) + (hz // 100).to_bytes(3, "little"), st.integers(0, 9), FREQUENCIES_HZ
)
RX_PARAM_SETUP = st.builds(
    lambda dl_settings, hz: bytes([5, dl_settings]) + (hz // 100).to_bytes(3, "little"),
    st.integers(0, 0x7F),
    FREQUENCIES_HZ,
)
COMMAND = st.one_of(
    ADR,
    NEW_CHANNEL,
    DL_CHANNEL,
    RX_PARAM_SETUP,
    st.integers(0, 15).map(lambda exponent: bytes([4, exponent])),
    st.just(b"\x06"),
    st.integers(0, 15).map(lambda delay: bytes([8, delay])),
    st.just(b"\x02\x10\x01"),
    st.just(b"\x0d\x00\x00\x00\x50\x80"),
    st.just(b"\x09\x35"),
    st.just(b"\x06" * 8),  # more answers than fit a frame
    # A channel of its own for the fastest data rate, and its end.
    st.just(_channel(8, 868_300_000, 0x66) + _adr(6, 0, 0x0107, 0, 2)),
    st.just(_channel(8, 0, 0)),
    # Nothing but a channel where one may send a thousandth of the time.
    st.just(_channel(3, 864_100_000, 0x50) + _adr(15, 0, 0x0008, 0, 3)),
    st.binary(min_size=1, max_size=3),
)
COMMANDS = st.lists(COMMAND, max_size=8).map(lambda commands: b"".join(commands)[:51])
# What becomes of a frame and of its answer.
FATE = st.sampled_from(
    ["rx1"] * 5 + ["rx2"] * 2 + ["lost"] * 3 + ["not acknowledged", "swallowed", "late", "twice", "replay", "noise"]
)
FATES = st.lists(FATE, min_size=1, max_size=4)
# After how many instants the power fails: a send has about twenty, one with repetitions more.
CUT = st.none() | st.integers(0, 24) | st.integers(0, 60)
LOSES_RTC = st.booleans()
PAUSE_S = st.sampled_from([0, 0, 1, 30, 600, 4000])


class DeviceMachine(RuleBasedStateMachine):
    """One device, one network, and all that can happen between them."""

    def __init__(self) -> None:
        super().__init__()
        self.power, self.clock, self.network = Power(), Clock(), Network()
        self.rtc, self.flash = Store(self.power), Store(self.power, _watch)
        self.fates: list[str] = []
        self.commands = b""
        self.confirmed_down = False
        self.late: list[Answer] = []
        self.taken: set[int] = set()
        self.received: set[tuple[int, int]] = set()
        self.lost_down = 0  # in a row
        self.boots = 0
        self.failed = False

    @initialize(
        seed=st.integers(0, 2**32),
        adr=st.booleans(),
        fair_use_s=st.sampled_from([0, 0, 30, 3]),
        data_rate=st.sampled_from([5, 5, 3, 0]),
    )
    def power_on(self, seed: int, adr: bool, fair_use_s: int, data_rate: int) -> None:
        self.dice = random.Random(seed)
        self.judge = Judge(fair_use_s * 1_000_000)
        self.radio = Radio(self.clock, self.judge, self.on_air)
        self.radio.reaches = self.network.reaches
        self.radio.limit_exponent = lambda: self.device._settings.duty_exponent
        self.options = {
            "adr": adr,
            "data_rate": data_rate,
            "confirmed_tries": 3,
            "fair_use_s": fair_use_s,
            "rx_error_ms": 20,
        }
        self.wake()
        self.join(["rx1"], None, False, 0)
        assert self.device.joined

    def wake(self) -> None:
        """Start the device's program."""
        self.device = Device(
            KEYS,
            eu868,
            self.radio,
            self.clock,
            self.rtc,
            self.flash,
            Cipher,
            self.dice.randrange,
            self.options,
        )

    def fail(self, loses_rtc: bool, off_s: int) -> None:
        """Take the power away for a while, or press reset."""
        self.boots += 1
        self.clock.true_us += off_s * 1_000_000
        if loses_rtc:
            self.rtc = Store(self.power)
            self.clock.began_us = self.clock.true_us
            self.judge.forgives()
        self.radio.broken, self.radio.windows = False, []
        self.wake()

    def on_air(self, phy: bytes) -> list[Answer | bytes | None]:
        """Decide what comes of a frame."""
        fate = self.fates.pop(0) if self.fates else "lost"
        if phy[0] >> 5 == 0:
            answer = self.network.join_request(phy)
        else:
            session, f_cnt = self.network.uplink(phy)
            if not session.known or fate == "lost":
                return []
            self.received.add((session.dev_addr, f_cnt))
            # An acknowledgement that comes late would be taken for the next frame's: no network sends one.
            ack = phy[0] >> 5 == 4 and fate not in ("late", "not acknowledged")
            answer = self.network.downlink(session, self.commands, ack, self.confirmed_down)
        return self.windows_of(fate, answer)

    def windows_of(self, fate: str, answer: Answer) -> list[Answer | bytes | None]:
        late, self.late = self.late, []
        if fate in ("late", "twice"):
            self.late = [answer]
        if fate in ("rx1", "not acknowledged", "twice"):
            return [answer, *late]
        if fate == "rx2":
            return [late[0] if late else None, answer]
        if fate == "replay" and self.network.sent:
            return [self.dice.choice(self.network.sent), answer]
        if fate == "noise":
            return [answer.phy[:-1] + bytes([answer.phy[-1] ^ 0x55]), self.dice.randbytes(self.dice.randrange(30))]
        return [*late]

    def attempt(self, coroutine: Any, cut: int | None, loses_rtc: bool, off_s: int) -> Any:
        """Run it, and let the power fail on the way."""
        self.power.fails_in = cut
        try:
            return run(coroutine, self.power)
        except PowerCut:
            self.power.fails_in = None
            self.fail(loses_rtc, off_s)
            return None
        except AssertionError:
            self.failed = True
            raise
        finally:
            self.power.fails_in = None

    @rule(fates=FATES, cut=CUT, loses_rtc=LOSES_RTC, off_s=PAUSE_S)
    def join(self, fates: list[str], cut: int | None, loses_rtc: bool, off_s: int) -> None:
        self.fates = fates[:1]
        self.clock.advance_to(self.device.next_join_ms)
        self.attempt(self.device.join(), cut, loses_rtc, off_s)

    @rule()
    def join_too_early(self) -> None:
        if self.clock.ms() < self.device.next_join_ms:
            with pytest.raises(NotReady):
                run(self.device.join(), self.power)

    @precondition(lambda self: self.device.joined)
    @rule(
        confirmed=st.booleans(),
        size=st.integers(0, 60),
        extras=st.tuples(st.booleans(), st.booleans()),
        fates=FATES,
        commands=COMMANDS,
        confirmed_down=st.booleans(),
        cut=CUT,
        loses_rtc=LOSES_RTC,
        off_s=PAUSE_S,
    )
    def send(
        self,
        confirmed: bool,
        size: int,
        extras: tuple[bool, bool],
        fates: list[str],
        commands: bytes,
        confirmed_down: bool,
        cut: int | None,
        loses_rtc: bool,
        off_s: int,
    ) -> None:
        self.fates, self.commands, self.confirmed_down = list(fates), commands, confirmed_down
        payload = self.dice.randbytes(min(size, self.device.max_payload()))
        self.clock.advance_to(self.device.ready_at_ms(len(payload)))
        device = self.device
        receipt = self.attempt(device.send(1, payload, confirmed, *extras), cut, loses_rtc, off_s)
        if receipt:
            self.judge_receipt(receipt, confirmed)

    def judge_receipt(self, receipt: Any, confirmed: bool) -> None:
        assert receipt.acked in ((True, False) if confirmed else (None,))
        for port, payload in receipt.downlinks:
            serial = int.from_bytes(payload, "big")
            assert port == 3
            assert serial not in self.taken, "a downlink was heard twice"
            self.taken.add(serial)
            self.lost_down = 0
        if receipt.acked:
            assert (self.device._session.dev_addr, receipt.f_cnt) in self.received

    @precondition(lambda self: self.device.joined)
    @rule(count=st.integers(1, 40))
    def send_to_nobody(self, count: int) -> None:
        for _ in range(count):
            if self.device.joined:
                self.send(False, 4, (False, False), ["lost"], b"", False, None, False, 0)

    @rule()
    def send_too_early(self) -> None:
        if not self.device.joined:
            with pytest.raises(NotJoined):
                run(self.device.send(1, b""), self.power)
        elif self.clock.ms() < self.device.ready_at_ms(0):
            with pytest.raises(NotReady):
                run(self.device.send(1, b""), self.power)

    @precondition(lambda self: self.device.joined)
    @rule()
    def radio_fails(self) -> None:
        self.radio.broken = True
        self.clock.advance_to(self.device.ready_at_ms(0))
        with pytest.raises(OSError):
            run(self.device.send(1, b""), self.power)
        self.radio.broken = False

    @rule(late_ms=st.sampled_from([0, 0, 20, 300]))
    def radio_becomes_slow(self, late_ms: int) -> None:
        self.radio.late_us = late_ms * 1000

    @rule()
    def deep_sleep(self) -> None:
        self.wake()

    @rule(loses_rtc=LOSES_RTC, off_s=PAUSE_S)
    def power_fails(self, loses_rtc: bool, off_s: int) -> None:
        self.fail(loses_rtc, off_s)

    @rule(pause_s=PAUSE_S)
    def time_passes(self, pause_s: int) -> None:
        self.clock.true_us += pause_s * 1_000_000

    @rule(count=st.sampled_from([1, 100, 0x7FFF, 0xFE00]))
    def downlinks_are_lost(self, count: int) -> None:
        # More in a row than 16 bits can tell apart would need a new session.
        if self.network.sessions and self.lost_down + count < 0xFF00:
            self.network.sessions[-1].down += count
            self.lost_down += count

    @precondition(lambda self: self.device.joined)
    @rule(f_cnt=st.sampled_from([0xFFF0, 0xFFFE, 0x1FFF0, MANY_COUNTERS - 3]))
    def many_uplinks_pass(self, f_cnt: int) -> None:
        """Go to where counters outgrow 16 bits, or end: what the device keeps says that it has sent as many."""
        session_id, up = self.device._session._id, self.device._session._up
        session = next((each for each in self.network.sessions if each.dev_addr == self.device._session.dev_addr), None)
        if f_cnt <= up or session is None:
            return
        counters = self.flash.get("counters") or [session_id, 0, 0, 0]
        if counters[0] != session_id:
            return
        self.flash.put("counters", [session_id, max(f_cnt, counters[1]), *counters[2:]])
        self.rtc.put("counters", [session_id, f_cnt])
        for each in self.network.sessions:
            if each.dev_addr == session.dev_addr:
                each.up = f_cnt - 1
        self.wake()

    def teardown(self) -> None:
        """Let all go well from now on: the device must join, send and be acknowledged."""
        if self.failed or not hasattr(self, "device"):
            return
        self.radio.late_us, self.late = 0, []
        for _ in range(PATIENCE):
            if not self.device.joined or self.device.lost:
                self.join(["rx1"], None, False, 0)
                continue
            self.fates, self.commands = ["rx1"] * 10, b""
            self.clock.advance_to(self.device.ready_at_ms(0))
            if run(self.device.send(1, b"", True), self.power).acked:
                return
        raise AssertionError("the device does not work any more")


def _watch(name: str, before: Any, after: Any) -> None:
    """Check that what flash keeps of a session only ever grows."""
    if name == "join":
        assert before is None or after[0] > before[0]
    elif name == "counters" and before and before[0] == after[0]:
        assert after[1] >= before[1]
        assert after[2] >= before[2], "a downlink's counter was taken twice"


def test_whatever_happens(request: pytest.FixtureRequest) -> None:
    examples, steps = (2000, 80) if request.config.getoption("--long") else (100, 40)
    run_state_machine_as_test(
        DeviceMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("loses_rtc", [True, False], ids=["power", "reset"])
@pytest.mark.parametrize(
    ("fates", "commands"),
    [
        (["rx1"], b""),
        (["not acknowledged", "lost", "rx2"], b""),
        (["rx1"], b"\x04\x0a"),
        (["not acknowledged", "rx1"], _channel(3, 864_100_000, 0x50) + _adr(15, 0, 0x0008, 0, 3)),
        (["not acknowledged", "rx1"], _channel(8, 868_300_000, 0x66) + _adr(6, 0, 0x0100, 0, 3)),
        (["rx1"], _adr(0, 0, 0x0007, 0, 1)),
    ],
    ids=["acknowledged", "repeated", "limited", "slow band", "fastest", "slowest"],
)
def test_power_fails_at_each_instant_of_an_exchange(fates: list[str], commands: bytes, loses_rtc: bool) -> None:
    cut = 0
    while cut is not None:
        machine = DeviceMachine()
        machine.power_on(1, True, 0, 5)
        # Two frames, as what one brings is another's to keep.
        machine.send(False, 10, (True, True), ["rx1"], b"", True, None, False, 0)
        boots = machine.boots
        machine.send(True, 10, (False, False), fates, commands, False, cut, loses_rtc, 0)
        machine.send(True, 50, (False, False), ["rx1"], commands, False, cut, loses_rtc, 0)
        cut = cut + 1 if machine.boots > boots else None
        machine.send(False, 10, (False, False), ["rx1"], b"", False, None, False, 0)
        machine.teardown()


@pytest.mark.parametrize("loses_rtc", [True, False], ids=["power", "reset"])
def test_power_fails_at_each_instant_of_a_join(loses_rtc: bool) -> None:
    cut = 0
    while cut is not None:
        machine = DeviceMachine()
        machine.power_on(1, True, 0, 5)
        machine.join(["rx1"], None, False, 0)
        machine.send(True, 10, (False, False), ["rx1"], b"\x04\x0a", False, None, False, 0)
        boots = machine.boots
        machine.join(["rx2"], cut, loses_rtc, 0)
        cut = cut + 1 if machine.boots > boots else None
        machine.teardown()
        # What the network said in its accept holds: the device has it, or has asked again.
        plan = machine.device._settings.plan
        assert len(plan.usable(0)) == (8 if machine.device._session.dev_addr % 2 else 3)
