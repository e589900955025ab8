"""MAC commands between a device and its network: bytes of a device to values, values to bytes for a device. Pure.

Source: TS001-1.0.4, section 5; the names are the specification's.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from plietsch.firmware.network.frames import frequency


@dataclass(frozen=True, slots=True)
class LinkCheckReq:
    """The device asks how well it is heard."""

    CID: ClassVar = 0x02


@dataclass(frozen=True, slots=True)
class LinkAdrAns:
    """Whether the device does as LinkADRReq says: all three, or it changed nothing."""

    CID: ClassVar = 0x03
    mask_ok: bool
    rate_ok: bool
    power_ok: bool


@dataclass(frozen=True, slots=True)
class DutyCycleAns:
    """The device keeps the limit."""

    CID: ClassVar = 0x04


@dataclass(frozen=True, slots=True)
class RxParamSetupAns:
    """Whether the device changed its receive windows: all three, or nothing."""

    CID: ClassVar = 0x05
    offset_ok: bool
    rate_ok: bool
    frequency_ok: bool


@dataclass(frozen=True, slots=True)
class DevStatusAns:
    """Battery (0 external, 1…254, 255 unknown) and the SNR in dB at which the device heard the request."""

    CID: ClassVar = 0x06
    battery: int
    margin_db: int


@dataclass(frozen=True, slots=True)
class NewChannelAns:
    """Whether the device has the channel now."""

    CID: ClassVar = 0x07
    rates_ok: bool
    frequency_ok: bool


@dataclass(frozen=True, slots=True)
class RxTimingSetupAns:
    """The device opens its windows as it was told."""

    CID: ClassVar = 0x08


@dataclass(frozen=True, slots=True)
class DlChannelAns:
    """Whether the device listens there after an uplink on the channel."""

    CID: ClassVar = 0x0A
    exists: bool
    frequency_ok: bool


@dataclass(frozen=True, slots=True)
class DeviceTimeReq:
    """The device asks for the time."""

    CID: ClassVar = 0x0D


UpCommand = (
    LinkCheckReq
    | LinkAdrAns
    | DutyCycleAns
    | RxParamSetupAns
    | DevStatusAns
    | NewChannelAns
    | RxTimingSetupAns
    | DlChannelAns
    | DeviceTimeReq
)


@dataclass(frozen=True, slots=True)
class LinkCheckAns:
    """Margin in dB over what was needed, and how many gateways heard it."""

    CID: ClassVar = 0x02
    margin_db: int
    gateways: int

    def encode(self) -> bytes:
        """Return CID and payload."""
        return bytes([self.CID, self.margin_db, self.gateways])


@dataclass(frozen=True, slots=True)
class LinkAdrReq:
    """Send at this data rate and power step, on these channels, this many times."""

    CID: ClassVar = 0x03
    data_rate: int
    power: int
    mask: int
    mask_control: int = 0
    transmissions: int = 1

    def encode(self) -> bytes:
        """Return CID and payload."""
        rate_and_power = self.data_rate << 4 | self.power
        return struct.pack("<BBHB", self.CID, rate_and_power, self.mask, self.mask_control << 4 | self.transmissions)


@dataclass(frozen=True, slots=True)
class DutyCycleReq:
    """Use at most 1 / 2^exponent of the time, over all bands."""

    CID: ClassVar = 0x04
    max_exponent: int

    def encode(self) -> bytes:
        """Return CID and payload."""
        return bytes([self.CID, self.max_exponent])


@dataclass(frozen=True, slots=True)
class RxParamSetupReq:
    """Listen so in RX1 and RX2."""

    CID: ClassVar = 0x05
    rx1_offset: int
    rx2_data_rate: int
    frequency_hz: int

    def encode(self) -> bytes:
        """Return CID and payload."""
        return bytes([self.CID, self.rx1_offset << 4 | self.rx2_data_rate]) + frequency(self.frequency_hz)


@dataclass(frozen=True, slots=True)
class DevStatusReq:
    """Tell battery and margin."""

    CID: ClassVar = 0x06

    def encode(self) -> bytes:
        """Return CID and payload."""
        return bytes([self.CID])


@dataclass(frozen=True, slots=True)
class NewChannelReq:
    """Have this channel, or no longer if the frequency is 0."""

    CID: ClassVar = 0x07
    index: int
    frequency_hz: int
    min_data_rate: int = 0
    max_data_rate: int = 5

    def encode(self) -> bytes:
        """Return CID and payload."""
        rates = bytes([self.max_data_rate << 4 | self.min_data_rate])
        return bytes([self.CID, self.index]) + frequency(self.frequency_hz) + rates


@dataclass(frozen=True, slots=True)
class RxTimingSetupReq:
    """Open RX1 after so many seconds (1…15)."""

    CID: ClassVar = 0x08
    delay_s: int

    def encode(self) -> bytes:
        """Return CID and payload."""
        return bytes([self.CID, self.delay_s])


@dataclass(frozen=True, slots=True)
class DlChannelReq:
    """After an uplink on this channel, listen there."""

    CID: ClassVar = 0x0A
    index: int
    frequency_hz: int

    def encode(self) -> bytes:
        """Return CID and payload."""
        return bytes([self.CID, self.index]) + frequency(self.frequency_hz)


@dataclass(frozen=True, slots=True)
class DeviceTimeAns:
    """GPS seconds and 1/256 of one, at which the uplink that asked ended."""

    CID: ClassVar = 0x0D
    gps_s: int
    fraction_256: int

    def encode(self) -> bytes:
        """Return CID and payload."""
        return struct.pack("<BIB", self.CID, self.gps_s, self.fraction_256)


DownCommand = (
    LinkCheckAns
    | LinkAdrReq
    | DutyCycleReq
    | RxParamSetupReq
    | DevStatusReq
    | NewChannelReq
    | RxTimingSetupReq
    | DlChannelReq
    | DeviceTimeAns
)


def parse(data: bytes) -> list[UpCommand]:
    """Return a device's commands; stop at one that is unknown or cut short, as what follows cannot be found."""
    commands: list[UpCommand] = []
    while data and data[0] in _UP:
        size, make = _UP[data[0]]
        if len(data) <= size:
            break
        commands.append(make(data[1 : 1 + size]))
        data = data[1 + size :]
    return commands


def _bits(value: int, *numbers: int) -> tuple[bool, ...]:
    return tuple(bool(value >> number & 1) for number in numbers)


def _dev_status(payload: bytes) -> DevStatusAns:
    margin = payload[1] & 0x3F
    return DevStatusAns(payload[0], margin - 64 if margin >= 32 else margin)


# Size of the payload, and what is made of it, by CID.
_UP: dict[int, tuple[int, Callable[[bytes], UpCommand]]] = {
    LinkCheckReq.CID: (0, lambda _: LinkCheckReq()),
    LinkAdrAns.CID: (1, lambda payload: LinkAdrAns(*_bits(payload[0], 0, 1, 2))),
    DutyCycleAns.CID: (0, lambda _: DutyCycleAns()),
    RxParamSetupAns.CID: (1, lambda payload: RxParamSetupAns(*_bits(payload[0], 2, 1, 0))),
    DevStatusAns.CID: (2, _dev_status),
    NewChannelAns.CID: (1, lambda payload: NewChannelAns(*_bits(payload[0], 1, 0))),
    RxTimingSetupAns.CID: (0, lambda _: RxTimingSetupAns()),
    DlChannelAns.CID: (1, lambda payload: DlChannelAns(*_bits(payload[0], 1, 0))),
    DeviceTimeReq.CID: (0, lambda _: DeviceTimeReq()),
}

# How long the answers to the network's requests are, by CID; what a device asked itself for is not answered.
ANSWER_BYTES = {
    answer.CID: 1 + _UP[answer.CID][0]
    for answer in (
        LinkAdrAns,
        DutyCycleAns,
        RxParamSetupAns,
        DevStatusAns,
        NewChannelAns,
        RxTimingSetupAns,
        DlChannelAns,
    )
}
