"""What a network and a device have agreed on since the device joined.

A change that the network asks for waits in `pending` until the device has answered; only then does it hold.
"""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from plietsch.firmware.network import eu868
from plietsch.firmware.network.adr import HISTORY, Heard, Setting
from plietsch.firmware.network.mac_commands import DownCommand
from plietsch.firmware.network.settings import Settings

Block = Sequence[DownCommand]  # of one kind, answered together
COUNTER_MASK = 0xFFFF_FFFF
LARGEST_GAP = 0x8000  # beyond half of the 16 bits on air, a counter went backwards


@dataclass(slots=True)
class Session:
    """Keys, counters and parameters of a device.

    `next_f_cnt` is the lowest counter of an uplink that is still acceptable, `f_cnt_down` the next of a downlink.
    `channels` are those that the device is known to have, `offered_hz` all that it may have, `enabled` those it uses.
    """

    dev_addr: int
    nwk_s_key: bytes
    app_s_key: bytes
    rx1_delay_s: int
    rx1_offset: int
    rx2_data_rate: int
    channels: dict[int, int]
    rx2_frequency_hz: int = eu868.RX2_FREQUENCY_HZ
    next_f_cnt: int = 0
    f_cnt_down: int = 0
    adr: bool = False
    setting: Setting = field(default_factory=lambda: Setting(0))
    weakest_power: int = eu868.LOWEST_POWER_STEP
    downlink_hz: dict[int, int] = field(default_factory=lambda: dict[int, int]())
    max_duty_exponent: int = 0
    enabled: set[int] = field(default_factory=lambda: set[int]())
    offered_hz: set[int] = field(default_factory=lambda: set[int]())
    history: deque[Heard] = field(default_factory=lambda: deque[Heard](maxlen=HISTORY))
    pending: dict[int, Block] = field(default_factory=lambda: dict[int, Block]())
    refusals: Counter[int] = field(default_factory=lambda: Counter[int]())
    status_asked_at_s: float | None = None
    last_heard_at_s: float = 0.0

    def channel_of(self, frequency_hz: int) -> int | None:
        """Return the number of the channel at a frequency."""
        return next((number for number, hz in self.channels.items() if hz == frequency_hz), None)

    def rx1_frequency_hz(self, uplink_hz: int) -> int:
        """Return where the device listens first after an uplink."""
        number = self.channel_of(uplink_hz)
        return uplink_hz if number is None else self.downlink_hz.get(number, uplink_hz)


def begin(dev_addr: int, keys: tuple[bytes, bytes], settings: Settings) -> Session:
    """Return the session of a device that has just got a join-accept with these settings."""
    channels = dict(enumerate((*eu868.JOIN_CHANNELS_HZ, *settings.cf_list_hz)))
    return Session(
        dev_addr,
        *keys,
        rx1_delay_s=settings.rx1_delay_s,
        rx1_offset=settings.rx1_offset,
        rx2_data_rate=settings.rx2_data_rate,
        channels=channels,
        enabled=set(channels),
        offered_hz=set(channels.values()),
    )


def full_counter(next_f_cnt: int, f_cnt_16: int) -> int:
    """Return the 32-bit counter with these low 16 bits nearest to the expected one; negative if there is none."""
    gap = (f_cnt_16 - next_f_cnt) & 0xFFFF
    return next_f_cnt + gap - (0x10000 if gap >= LARGEST_GAP else 0)
