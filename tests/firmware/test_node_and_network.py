"""The node's MAC and the network server, written apart from the same standard: they come to an agreement."""

import dataclasses
import json
from typing import Any

import pytest
from firmware.conversation import EPOCH_S, Conversation
from hypothesis import given, settings
from hypothesis import strategies as st

from plietsch.firmware.network import eu868, server

SILENT = server.Settings(adr=False, status_every_s=0)


def joined(settings: server.Settings = SILENT, **options: Any) -> Conversation:
    conversation = Conversation(settings, **options)
    assert conversation.join()
    return conversation


@pytest.mark.parametrize(("delay_s", "offset", "rx2_data_rate"), [(1, 0, 0), (5, 3, 3), (15, 5, 5)])
def test_they_agree_on_all_that_a_join_accept_says(delay_s: int, offset: int, rx2_data_rate: int):
    conversation = joined(
        dataclasses.replace(SILENT, rx1_delay_s=delay_s, rx1_offset=offset, rx2_data_rate=rx2_data_rate)
    )
    assert conversation.state == conversation.believed
    for _ in range(20):
        assert conversation.send(confirmed=True).acked
    assert conversation.server.refused == {}


def test_a_join_that_nobody_answered_is_tried_again():
    conversation = Conversation(SILENT)
    conversation.lost_down = lambda _phy: True
    assert not conversation.join()
    assert not conversation.join()
    conversation.lost_down = lambda _phy: False
    assert conversation.join()
    assert conversation.send(confirmed=True).acked
    assert conversation.server.refused == {}


def test_time_and_margin_are_told():
    conversation = joined()
    conversation.send(link_check=True, ask_time=True)
    unix_ms, at_ms = conversation.device.network_time
    assert abs(unix_ms / 1000 - EPOCH_S - at_ms / 1000) <= 1 / 256
    assert conversation.device.gateways == 1


def test_a_device_says_how_it_is():
    conversation = joined(server.Settings(adr=False))
    conversation.device.battery = 127
    conversation.send()
    conversation.send()
    (status,) = conversation.events("status")
    assert (status["batteryLevel"], status["margin"]) == (50.0, 7)


def test_the_data_rate_and_power_follow_the_place():
    conversation = joined(server.Settings(), data_rate=0)
    conversation.snr_db = 7.0
    for _ in range(4):
        conversation.send()
    radio = conversation.sent[-1][1]
    assert (radio.spreading_factor, radio.power_dbm) == (7, 14)
    assert (conversation.session.setting.data_rate, conversation.session.setting.power) == (5, 1)
    # It gets worse: nobody hears the device any more, which speaks up by and by until somebody does.
    conversation.snr_db = -14.0
    sent = next(number for number in range(300) if conversation.send() and conversation.sent[-1][1].data_rate <= 2)
    assert 64 < sent < 200
    conversation.send()
    radio = conversation.sent[-1][1]
    assert radio.power_dbm == 16
    assert conversation.events("up")[-1]["fCnt"] >= sent
    assert conversation.server.refused == {}


def test_a_downlink_arrives_and_is_acknowledged():
    conversation = joined()
    dev_eui = conversation.registered.info.dev_eui
    command = {"devEui": dev_eui, "fPort": 3, "data": "qg==", "confirmed": True}
    for _ in range(2):
        assert conversation.server.enqueue(dev_eui, json.dumps(command).encode())
    receipts = [conversation.send() for _ in range(3)]
    assert [(receipt.downlinks, receipt.more) for receipt in receipts] == [
        ([(3, b"\xaa")], True),
        ([(3, b"\xaa")], False),
        ([], False),
    ]
    assert [event["acknowledged"] for event in conversation.events("ack")] == [True, True]


def test_an_acknowledgement_that_is_lost_may_be_sent_again():
    conversation = joined(dataclasses.replace(SILENT, acknowledge_again=True))
    losses = iter([True, True, False])
    conversation.lost_down = lambda _phy: next(losses)
    assert conversation.send(confirmed=True).acked
    assert len(conversation.events("up")) == 1
    assert conversation.server.retransmissions == 2


def test_with_chirpstack_a_lost_acknowledgement_stays_lost():
    """It takes the frame once, and answers it once; the device has to send what it knows again in another frame."""
    conversation = joined()
    losses = iter([True, False])
    conversation.lost_down = lambda _phy: next(losses)
    assert not conversation.send(confirmed=True).acked
    assert conversation.send(confirmed=True).acked
    assert [event["fCnt"] for event in conversation.events("up")] == [0, 1]


OTHER_HZ = (868_800_000, 868_900_000, 865_100_000)
WISHES = st.builds(
    server.Settings,
    rx1_delay_s=st.integers(1, 15),
    rx1_offset=st.integers(0, 5),
    rx2_data_rate=st.integers(0, 5),
    rx2_frequency_hz=st.sampled_from([869_525_000, 869_475_000]),
    # Always the same numbers: what a device has done and said in vain, nobody takes back.
    extra_channels_hz=st.permutations([*eu868.CF_LIST_HZ, *OTHER_HZ]).map(lambda all_hz: tuple(all_hz[:6])),
    downlink_hz=st.fixed_dictionaries(dict.fromkeys((0, 1, 3, 4, 5), st.sampled_from([868_500_000, 869_525_000]))),
    max_duty_exponent=st.integers(0, 2),
    adr=st.booleans(),
    status_every_s=st.sampled_from([0.0, 300.0]),
    acknowledge_again=st.booleans(),
)


@settings(max_examples=40, deadline=None)
@given(
    wishes=st.lists(WISHES, min_size=1, max_size=3),
    seed=st.integers(0, 2**32),
    loss=st.floats(0, 0.6),
    snr_db=st.floats(-8, 13),
)
def test_whatever_gets_lost_they_agree_in_the_end(wishes: list[server.Settings], seed: int, loss: float, snr_db: float):
    conversation = Conversation(SILENT, seed=seed, data_rate=1)
    conversation.snr_db = snr_db
    conversation.lost_up = conversation.lost_down = lambda _phy: conversation.dice.random() < loss
    sent: list[Any] = []
    for wanted in wishes:
        conversation.server.settings = wanted
        for _ in range(12):
            if conversation.dice.random() < 0.3:
                conversation.start()
            sent.append(_send(conversation, confirmed=conversation.dice.random() < 0.3))
    conversation.lost_up = conversation.lost_down = lambda _phy: False
    sent += [_send(conversation) for _ in range(30)]
    assert conversation.state == conversation.believed
    assert conversation.server.refused == {}
    up = [(event["devAddr"], event["fCnt"]) for event in conversation.events("up")]
    assert len(up) == len(set(up))
    assert set(up) <= set(sent)


def _send(conversation: Conversation, **how: Any) -> tuple[str, int]:
    """Send a frame, in a new session if the old one is given up; return address and counter."""
    while not conversation.device.joined:
        conversation.join()
    f_cnt = conversation.send(**how).f_cnt
    return f"{conversation.device._session.dev_addr:08x}", f_cnt
