"""A device's session: nonces and counters are never used twice, and survive a restart."""

from binascii import unhexlify

from plietsch_node.lorawan import frame
from plietsch_node.lorawan.aes import Aes128
from plietsch_node.lorawan.errors import BadMic, NotAsked, NotJoined, WrongAddress, WrongType
from plietsch_node.lorawan.session import MemoryStore, Session

KEY = unhexlify("00112233445566778899aabbccddeeff")
EUI = bytes(range(8))
# Vector 5 of `vectors/lorawan.json`, and the keys of vector 11, whose DevNonce is ddcc.
ACCEPT = unhexlify("20493eeb51fba2116f810edb3742975142")
DEV_NONCE = 0xDDCC
NETWORK = Aes128(unhexlify("406b1337d80753820540e280f81299e9"))
APPLICATION = Aes128(unhexlify("4f5c409751841b6dfecbd38402237942"))
DEV_ADDR = 0x02031980


def _session(store):
    return Session(EUI, EUI, KEY, Aes128, store)


def _joined():
    store = MemoryStore()
    store.put("dev_nonce", DEV_NONCE - 1)
    session = _session(store)
    session.join_request()
    session.join_accept(ACCEPT)
    return session, store


def _down(f_cnt, kind=frame.UNCONFIRMED_DOWN, dev_addr=DEV_ADDR):
    return frame.encode_data(NETWORK, APPLICATION, frame.Data(kind, dev_addr, 0, f_cnt, b"", 1, b"down"))


def _refuses(error, function, *arguments):
    try:
        function(*arguments)
    except error:
        return
    raise AssertionError("accepted")


def test_a_nonce_is_never_used_twice_even_after_a_restart():
    store = MemoryStore()
    nonces = [frame.read_join_request(_session(store).join_request()).dev_nonce for _ in range(3)]
    assert nonces == [0, 1, 2]


def test_the_last_nonce_ends_it():
    store = MemoryStore()
    store.put("dev_nonce", 0xFFFF)
    _refuses(NotJoined, _session(store).join_request)


def test_nothing_is_sent_without_a_session():
    _refuses(NotJoined, _session(MemoryStore()).uplink, 1, b"")
    _refuses(NotJoined, _session(MemoryStore()).downlink, b"")


def test_the_keys_are_those_the_network_derives():
    session, _ = _joined()
    data = frame.decode_data(NETWORK, APPLICATION, session.uplink(1, b"hello"), 0)
    assert (data.dev_addr, data.payload) == (DEV_ADDR, b"hello")


def test_only_an_open_request_is_answered():
    _refuses(NotAsked, _session(MemoryStore()).join_accept, ACCEPT)
    session, store = _joined()
    session.uplink(1, b"0")
    # The same answer again would begin the same counters anew with the same keys.
    _refuses(NotAsked, session.join_accept, ACCEPT)
    _refuses(NotAsked, _session(store).join_accept, ACCEPT)
    assert session.f_cnt_up == 1


def test_noise_leaves_the_request_open():
    store = MemoryStore()
    store.put("dev_nonce", DEV_NONCE - 1)
    session = _session(store)
    session.join_request()
    _refuses(BadMic, session.join_accept, b"\x20" + bytes(16))
    assert session.join_accept(ACCEPT).dev_addr == DEV_ADDR


def test_counters_go_on_after_a_restart():
    session, store = _joined()
    session.uplink(1, b"0")
    session.downlink(_down(4))
    session = _session(store)
    assert session.joined
    assert frame.read_data(session.uplink(1, b"1")).f_cnt == 1
    _refuses(BadMic, session.downlink, _down(4))


def test_the_counter_goes_beyond_16_bits():
    session, store = _joined()
    store.put("f_cnt_up", 0x10000)
    assert frame.decode_data(NETWORK, APPLICATION, session.uplink(1, b"x"), 0x10000).payload == b"x"


def test_a_downlink_is_heard_once():
    session, _ = _joined()
    assert session.downlink(_down(0)).payload == b"down"
    _refuses(BadMic, session.downlink, _down(0))
    assert session.downlink(_down(65536)).f_cnt == 65536


def test_what_is_not_for_us_changes_nothing():
    session, _ = _joined()
    _refuses(WrongAddress, session.downlink, _down(0, dev_addr=1))
    _refuses(WrongType, session.downlink, _down(0, kind=frame.UNCONFIRMED_UP))
    _refuses(NotAsked, session.join_accept, b"\x20" + bytes(16))
    assert session.joined
    assert session.downlink(_down(0)).f_cnt == 0
