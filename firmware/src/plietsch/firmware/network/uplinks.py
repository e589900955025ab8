"""A data frame of a device, taken apart, checked, and made to count in its session."""

from collections.abc import Sequence
from dataclasses import dataclass

from plietsch.firmware.network import adr, crypto, eu868, frames, negotiation, refusals, session
from plietsch.firmware.network import mac_commands as mac
from plietsch.firmware.network.gateways import Copy
from plietsch.firmware.network.refusals import Refused
from plietsch.firmware.network.session import Session


@dataclass(frozen=True, slots=True)
class Uplink:
    """A frame that its device's key has proved, with its copies, the best one first, and its decrypted payload.

    `again` is the last frame once more, as a device sends it that got no answer, or that was told to send twice.
    """

    frame: frames.DataUp
    copies: Sequence[Copy]
    f_cnt: int
    again: bool
    data: bytes
    commands: Sequence[mac.UpCommand]

    @property
    def heard_at_s(self) -> float:
        """Return when it ended, in Unix seconds."""
        return self.copies[0].heard_at_s


def check(of: Session, frame: frames.DataUp, copies: Sequence[Copy]) -> Uplink:
    """Return the frame as one of this session; raise Refused."""
    f_cnt = session.full_counter(of.next_f_cnt, frame.f_cnt_16)
    if f_cnt < 0 or crypto.data_mic(of.nwk_s_key, frame.dev_addr, f_cnt, crypto.UP, frame.signed) != frame.mic:
        raise Refused(refusals.WRONG_MIC, f"data of {frame.dev_addr:08x}")
    radio = copies[0].radio
    if radio.frequency_hz not in of.offered_hz:
        raise Refused(refusals.WRONG_CHANNEL, f"{radio.frequency_hz} Hz of {frame.dev_addr:08x}")
    if len(frame.signed) - 1 > eu868.MAX_PAYLOAD_BYTES[radio.data_rate] + eu868.MAC_HEADER_BYTES:
        raise Refused(refusals.TOO_LONG, f"{len(frame.signed)} bytes at DR{radio.data_rate} of {frame.dev_addr:08x}")
    if f_cnt < of.next_f_cnt - 1:
        raise Refused(refusals.REPLAYED, f"{f_cnt} of {frame.dev_addr:08x}")
    key = of.app_s_key if frame.f_port else of.nwk_s_key
    data = crypto.crypt(key, frame.dev_addr, f_cnt, crypto.UP, frame.data)
    commands = mac.parse(data if frame.f_port == 0 else frame.f_opts)
    return Uplink(frame, copies, f_cnt, f_cnt < of.next_f_cnt, data if frame.f_port else b"", commands)


def count(of: Session, uplink: Uplink) -> None:
    """Let a new frame count: its counter, its data rate, what it says of the channels and what it agrees to."""
    of.next_f_cnt = uplink.f_cnt + 1
    of.last_heard_at_s = uplink.heard_at_s
    of.adr = uplink.frame.adr
    data_rate = uplink.copies[0].radio.data_rate
    if data_rate != of.setting.data_rate:
        # It changed its data rate by itself, and with it perhaps its power (as ChirpStack takes it).
        of.setting = adr.Setting(data_rate, 0, of.setting.transmissions)
        of.history.clear()
    if uplink.frame.adr_ack_req:
        negotiation.forget_channels(of)
    negotiation.apply(of, uplink.commands)
    of.history.append(adr.Heard(uplink.f_cnt, max(copy.snr_db for copy in uplink.copies), of.setting.power))
