"""The small network server against the node's frames and against what does not belong on air."""

import pytest
from firmware.lorawan import BETWEEN_FRAMES_S, GATEWAY, OTHER, SILENT, Network, joined

from plietsch.firmware.network import crypto, frames, refusals, server, session
from plietsch.firmware.network.gateways import Radio
from plietsch_node.lorawan import frame


@pytest.fixture
def network() -> Network:
    return Network()


def test_a_node_joins_and_both_events_tell(network: Network):
    network.join()
    assert network.kinds() == ["join"]
    network.send(network.device.uplink(b"hello"))
    assert network.kinds() == ["join", "up"]
    join, up = (event for _, event in network.published)
    assert up["data"] == "aGVsbG8="
    assert join["devAddr"] == up["devAddr"] == f"{network.device.accept.dev_addr:08x}"
    assert join["deduplicationId"] != up["deduplicationId"]
    network.send(network.device.uplink(b"again"))
    assert network.kinds() == ["join", "up", "up"]
    assert network.server.refused == {}


def test_a_join_accept_says_how_the_network_is_set_up():
    network = Network(server.Settings(rx1_delay_s=5, rx1_offset=2, rx2_data_rate=3))
    network.join()
    accept = network.device.accept
    assert (accept.rx_delay_s, accept.dl_settings) == (5, 0x23)
    assert accept.frequencies_hz == (867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000)


def test_join_accepts_come_in_their_own_windows(network: Network):
    at_s = network.time_s
    accept = network.send(network.device.join_request())
    assert accept is not None
    assert (accept.gateway_id, accept.at_s) == (GATEWAY.gateway_id, at_s + 5)
    assert (accept.radio.frequency_hz, accept.radio.spreading_factor) == (868_100_000, 7)
    network.hear(network.device.join_request())
    (late,) = network.settle(after_s=5.5)
    assert late.at_s == at_s + BETWEEN_FRAMES_S + 6
    assert (late.radio.frequency_hz, late.radio.spreading_factor) == (869_525_000, 12)


def test_nobody_joins_off_the_join_channels(network: Network):
    assert network.send(network.device.join_request(), radio=Radio(867_100_000, 7)) is None
    assert network.server.refused == {refusals.WRONG_CHANNEL: 1}


def test_each_join_has_another_nonce_and_address(network: Network):
    network.join()
    first = network.device.accept
    network.join()
    second = network.device.accept
    assert second.join_nonce > first.join_nonce
    assert second.dev_addr != first.dev_addr
    assert network.send(network.device.uplink(b"hello")) is None
    assert network.kinds() == ["join", "join", "up"]


def test_a_wrong_mic_is_refused(network: Network):
    network.join()
    wrong = bytearray(network.device.uplink(b"hello"))
    wrong[10] ^= 1
    network.send(bytes(wrong))
    assert network.kinds() == ["join"]
    request = bytearray(network.device.join_request())
    request[-1] ^= 1
    assert network.send(bytes(request)) is None
    assert network.server.refused == {refusals.WRONG_MIC: 2}
    (log,) = network.events("log")
    assert (log["level"], log["code"]) == ("ERROR", "UPLINK_MIC")


def test_a_counter_that_goes_back_is_refused(network: Network):
    network.join()
    first, second = network.device.uplink(b"first"), network.device.uplink(b"second")
    for phy in (first, second, first):
        network.send(phy)
    assert network.kinds() == ["join", "up", "up", "log"]
    assert network.server.refused == {refusals.REPLAYED: 1}
    (log,) = network.events("log")
    assert (log["level"], log["code"]) == ("WARNING", "UPLINK_F_CNT_RESET")
    assert log["context"].keys() == {"deduplication_id"}


def test_a_frame_sent_again_is_no_second_event():
    network = joined()
    phy = network.device.uplink(b"hello")
    for _ in range(3):
        assert network.send(phy) is None
    assert network.kinds() == ["up", "log", "log"]
    assert {log["code"] for log in network.events("log")} == {"UPLINK_F_CNT_RETRANSMISSION"}
    assert (network.server.retransmissions, network.server.refused) == (2, {})


def test_it_can_acknowledge_a_confirmed_frame_whenever_it_comes():
    network = joined(server.Settings(adr=False, status_every_s=0, acknowledge_again=True))
    phy = network.device.uplink(b"hello", confirmed=True)
    for f_cnt_down in range(3):
        answer = network.exchange(phy)
        assert answer is not None
        assert (answer.kind, answer.flags & frame.ACK, answer.f_cnt) == (
            frame.UNCONFIRMED_DOWN,
            frame.ACK,
            f_cnt_down,
        )
    assert [event["confirmed"] for event in network.events("up")] == [True]


def test_as_chirpstack_it_acknowledges_once():
    network = joined()
    phy = network.device.uplink(b"hello", confirmed=True)
    assert network.exchange(phy)
    assert network.exchange(phy) is None


def test_a_copy_that_took_its_time_is_not_answered_again():
    network = joined()
    phy = network.device.uplink(b"hello", confirmed=True)
    network.hear(phy)
    assert len(network.server.settle(network.time_s + 0.2)) == 1
    network.hear(phy, OTHER, after_s=0.3)
    assert network.settle(after_s=0.6) == []


def test_a_nonce_is_good_for_one_join_only(network: Network):
    request = network.device.join_request()
    assert network.send(request)
    assert network.send(request) is None
    assert network.server.refused == {refusals.NONCE_USED: 1}
    (log,) = network.events("log")
    assert (log["level"], log["code"], log["description"]) == ("ERROR", "OTAA", "DevNonce has already been used")


@pytest.mark.parametrize("dev_nonce", [0, 6, 7])
def test_a_nonce_counts_up(network: Network, dev_nonce: int):
    network.registered.dev_nonces.add(7)
    assert network.send(network.device.join_request(dev_nonce)) is None
    assert network.send(network.device.join_request(8))


def test_copies_of_two_gateways_are_one_event():
    network = joined()
    phy = network.device.uplink(b"hello")
    network.hear(phy)
    network.hear(phy, OTHER, after_s=0.05)
    network.settle()
    assert network.kinds() == ["up"]
    heard_by = [copy["gatewayId"] for copy in network.events("up")[0]["rxInfo"]]
    assert sorted(heard_by) == [GATEWAY.gateway_id, OTHER.gateway_id]


def test_a_copy_is_waited_for_until_the_window_closes(network: Network):
    assert network.server.next_due_s is None
    network.hear(network.device.join_request())
    assert network.server.settle(network.time_s + 0.1) == []
    assert network.server.next_due_s == network.time_s + 0.2
    assert len(network.server.settle(network.server.next_due_s)) == 1
    assert network.server.next_due_s is None


def test_the_counter_goes_on_beyond_16_bits():
    network = joined()
    sent = [0x7000, 0xE000, 0xFFFE, 0xFFFF, 0x10000, 0x10001]
    for f_cnt in sent:
        network.send(network.device.uplink(b"x", f_cnt=f_cnt))
    assert [event["fCnt"] for event in network.events("up")] == sent


def test_so_does_the_counter_of_downlinks():
    network = joined()
    network.session.f_cnt_down = network.device.f_cnt_down = 0xFFFF
    for f_cnt in (0xFFFF, 0x10000, 0x10001):
        answer = network.exchange(network.device.uplink(confirmed=True))
        assert answer is not None
        assert answer.f_cnt == f_cnt


@pytest.mark.parametrize(
    ("expected", "on_air", "full"),
    [(0, 0, 0), (5, 5, 5), (5, 4, 4), (0x10000, 0xFFFF, 0xFFFF), (0xFFFF, 0, 0x10000), (0, 0xFFFF, -1)],
)
def test_the_nearest_counter_is_meant(expected: int, on_air: int, full: int):
    assert session.full_counter(expected, on_air) == full


def test_strangers_are_refused(network: Network):
    network.join()
    stranger = Network().device
    stranger.dev_eui = bytes(8)
    network.send(stranger.join_request())
    network.send(bytes.fromhex("40f17dbe4900020001954378762b11ff0d"))
    assert network.server.refused == {refusals.UNKNOWN_DEVICE: 1, refusals.UNKNOWN_ADDRESS: 1}


def test_a_frame_on_a_channel_that_nobody_gave_is_refused():
    network = joined()
    for frequency_hz in (867_900_000, 868_800_000):
        network.send(network.device.uplink(b"hello"), radio=Radio(frequency_hz, 7))
    assert network.server.refused == {refusals.WRONG_CHANNEL: 1}
    assert network.kinds() == ["up"]


@pytest.mark.parametrize(("spreading_factor", "most"), [(12, 51), (10, 51), (9, 115), (8, 222), (7, 222)])
def test_a_frame_has_the_length_that_its_data_rate_allows(spreading_factor: int, most: int):
    network = joined()
    radio = Radio(868_100_000, spreading_factor)
    network.send(network.device.uplink(bytes(most)), radio=radio)
    assert network.kinds() == ["up"]
    network.send(network.device.uplink(bytes(most + 1)), radio=radio)
    assert network.server.refused == {refusals.TOO_LONG: 1}


@pytest.mark.parametrize(
    "phy",
    [
        *("", "00", "ff" * 20, "e0" + "00" * 15, "00" * 22, "60" + "00" * 12, "400000000f0f00" + "00" * 6),
        "40000000000100000200" + "00" * 5,  # MAC commands in the options, and on port 0
    ],
)
def test_what_is_no_frame_is_refused(network: Network, phy: str):
    network.send(bytes.fromhex(phy))
    assert network.server.refused == {refusals.MALFORMED: 1}


def test_published_vectors():
    """lora-packet's, lora-rs' and brocaar/lorawan's vectors: join-accepts, session keys, data frames."""
    accept = frames.join_accept(
        bytes.fromhex("00112233445566778899aabbccddeeff"),
        bytes.fromhex("c70b57"),
        bytes.fromhex("011122"),
        int.from_bytes(bytes.fromhex("80190302"), "little"),
        rx_delay_s=0,
    )
    assert accept.hex() == "20493eeb51fba2116f810edb3742975142"
    accept = frames.join_accept(
        bytes([1] * 16),
        bytes.fromhex("030201"),
        bytes.fromhex("070809"),
        int.from_bytes(bytes.fromhex("06050403"), "little"),
        rx_delay_s=3,
        rx1_offset=1,
        rx2_data_rate=2,
        channels_hz=SILENT.cf_list_hz,
    )
    assert accept.hex() == "20e45673b63cb4b9cecb2aa83f0333e615d2ac89eea1659837c3aa6df9689889cf"
    keys = crypto.session_keys(
        bytes.fromhex("98929b92c49edba9676d646d3b612456"),
        bytes.fromhex("376338")[::-1],
        bytes.fromhex("aabbcc")[::-1],
        bytes.fromhex("f18e")[::-1],
    )
    assert [key.hex() for key in keys] == ["4e3d6e6afbcc67af2ba3c8e8ec4acf4b", "610897aa6f1460623443b527d3ac6a9d"]
    network_key = bytes.fromhex("44024241ed4ce9a68c6a8bc055233fd3")
    application_key = bytes.fromhex("ec925802ae430ca77fd3dd73cb2cc588")
    heard = frames.parse(bytes.fromhex("40F17DBE4900020001954378762B11FF0D"))
    assert isinstance(heard, frames.DataUp)
    assert crypto.data_mic(network_key, heard.dev_addr, 2, crypto.UP, heard.signed) == heard.mic
    assert crypto.crypt(application_key, heard.dev_addr, 2, crypto.UP, heard.data) == b"test"
    ack = frames.DataDown(0x49BE7DF1, 2, ack=True, f_port=1)
    assert ack.encode(network_key, application_key).hex() == "60f17dbe4920020001f9d65d27"
