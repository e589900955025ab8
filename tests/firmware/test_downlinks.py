"""What applications send down: into the queue, one per uplink, and what is said of its fate."""

import base64
import json
import logging
from typing import Any

import pytest
from firmware.lorawan import NAME, SF7, Network, joined
from hypothesis import given
from hypothesis import strategies as st

from plietsch.firmware import identity
from plietsch.firmware.network import downlinks, server
from plietsch.firmware.network.gateways import Radio
from plietsch_node.lorawan import frame

DEV_EUI = identity.dev_eui(NAME)
ID = "6d5db27e-4ce2-4b2b-b5d7-91f069397978"
SF12 = Radio(868_100_000, 12)


def uplink(network: Network, flags: int = 0, radio: Radio = SF7, confirmed: bool = False) -> frame.Data | None:
    return network.exchange(network.device.uplink(b"x", flags=flags, confirmed=confirmed), radio)


def texts(count: int) -> list[str]:
    return [base64.b64encode(f"message {number}".encode()).decode() for number in range(count)]


def test_one_goes_with_each_uplink_and_says_that_more_wait():
    network = joined()
    ids = [network.enqueue(text) for text in texts(3)]
    answers = [uplink(network) for _ in range(4)]
    assert [answer and answer.payload for answer in answers] == [b"message 0", b"message 1", b"message 2", None]
    assert [bool(answer.flags & frame.F_PENDING) for answer in answers if answer] == [True, True, False]
    assert [(event["queueItemId"], event["fCntDown"]) for event in network.events("txack")] == [
        (ids[0], 0),
        (ids[1], 1),
        (ids[2], 2),
    ]


def test_an_acknowledgement_takes_it_along():
    network = joined()
    network.enqueue()
    answer = uplink(network, confirmed=True)
    assert answer is not None
    assert (answer.kind, answer.flags, answer.f_port, answer.payload) == (
        frame.UNCONFIRMED_DOWN,
        frame.ACK,
        3,
        b"\xaa",
    )


def test_a_confirmed_one_is_acknowledged():
    network = joined()
    item_id = network.enqueue(confirmed=True)
    answer = uplink(network)
    assert answer is not None
    assert answer.kind == frame.CONFIRMED_DOWN
    assert uplink(network, flags=frame.ACK) is None
    (event,) = network.events("ack")
    assert (event["queueItemId"], event["acknowledged"], event["fCntDown"]) == (item_id, True, 0)
    assert event["deduplicationId"] == network.events("up")[-1]["deduplicationId"]
    assert network.kinds() == ["up", "txack", "up", "ack"]


def test_or_it_is_not_and_the_next_one_follows():
    network = joined()
    first, _ = network.enqueue(confirmed=True), network.enqueue("", confirmed=False)
    uplink(network)
    answer = uplink(network)
    assert answer is not None
    assert (answer.f_port, answer.payload) == (3, b"")
    (event,) = network.events("ack")
    assert (event["queueItemId"], event["acknowledged"]) == (first, False)
    assert uplink(network) is None


def test_an_acknowledgement_of_nothing_is_none():
    network = joined()
    network.enqueue()
    assert uplink(network, flags=frame.ACK)
    assert network.kinds() == ["up", "txack"]


def test_what_no_gateway_sent_stays():
    network = joined()
    item_id = network.enqueue(confirmed=True)
    lost = network.send(network.device.uplink(b"x"))
    assert lost is not None
    network.server.sent(lost, ok=False, reason="COLLISION_PACKET")
    (log,) = network.events("log")
    assert (log["level"], log["code"], log["description"]) == ("ERROR", "DOWNLINK_GATEWAY", "COLLISION_PACKET")
    assert network.server.dropped == {"COLLISION_PACKET": 1}
    answer = uplink(network)
    assert answer is not None
    assert answer.payload == b"\xaa"
    assert [event["queueItemId"] for event in network.events("txack")] == [item_id]
    assert network.events("ack") == []


def test_what_is_late_is_thrown_away():
    network = joined()
    item_id = network.enqueue(expiresAt="2001-09-09T01:00:00Z")
    kept = network.enqueue(expiresAt="2031-09-09T01:00:00+02:00")
    assert uplink(network)
    (log,) = network.events("log")
    assert (log["level"], log["code"], log["context"]) == ("ERROR", "EXPIRED", {"queue_item_id": item_id})
    assert [event["queueItemId"] for event in network.events("txack")] == [kept]


def test_what_is_too_long_for_the_data_rate_is_thrown_away():
    network = joined()
    item_id = network.enqueue(base64.b64encode(bytes(52)).decode())
    fits = network.enqueue(base64.b64encode(bytes(51)).decode())
    answer = uplink(network, radio=SF12)
    assert answer is not None
    assert answer.payload == bytes(51)
    (log,) = network.events("log")
    assert (log["level"], log["code"]) == ("ERROR", "DOWNLINK_PAYLOAD_SIZE")
    assert log["context"] == {"queue_item_id": item_id, "max_payload_size": "51", "item_size": "52"}
    assert [event["queueItemId"] for event in network.events("txack")] == [fits]


def test_beside_mac_commands_it_may_have_to_wait():
    network = joined(server.Settings(adr=False))
    network.enqueue(base64.b64encode(bytes(51)).decode())
    first = uplink(network, radio=SF12)
    assert first is not None
    assert (first.f_opts, first.f_port, first.flags) == (b"\x06", None, frame.F_PENDING)
    second = uplink(network, radio=SF12)
    assert second is not None
    assert (second.f_opts, second.payload, second.flags) == (b"", bytes(51), 0)


def test_in_rx2_there_is_less_room():
    network = joined()
    network.enqueue(base64.b64encode(bytes(52)).decode())
    network.hear(network.device.uplink(b"x"))
    (downlink,) = network.settle(after_s=1.5)
    assert downlink.radio.frequency_hz == 869_525_000
    answer = network.device.read(downlink.phy_payload)
    assert (answer.f_port, answer.flags) == (None, frame.F_PENDING)
    answer = uplink(network)
    assert answer is not None
    assert answer.payload == bytes(52)


def test_it_outlives_a_join():
    network = joined()
    network.enqueue()
    network.join()
    answer = uplink(network)
    assert answer is not None
    assert answer.payload == b"\xaa"


def test_a_txack_says_what_the_gateway_did():
    network = joined()
    network.enqueue(id=ID)
    uplink(network)
    (event,) = network.events("txack")
    assert event.pop("deviceInfo")["devEui"] == DEV_EUI
    assert event == {
        "downlinkId": 2,
        "time": "2001-09-09T01:47:41+00:00",
        "queueItemId": ID,
        "fCntDown": 0,
        "gatewayId": "a840411f75f10001",
        "txInfo": {
            "frequency": 868_100_000,
            "power": 16,
            "modulation": {
                "lora": {
                    "bandwidth": 125_000,
                    "spreadingFactor": 7,
                    "codeRate": "CR_4_5",
                    "polarizationInversion": True,
                }
            },
            "timing": {"delay": {"delay": "1s"}},
            "context": "AAAABw==",
        },
    }


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"devEui": "0000000000000000"}, "its devEui is"),
        ({"devEui": None}, "its devEui is None"),
        ({"fPort": 0}, "fPort must be between 1 and 255"),
        ({"fPort": 256}, "fPort must be"),
        ({"fPort": True}, "fPort must be"),
        ({"fPort": None}, "fPort must be"),
        ({"data": "?"}, "data is no base64"),
        ({"data": 7}, "data is no base64"),
        ({"confirmed": "yes"}, "confirmed is"),
        ({"id": "7"}, "is no UUID"),
        ({"id": 7}, "is no UUID"),
        ({"expiresAt": "soon"}, "expiresAt is"),
        ({"expiresAt": "2031-09-09T01:00:00"}, "has no offset"),
        ({"object": {}}, "unknown fields: object"),
    ],
)
def test_a_command_that_is_none_is_refused(fields: dict[str, Any], why: str, caplog: pytest.LogCaptureFixture):
    network = joined()
    command = {"devEui": DEV_EUI, "fPort": 3, "data": "qg==", **fields}
    assert not network.server.enqueue(DEV_EUI, json.dumps(command).encode())
    assert why in caplog.text
    assert network.server.refused == {server.COMMAND: 1}
    assert len(network.registered.queue) == 0


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b"7", b"\xff", b"null"])
def test_what_is_no_json_object_is_refused(payload: bytes):
    with pytest.raises(downlinks.Refused):
        downlinks.parse(DEV_EUI, payload, lambda: ID)


@given(st.binary() | st.dictionaries(st.sampled_from(sorted(downlinks.FIELDS)), st.text() | st.integers()))
def test_any_command_is_taken_or_refused(command: Any):
    payload = command if isinstance(command, bytes) else json.dumps({"devEui": DEV_EUI, **command}).encode()
    try:
        item = downlinks.parse(DEV_EUI, payload, lambda: ID)
    except downlinks.Refused:
        return
    assert 1 <= item.f_port <= 255


def test_without_an_id_it_gets_one():
    item = downlinks.parse(DEV_EUI, json.dumps({"devEui": DEV_EUI, "fPort": 1}).encode(), lambda: ID)
    assert item == downlinks.Item(ID, 1, b"")


@pytest.mark.parametrize(
    ("topic", "taken"),
    [
        (f"application/{identity.device_info(NAME).application_id}/device/{DEV_EUI}/command/down", True),
        (f"application/other/device/{DEV_EUI}/command/down", False),
        (f"application/{identity.device_info(NAME).application_id}/device/0102030405060708/command/down", False),
        (f"application/{identity.device_info(NAME).application_id}/device/{DEV_EUI}/command/up", False),
        ("", False),
    ],
)
def test_the_topic_names_application_and_device(topic: str, taken: bool, caplog: pytest.LogCaptureFixture):
    network = joined()
    dev_eui = topic.split("/")[3] if topic else DEV_EUI
    with caplog.at_level(logging.WARNING):
        command = {"devEui": dev_eui, "fPort": 1, "data": "qg=="}
        assert network.server.command(topic, json.dumps(command).encode()) is taken
    assert ("refused a command" in caplog.text) is not taken


def test_an_id_waits_once_and_not_more_than_there_is_room():
    network = joined()
    network.enqueue(id=ID)
    again = json.dumps({"devEui": DEV_EUI, "fPort": 1, "id": ID}).encode()
    assert not network.server.enqueue(DEV_EUI, again)
    for _ in range(downlinks.MOST_WAITING - 1):
        network.enqueue()
    assert not network.server.enqueue(DEV_EUI, json.dumps({"devEui": DEV_EUI, "fPort": 1}).encode())
    assert network.server.refused == {server.COMMAND: 2}
