"""Frames that are cut off, of another type, or contradict themselves."""

from plietsch_node.lorawan import frame
from plietsch_node.lorawan.aes import Aes128
from plietsch_node.lorawan.errors import FrameError

CIPHER = Aes128(bytes(16))
EUI = bytes(range(8))


def _data(f_cnt=1, f_port=1, payload=b"payload", f_opts=b"", kind=frame.UNCONFIRMED_UP):
    return frame.Data(kind, 0x01020304, frame.ADR, f_cnt, f_opts, f_port, payload)


def _refuses(error, function, *arguments):
    """Assert that `error` is raised; a text is the message of a FrameError."""
    try:
        function(*arguments)
    except (FrameError, ValueError) as raised:
        assert str(raised) == error if isinstance(error, str) else isinstance(raised, error)
        return
    raise AssertionError("accepted")


def test_data_comes_back_in_both_directions():
    for kind in (frame.UNCONFIRMED_UP, frame.UNCONFIRMED_DOWN, frame.CONFIRMED_UP, frame.CONFIRMED_DOWN):
        data = _data(f_cnt=0xFFFFFFFF, kind=kind, f_opts=b"\x02", payload=bytes(range(51)))
        assert frame.decode_data(CIPHER, CIPHER, frame.encode_data(CIPHER, CIPHER, data), 0xFFFFFFFF) == data


def test_every_cut_of_a_frame_is_refused():
    phy = frame.encode_data(CIPHER, CIPHER, _data(f_opts=bytes(15)))
    for size in range(len(phy)):
        _refuses(FrameError, frame.decode_data, CIPHER, CIPHER, phy[:size], 1)


def test_every_changed_bit_is_refused():
    phy = frame.encode_data(CIPHER, CIPHER, _data())
    for bit in range(len(phy) * 8):
        changed = bytearray(phy)
        changed[bit // 8] ^= 1 << bit % 8
        _refuses(FrameError, frame.decode_data, CIPHER, CIPHER, bytes(changed), 1)


def test_another_counter_is_a_bad_mic():
    phy = frame.encode_data(CIPHER, CIPHER, _data(f_cnt=1))
    _refuses("wrong MIC", frame.decode_data, CIPHER, CIPHER, phy, 65537)


def test_types_are_told_apart():
    request = frame.encode_join_request(CIPHER, EUI, EUI, 7)
    _refuses("wrong type", frame.read_data, request)
    _refuses("wrong type", frame.decode_join_accept, CIPHER, request)
    _refuses("wrong type", frame.read_data, b"\x41" + bytes(11))


def test_join_frames_of_other_lengths_are_refused():
    _refuses("cut short", frame.decode_join_accept, CIPHER, b"\x20" + bytes(15))
    _refuses("cut short", frame.decode_join_accept, CIPHER, b"\x20" + bytes(17))
    _refuses("cut short", frame.read_data, b"")


def test_a_join_accept_for_another_key_is_a_bad_mic():
    _refuses("wrong MIC", frame.decode_join_accept, CIPHER, b"\x20" + bytes(16))


def test_options_and_port_0_exclude_each_other():
    _refuses(ValueError, frame.encode_data, CIPHER, CIPHER, _data(f_port=0, f_opts=b"\x02"))
    _refuses(ValueError, frame.encode_data, CIPHER, CIPHER, _data(f_opts=bytes(16)))
    _refuses("malformed", frame.read_data, b"\x40" + bytes(4) + b"\x01" + bytes(2) + b"\x02\x00" + bytes(4))


def test_the_full_counter_is_the_next_with_these_bits():
    assert frame.full_counter(5, 0) == 5
    assert frame.full_counter(5, 5) == 5
    assert frame.full_counter(5, 6) == 65541
    assert frame.full_counter(0, 0xFFFF) == 0x10000
    assert frame.full_counter(76543 & 0xFFFF, 65536) == 76543
