"""Through which gateway, and in which of a device's two receive windows, a downlink goes.

The gateway that heard the device best sends, in RX1 if that can still be reached and the gateway may send then; else
the next best, and in RX2 likewise. (ChirpStack takes one gateway at random of those that heard it well.)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from plietsch.firmware.network import airtime, eu868
from plietsch.firmware.network.gateways import Copy, Radio
from plietsch.firmware.network.session import Session
from plietsch.firmware.network.transmitters import Transmitter

TOO_LATE = "TOO_LATE"


class Window(NamedTuple):
    """A receive window: when after the uplink's end, how, and how much payload it has room for."""

    delay_s: float
    radio: Radio
    limit_bytes: int


@dataclass(frozen=True, slots=True)
class Slot:
    """A window with the gateway that sends in it, the one that heard `copy`."""

    copy: Copy
    window: Window

    @property
    def at_s(self) -> float:
        """Return when it is to send, in Unix seconds."""
        return self.copy.heard_at_s + self.window.delay_s


class NoSlot(Exception):
    """No gateway can send; the message is ChirpStack's word for why."""


def of_session(session: Session, uplink: Radio) -> tuple[Window, Window]:
    """Return RX1 and RX2 after an uplink of a session."""
    data_rate = eu868.rx1_data_rate(uplink.data_rate, session.rx1_offset)
    return (
        _window(session.rx1_delay_s, session.rx1_frequency_hz(uplink.frequency_hz), data_rate),
        _window(session.rx1_delay_s + eu868.BETWEEN_WINDOWS_S, session.rx2_frequency_hz, session.rx2_data_rate),
    )


def of_join(uplink: Radio) -> tuple[Window, Window]:
    """Return RX1 and RX2 after a join-request (TS001-1.0.4, section 6.2.6: always the region's defaults)."""
    delay_s = eu868.JOIN_ACCEPT_DELAY_S
    return (
        _window(delay_s, uplink.frequency_hz, uplink.data_rate),
        _window(delay_s + eu868.BETWEEN_WINDOWS_S, eu868.RX2_FREQUENCY_HZ, eu868.RX2_DATA_RATE),
    )


def best_first(copies: Iterable[Copy]) -> list[Copy]:
    """Return the copies in the order of how well they were heard."""
    return sorted(copies, key=lambda copy: (copy.snr_db, copy.rssi_dbm), reverse=True)


class Gateways:
    """The gateways' time for sending."""

    def __init__(self) -> None:
        self._transmitters: dict[str, Transmitter] = {}

    def take(self, window: Window, phy_bytes: int, copies: Sequence[Copy], now_s: float) -> Slot:
        """Book a gateway for a frame, of those with `copies`, best first; raise NoSlot."""
        radio = window.radio
        on_air_s = airtime.time_on_air_ms(phy_bytes, radio.spreading_factor, radio.bandwidth_khz, crc=False) / 1000
        reasons: list[str] = []
        for copy in copies:
            slot = Slot(copy, window)
            transmitter = self._transmitters.setdefault(copy.gateway.gateway_id, Transmitter())
            why = TOO_LATE if slot.at_s < now_s else transmitter.why_not(slot.at_s, on_air_s, radio.frequency_hz)
            if why is None:
                transmitter.book(slot.at_s, on_air_s, radio.frequency_hz)
                return slot
            reasons.append(why)
        raise NoSlot(reasons[0])

    def release(self, gateway_id: str, at_s: float) -> None:
        """Give back the time of a frame that was not sent."""
        if transmitter := self._transmitters.get(gateway_id):
            transmitter.release(at_s)


def _window(delay_s: float, frequency_hz: int, data_rate: int) -> Window:
    return Window(delay_s, eu868.radio(frequency_hz, data_rate), eu868.MAX_PAYLOAD_BYTES[data_rate])
