"""LoRaWAN frames (PHYPayload) of version 1.0.x: values to bytes and back, nothing kept.

EUIs are 8 bytes, most significant first, as printed on a label; other numbers are integers. Ciphers are objects with
`encrypt(block)`, see `crypto`. Source: LoRaWAN L2 1.0.4 Specification (TS001-1.0.4), sections 4 and 6.2.
"""

import struct
from collections import namedtuple

from plietsch_node.lorawan import crypto
from plietsch_node.lorawan.errors import FrameError

JOIN_REQUEST = 0x00
JOIN_ACCEPT = 0x20
UNCONFIRMED_UP, UNCONFIRMED_DOWN, CONFIRMED_UP, CONFIRMED_DOWN = 0x40, 0x60, 0x80, 0xA0
_DATA_TYPES = (UNCONFIRMED_UP, UNCONFIRMED_DOWN, CONFIRMED_UP, CONFIRMED_DOWN)
_DOWN = (UNCONFIRMED_DOWN, CONFIRMED_DOWN)
_RFU_BITS = 0x1C  # of MHDR; a receiver ignores them

ADR, ADR_ACK_REQ, ACK, F_PENDING = 0x80, 0x40, 0x20, 0x10
MIC_BYTES = 4
MAX_OPTIONS_BYTES = 15
_HEADER_BYTES = 8  # MHDR, DevAddr, FCtrl, FCnt
JOIN_REQUEST_BYTES = 23
_JOIN_ACCEPT_BYTES = (17, 33)

JoinAccept = namedtuple(
    "JoinAccept", ("join_nonce", "net_id", "dev_addr", "dl_settings", "rx_delay_s", "frequencies_hz")
)
# `flags` are the upper four bits of FCtrl; `f_port` is None where there is neither port nor payload.
Data = namedtuple("Data", ("kind", "dev_addr", "flags", "f_cnt", "f_opts", "f_port", "payload"))


def encode_join_request(cipher, join_eui, dev_eui, dev_nonce):
    """Return the join-request; `cipher` has the AppKey."""
    body = bytes([JOIN_REQUEST]) + bytes(reversed(join_eui)) + bytes(reversed(dev_eui)) + struct.pack("<H", dev_nonce)
    return body + crypto.cmac(cipher, body)[:MIC_BYTES]


def decode_join_accept(cipher, phy):
    """Return the JoinAccept that `phy` holds, as the device of this AppKey reads it.

    The network has *decrypted* it, so that a device needs encryption only. Raises FrameError.
    """
    _expect(phy, (JOIN_ACCEPT,))
    if len(phy) not in _JOIN_ACCEPT_BYTES:
        raise FrameError("cut short")
    plain = phy[:1] + b"".join(
        cipher.encrypt(phy[start : start + crypto.BLOCK_BYTES]) for start in range(1, len(phy), crypto.BLOCK_BYTES)
    )
    _check(crypto.cmac(cipher, plain[:-MIC_BYTES]), plain)
    dev_addr, dl_settings, rx_delay = struct.unpack_from("<IBB", plain, 7)
    return JoinAccept(
        join_nonce=int.from_bytes(plain[1:4], "little"),
        net_id=int.from_bytes(plain[4:7], "little"),
        dev_addr=dev_addr,
        dl_settings=dl_settings,
        rx_delay_s=max(1, rx_delay & 0x0F),  # 0 means 1 s, too
        frequencies_hz=_frequencies_hz(plain[13:-MIC_BYTES]),
    )


def derive_keys(cipher, accept, dev_nonce):
    """Return NwkSKey and AppSKey of the session that `accept` opens (section 6.2.3)."""
    tail = accept.join_nonce.to_bytes(3, "little") + accept.net_id.to_bytes(3, "little")
    tail += struct.pack("<H", dev_nonce) + bytes(7)
    return cipher.encrypt(b"\x01" + tail), cipher.encrypt(b"\x02" + tail)


def encode_data(network, application, data):
    """Return the data frame of `data`, whose `f_cnt` has 32 bits; `network` and `application` are the ciphers of
    NwkSKey and AppSKey. Raises ValueError for more than 15 bytes of FOpts, or FOpts together with port 0.
    """
    if len(data.f_opts) > MAX_OPTIONS_BYTES or (data.f_opts and data.f_port == 0):
        raise ValueError("FOpts hold up to 15 bytes, and none beside port 0")
    body = struct.pack("<BIBH", data.kind, data.dev_addr, data.flags | len(data.f_opts), data.f_cnt & 0xFFFF)
    body += data.f_opts
    if data.f_port is not None:
        body += bytes([data.f_port]) + _crypt(network if data.f_port == 0 else application, data)
    return body + _mic(network, data, body)


def read_data(phy):
    """Return what a data frame says on air: 16 bits of FCnt, the payload encrypted, the MIC unchecked.

    Raises FrameError.
    """
    kind = _expect(phy, _DATA_TYPES)
    if len(phy) < _HEADER_BYTES + MIC_BYTES:
        raise FrameError("cut short")
    dev_addr, control, f_cnt = struct.unpack_from("<IBH", phy, 1)
    options_end = _HEADER_BYTES + (control & 0x0F)
    f_opts, rest = phy[_HEADER_BYTES:options_end], phy[options_end:-MIC_BYTES]
    if options_end + MIC_BYTES > len(phy):
        raise FrameError("cut short")
    f_port = rest[0] if rest else None
    if f_opts and f_port == 0:
        raise FrameError("malformed")
    return Data(kind, dev_addr, control & 0xF0, f_cnt, f_opts, f_port, rest[1:])


def decode_data(network, application, phy, f_cnt):
    """Return the data frame in `phy`, decrypted, where `f_cnt` is its counter of 32 bits (see `full_counter`).

    Raises FrameError.
    """
    data = read_data(phy)
    data = Data(data.kind, data.dev_addr, data.flags, f_cnt, data.f_opts, data.f_port, data.payload)
    _check(_mic(network, data, phy[:-MIC_BYTES]), phy)
    plain = _crypt(network if data.f_port == 0 else application, data)
    return Data(data.kind, data.dev_addr, data.flags, f_cnt, data.f_opts, data.f_port, plain)


def full_counter(low_bits, at_least):
    """Return the smallest counter from `at_least` on that has these 16 `low_bits`."""
    return at_least + ((low_bits - at_least) & 0xFFFF)


def _expect(phy, kinds):
    """Return the type of `phy`, if it is one of `kinds` and of major version 0."""
    if not phy:
        raise FrameError("cut short")
    kind = phy[0] & ~_RFU_BITS
    if kind not in kinds:
        raise FrameError("wrong type")
    return kind


def _check(mac, phy):
    if mac[:MIC_BYTES] != phy[-MIC_BYTES:]:
        raise FrameError("wrong MIC")


def _block(first, data, last):
    """Return a block A_i or B0 (sections 4.3.3 and 4.4)."""
    return struct.pack("<BIBIIBB", first, 0, data.kind in _DOWN, data.dev_addr, data.f_cnt, 0, last)


def _mic(network, data, body):
    return crypto.cmac(network, _block(0x49, data, len(body)) + body)[:MIC_BYTES]


def _crypt(cipher, data):
    """Return the payload of `data` encrypted, or decrypted: both are the same."""
    blocks = (len(data.payload) + crypto.BLOCK_BYTES - 1) // crypto.BLOCK_BYTES
    stream = b"".join(cipher.encrypt(_block(0x01, data, i + 1)) for i in range(blocks))
    return crypto.xor(data.payload, stream)


def _frequencies_hz(cf_list):
    """Return the five channels of a CFList of type 0 (RP002, EU868), 0 for an unused one; no channel of any other."""
    if not cf_list or cf_list[15] != 0:
        return ()
    return tuple(100 * int.from_bytes(cf_list[i : i + 3], "little") for i in range(0, 15, 3))
