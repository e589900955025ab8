"""The node's MAC and the network server, in a conversation without simulated air: all is heard, or a test says no.

The device's ports never wait, as on a board; a downlink is heard if its preamble begins within the window that listens
where and how it is sent.
"""

import random
import uuid
from collections.abc import Callable
from typing import Any

from plietsch.firmware import identity, node
from plietsch.firmware.network import airtime, events, gateways, server
from plietsch.firmware.network.gateways import Copy, Gateway, Radio
from plietsch_node.lorawan import eu868
from plietsch_node.lorawan.device import Device
from plietsch_node.memory import MemoryStore
from plietsch_node.radio.port import Heard
from support.lorawan_scene import OPTIONS, Clock, drive

NAME = "somewhere"
GATEWAY = Gateway("a840411f75f10001", "roof", 9.43, 54.78, 0.0)
EPOCH_S = 1_750_000_000.0
PREAMBLE_SYMBOLS, NOTICED_SYMBOLS = 8, 5
LOUDEST_DBM = 16


def nothing(_frame: bytes) -> bool:
    """Lose nothing."""
    return False


class Conversation:
    """A device and its network; `snr_db` is that of a frame sent with full power, and `lost_*` says what gets lost."""

    def __init__(self, settings: server.Settings | None = None, seed: int = 1, **options: Any) -> None:
        self.dice = random.Random(seed)
        self.clock = Clock()
        self.rtc, self.flash = MemoryStore(), MemoryStore()
        self.options = {**OPTIONS, **options}
        self.published: list[tuple[str, events.Json]] = []
        self.registered = server.Device(identity.device_info(NAME), identity.JOIN_EUI, identity.app_key(NAME))
        self.server = server.NetworkServer(
            [self.registered],
            publish=lambda topic, event: self.published.append((topic.rpartition("/")[2], event)),
            new_address=lambda: self.dice.getrandbits(25),
            new_id=lambda: str(uuid.UUID(int=self.dice.getrandbits(128))),
            settings=settings,
        )
        self.snr_db = 5.0
        self.lost_up: Callable[[bytes], bool] = nothing
        self.lost_down: Callable[[bytes], bool] = nothing
        self.sent: list[tuple[bytes, Radio]] = []
        self._on_air: list[server.Downlink] = []
        self.start()

    @property
    def session(self) -> Any:
        """The network's idea of the device."""
        return self.registered.session

    @property
    def state(self) -> tuple[Any, ...]:
        """What the device has, as the network's session has it."""
        its = self.device._settings
        plan = its.plan
        channels = {number: plan.frequency_hz(number) for number in range(16) if plan.frequency_hz(number)}
        rx1_hz = {number: plan.rx1_frequency_hz(number) for number in channels}
        windows = (its.rx1_delay_s, its.rx1_offset, its.rx2_data_rate, its.rx2_hz)
        return windows, its.duty_exponent, channels, rx1_hz

    @property
    def believed(self) -> tuple[Any, ...]:
        """What the network believes that it has."""
        its = self.session
        windows = (its.rx1_delay_s, its.rx1_offset, its.rx2_data_rate, its.rx2_frequency_hz)
        rx1_hz = {number: its.rx1_frequency_hz(hz) for number, hz in its.channels.items()}
        return windows, its.max_duty_exponent, its.channels, rx1_hz

    def start(self) -> None:
        """Make the device, anew after deep sleep."""
        info = self.registered.info
        keys = {"dev_eui": info.dev_eui, "join_eui": identity.JOIN_EUI, "app_key": identity.app_key(NAME).hex()}
        self.device = Device(
            keys,
            eu868,
            Port(self),
            self.clock,
            self.rtc,
            self.flash,
            node.HostCipher,
            self.dice.randrange,
            self.options,
        )

    def join(self) -> bool:
        """Let the device try once."""
        self.clock.now_ms = max(self.clock.now_ms, self.device.next_join_ms)
        return drive(self.device.join())

    def send(self, payload: bytes = b"data", **how: Any) -> Any:
        """Let the device send as soon as it may."""
        self.clock.now_ms = max(self.clock.now_ms + 60_000, self.device.ready_at_ms(len(payload)))
        return drive(self.device.send(1, payload, **how))

    def events(self, kind: str) -> list[events.Json]:
        return [event for name, event in self.published if name == kind]

    def speak(self, phy: bytes, radio: Radio) -> int:
        """Let a frame end, reach the gateway, and the network answer."""
        self.clock.now_ms += round(airtime.time_on_air_ms(len(phy), radio.spreading_factor, radio.bandwidth_khz))
        self.sent.append((phy, radio))
        self._on_air = []
        snr_db = self.snr_db - (LOUDEST_DBM - radio.power_dbm)
        if not self.lost_up(phy) and snr_db >= gateways.REQUIRED_SNR_DB[radio.spreading_factor]:
            heard_at_s = EPOCH_S + self.clock.now_ms / 1000
            self.server.hear(Copy(phy, GATEWAY, radio, 7, heard_at_s, round(snr_db) - 117, snr_db))
            self._on_air = self.server.settle(heard_at_s + server.DEDUPLICATION_WINDOW_S)
        for downlink in self._on_air:
            self.server.sent(downlink)
        return self.clock.now_ms

    def hear(self, start_ms: float, radio: Radio, symbols: int) -> Heard | None:
        """Let the device listen."""
        symbol_ms = airtime.symbol_ms(radio.spreading_factor, radio.bandwidth_khz)
        end_ms = start_ms + symbols * symbol_ms
        self.clock.now_ms = max(self.clock.now_ms, round(end_ms))
        for downlink in self._on_air:
            began_ms = (downlink.at_s - EPOCH_S) * 1000
            together_ms = min(end_ms, began_ms + PREAMBLE_SYMBOLS * symbol_ms) - max(start_ms, began_ms)
            if together_ms < NOTICED_SYMBOLS * symbol_ms or not _alike(downlink.radio, radio):
                continue
            if not self.lost_down(downlink.phy_payload):
                size, factor = len(downlink.phy_payload), radio.spreading_factor
                on_air_ms = airtime.time_on_air_ms(size, factor, radio.bandwidth_khz, crc=False)
                self.clock.now_ms = round(began_ms + on_air_ms)
                return Heard(downlink.phy_payload, -90, 7)
        return None


class Port:
    """The device's radio."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    async def send(self, phy: bytes, frequency_hz: int, factor: int, khz: int, power_dbm: int) -> int:
        return self._conversation.speak(phy, Radio(frequency_hz, factor, khz, power_dbm))

    async def receive(self, start_ms: float, frequency_hz: int, factor: int, khz: int, symbols: int) -> Heard | None:
        return self._conversation.hear(start_ms, Radio(frequency_hz, factor, khz), symbols)

    def sleep(self) -> None:
        """Rest."""


def _alike(one: Radio, other: Radio) -> bool:
    return (one.frequency_hz, one.spreading_factor, one.bandwidth_khz) == (
        other.frequency_hz,
        other.spreading_factor,
        other.bandwidth_khz,
    )
