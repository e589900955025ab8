"""A device's world, all of it: true time, power that may fail at any instant, an unreliable air, a network that forgets
nothing, and a judge of every frame that goes on air.

The network's side is `plietsch.firmware.network`, which shares no code with the device; bands and limits are written
down here once more. Times are microseconds of true time, which no power cut sets back.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass, field
from typing import Any

from plietsch.firmware.network import crypto, frames
from plietsch_node.radio.port import Heard

APP_KEY = bytes(range(16))
KEYS = {"dev_eui": "0102030405060708", "join_eui": "1112131415161718", "app_key": APP_KEY.hex()}
NET_ID = b"\x13\x00\x00"
CF_LIST_HZ = (867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000)

# ETSI EN 300 220-2 V3.2.1, annex B: from, to, n for a duty cycle of 1/n.
_BANDS = (
    (863_000_000, 865_000_000, 1000),
    (865_000_000, 868_000_000, 100),
    (868_000_000, 868_600_000, 100),
    (868_700_000, 869_200_000, 1000),
    (869_400_000, 869_650_000, 10),
    (869_700_000, 870_000_000, 100),
)
_HOUR_US, _DAY_US = 3_600_000_000, 86_400_000_000
# RP002-1.0.4, section 2.4.6: M, the most bytes of a MACPayload, by spreading factor.
_MOST_BYTES = {12: 59, 11: 59, 10: 59, 9: 123, 8: 230, 7: 230}
_MHDR_AND_MIC_BYTES = 5
# TS001-1.0.4, table of MAC commands: bytes of each one up, without its identifier.
_COMMAND_BYTES = {2: 0, 3: 1, 4: 0, 5: 1, 6: 2, 7: 1, 8: 0, 10: 1, 13: 0}


class PowerCut(Exception):
    """The power fails, or somebody presses reset."""


class Power:
    """Counts instants, each await and each side of each write, and fails at the one that was set."""

    def __init__(self) -> None:
        self.fails_in: int | None = None

    def instant(self) -> None:
        """Raise PowerCut if this is the one."""
        if self.fails_in is not None:
            self.fails_in -= 1
            if self.fails_in < 0:
                self.fails_in = None
                raise PowerCut()


class Store:
    """Keeps values as text; a write may fail before it took effect, or right after."""

    def __init__(self, power: Power, watch: Callable[[str, Any, Any], None] | None = None) -> None:
        self._values: dict[str, str] = {}
        self._power = power
        self._watch = watch

    def get(self, name: str) -> Any:
        """Return what was put under `name`, or None."""
        return json.loads(self._values.get(name, "null"))

    def put(self, name: str, value: Any) -> None:
        """Keep `value` under `name`."""
        self._power.instant()
        if self._watch:
            self._watch(name, self.get(name), value)
        self._values[name] = json.dumps(value)
        self._power.instant()


class _Instant:
    """What a device awaits."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class Clock:
    """The device's clock: milliseconds since power came."""

    def __init__(self) -> None:
        self.true_us = 0
        self.began_us = 0

    def ms(self) -> int:
        """Return the device's time."""
        return (self.true_us - self.began_us) // 1000

    def advance_to(self, ms: int) -> None:
        """Let time pass, if it has not."""
        self.true_us = max(self.true_us, self.began_us + 1000 * ms)

    async def sleep_until(self, ms: int) -> None:
        """Wait."""
        await _Instant()
        self.advance_to(ms)
        await _Instant()


class Cipher:
    """AES by somebody else than the node."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def encrypt(self, block: bytes) -> bytes:
        """Return the encrypted block."""
        return crypto.encrypt_blocks(self._key, block)


@dataclass
class Transmission:
    """A frame on air; power may end it early."""

    start_us: int
    end_us: int
    frequency_hz: int
    limit_exponent: int

    @property
    def airtime_us(self) -> int:
        """How long the channel was in use."""
        return self.end_us - self.start_us


class Judge:
    """Knows what no device may do, and has seen all that this one did."""

    def __init__(self, fair_use_us: int) -> None:
        self._by_band: dict[int, list[Transmission]] = defaultdict(list)
        self._all: list[Transmission] = []
        self._fair_use_us = fair_use_us
        self._fair_since = 0

    def begins(self, sent: Transmission) -> None:
        """Check a frame before it goes: may it, now, here?"""
        n = _BANDS[_band(sent.frequency_hz)][2]
        for before in self._by_band[_band(sent.frequency_hz)][-1:]:
            assert sent.start_us >= before.end_us + before.airtime_us * (n - 1), (
                "the band was not silent for long enough"
            )
        for before in self._all[-1:]:
            exponent = min(before.limit_exponent, sent.limit_exponent)
            silence_us = before.airtime_us * ((1 << exponent) - 1)
            assert sent.start_us >= before.end_us + silence_us, "the network's limit was not kept"
        self._by_band[_band(sent.frequency_hz)].append(sent)
        self._all.append(sent)

    def ends(self, sent: Transmission) -> None:
        """Check the hour that ends with this frame, and the day."""
        band = _band(sent.frequency_hz)
        assert _within(self._by_band[band], sent.end_us - _HOUR_US) * _BANDS[band][2] <= _HOUR_US, "too much in an hour"
        if self._fair_use_us:
            day_us = _within(self._all[self._fair_since :], sent.end_us - _DAY_US)
            assert day_us <= self._fair_use_us, "more than fair in a day"

    def forgives(self) -> None:
        """Begin the day anew: fair use is a courtesy, and nothing remembers it without power."""
        self._fair_since = len(self._all)

    def frame(self, phy: bytes, spreading_factor: int) -> None:
        """Check what every frame must keep to."""
        assert len(phy) - _MHDR_AND_MIC_BYTES <= _MOST_BYTES[spreading_factor], "too long for its data rate"
        uplink = frames.parse(phy)
        if isinstance(uplink, frames.DataUp):
            at, options = 0, uplink.f_opts
            while at < len(options):
                at += 1 + _COMMAND_BYTES[options[at]]
            assert at == len(options) <= frames.MOST_F_OPTS_BYTES, "no whole commands"


def _band(frequency_hz: int) -> int:
    for index, (low_hz, high_hz, _) in enumerate(_BANDS):
        if low_hz <= frequency_hz - 62_500 and frequency_hz + 62_500 <= high_hz:
            return index
    raise AssertionError(f"nobody may send at {frequency_hz} Hz")


def _within(sent: list[Transmission], since_us: int) -> int:
    total_us = 0
    for each in reversed(sent):
        if each.end_us <= since_us:
            break
        total_us += each.end_us - max(each.start_us, since_us)
    return total_us


@dataclass
class NetworkSession:
    """Keys that a device has made of an accept; `known` unless it answered another request than the device's latest."""

    dev_addr: int
    nwk_s_key: bytes
    app_s_key: bytes
    known: bool
    up: int = -1
    down: int = 0
    used: dict[int, bytes] = field(default_factory=dict[int, bytes])


@dataclass
class Answer:
    """A frame down; `join_nonce` if it is an accept, `serial` if it holds one for the application."""

    phy: bytes
    join_nonce: int | None = None
    dev_nonce: int | None = None
    serial: int | None = None


class Network:
    """Remembers every session, nonce and frame, and answers as it is told."""

    def __init__(self) -> None:
        self.sessions: list[NetworkSession] = []
        self.sent: list[Answer] = []
        self.serials = 0
        self._dev_nonces: list[int] = []
        self._join_nonce = 0
        self._asked = -1

    def join_request(self, phy: bytes) -> Answer:
        """Return the accept to a request, whose DevNonce must be new."""
        request = frames.parse(phy)
        assert isinstance(request, frames.JoinRequest)
        assert crypto.mic(APP_KEY, request.signed) == request.mic
        assert request.dev_nonce not in self._dev_nonces, "a DevNonce was used twice"
        assert not self._dev_nonces or request.dev_nonce > self._dev_nonces[-1], "a DevNonce counts up"
        self._dev_nonces.append(request.dev_nonce)
        self._join_nonce += 1
        channels_hz = CF_LIST_HZ if self._join_nonce % 2 else ()
        join_nonce = self._join_nonce.to_bytes(3, "little")
        accept = frames.join_accept(APP_KEY, join_nonce, NET_ID, self._join_nonce, 1, 0, 0, channels_hz)
        return Answer(accept, join_nonce=self._join_nonce, dev_nonce=request.dev_nonce)

    def reaches(self, answer: Answer) -> None:
        """Note an accept on its way into a device's window: what it makes of it is a session."""
        if answer.join_nonce is not None:
            dev_nonce = self._dev_nonces[-1]
            nonces = (answer.join_nonce.to_bytes(3, "little"), NET_ID, dev_nonce.to_bytes(2, "little"))
            keys = crypto.session_keys(APP_KEY, *nonces)
            self.sessions.append(NetworkSession(answer.join_nonce, *keys, known=dev_nonce == answer.dev_nonce))

    def uplink(self, phy: bytes) -> tuple[NetworkSession, int]:
        """Return the session and the counter of a frame; neither may have served for another frame."""
        up = frames.parse(phy)
        assert isinstance(up, frames.DataUp)
        for session in reversed(self.sessions):
            for f_cnt in _counters(session.up, up.f_cnt_16):
                mic = crypto.data_mic(session.nwk_s_key, up.dev_addr, f_cnt, crypto.UP, up.signed)
                if up.dev_addr == session.dev_addr and mic == up.mic:
                    assert session.used.setdefault(f_cnt, phy) == phy, "a counter was used for two frames"
                    assert f_cnt >= session.up, "counters count up"
                    session.up = f_cnt
                    return session, f_cnt
        raise AssertionError("a frame of no session")

    def downlink(self, session: NetworkSession, commands: bytes, ack: bool, confirmed: bool) -> Answer:
        """Return the next frame down: with a serial number, or with MAC commands only where they fill the frame."""
        self.serials += 1
        only = len(commands) > frames.MOST_F_OPTS_BYTES
        down = frames.DataDown(
            session.dev_addr,
            session.down,
            confirmed=confirmed,
            ack=ack,
            f_opts=b"" if only else commands,
            f_port=0 if only else 3,
            data=commands if only else self.serials.to_bytes(4, "big"),
        )
        session.down += 1
        phy = down.encode(session.nwk_s_key, session.app_s_key)
        self.sent.append(Answer(phy, serial=None if only else self.serials))
        return self.sent[-1]


def _counters(latest: int, low_bits: int) -> tuple[int, ...]:
    """Return the counters with these bits, at most one turn ahead."""
    base = (max(latest, 0) & ~0xFFFF) | low_bits
    return (base, base + 0x10000) if base + 0x10000 <= 0xFFFFFFFF else (base,)


def run(coroutine: Coroutine[Any, Any, Any], power: Power) -> Any:
    """Run a coroutine of the device to its end, or until the power fails at one of its awaits."""
    while True:
        try:
            coroutine.send(None)
        except StopIteration as stop:
            return stop.value
        try:
            power.instant()
        except PowerCut:
            coroutine.close()
            raise


class Radio:
    """The device's radio. What becomes of a frame, `on_air` decides: it returns the answers of the two windows."""

    def __init__(self, clock: Clock, judge: Judge, on_air: Callable[[bytes], list[Answer | bytes | None]]) -> None:
        self.broken = False
        self.late_us = 0
        self.limit_exponent: Callable[[], int] = lambda: 0
        self.reaches: Callable[[Answer], None] = lambda _: None
        self.windows: list[Answer | bytes | None] = []
        self._clock = clock
        self._judge = judge
        self._on_air = on_air

    async def send(
        self, phy: bytes, frequency_hz: int, spreading_factor: int, bandwidth_khz: int, power_dbm: int
    ) -> int:
        """Send; the power may fail before, half-way and after."""
        await _Instant()
        if self.broken:
            raise OSError(5)
        assert power_dbm <= 16
        self._clock.true_us += self.late_us
        self._judge.frame(phy, spreading_factor)
        now_us, airtime_us = self._clock.true_us, _airtime_us(len(phy), spreading_factor, bandwidth_khz)
        sent = Transmission(now_us, now_us + airtime_us // 2, frequency_hz, self.limit_exponent())
        self._judge.begins(sent)
        self.windows = self._on_air(phy)
        self._clock.true_us = sent.end_us
        await _Instant()
        self._clock.true_us = sent.end_us = now_us + airtime_us
        self._judge.ends(sent)
        await _Instant()
        return self._clock.ms()

    async def receive(
        self, start_ms: int, frequency_hz: int, spreading_factor: int, bandwidth_khz: int, symbols: int
    ) -> Heard | None:
        """Listen in the next window."""
        assert symbols >= 6
        await _Instant()
        self._clock.advance_to(start_ms)
        answer = self.windows.pop(0) if self.windows else None
        phy = answer.phy if isinstance(answer, Answer) else answer
        self._clock.true_us += _airtime_us(len(phy or b""), spreading_factor, bandwidth_khz)
        if isinstance(answer, Answer):
            self.reaches(answer)
        await _Instant()
        return Heard(phy, -90, 5) if phy else None

    def sleep(self) -> None:
        """Rest."""


def _airtime_us(phy_bytes: int, spreading_factor: int, bandwidth_khz: int) -> int:
    """Return how long a frame takes, after the formula of the SX1272's data sheet, section 4.1.1.7, step by step."""
    symbol_ms = 2**spreading_factor / bandwidth_khz
    optimised = 1 if symbol_ms > 16 else 0
    bits = 8 * phy_bytes - 4 * spreading_factor + 28 + 16
    more = max(-(-bits // (4 * (spreading_factor - 2 * optimised))) * 5, 0)
    return round(1000 * symbol_ms * (8 + 4.25 + 8 + more))
