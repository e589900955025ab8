"""PHYPayloads as a network server sees them: bytes to fields (LoRaWAN 1.0.3, sections 4 and 6.2). Pure."""

from dataclasses import dataclass

from plietsch.firmware.network import crypto

JOIN_REQUEST, JOIN_ACCEPT = 0, 1
UNCONFIRMED_UP, CONFIRMED_UP = 2, 4
JOIN_REQUEST_BYTES = 23
SHORTEST_DATA_BYTES = 12
MAJOR_R1 = 0
ADR_BIT = 0x80
F_OPTS_BITS = 0x0F


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


def join_accept(app_key: bytes, join_nonce: bytes, net_id: bytes, dev_addr: int, rx_delay_s: int) -> bytes:
    """Return the PHYPayload that accepts a node (section 6.2.5), without a list of channels."""
    head = bytes([JOIN_ACCEPT << 5])
    dl_settings = bytes([0])
    plain = join_nonce + net_id + dev_addr.to_bytes(4, "little") + dl_settings + bytes([rx_delay_s])
    return head + crypto.decrypt_blocks(app_key, plain + crypto.mic(app_key, head + plain))


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
    return DataUp(
        dev_addr=int.from_bytes(phy_payload[1:5], "little"),
        confirmed=confirmed,
        adr=bool(control & ADR_BIT),
        f_cnt_16=int.from_bytes(phy_payload[6:8], "little"),
        f_opts=phy_payload[8:port_at],
        f_port=body[0] if body else None,
        data=body[1:],
        mic=phy_payload[-crypto.MIC_BYTES :],
        signed=phy_payload[: -crypto.MIC_BYTES],
    )
