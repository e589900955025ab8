"""The air: reception by distance, collisions, gateways that are away or send themselves, and what nodes hear."""

import random
from collections.abc import Coroutine
from typing import Any

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from plietsch.firmware import waiting
from plietsch.firmware.air.ether import Ether, Heard, Place
from plietsch.firmware.network import gateways
from plietsch.firmware.network.airtime import symbol_ms, time_on_air_ms
from plietsch.firmware.network.gateways import Copy, Gateway, Radio

START_MS = 1_760_000_000_000.0
HERE: Place = (9.43, 54.78)
NEAR: Place = (9.44, 54.785)
# About 30 km west, from where HERE's gateway hears 24 dB less.
FAR: Place = (8.97, 54.78)
ROOF = Gateway("a840411f75f10001", "roof", 9.43, 54.781, 20.0)
MAST = Gateway("a840411f75f10002", "mast", 9.46, 54.78, 40.0)
RADIO = Radio(868_100_000, 7)
PHY = bytes(20)


class Air:
    """An ether whose copies are collected, and processes in it."""

    def __init__(self, *which: Gateway, loss: float = 0.0) -> None:
        self.env = simpy.Environment(initial_time=START_MS)
        self.ether = Ether(self.env, which or (ROOF,), random.Random(1), loss)
        self.copies: list[Copy] = []
        self.ether.on_copy = self.copies.append
        self.heard: list[Heard | None] = []

    def at(self, after_ms: float, coroutine: Coroutine[Any, Any, Any]) -> None:
        async def later() -> None:
            await waiting.Until(self.env.timeout(after_ms))
            await coroutine

        waiting.start(self.env, later())

    def send(self, after_ms: float, phy: bytes = PHY, place: Place = HERE, radio: Radio = RADIO) -> None:
        self.at(after_ms, self.ether.send(place, phy, radio))

    def listen(self, after_ms: float, symbols: float = 8, place: Place = NEAR, radio: Radio = RADIO) -> None:
        async def listening() -> None:
            self.heard.append(await self.ether.receive(place, radio, symbols))

        self.at(after_ms, listening())

    def down(self, after_ms: float, gateway: Gateway = ROOF, phy: bytes = PHY, radio: Radio = RADIO) -> list[bool]:
        sent: list[bool] = []
        waiting.call_at(
            self.env,
            self.env.now + after_ms,
            lambda: sent.append(self.ether.send_down(gateway.gateway_id, phy, radio)),
        )
        return sent

    def run(self) -> list[bytes]:
        self.env.run()
        return [copy.phy_payload for copy in self.copies]


def test_a_gateway_has_a_frame_when_its_last_bit_has_come():
    air = Air(ROOF, MAST)
    air.send(0)
    air.run()
    end_s = (START_MS + time_on_air_ms(len(PHY), 7, 125)) / 1000
    assert [copy.gateway for copy in air.copies] == [ROOF, MAST]
    assert all(0 <= copy.heard_at_s - end_s < 0.001 for copy in air.copies)
    assert air.copies[0].rssi_dbm > air.copies[1].rssi_dbm


@pytest.mark.parametrize(
    ("size", "factor", "ms"),
    # The Things Network's airtime table, as the node's reference has it: application bytes and 13 around them.
    [(12, 7, 61.7), (12, 12, 1482.8), (51, 7, 118.0), (51, 10, 698.4), (20, 11, 987.1), (28, 9, 287.7)],
)
def test_airtimes_are_those_of_the_data_sheet(size: int, factor: int, ms: float):
    assert time_on_air_ms(size + 13, factor, 125) == pytest.approx(ms, abs=0.05)


def test_who_is_far_away_is_understood_with_slower_data_rates_only():
    ether = Air().ether
    assert ether.fastest(NEAR) == 5
    assert ether.fastest(FAR) < 5
    places: list[Place] = [(9.43 - step / 10, 54.78) for step in range(40)]
    rates = [ether.fastest(place) for place in places]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] == 0


def test_beyond_reach_nothing_is_heard():
    air = Air()
    for number in range(20):
        air.send(1000 * number, place=(4.0, 54.78))
    assert air.run() == []


def test_more_power_reaches_further():
    def heard(power_dbm: int) -> int:
        air = Air()
        for number in range(100):
            air.send(1000 * number, place=(9.0, 54.78), radio=Radio(868_100_000, 7, 125, power_dbm))
        return len(air.run())

    assert heard(2) < heard(10) < heard(16)


def test_two_of_equal_strength_at_once_destroy_each_other():
    air = Air()
    air.send(0, b"a" * 20)
    air.send(30, b"b" * 20)
    assert air.run() == []


def test_the_much_stronger_one_of_two_is_understood():
    air = Air()
    air.send(0, b"far", place=(9.3, 54.78))
    air.send(10, b"near")
    assert air.run() == [b"near"]


@pytest.mark.parametrize("other", [Radio(868_300_000, 7), Radio(868_100_000, 8), Radio(868_100_000, 7, 250)])
def test_other_channels_and_spreading_factors_do_not_disturb(other: Radio):
    air = Air()
    air.send(0, b"one")
    air.send(10, b"two", radio=other)
    assert sorted(air.run()) == [b"one", b"two"]


def test_one_after_the_other_is_no_collision():
    air = Air()
    air.send(0, b"one")
    air.send(time_on_air_ms(3, 7, 125) + 0.01, b"two")
    assert air.run() == [b"one", b"two"]


def test_a_gateway_that_is_away_hears_nothing_while_others_do():
    air = Air(ROOF, MAST)
    air.ether.outage(START_MS + 1000, START_MS + 2000, [ROOF.gateway_id])
    for after_ms in (0, 1010, 2010):
        air.send(after_ms)
    air.run()
    assert [copy.gateway for copy in air.copies] == [ROOF, MAST, MAST, ROOF, MAST]


def test_all_gateways_can_be_away():
    air = Air(ROOF, MAST)
    air.ether.outage(START_MS + 10, START_MS + 20)
    air.send(0)
    sent = air.down(15)
    assert air.run() == []
    assert sent == [False]


def test_nobody_is_nobody_and_not_everybody():
    air = Air()
    air.ether.outage(START_MS, START_MS + 1000, [])
    air.send(0)
    assert air.run() == [PHY]


def test_a_gateway_that_sends_hears_nothing():
    air = Air(ROOF, MAST)
    sent = air.down(0, radio=Radio(869_525_000, 12))
    air.send(300)
    air.run()
    assert sent == [True]
    assert [copy.gateway for copy in air.copies] == [MAST]


def test_a_gateway_sends_one_frame_at_a_time():
    air = Air()
    first, second, third = air.down(0), air.down(20, radio=Radio(868_300_000, 7)), air.down(500)
    stranger = air.down(0, Gateway("0000000000000000", "nowhere", 0, 0, 0))
    air.run()
    assert (first, second, third, stranger) == ([True], [False], [True], [False])


@pytest.mark.parametrize("loss", [0.0, 0.3, 1.0])
def test_so_many_copies_get_lost(loss: float):
    air = Air(loss=loss)
    for number in range(500):
        air.send(1000 * number)
    assert len(air.run()) == pytest.approx(500 * (1 - loss), abs=50 if 0 < loss < 1 else 0)


@pytest.mark.parametrize(
    ("listen_ms", "symbols", "radio", "understood"),
    [
        (100, 8, RADIO, True),
        (95, 10, RADIO, True),  # early, and open long enough
        (95, 6, RADIO, False),  # closed before enough of the preamble had come
        (103, 8, RADIO, True),  # a little late
        (105, 8, RADIO, False),  # most of the preamble is over
        (100, 8, Radio(868_300_000, 7), False),
        (100, 8, Radio(868_100_000, 8), False),
        (100, 8, Radio(868_100_000, 7, 250), False),
    ],
)
def test_a_node_hears_what_comes_into_its_window(listen_ms: float, symbols: int, radio: Radio, understood: bool):
    air = Air()
    air.down(100)
    air.listen(listen_ms, symbols, radio=radio)
    air.run()
    assert [heard is not None for heard in air.heard] == [understood]


def test_a_node_hears_a_frame_out():
    air = Air()
    air.down(100, phy=b"an answer")
    air.listen(100)
    air.run()
    (heard,) = air.heard
    assert heard is not None
    assert (heard.phy, heard.snr_db) == (b"an answer", gateways.BEST_SNR_DB)
    assert air.env.now == START_MS + 100 + time_on_air_ms(9, 7, 125, crc=False)


def test_a_window_in_which_nothing_comes_closes_in_time():
    air = Air()
    air.listen(100, symbols=8)
    air.run()
    assert air.heard == [None]
    assert air.env.now == START_MS + 100 + 8 * symbol_ms(7, 125)


def test_two_gateways_at_once_are_not_understood_between_them():
    air = Air(ROOF, MAST)
    air.down(100)
    air.down(100, MAST)
    air.listen(100, place=(9.445, 54.7805))
    air.listen(100, place=(9.4301, 54.7811))
    air.run()
    assert [heard is not None for heard in air.heard] == [False, True]


def test_a_node_is_not_heard_by_another():
    air = Air()
    air.send(100)
    air.listen(100)
    air.run()
    assert air.heard == [None]


def test_who_loses_power_while_sending_is_not_understood():
    air = Air()
    process = waiting.start(air.env, _until_interrupted(air.ether.send(HERE, PHY, RADIO)))
    waiting.call_at(air.env, START_MS + 10, process.interrupt)
    air.send(200, b"later")
    assert air.run() == [b"later"]


def test_who_loses_power_while_listening_leaves_nothing_behind():
    air = Air()
    process = waiting.start(air.env, _until_interrupted(air.ether.receive(HERE, RADIO, 100)))
    waiting.call_at(air.env, START_MS + 10, process.interrupt)
    air.listen(100)
    air.down(100)
    air.run()
    assert air.heard[0] is not None


@given(st.lists(st.tuples(st.floats(0, 3000), st.integers(7, 12), st.integers(1, 60)), min_size=1, max_size=12))
def test_whoever_is_alone_on_a_channel_is_heard(frames: list[tuple[float, int, int]]):
    air = Air()
    spans: list[tuple[float, float, int]] = []
    for after_ms, factor, size in frames:
        air.send(after_ms, len(spans).to_bytes(1, "big") * size, radio=Radio(868_100_000, factor))
        spans.append((after_ms, after_ms + time_on_air_ms(size, factor, 125), factor))
    heard = {phy[0] for phy in air.run()}
    alone = {
        number
        for number, (start, end, factor) in enumerate(spans)
        if not any(
            number != other and factor == spans[other][2] and start <= spans[other][1] and spans[other][0] <= end
            for other in range(len(spans))
        )
    }
    assert alone <= heard


async def _until_interrupted(coroutine: Coroutine[Any, Any, Any]) -> None:
    try:
        await coroutine
    except simpy.Interrupt:
        return


def test_repeating_a_run_repeats_it():
    def run() -> list[tuple[bytes, int, float]]:
        air = Air(ROOF, MAST, loss=0.2)
        for number in range(50):
            air.send(37 * number, number.to_bytes(2, "big"), place=FAR)
        air.run()
        return [(copy.phy_payload, copy.rssi_dbm, copy.heard_at_s) for copy in air.copies]

    assert run() == run()
