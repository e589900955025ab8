"""The data rate that a network asks for: the algorithm's figures, and the whole way to a device and back."""

import pytest
from firmware.lorawan import SF7, Network, joined
from hypothesis import given
from hypothesis import strategies as st

from plietsch.firmware.network import server
from plietsch.firmware.network.adr import HISTORY, Heard, Setting, decide
from plietsch.firmware.network.gateways import Radio
from plietsch_node.lorawan import frame

ADR = server.Settings(status_every_s=0)
SF12, SF10 = Radio(868_100_000, 12), Radio(868_100_000, 10)
AGREED = bytes([0x03, 0x07])


def heard(snr_db: float, count: int = 1, power: int = 0) -> list[Heard]:
    return [Heard(f_cnt, snr_db, power) for f_cnt in range(count)]


@pytest.mark.parametrize(
    ("now", "snr_db", "wanted"),
    [
        # SF12 needs -20 dB; with the margin of 10 dB, each 3 dB above -10 dB are a step.
        (Setting(0), -10.0, Setting(0)),
        (Setting(0), -7.1, Setting(0)),
        (Setting(0), -7.0, Setting(1)),
        (Setting(0), 5.0, Setting(5)),
        (Setting(0), 8.0, Setting(5, 1)),
        (Setting(0), 13.5, Setting(5, 2)),
        # SF7 needs -7.5 dB.
        (Setting(5), 5.5, Setting(5, 1)),
        (Setting(5, 3), 13.5, Setting(5, 6)),
        (Setting(5, 6), 13.5, Setting(5, 7)),
        (Setting(6), 5.5, Setting(5, 1)),
    ],
)
def test_each_three_decibels_are_a_step(now: Setting, snr_db: float, wanted: Setting):
    assert decide(now, heard(snr_db)) == wanted


def test_the_best_frame_counts():
    assert decide(Setting(0), [*heard(-20.0), *heard(-4.0), *heard(-15.0)]) == Setting(2)


def test_power_comes_back_on_full_evidence_only():
    assert decide(Setting(5, 4), heard(-2.0, HISTORY - 1, power=4)) == Setting(5, 4)
    assert decide(Setting(5, 4), heard(-2.0, HISTORY, power=4)) == Setting(5, 3)
    assert decide(Setting(5, 4), heard(-30.0, HISTORY, power=4)) == Setting(5, 0)
    assert decide(Setting(5, 4), heard(-2.0, HISTORY, power=3)) == Setting(5, 4)


@pytest.mark.parametrize(
    ("lost", "now", "wanted"),
    [(0, 1, 1), (0, 2, 1), (0, 3, 2), (1, 1, 1), (1, 3, 3), (2, 1, 2), (2, 2, 3), (5, 1, 2), (6, 1, 3), (20, 2, 3)],
)
def test_frames_are_sent_more_often_the_more_are_lost(lost: int, now: int, wanted: int):
    history = [*heard(5.0, HISTORY - 1), Heard(HISTORY - 1 + lost, 5.0, 0)]
    assert decide(Setting(5, transmissions=now), history).transmissions == wanted
    assert decide(Setting(5, transmissions=1), history[1:]).transmissions == 1


@given(
    now=st.builds(Setting, st.integers(0, 5), st.integers(0, 7), st.integers(1, 3)),
    snrs=st.lists(st.floats(-20, 13.5), min_size=1, max_size=HISTORY),
)
def test_what_is_asked_for_is_possible_and_never_slower(now: Setting, snrs: list[float]):
    wanted = decide(now, [Heard(f_cnt, snr_db, now.power) for f_cnt, snr_db in enumerate(snrs)])
    assert now.data_rate <= wanted.data_rate <= 5
    assert 0 <= wanted.power <= 7
    assert 1 <= wanted.transmissions <= 3


def test_a_device_is_told_and_it_holds_once_it_agrees():
    network = joined(ADR)
    answer = network.exchange(network.device.uplink(b"x", flags=frame.ADR), SF12, snr_db=-4.0)
    assert answer is not None
    assert answer.f_opts == bytes([0x03, 0x20, 0xFF, 0x00, 0x01])
    assert answer.flags & frame.ADR
    assert network.session.setting == Setting(0)
    # It uses the new data rate with the frame that says so.
    assert network.exchange(network.device.uplink(b"x", flags=frame.ADR, commands=AGREED), SF10, -4.0) is None
    assert network.session.setting == Setting(2)


def test_a_lost_request_is_made_again():
    network = joined(ADR)
    for _ in range(2):
        answer = network.exchange(network.device.uplink(b"x", flags=frame.ADR), SF12, snr_db=-4.0)
        assert answer is not None
        assert answer.f_opts[:2] == bytes([0x03, 0x20])


def test_who_does_without_is_left_alone():
    network = joined(ADR)
    assert network.exchange(network.device.uplink(b"x"), SF12, snr_db=5.0) is None


def test_a_power_that_is_refused_is_not_asked_for_again():
    network = joined(ADR)
    answer = network.exchange(network.device.uplink(b"x", flags=frame.ADR), SF7, snr_db=13.5)
    assert answer is not None
    assert answer.f_opts[1] == 0x53
    answer = network.exchange(network.device.uplink(b"x", flags=frame.ADR, commands=bytes([0x03, 0x03])), SF7, 13.5)
    assert answer is not None
    assert answer.f_opts[1] == 0x52
    assert network.session.setting == Setting(5)


def test_who_refuses_twice_is_not_asked_again():
    network = joined(ADR)
    refused = bytes([0x03, 0x05])
    answers = [
        network.exchange(network.device.uplink(b"x", flags=frame.ADR, commands=commands), SF12, 5.0)
        for commands in (b"", refused, refused, refused)
    ]
    assert [answer is not None for answer in answers] == [True, True, False, False]


def test_a_device_that_listens_in_vain_is_answered():
    """ADRACKReq: with channels, too, as it may have fallen back to the first three."""
    network = joined(server.Settings(adr=False, status_every_s=0, extra_channels_hz=()))
    answer = network.exchange(network.device.uplink(b"x", flags=frame.ADR | frame.ADR_ACK_REQ))
    assert answer is not None
    assert (answer.f_opts, answer.f_port, answer.payload) == (b"", None, b"")
    network = joined(ADR)
    answer = network.exchange(network.device.uplink(b"x", flags=frame.ADR | frame.ADR_ACK_REQ))
    assert answer is not None
    assert (answer.f_port, answer.payload[:6]) == (0, bytes.fromhex("0703184f8450"))


def test_a_device_that_slows_down_by_itself_is_sped_up_again():
    network: Network = joined(ADR)
    network.exchange(network.device.uplink(b"x", flags=frame.ADR), SF7, -2.0)
    network.exchange(network.device.uplink(b"x", flags=frame.ADR), SF10, -2.0)
    assert network.session.setting.data_rate == 2
    assert [item.snr_db for item in network.session.history] == [-2.0]
