"""A device's session: nonces and counters are never used twice, and survive a restart and a power-off."""

from binascii import unhexlify

from plietsch_node.lorawan import frame, session
from plietsch_node.lorawan.aes import Aes128
from plietsch_node.lorawan.errors import FrameError, NotJoined
from plietsch_node.lorawan.session import RESERVED, Session
from plietsch_node.memory import MemoryStore
from support.lorawan_scene import read_join_request

KEYS = {
    "dev_eui": "0001020304050607",
    "join_eui": "0001020304050607",
    "app_key": "00112233445566778899aabbccddeeff",
}
# Vector 5 of `vectors/lorawan.json`, and the keys of vector 11, whose DevNonce is ddcc.
ACCEPT = unhexlify("20493eeb51fba2116f810edb3742975142")
DEV_NONCE = 0xDDCC
NETWORK = Aes128(unhexlify("406b1337d80753820540e280f81299e9"))
APPLICATION = Aes128(unhexlify("4f5c409751841b6dfecbd38402237942"))
DEV_ADDR = 0x02031980


class Stores:
    """The stores of one device."""

    def __init__(self):
        self.flash = MemoryStore()
        self.rtc = MemoryStore()

    def session(self):
        """Return the session after deep sleep."""
        return Session(KEYS, Aes128, self.rtc, self.flash)

    def cold(self):
        """Return the session after a power-off."""
        self.rtc = MemoryStore()
        return self.session()

    def joined(self):
        """Return the session after a join."""
        self.flash.put("join", [DEV_NONCE - 1, 0])
        one = self.session()
        one.join_request(100)
        one.join_accept(ACCEPT)
        one.keep([1])
        return one


def _up(one, payload=b"x", silence_ms=0):
    return one.uplink(1, payload, False, b"", 0, silence_ms)


def _down(f_cnt, kind=frame.UNCONFIRMED_DOWN, dev_addr=DEV_ADDR):
    return frame.encode_data(NETWORK, APPLICATION, frame.Data(kind, dev_addr, 0, f_cnt, b"", 1, b"down"))


def _refuses(error, function, *arguments):
    """Assert that `error` is raised; a text is the message of a FrameError."""
    try:
        function(*arguments)
    except (FrameError, NotJoined) as raised:
        assert str(raised) == error if isinstance(error, str) else isinstance(raised, error)
        return
    raise AssertionError("accepted")


def test_a_nonce_is_never_used_twice_even_after_a_power_off():
    stores = Stores()
    nonces = [read_join_request(stores.cold().join_request(0))[2] for _ in range(3)]
    assert nonces == [0, 1, 2]


def test_a_session_without_its_settings_is_none():
    stores = Stores()
    stores.flash.put("join", [DEV_NONCE - 1, 0])
    one = stores.session()
    one.join_request(100)
    one.join_accept(ACCEPT)
    assert one.joined
    # Power fails before what the accept said is kept.
    again = stores.cold()
    assert not again.joined
    assert again.silence_ms == 100
    # The same accept would be taken for a session that has not begun.
    again.join_request(100)
    _refuses("repeated", again.join_accept, ACCEPT)


def test_the_last_nonce_ends_it():
    stores = Stores()
    stores.flash.put("join", [0xFFFF, 0])
    _refuses(NotJoined, stores.session().join_request, 0)


def test_nothing_is_sent_without_a_session():
    one = Stores().session()
    assert not one.joined
    _refuses(NotJoined, _up, one)
    _refuses(NotJoined, one.downlink, b"")


def test_the_keys_are_those_the_network_derives():
    f_cnt, phy = _up(Stores().joined(), b"hello")
    data = frame.decode_data(NETWORK, APPLICATION, phy, f_cnt)
    assert (data.dev_addr, data.payload, f_cnt) == (DEV_ADDR, b"hello", 0)


def test_only_an_open_request_is_answered():
    stores = Stores()
    _refuses("not asked", stores.session().join_accept, ACCEPT)
    one = stores.joined()
    _up(one)
    # The same answer again would begin the same counters anew with the same keys.
    _refuses("not asked", one.join_accept, ACCEPT)
    _refuses("not asked", stores.session().join_accept, ACCEPT)
    assert _up(one)[0] == 1


def test_an_answer_that_comes_again_opens_nothing():
    one = Stores().joined()
    one.join_request(0)
    _refuses("repeated", one.join_accept, ACCEPT)
    assert _up(one)[0] == 0


def test_noise_leaves_the_request_open():
    stores = Stores()
    stores.flash.put("join", [DEV_NONCE - 1, 0])
    one = stores.session()
    one.join_request(0)
    _refuses("wrong MIC", one.join_accept, b"\x20" + bytes(16))
    assert one.join_accept(ACCEPT).dev_addr == DEV_ADDR


def test_counters_go_on_after_deep_sleep():
    stores = Stores()
    one = stores.joined()
    _up(one)
    one.downlink(_down(4))
    one = stores.session()
    assert one.joined
    assert _up(one)[0] == 1
    _refuses("wrong MIC", one.downlink, _down(4))


def test_counters_skip_ahead_after_a_power_off():
    stores = Stores()
    one = stores.joined()
    for _ in range(3):
        _up(one)
    one.downlink(_down(4))
    one = stores.cold()
    assert _up(one)[0] == RESERVED
    assert _up(stores.cold())[0] == 2 * RESERVED
    _refuses("wrong MIC", stores.cold().downlink, _down(4))


def test_a_power_off_before_the_first_frame_skips_nothing():
    stores = Stores()
    stores.joined()
    assert _up(stores.cold())[0] == 0


def test_flash_is_written_rarely():
    class Worn(MemoryStore):
        written = 0

        def put(self, name, value):
            Worn.written += 1
            MemoryStore.put(self, name, value)

    stores = Stores()
    stores.flash = Worn()
    one = stores.joined()
    before = Worn.written
    for _ in range(10 * RESERVED):
        _up(one)
    assert Worn.written - before == 10


def test_without_counters_of_its_own_there_is_no_session():
    stores = Stores()
    _up(stores.joined())
    counters = stores.flash.get("counters")
    # Power was cut between the records of the next join, or the record cannot be read.
    for other in ([DEV_NONCE - 1, 0, 0, 0], None):
        stores.flash.put("counters", other)
        assert not stores.session().joined
        assert not stores.cold().joined
    stores.flash.put("counters", counters)
    assert stores.session().joined


def test_a_nonce_is_not_used_again_though_its_record_cannot_be_read():
    stores = Stores()
    stores.joined()
    stores.flash.put("join", None)
    assert read_join_request(stores.session().join_request(0))[2] == DEV_NONCE + 1


def test_the_counter_goes_beyond_16_bits():
    stores = Stores()
    stores.joined()
    stores.flash.put("counters", [DEV_NONCE, 0x10000, 0, 0])
    f_cnt, phy = _up(stores.cold())
    assert f_cnt == 0x10000
    assert frame.decode_data(NETWORK, APPLICATION, phy, f_cnt).payload == b"x"


def test_the_last_counter_ends_it():
    stores = Stores()
    stores.joined()
    stores.flash.put("counters", [DEV_NONCE, session.MAX_COUNTER, 0, 0])
    one = stores.cold()
    assert _up(one)[0] == session.MAX_COUNTER
    _refuses(NotJoined, _up, one)
    _refuses(NotJoined, _up, stores.cold())


def test_a_downlink_is_heard_once():
    one = Stores().joined()
    assert one.downlink(_down(0)).payload == b"down"
    _refuses("wrong MIC", one.downlink, _down(0))
    assert one.downlink(_down(65536)).f_cnt == 65536


def test_what_is_not_for_us_changes_nothing():
    one = Stores().joined()
    _refuses("not ours", one.downlink, _down(0, dev_addr=1))
    _refuses("wrong type", one.downlink, _down(0, kind=frame.UNCONFIRMED_UP))
    _refuses("not asked", one.join_accept, b"\x20" + bytes(16))
    assert one.joined
    assert one.downlink(_down(0)).f_cnt == 0


def test_flash_knows_how_long_to_be_silent():
    stores = Stores()
    assert stores.session().silence_ms == 0
    one = stores.joined()
    assert stores.cold().silence_ms == 100
    _up(one, silence_ms=5000)
    assert stores.cold().silence_ms == 5000
    # A shorter one is noted when counters are reserved anew, and not before.
    _up(one, silence_ms=70)
    assert stores.cold().silence_ms == 5000
    one.join_request(9000)
    assert stores.cold().silence_ms == 9000


def test_what_the_network_has_set_is_kept():
    stores = Stores()
    one = stores.joined()
    assert one.settings == [1]
    one.keep([1, [2, 3]])
    assert stores.cold().settings == [1, [2, 3]]
