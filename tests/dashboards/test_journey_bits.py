"""The payload field by field: right to the bit, for every frame that a node can write."""

import itertools
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plietsch.dashboards.journey import airtime, bits
from plietsch.dashboards.journey.bits import Bits, Role
from plietsch.ingest import payload
from plietsch.ingest.payload import GROUPS, Fault
from plietsch_node.app import payload as node
from plietsch_node.lorawan import airtime as node_airtime

_ANYTHING = st.none() | st.floats(-1000, 2_000_000) | st.sampled_from([math.inf, -math.inf])
_READINGS = st.lists(
    st.tuples(
        st.integers(0, 2**32 - 1),
        st.dictionaries(st.sampled_from(payload.CHANNELS), _ANYTHING, min_size=1, max_size=11),
    ),
    min_size=1,
    max_size=8,
)
_FRAMES = st.builds(node.encode, _READINGS, st.booleans(), st.booleans()).filter(
    lambda frame: len(frame) <= payload.LONGEST_BYTES
)


def _digits(data: bytes) -> str:
    return "".join(f"{byte:08b}" for byte in data)


@given(_FRAMES)
def test_the_fields_are_the_payload_and_their_codes_its_bits(frame: bytes) -> None:
    found, all_digits = bits.of(frame), _digits(frame)
    assert "".join(each.digits for each in found) == all_digits
    assert [each.first_bit for each in found] == list(
        itertools.accumulate([0, *(len(each.digits) for each in found[:-1])])
    )
    for each in found:
        assert int(all_digits[each.first_bit : each.last_bit + 1], 2) == each.code
        assert "".join(each.pieces) == each.digits
        ends = list(itertools.accumulate((len(piece) for piece in each.pieces), initial=each.first_bit))
        assert all(end % 8 == 0 for end in ends[1:-1])
        assert not any(bit % 8 == 0 for start, end in itertools.pairwise(ends) for bit in range(start + 1, end))


@given(_FRAMES)
def test_each_value_is_the_one_that_the_decoder_reads(frame: bytes) -> None:
    found = bits.of(frame)
    for number, reading in enumerate(payload.decode(frame).readings):
        for channel, value in reading.values.items():
            (mine,) = bits.of_channels(found, number, (channel,))
            assert mine.value == value
            assert (mine.name, mine.reading) == (channel, number)
            if isinstance(value, float):
                assert sum(bits.powers_of_two(mine.code)) == mine.code
        (time,) = [each for each in found if each.reading == number and each.role is Role.TIME]
        assert time.code == reading.time_code


@given(_FRAMES, st.data())
def test_the_bytes_of_a_value_are_those_that_change_with_it(frame: bytes, data: Any) -> None:
    one: Bits = data.draw(st.sampled_from([each for each in bits.of(frame) if each.field]))
    number = int.from_bytes(frame, "big")
    flipped = number ^ (((1 << len(one.digits)) - 1) << (8 * len(frame) - 1 - one.last_bit))
    changed = flipped.to_bytes(len(frame), "big")
    assert bits.bytes_of([one]) == {place for place, (a, b) in enumerate(zip(frame, changed, strict=True)) if a != b}


def test_every_group_has_a_role_of_its_own() -> None:
    roles = {
        bits.of(node.encode([(0, {group[0].channel: None})]))[-1 if not _padded(group[0].channel) else -2].role
        for group in GROUPS
    }
    assert len(roles) == len(GROUPS)
    assert not roles & {Role.HEAD, Role.TIME, Role.GROUPS, Role.PADDING}


def _padded(channel: str) -> bool:
    return bits.of(node.encode([(0, {channel: None})]))[-1].role is Role.PADDING


def test_the_codes_that_are_no_numbers_say_why() -> None:
    frame = node.encode([(0, {"pm2_5": None, "pm10": 1e6, "temperature": -300.0, "humidity": 50.0})])
    found = {each.name: each.value for each in bits.of(frame)}
    assert (found["pm2_5"], found["pm10"], found["temperature"]) == (Fault.MISSING, Fault.ABOVE, Fault.BELOW)
    assert (found["humidity"], found["version"]) == (50.0, None)


@pytest.mark.parametrize("frame", [b"", b"\x1a", b"\x9a\xe4\x02\x00\x7b\x04\x14", b"\x1a\xe4\x02\x00\x7b\x04"])
def test_what_cannot_be_decoded_is_not_drawn(frame: bytes) -> None:
    with pytest.raises(payload.PayloadError):
        bits.of(frame)


@pytest.mark.parametrize(("steps", "decimals"), [(1, 0), (2, 1), (10, 1), (50, 2), (100, 2)])
def test_as_many_decimals_as_the_steps_need(steps: int, decimals: int) -> None:
    assert bits.decimals(steps) == decimals


@pytest.mark.parametrize(
    ("size", "factor", "milliseconds"),
    # The Things Network's airtime table.
    [(12, 7, 61.7), (12, 12, 1482.8), (51, 7, 118.0), (51, 10, 698.4), (20, 11, 987.1), (28, 9, 287.7)],
)
def test_the_time_on_the_air(size: int, factor: int, milliseconds: float) -> None:
    assert airtime.milliseconds(size, factor) == pytest.approx(milliseconds, abs=0.05)


@given(st.integers(0, 222), st.integers(7, 12), st.sampled_from([125, 250]))
def test_it_is_what_the_node_reckons_with(size: int, factor: int, khz: int) -> None:
    if khz == 125 or factor < 12:  # at 250 kHz, LoRaWAN has SF7 only
        node_us = node_airtime.time_on_air_us(size + 13, factor, khz)
        assert airtime.milliseconds(size, factor, khz) == pytest.approx(node_us / 1000, abs=0.001)


def test_a_wider_channel_takes_half_the_time() -> None:
    assert airtime.milliseconds(20, 7, airtime.bandwidth_khz(6)) == airtime.milliseconds(20, 7) / 2
    assert {airtime.bandwidth_khz(rate) for rate in (None, 0, 1, 2, 3, 4, 5)} == {125}
