"""What a network wants of its devices; the defaults are those of ChirpStack's example for EU868."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from plietsch.firmware.network import eu868
from plietsch.firmware.network.adr import DEFAULT_MARGIN_DB


@dataclass(frozen=True, slots=True)
class Settings:
    """Options of a network server.

    What a device has otherwise is changed by MAC commands, as soon as it sends. `extra_channels_hz` are the channels
    from number 3 on, of which the first five go with the join-accept; `downlink_hz` are other frequencies for RX1, by
    channel; `max_duty_exponent` limits a device to 1 / 2^n of the time; `status_every_s` asks for battery and margin
    that often, 0 never. `acknowledge_again` answers a confirmed frame that comes again with another ACK, as
    TS001-1.0.4 (section 4.3.1.2) wants it; ChirpStack 4.20 does not (chirpstack/src/uplink/data.rs).
    """

    rx1_delay_s: int = 1
    rx1_offset: int = 0
    rx2_data_rate: int = eu868.RX2_DATA_RATE
    rx2_frequency_hz: int = eu868.RX2_FREQUENCY_HZ
    extra_channels_hz: tuple[int, ...] = eu868.CF_LIST_HZ
    downlink_hz: Mapping[int, int] = field(default_factory=lambda: dict[int, int]())
    max_duty_exponent: int = 0
    adr: bool = True
    installation_margin_db: float = DEFAULT_MARGIN_DB
    fastest_data_rate: int = eu868.FASTEST_LORA_DATA_RATE
    status_every_s: float = 86_400.0
    acknowledge_again: bool = False

    @property
    def channels(self) -> dict[int, int]:
        """Return the frequency of each channel, by number."""
        return dict(enumerate((*eu868.JOIN_CHANNELS_HZ, *self.extra_channels_hz)))

    @property
    def cf_list_hz(self) -> tuple[int, ...]:
        """Return the channels that go with a join-accept."""
        return self.extra_channels_hz[: len(eu868.CF_LIST_HZ)]
