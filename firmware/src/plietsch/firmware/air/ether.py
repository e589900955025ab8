"""The air: who sends when, who hears it, and what two that send at once do to each other.

Time is that of a simpy environment, in milliseconds of Unix time. Uplinks and downlinks do not disturb each other: a
gateway sends with inverted I/Q, so that nodes do not hear nodes, nor gateways gateways (TS001-1.0.4, section 4.1).
Frames on one channel with different spreading factors do not either; with the same one, whichever is 6 dB stronger is
understood (Semtech AN1200.22: co-channel rejection), and otherwise none.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import simpy

from plietsch.firmware.network import gateways
from plietsch.firmware.network.airtime import PREAMBLE_SYMBOLS, symbol_ms, time_on_air_ms
from plietsch.firmware.network.gateways import Copy, Gateway, Radio
from plietsch.firmware.waiting import Until, after

CAPTURE_DB = 6.0
# So much of the preamble a receiver must have before it notices the frame; assumed, LoRaMac-node opens six symbols.
NOTICED_SYMBOLS = 5
# Longer than any frame (222 bytes at SF12 take 9.1 s): a gateway's own frames are remembered for so long.
REMEMBERED_MS = 10_000
MILLISECONDS = 1000
ROUNDING_MS = 0.01  # a float of today's Unix milliseconds has steps of 0.0002

Place = tuple[float, float]
Channel = tuple[int, int, int]


class Heard(NamedTuple):
    """A frame as a node heard it."""

    phy: bytes
    rssi_dbm: int
    snr_db: float


class Outage(NamedTuple):
    """From when to when (Unix milliseconds) a gateway neither hears nor sends, or all where `gateway_id` is None."""

    start_ms: float
    end_ms: float
    gateway_id: str | None = None

    def concerns(self, gateway_id: str, start_ms: float, end_ms: float) -> bool:
        """Return whether the gateway is away at any time from `start_ms` to `end_ms`."""
        return self.gateway_id in (None, gateway_id) and self.start_ms < end_ms and start_ms < self.end_ms


@dataclass(slots=True, eq=False)
class _Signal:
    """What disturbs others: an uplink with its strength at each gateway, or a downlink of `gateway`."""

    radio: Radio
    gateway: Gateway | None
    strengths: dict[str, float]


@dataclass(slots=True, eq=False)
class _Transmission:
    """A frame on air; `ended` happens at its end, and `others` were on the same channel at the same time."""

    phy: bytes
    signal: _Signal
    start_ms: float
    ended: simpy.Event
    others: list[_Signal] = field(default_factory=lambda: list[_Signal]())


@dataclass(slots=True, eq=False)
class _Window:
    """A node that listens from `start_ms` to `end_ms` for a preamble."""

    place: Place
    start_ms: float
    end_ms: float
    found: _Transmission | None = None


class Ether:
    """The air between nodes, which have a place (longitude, latitude), and `gateways`.

    `loss` is the probability with which a copy of an uplink or a downlink gets lost without a reason. Whoever wants the
    copies that gateways hear sets `on_copy`, which is called at the end of each frame.
    """

    def __init__(
        self, env: simpy.Environment, gateways: Iterable[Gateway], dice: random.Random, loss: float = 0.0
    ) -> None:
        self.env = env
        self.gateways = {gateway.gateway_id: gateway for gateway in gateways}
        self.loss = loss
        self.on_copy: Callable[[Copy], None] = lambda _copy: None
        self._dice = dice
        self._outages: list[Outage] = []
        self._up: dict[Channel, list[_Transmission]] = defaultdict(list)
        self._down: dict[Channel, list[_Transmission]] = defaultdict(list)
        self._listening: dict[Channel, list[_Window]] = defaultdict(list)
        self._own_frames: dict[str, list[tuple[float, float]]] = defaultdict(list)
        self._in_reach: dict[Place, list[tuple[float, float, Gateway]]] = {}

    def outage(self, start_ms: float, end_ms: float, gateway_ids: Sequence[str] | None = None) -> None:
        """Switch all gateways, or these, off for a time."""
        which = (None,) if gateway_ids is None else gateway_ids
        self._outages += [Outage(start_ms, end_ms, gateway_id) for gateway_id in which]

    def fastest(self, place: Place) -> int:
        """Return the fastest EU868 data rate of 125 kHz that the nearest gateway is sure to understand."""
        reach = self._reach(place)
        snr = reach[0][0] - gateways.NOISE_FLOOR_DBM if reach else 0.0
        enough = [sf for sf, lowest in gateways.REQUIRED_SNR_DB.items() if snr >= lowest + gateways.MARGIN_DB]
        return 12 - min(enough, default=12)

    async def send(self, place: Place, phy: bytes, radio: Radio) -> None:
        """Send a node's frame from now on, until it is out; who is interrupted leaves a frame nobody understands."""
        airtime_ms = time_on_air_ms(len(phy), radio.spreading_factor, radio.bandwidth_khz)
        power = radio.power_dbm - gateways.REFERENCE_POWER_DBM
        strengths = {
            gateway.gateway_id: mean_dbm + power + self._dice.gauss(0, gateways.FADING_DB)
            for mean_dbm, _, gateway in self._reach(place)
        }
        sent = self._begin(self._up, phy, _Signal(radio, None, strengths), airtime_ms)
        try:
            await Until(sent.ended)
        finally:
            self._up[_channel(radio)].remove(sent)
        self._hand_out_copies(sent, place)

    async def receive(self, place: Place, radio: Radio, symbols: float) -> Heard | None:
        """Listen from now on for so many symbols; hear out the frame whose preamble is noticed and return it."""
        now = self.env.now
        window = _Window(place, now, now + symbols * symbol_ms(radio.spreading_factor, radio.bandwidth_khz))
        listening = self._listening[_channel(radio)]
        for frame in self._down[_channel(radio)]:
            self._notice(window, frame)
        listening.append(window)
        try:
            await Until(self.env.timeout(window.end_ms - now))
            if window.found is None:
                return None
            await Until(window.found.ended)
        finally:
            listening.remove(window)
        return self._understood(window.found, place)

    def send_down(self, gateway_id: str, phy: bytes, radio: Radio) -> bool:
        """Let a gateway send from now on; return False if it is away, unknown, or sends something else."""
        airtime_ms = time_on_air_ms(len(phy), radio.spreading_factor, radio.bandwidth_khz, crc=False)
        start_ms, end_ms = self.env.now, self.env.now + airtime_ms
        gateway = self.gateways.get(gateway_id)
        if gateway is None or self._is_away(gateway_id, start_ms, end_ms) or self._sends(gateway_id, start_ms, end_ms):
            return False
        own = self._own_frames[gateway_id]
        own[:] = [frame for frame in own if frame[1] > start_ms - REMEMBERED_MS]
        own.append((start_ms, end_ms))
        sent = self._begin(self._down, phy, _Signal(radio, gateway, {}), airtime_ms)
        after(sent.ended, lambda: self._down[_channel(radio)].remove(sent))
        for window in self._listening[_channel(radio)]:
            self._notice(window, sent)
        return True

    def _begin(
        self, on_air: dict[Channel, list[_Transmission]], phy: bytes, signal: _Signal, airtime_ms: float
    ) -> _Transmission:
        sent = _Transmission(phy, signal, self.env.now, self.env.timeout(airtime_ms))
        channel = on_air[_channel(signal.radio)]
        for other in channel:
            other.others.append(signal)
            sent.others.append(other.signal)
        channel.append(sent)
        return sent

    def _hand_out_copies(self, sent: _Transmission, place: Place) -> None:
        radio = sent.signal.radio
        for _, delay_s, gateway in self._reach(place):
            strength = sent.signal.strengths[gateway.gateway_id]
            rssi, snr = _measured(strength, radio)
            if (
                not _is_strong_enough(snr, radio)
                or self._is_lost()
                or self._is_away(gateway.gateway_id, sent.start_ms, self.env.now)
                or self._sends(gateway.gateway_id, sent.start_ms, self.env.now)
                or not _captures(strength, (other.strengths.get(gateway.gateway_id) for other in sent.others))
            ):
                continue
            heard_at_s = self.env.now / MILLISECONDS + delay_s
            self.on_copy(Copy(sent.phy, gateway, radio, self._dice.getrandbits(32), heard_at_s, rssi, snr))

    def _notice(self, window: _Window, frame: _Transmission) -> None:
        """Let a window find a frame, if it has not found one, can notice this one's preamble and is near enough."""
        radio = frame.signal.radio
        symbol = symbol_ms(radio.spreading_factor, radio.bandwidth_khz)
        preamble_end_ms = frame.start_ms + PREAMBLE_SYMBOLS * symbol
        together_ms = min(window.end_ms, preamble_end_ms) - max(window.start_ms, frame.start_ms)
        if window.found is None and together_ms >= NOTICED_SYMBOLS * symbol - ROUNDING_MS:
            _, snr = _measured(self._strength_at(frame.signal, window.place), radio)
            if _is_strong_enough(snr, radio):
                window.found = frame

    def _understood(self, frame: _Transmission, place: Place) -> Heard | None:
        radio, strength = frame.signal.radio, self._strength_at(frame.signal, place)
        others = (self._strength_at(other, place) for other in frame.others)
        if self._is_lost() or not _captures(strength, others):
            return None
        rssi, snr = _measured(strength + self._dice.gauss(0, gateways.FADING_DB), radio)
        return Heard(frame.phy, rssi, snr) if _is_strong_enough(snr, radio) else None

    def _strength_at(self, signal: _Signal, place: Place) -> float:
        """Return how strong, on average, a gateway's frame is at a place: the way down is as long as the way up."""
        power = signal.radio.power_dbm - gateways.REFERENCE_POWER_DBM
        means = (mean_dbm for mean_dbm, _, gateway in self._reach(place) if gateway is signal.gateway)
        return next(means, gateways.UNHEARD_DBM) + power

    def _reach(self, place: Place) -> list[tuple[float, float, Gateway]]:
        """Return the gateways that may hear a place, the nearest first: mean strength in dBm, delay in s, gateway."""
        if place not in self._in_reach:
            near: list[tuple[float, float, Gateway]] = []
            for gateway in self.gateways.values():
                distance_km = gateways.distance_km(place, gateway)
                mean_dbm = gateways.mean_rssi_dbm(distance_km)
                if mean_dbm > gateways.UNHEARD_DBM:
                    near.append((mean_dbm, distance_km / gateways.LIGHT_KM_PER_S, gateway))
            self._in_reach[place] = sorted(near, key=lambda entry: -entry[0])
        return self._in_reach[place]

    def _is_lost(self) -> bool:
        return self.loss > 0 and self._dice.random() < self.loss

    def _is_away(self, gateway_id: str, start_ms: float, end_ms: float) -> bool:
        return any(outage.concerns(gateway_id, start_ms, end_ms) for outage in self._outages)

    def _sends(self, gateway_id: str, start_ms: float, end_ms: float) -> bool:
        return any(start_ms < end and begin < end_ms for begin, end in self._own_frames.get(gateway_id, ()))


def _channel(radio: Radio) -> Channel:
    return radio.frequency_hz, radio.spreading_factor, radio.bandwidth_khz


def _measured(strength_dbm: float, radio: Radio) -> tuple[int, float]:
    """Return RSSI and SNR as a receiver gives them: a whole dBm, quarters of a dB up to a highest value."""
    rssi = round(strength_dbm)
    return rssi, gateways.snr_db(rssi, radio.bandwidth_khz)


def _is_strong_enough(snr_db: float, radio: Radio) -> bool:
    return snr_db >= gateways.REQUIRED_SNR_DB[radio.spreading_factor]


def _captures(strength_dbm: float, others: Iterable[float | None]) -> bool:
    return all(other is None or strength_dbm - other >= CAPTURE_DB for other in others)
