"""When, how and by which gateway a device is answered, within what the gateways may send."""

import pytest
from firmware.lorawan import BETWEEN_FRAMES_S, GATEWAY, OTHER, SF7, Network, joined
from hypothesis import given
from hypothesis import strategies as st

from plietsch.firmware.network import eu868
from plietsch.firmware.network.gateways import Radio
from plietsch.firmware.network.server import Downlink
from plietsch.firmware.network.transmitters import COLLISION_PACKET, DUTY_CYCLE_OVERFLOW, Transmitter

RX1_HZ, RX2_HZ = 868_100_000, 869_525_000


def confirmed(network: Network, radio: Radio = SF7, after_s: float = 0.2) -> Downlink | None:
    network.hear(network.device.uplink(b"x", confirmed=True), radio=radio)
    downlinks = network.settle(after_s)
    return downlinks[0] if downlinks else None


def test_the_gateway_that_heard_best_answers_from_its_own_end_of_the_uplink():
    network = joined()
    phy = network.device.uplink(b"x", confirmed=True)
    network.hear(phy, snr_db=3.0, rssi_dbm=-80)
    network.hear(phy, OTHER, after_s=0.001, snr_db=4.0, rssi_dbm=-100)
    (downlink,) = network.settle()
    assert (downlink.gateway_id, downlink.at_s) == (OTHER.gateway_id, network.time_s - BETWEEN_FRAMES_S + 0.001 + 1)


def test_of_two_that_heard_alike_the_stronger_one():
    network = joined()
    phy = network.device.uplink(b"x", confirmed=True)
    network.hear(phy, snr_db=13.5, rssi_dbm=-80)
    network.hear(phy, OTHER, snr_db=13.5, rssi_dbm=-70)
    (downlink,) = network.settle()
    assert downlink.gateway_id == OTHER.gateway_id


@pytest.mark.parametrize("spreading_factor", range(7, 13))
def test_rx1_is_where_and_as_fast_as_the_uplink(spreading_factor: int):
    network = joined()
    downlink = confirmed(network, Radio(867_500_000, spreading_factor))
    assert downlink is not None
    assert downlink.radio == Radio(867_500_000, spreading_factor, 125, 16)


def test_rx2_if_rx1_is_past_and_nothing_after_that():
    network = joined()
    at_s = network.time_s
    downlink = confirmed(network, after_s=1.2)
    assert downlink is not None
    assert (downlink.at_s, downlink.radio) == (at_s + 2, Radio(RX2_HZ, 12, 125, 29))
    assert confirmed(network, after_s=2.2) is None
    assert network.server.dropped == {"TOO_LATE": 1}
    (log,) = network.events("log")
    assert (log["code"], log["description"]) == ("DOWNLINK_GATEWAY", "TOO_LATE")


def test_a_gateway_sends_one_frame_at_a_time():
    network = joined()
    phy = network.device.uplink(b"x", confirmed=True)
    network.hear(phy)
    (first,) = network.server.settle(network.time_s + 0.2)
    network.hear(network.device.uplink(b"y", confirmed=True), after_s=0.02)
    (second,) = network.settle(after_s=0.3)
    assert (first.radio.frequency_hz, second.radio.frequency_hz) == (RX1_HZ, RX2_HZ)
    assert second.at_s == first.at_s + 1.02


def test_another_gateway_helps_out():
    network = joined()
    for number in range(2):
        phy = network.device.uplink(b"x", confirmed=True)
        network.hear(phy, after_s=number / 100)
        network.hear(phy, OTHER, after_s=number / 100, snr_db=0.0)
    assert [downlink.gateway_id for downlink in network.settle(0.3)] == [GATEWAY.gateway_id, OTHER.gateway_id]


def test_rx2_when_the_band_of_rx1_is_used_up_and_then_nothing():
    """1 % of an hour at SF12 are 36 s, an ACK takes 1 s; 10 % for RX2 ten times that."""
    network = joined()
    radio = Radio(RX1_HZ, 12)
    frequencies: list[int | None] = []
    for _ in range(500):
        downlink = confirmed(network, radio)
        frequencies.append(downlink.radio.frequency_hz if downlink else None)
        network.time_s -= BETWEEN_FRAMES_S - 4
    in_rx1, in_rx2 = frequencies.count(RX1_HZ), frequencies.count(RX2_HZ)
    assert frequencies == [RX1_HZ] * in_rx1 + [RX2_HZ] * in_rx2 + [None] * (500 - in_rx1 - in_rx2)
    assert (in_rx1, in_rx2) == (36, 363)
    assert network.server.dropped == {DUTY_CYCLE_OVERFLOW: 500 - in_rx1 - in_rx2}
    network.time_s += 3600
    downlink = confirmed(network, radio)
    assert downlink is not None
    assert downlink.radio.frequency_hz == RX1_HZ


def test_what_was_not_sent_costs_nothing():
    network = joined()
    for _ in range(100):
        downlink = confirmed(network, Radio(RX1_HZ, 12))
        assert downlink is not None
        assert downlink.radio.frequency_hz == RX1_HZ
        network.server.sent(downlink, ok=False, reason="INTERNAL_ERROR")
        network.time_s -= BETWEEN_FRAMES_S - 4


@given(st.lists(st.tuples(st.floats(0, 8000), st.floats(0.01, 3.0), st.sampled_from([RX1_HZ, RX2_HZ]))))
def test_a_transmitter_keeps_the_rules(wanted: list[tuple[float, float, int]]):
    transmitter = Transmitter()
    sent: list[tuple[float, float, int]] = []
    # As in a network: frames are planned in the order of time, up to six seconds ahead.
    for begin_s, airtime_s, frequency_hz in sorted(wanted, key=lambda frame: frame[0] // 6):
        why = transmitter.why_not(begin_s, airtime_s, frequency_hz)
        clash = any(begin_s < b + a and b < begin_s + airtime_s for b, a, _ in sent)
        assert (why == COLLISION_PACKET) == clash
        if why is None:
            transmitter.book(begin_s, airtime_s, frequency_hz)
            sent.append((begin_s, airtime_s, frequency_hz))
    for end_s in (begin_s + airtime_s for begin_s, airtime_s, _ in sent):
        for frequency_hz, share in ((RX1_HZ, 0.01), (RX2_HZ, 0.1)):
            used = sum(a for b, a, hz in sent if hz == frequency_hz and end_s - 3600 <= b and b + a <= end_s)
            assert used <= share * 3600 + 6


@pytest.mark.parametrize(
    ("frequency_hz", "share"),
    [(864_000_000, 0.001), (867_100_000, 0.01), (868_100_000, 0.01), (868_900_000, 0.001), (869_525_000, 0.1)],
)
def test_bands_have_their_shares(frequency_hz: int, share: float):
    assert eu868.BANDS[eu868.band(frequency_hz)][2] == share


@pytest.mark.parametrize("frequency_hz", [862_999_999, 868_650_000, 869_300_000, 870_000_000])
def test_between_them_nobody_sends(frequency_hz: int):
    with pytest.raises(ValueError, match=str(frequency_hz)):
        eu868.band(frequency_hz)
