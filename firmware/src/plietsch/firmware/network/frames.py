"""PHYPayloads as a network server sees them: a device's bytes to fields, fields to bytes for a device. Pure.

Source: TS001-1.0.4, sections 4 and 6.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from plietsch.firmware.network import crypto

JOIN_REQUEST, JOIN_ACCEPT = 0, 1
UNCONFIRMED_UP, UNCONFIRMED_DOWN, CONFIRMED_UP, CONFIRMED_DOWN = 2, 3, 4, 5
JOIN_REQUEST_BYTES = 23
SHORTEST_DATA_BYTES = 12
MAJOR_R1 = 0
ADR_BIT, ADR_ACK_REQ_BIT, ACK_BIT, F_PENDING_BIT = 0x80, 0x40, 0x20, 0x10
F_OPTS_BITS = 0x0F
MOST_F_OPTS_BYTES = 15
CF_LIST_BYTES = 16
HZ_PER_UNIT = 100  # of a frequency on air


class Malformed(ValueError):
    """These bytes are no frame that a node sends."""


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """A node asks to join; EUIs as 16 hex digits, `dev_nonce` as the number it is."""

    join_eui: str
    dev_eui: str
    dev_nonce: int
    mic: bytes
    signed: bytes


@dataclass(frozen=True, slots=True)
class DataUp:
    """A data frame of a node: only the low 16 bits of the counter are on air, and `data` is still encrypted."""

    dev_addr: int
    confirmed: bool
    adr: bool
    adr_ack_req: bool
    ack: bool
    f_cnt_16: int
    f_opts: bytes
    f_port: int | None
    data: bytes
    mic: bytes
    signed: bytes


def parse(phy_payload: bytes) -> JoinRequest | DataUp:
    """Return the frame's fields; raise Malformed."""
    if len(phy_payload) < SHORTEST_DATA_BYTES:
        raise Malformed(f"{len(phy_payload)} bytes are too few for a frame")
    m_type, major = phy_payload[0] >> 5, phy_payload[0] & 0x03
    if major != MAJOR_R1:
        raise Malformed(f"unknown major version {major}")
    if m_type == JOIN_REQUEST:
        return _join_request(phy_payload)
    if m_type in (UNCONFIRMED_UP, CONFIRMED_UP):
        return _data_up(phy_payload, confirmed=m_type == CONFIRMED_UP)
    raise Malformed(f"a node does not send message type {m_type}")


@dataclass(frozen=True, slots=True)
class DataDown:
    """A data frame for a device; `data` is not encrypted yet, and belongs to the network if `f_port` is 0."""

    dev_addr: int
    f_cnt: int
    confirmed: bool = False
    adr: bool = False
    ack: bool = False
    f_pending: bool = False
    f_opts: bytes = b""
    f_port: int | None = None
    data: bytes = b""

    @property
    def phy_bytes(self) -> int:
        """Return how long the frame is on air."""
        return SHORTEST_DATA_BYTES + len(self.f_opts) + (self.f_port is not None) + len(self.data)

    def encode(self, nwk_s_key: bytes, app_s_key: bytes) -> bytes:
        """Return the PHYPayload."""
        m_type = CONFIRMED_DOWN if self.confirmed else UNCONFIRMED_DOWN
        control = self.adr * ADR_BIT | self.ack * ACK_BIT | self.f_pending * F_PENDING_BIT | len(self.f_opts)
        message = bytes([m_type << 5]) + self.dev_addr.to_bytes(4, "little") + bytes([control])
        message += (self.f_cnt & 0xFFFF).to_bytes(2, "little") + self.f_opts
        if self.f_port is not None:
            key = app_s_key if self.f_port else nwk_s_key
            message += bytes([self.f_port]) + crypto.crypt(key, self.dev_addr, self.f_cnt, crypto.DOWN, self.data)
        return message + crypto.data_mic(nwk_s_key, self.dev_addr, self.f_cnt, crypto.DOWN, message)


def join_accept(
    app_key: bytes,
    join_nonce: bytes,
    net_id: bytes,
    dev_addr: int,
    rx_delay_s: int,
    rx1_offset: int = 0,
    rx2_data_rate: int = 0,
    channels_hz: Sequence[int] = (),
) -> bytes:
    """Return the PHYPayload that accepts a node (section 6.2.6), with up to five further channels."""
    head = bytes([JOIN_ACCEPT << 5])
    dl_settings = bytes([rx1_offset << 4 | rx2_data_rate])
    plain = join_nonce + net_id + dev_addr.to_bytes(4, "little") + dl_settings + bytes([rx_delay_s])
    if channels_hz:
        # Type 0 of RP002 section 2.4.5: frequencies, and zeros where there are less than five.
        plain += b"".join(frequency(channel_hz) for channel_hz in channels_hz).ljust(CF_LIST_BYTES, b"\0")
    return head + crypto.decrypt_blocks(app_key, plain + crypto.mic(app_key, head + plain))


def frequency(frequency_hz: int) -> bytes:
    """Return a frequency as it goes on air."""
    return (frequency_hz // HZ_PER_UNIT).to_bytes(3, "little")


def _join_request(phy_payload: bytes) -> JoinRequest:
    if len(phy_payload) != JOIN_REQUEST_BYTES:
        raise Malformed(f"a join-request has {JOIN_REQUEST_BYTES} bytes, not {len(phy_payload)}")
    return JoinRequest(
        join_eui=phy_payload[8:0:-1].hex(),
        dev_eui=phy_payload[16:8:-1].hex(),
        dev_nonce=int.from_bytes(phy_payload[17:19], "little"),
        mic=phy_payload[-crypto.MIC_BYTES :],
        signed=phy_payload[: -crypto.MIC_BYTES],
    )


def _data_up(phy_payload: bytes, confirmed: bool) -> DataUp:
    control = phy_payload[5]
    port_at = 8 + (control & F_OPTS_BITS)
    body = phy_payload[port_at : -crypto.MIC_BYTES]
    if port_at > len(phy_payload) - crypto.MIC_BYTES:
        raise Malformed("the frame ends within its options")
    if control & F_OPTS_BITS and body[:1] == b"\0":
        raise Malformed("MAC commands both in the options and on port 0")
    return DataUp(
        dev_addr=int.from_bytes(phy_payload[1:5], "little"),
        confirmed=confirmed,
        adr=bool(control & ADR_BIT),
        adr_ack_req=bool(control & ADR_ACK_REQ_BIT),
        ack=bool(control & ACK_BIT),
        f_cnt_16=int.from_bytes(phy_payload[6:8], "little"),
        f_opts=phy_payload[8:port_at],
        f_port=body[0] if body else None,
        data=body[1:],
        mic=phy_payload[-crypto.MIC_BYTES :],
        signed=phy_payload[: -crypto.MIC_BYTES],
    )
