"""Published frames and keys, of lora-packet, brocaar/lorawan and lora-rs: read, and where we send such frames, made."""

from binascii import hexlify, unhexlify

from plietsch_node.lorawan import aes, crypto, frame
from plietsch_node.lorawan.errors import FrameError
from support import vectors
from support.lorawan_scene import check_join_request, read_join_request

UP = (frame.UNCONFIRMED_UP, frame.CONFIRMED_UP)


def _cipher(key):
    return aes.Aes128(unhexlify(key))


def _join_request(vector, phy):
    cipher = _cipher(vector["app_key"])
    join_eui, dev_eui, dev_nonce = read_join_request(phy)
    check_join_request(cipher, phy)
    assert hexlify(join_eui).decode() == vector["join_eui"]
    assert hexlify(dev_eui).decode() == vector["dev_eui"]
    assert dev_nonce == vector["dev_nonce"]
    assert frame.encode_join_request(cipher, join_eui, dev_eui, dev_nonce) == phy


def _join_accept(vector, phy):
    accept = frame.decode_join_accept(_cipher(vector["app_key"]), phy)
    plain = unhexlify(vector["plaintext"])
    assert accept.join_nonce == int.from_bytes(plain[:3], "little")
    assert accept.net_id == int.from_bytes(plain[3:6], "little")
    assert accept.dev_addr == int.from_bytes(plain[6:10], "little")
    assert accept.dl_settings == plain[10]
    assert accept.rx_delay_s == max(1, plain[11])
    assert list(accept.frequencies_hz) == vector["frequencies_hz"]


def _join_accept_plaintext(vector, phy):
    assert phy[1:] == unhexlify(vector["plaintext"] + vector["mic"])
    mac = crypto.cmac(_cipher(vector["app_key"]), phy[:-4])
    assert hexlify(mac[:4]).decode() == vector["mic"]


def _keys(vector, _):
    accept = frame.JoinAccept(int(vector["join_nonce"], 16), int(vector["net_id"], 16), 0, 0, 1, ())
    keys = frame.derive_keys(_cipher(vector["app_key"]), accept, int(vector["dev_nonce"], 16))
    assert [hexlify(key).decode() for key in keys] == [vector["nwk_s_key"], vector["app_s_key"]]


def _data(vector, phy):
    network, application = _cipher(vector["nwk_s_key"]), _cipher(vector["app_s_key"])
    data = frame.decode_data(network, application, phy, vector["f_cnt"])
    assert hexlify(data.payload).decode() == vector["payload"]
    assert hexlify(data.f_opts).decode() == vector["f_opts"]
    assert (data.f_port, data.flags) == (vector["f_port"], vector["flags"])
    assert frame.encode_data(network, application, data) == phy
    if vector["f_cnt"] > 0xFFFF:
        _refused(network, application, phy, vector["f_cnt"] & 0xFFFF)
    _refused(network, application, phy[:-1] + bytes([phy[-1] ^ 1]), vector["f_cnt"])


def _refused(network, application, phy, f_cnt):
    try:
        frame.decode_data(network, application, phy, f_cnt)
    except FrameError as error:
        assert str(error) == "wrong MIC"
        return
    raise AssertionError("a wrong MIC was accepted")


_CHECKS = {
    "join-request": _join_request,
    "join-accept": _join_accept,
    "join-accept plaintext": _join_accept_plaintext,
    "keys": _keys,
    "data": _data,
}


def _test_vector(vector):
    _CHECKS[vector["kind"]](vector, unhexlify(vector.get("phy", "")))


def test_every_vector_is_here():
    assert [vector["number"] for vector in vectors.load("lorawan.json")] == list(range(1, 23))


globals().update(vectors.cases(_test_vector, vectors.load("lorawan.json"), "number"))
