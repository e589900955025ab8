"""The small network server against the node's code and against what does not belong on air."""

import random
from typing import Any

import pytest

from plietsch.firmware import identity, node
from plietsch.firmware.network import crypto, events, frames, server
from plietsch.firmware.network.gateways import Copy, Gateway, Radio

GATEWAY = Gateway("a840411f75f10001", "roof", 9.43, 54.78, 0.0)
OTHER = Gateway("a840411f75f10002", "mast", 9.44, 54.79, 20.0)
NAME = "somewhere"


class Network:
    """One registered device, its node's session, and a server that both talk to at `time_s`."""

    def __init__(self) -> None:
        session: Any = node.module("lorawan.session")
        self.published: list[tuple[str, events.Json]] = []
        self.device = server.Device(identity.device_info(NAME), identity.JOIN_EUI, identity.app_key(NAME))
        dice = random.Random(1)
        self.server = server.NetworkServer(
            [self.device],
            publish=lambda topic, event: self.published.append((topic, event)),
            new_address=lambda: dice.getrandbits(25),
        )
        self.time_s = 1_000_000_000.0
        self.session = session.Session(
            bytes.fromhex(identity.dev_eui(NAME)),
            bytes.fromhex(identity.JOIN_EUI),
            identity.app_key(NAME),
            node.HostCipher,
            session.MemoryStore(),
        )

    def hear(self, phy: bytes, gateway: Gateway = GATEWAY, after_s: float = 0.0) -> None:
        self.server.hear(Copy(phy, gateway, Radio(868_100_000, 7), 7, self.time_s + after_s, -90, 5.0))

    def settle(self) -> list[server.Downlink]:
        self.time_s += 1
        return self.server.settle(self.time_s)

    def send(self, phy: bytes) -> list[server.Downlink]:
        self.hear(phy)
        return self.settle()

    def join(self) -> None:
        (accept,) = self.send(self.session.join_request())
        self.session.join_accept(accept.phy_payload)

    def kinds(self) -> list[str]:
        return [topic.rpartition("/")[2] for topic, _ in self.published]


@pytest.fixture
def network() -> Network:
    return Network()


def test_a_node_joins_and_its_first_frame_brings_both_events(network: Network):
    network.join()
    assert network.published == []
    network.send(network.session.uplink(1, b"hello"))
    assert network.kinds() == ["join", "up"]
    join, up = (event for _, event in network.published)
    assert up["data"] == "aGVsbG8="
    assert join["devAddr"] == up["devAddr"] == f"{network.session.dev_addr:08x}"
    assert join["deduplicationId"] != up["deduplicationId"]
    network.send(network.session.uplink(1, b"again"))
    assert network.kinds() == ["join", "up", "up"]
    assert network.server.refused == {}


def test_a_wrong_mic_is_refused(network: Network):
    network.join()
    frame = bytearray(network.session.uplink(1, b"hello"))
    frame[10] ^= 1
    network.send(bytes(frame))
    request = bytearray(network.session.join_request())
    request[-1] ^= 1
    assert network.send(bytes(request)) == []
    assert network.published == []
    assert network.server.refused == {server.WRONG_MIC: 2}


def test_a_replayed_frame_is_refused(network: Network):
    network.join()
    first, second = network.session.uplink(1, b"first"), network.session.uplink(1, b"second")
    for frame in (first, second, first, second):
        network.send(frame)
    assert network.kinds() == ["join", "up", "up"]
    assert network.server.refused == {server.REPLAYED: 2}


def test_a_nonce_is_good_for_one_join_only(network: Network):
    request = network.session.join_request()
    assert len(network.send(request)) == 1
    assert network.send(request) == []
    assert network.server.refused == {server.NONCE_USED: 1}


def test_a_nonce_of_an_earlier_run_is_refused(network: Network):
    network.device.dev_nonces.add(0)
    assert network.send(network.session.join_request()) == []
    assert len(network.send(network.session.join_request())) == 1


def test_copies_of_two_gateways_are_one_event(network: Network):
    network.join()
    frame = network.session.uplink(1, b"hello")
    network.hear(frame)
    network.hear(frame, OTHER, after_s=0.05)
    network.settle()
    assert network.kinds() == ["join", "up"]
    heard_by = [copy["gatewayId"] for copy in network.published[-1][1]["rxInfo"]]
    assert sorted(heard_by) == [GATEWAY.gateway_id, OTHER.gateway_id]
    network.send(frame)
    assert network.server.refused == {server.REPLAYED: 1}


def test_a_copy_is_waited_for_until_the_window_closes(network: Network):
    network.hear(network.session.join_request())
    assert network.server.settle(network.time_s + 0.1) == []
    assert len(network.server.settle(network.time_s + 0.3)) == 1


def test_the_counter_goes_on_beyond_16_bits(network: Network):
    network.join()
    session: Any = network.session
    sent = [0x7000, 0xE000, 0xFFFE, 0xFFFF, 0x10000, 0x10001]
    for f_cnt in sent:
        network.send(_at(session, f_cnt))
    counters = [event["fCnt"] for topic, event in network.published if topic.endswith("/up")]
    assert counters == sent


@pytest.mark.parametrize(
    ("expected", "on_air", "full"),
    [(0, 0, 0), (5, 5, 5), (5, 4, 4), (0x10000, 0xFFFF, 0xFFFF), (0xFFFF, 0, 0x10000), (0, 0xFFFF, -1)],
)
def test_the_nearest_counter_is_meant(expected: int, on_air: int, full: int):
    assert server.full_counter(expected, on_air) == full


def test_strangers_are_refused(network: Network):
    network.join()
    stranger = Network()
    stranger.session.dev_eui = bytes(8)
    network.send(stranger.session.join_request())
    network.send(bytes.fromhex("40f17dbe4900020001954378762b11ff0d"))
    assert network.server.refused == {server.UNKNOWN_DEVICE: 1, server.UNKNOWN_ADDRESS: 1}


@pytest.mark.parametrize(
    "phy", ["", "00", "ff" * 20, "e0" + "00" * 15, "00" * 22, "60" + "00" * 12, "400000000f0f00" + "00" * 6]
)
def test_what_is_no_frame_is_refused(network: Network, phy: str):
    network.send(bytes.fromhex(phy))
    assert network.server.refused == {server.MALFORMED: 1}


def test_published_vectors():
    """lora-packet's and brocaar/lorawan's vectors: join-accept, session keys, data frames."""
    accept = frames.join_accept(
        bytes.fromhex("00112233445566778899aabbccddeeff"),
        bytes.fromhex("c70b57"),
        bytes.fromhex("011122"),
        int.from_bytes(bytes.fromhex("80190302"), "little"),
        rx_delay_s=0,
    )
    assert accept.hex() == "20493eeb51fba2116f810edb3742975142"
    keys = crypto.session_keys(
        bytes.fromhex("98929b92c49edba9676d646d3b612456"),
        bytes.fromhex("376338")[::-1],
        bytes.fromhex("aabbcc")[::-1],
        bytes.fromhex("f18e")[::-1],
    )
    assert [key.hex() for key in keys] == ["4e3d6e6afbcc67af2ba3c8e8ec4acf4b", "610897aa6f1460623443b527d3ac6a9d"]
    network_key = bytes.fromhex("44024241ed4ce9a68c6a8bc055233fd3")
    application_key = bytes.fromhex("ec925802ae430ca77fd3dd73cb2cc588")
    frame = frames.parse(bytes.fromhex("40F17DBE4900020001954378762B11FF0D"))
    assert isinstance(frame, frames.DataUp)
    assert crypto.data_mic(network_key, frame.dev_addr, 2, crypto.UP, frame.signed) == frame.mic
    assert crypto.crypt(application_key, frame.dev_addr, 2, crypto.UP, frame.data) == b"test"


def _at(session: Any, f_cnt: int) -> bytes:
    session._store.put("f_cnt_up", f_cnt)
    return session.uplink(1, b"x")
