"""Frames of random content between our code and the npm package lora-packet, which nobody here wrote."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plietsch.firmware.network import frames
from plietsch_node.lorawan import frame
from plietsch_node.lorawan.aes import Aes128
from support.lorawan_scene import check_join_request, read_join_request
from support.node_js import NodeProgram

KEY = st.binary(min_size=16, max_size=16)
EUI = st.binary(min_size=8, max_size=8)
# Of a join-accept's list, in steps of 100 Hz; 0 is an unused channel.
FREQUENCIES = st.one_of(st.just([]), st.lists(st.integers(0, 0xFFFFFF), min_size=5, max_size=5))
COUNTER = st.one_of(st.integers(0, 0xFFFFFFFF), st.integers(0xFFFE, 0x10001))
DATA = st.builds(
    frame.Data,
    kind=st.sampled_from([frame.UNCONFIRMED_UP, frame.UNCONFIRMED_DOWN, frame.CONFIRMED_UP, frame.CONFIRMED_DOWN]),
    dev_addr=st.integers(0, 0xFFFFFFFF),
    flags=st.integers(0, 15).map(lambda bits: bits << 4),
    f_cnt=COUNTER,
    f_opts=st.binary(max_size=15),
    f_port=st.integers(1, 223),
    payload=st.binary(min_size=1, max_size=222),
)
MAC_COMMANDS = st.builds(lambda data: data._replace(f_port=0, f_opts=b""), DATA)
NO_PAYLOAD = st.builds(lambda data: data._replace(f_port=None, payload=b""), DATA)
EMPTY = st.builds(lambda data: data._replace(payload=b""), DATA)
FRAMES = st.one_of(DATA, MAC_COMMANDS, NO_PAYLOAD, EMPTY)
# The process outlives the examples on purpose: it keeps nothing between two requests.
EXAMPLES = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def lora_packet() -> Iterator[NodeProgram]:
    """The package in a process of its own."""
    with NodeProgram(Path(__file__).with_name("lora_packet.mjs")) as program:
        yield program


def _fields(data: frame.Data) -> dict[str, Any]:
    return {
        "dev_addr": data.dev_addr.to_bytes(4, "big").hex(),
        "flags": data.flags,
        "f_opts": data.f_opts.hex(),
        "f_port": data.f_port,
        "payload": data.payload.hex(),
    }


@EXAMPLES
@given(data=FRAMES, network=KEY, application=KEY)
def test_it_reads_our_frames(lora_packet: NodeProgram, data: frame.Data, network: bytes, application: bytes) -> None:
    phy = frame.encode_data(Aes128(network), Aes128(application), data)
    keys = {"network": network.hex(), "application": application.hex()}
    answer = lora_packet.ask({"read": {"phy": phy.hex(), "f_cnt": data.f_cnt, **keys}})
    assert answer == {**_fields(data), "f_cnt": data.f_cnt & 0xFFFF, "mic": True}


@EXAMPLES
@given(data=FRAMES, network=KEY, application=KEY)
def test_we_read_its_frames(lora_packet: NodeProgram, data: frame.Data, network: bytes, application: bytes) -> None:
    keys = {"network": network.hex(), "application": application.hex()}
    answer = lora_packet.ask({"make": {**_fields(data), "kind": data.kind, "f_cnt": data.f_cnt, **keys}})
    phy = bytes.fromhex(answer["phy"])
    assert frame.decode_data(Aes128(network), Aes128(application), phy, data.f_cnt) == data


@EXAMPLES
@given(join_eui=EUI, dev_eui=EUI, dev_nonce=st.integers(0, 0xFFFF), app_key=KEY)
def test_it_reads_our_join_requests(
    lora_packet: NodeProgram, join_eui: bytes, dev_eui: bytes, dev_nonce: int, app_key: bytes
) -> None:
    phy = frame.encode_join_request(Aes128(app_key), join_eui, dev_eui, dev_nonce)
    answer = lora_packet.ask({"join": {"phy": phy.hex(), "app_key": app_key.hex()}})
    assert answer == {
        "mic": True,
        "join_eui": join_eui.hex(),
        "dev_eui": dev_eui.hex(),
        "dev_nonce": dev_nonce,
    }


@EXAMPLES
@given(join_eui=EUI, dev_eui=EUI, dev_nonce=st.integers(0, 0xFFFF), app_key=KEY)
def test_we_read_its_join_requests(
    lora_packet: NodeProgram, join_eui: bytes, dev_eui: bytes, dev_nonce: int, app_key: bytes
) -> None:
    fields = {"join_eui": join_eui.hex(), "dev_eui": dev_eui.hex(), "dev_nonce": f"{dev_nonce:04x}"}
    phy = bytes.fromhex(lora_packet.ask({"ask": {**fields, "app_key": app_key.hex()}})["phy"])
    check_join_request(Aes128(app_key), phy)
    assert read_join_request(phy) == (join_eui, dev_eui, dev_nonce)


@EXAMPLES
@given(
    join_nonce=st.integers(0, 0xFFFFFF),
    net_id=st.integers(0, 0xFFFFFF),
    dev_addr=st.integers(0, 0xFFFFFFFF),
    dl_settings=st.integers(0, 0x7F),  # the upper bit belongs to LoRaWAN 1.1
    rx_delay_s=st.integers(0, 15),
    frequencies=FREQUENCIES,
    dev_nonce=st.integers(0, 0xFFFF),
    app_key=KEY,
)
def test_we_read_its_join_accepts_and_derive_its_keys(
    lora_packet: NodeProgram,
    join_nonce: int,
    net_id: int,
    dev_addr: int,
    dl_settings: int,
    rx_delay_s: int,
    frequencies: list[int],
    dev_nonce: int,
    app_key: bytes,
) -> None:
    cf_list = b"".join(item.to_bytes(3, "little") for item in frequencies) + b"\x00" if frequencies else b""
    request = {
        "join_nonce": f"{join_nonce:06x}",
        "net_id": f"{net_id:06x}",
        "dev_addr": f"{dev_addr:08x}",
        "dl_settings": dl_settings,
        "rx_delay": rx_delay_s,
        "cf_list": cf_list.hex(),
        "app_key": app_key.hex(),
        "dev_nonce": f"{dev_nonce:04x}",
    }
    answer = lora_packet.ask({"accept": request})
    cipher = Aes128(app_key)
    accept = frame.decode_join_accept(cipher, bytes.fromhex(answer["phy"]))
    expected_hz = tuple(100 * item for item in frequencies)
    expected = frame.JoinAccept(join_nonce, net_id, dev_addr, dl_settings, rx_delay_s or 1, expected_hz)
    assert accept == expected
    assert [key.hex() for key in frame.derive_keys(cipher, accept, dev_nonce)] == [
        answer["nwk_s_key"],
        answer["app_s_key"],
    ]


@EXAMPLES
@given(
    join_nonce=st.binary(min_size=3, max_size=3),
    net_id=st.binary(min_size=3, max_size=3),
    dev_addr=st.integers(0, 0xFFFFFFFF),
    rx_delay_s=st.integers(1, 15),
    rx1_offset=st.integers(0, 5),
    rx2_data_rate=st.integers(0, 6),
    frequencies=FREQUENCIES,
    app_key=KEY,
)
def test_it_reads_our_join_accepts(
    lora_packet: NodeProgram,
    join_nonce: bytes,
    net_id: bytes,
    dev_addr: int,
    rx_delay_s: int,
    rx1_offset: int,
    rx2_data_rate: int,
    frequencies: list[int],
    app_key: bytes,
) -> None:
    channels_hz = [100 * item for item in frequencies]
    phy = frames.join_accept(app_key, join_nonce, net_id, dev_addr, rx_delay_s, rx1_offset, rx2_data_rate, channels_hz)
    answer = lora_packet.ask({"accepted": {"phy": phy.hex(), "app_key": app_key.hex()}})
    cf_list = b"".join(item.to_bytes(3, "little") for item in frequencies) + b"\x00" if frequencies else b""
    assert answer == {
        "mic": True,
        "join_nonce": join_nonce[::-1].hex(),
        "net_id": net_id[::-1].hex(),
        "dev_addr": f"{dev_addr:08x}",
        "dl_settings": f"{rx1_offset << 4 | rx2_data_rate:02x}",
        "rx_delay": f"{rx_delay_s:02x}",
        "cf_list": cf_list.hex(),
    }
