"""A frame's bytes field by field: as far as they go, and never further than the decoder."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plietsch.ingest import dissect, payload

LEVEL = bytes.fromhex("2ae40052a8f42080")
FULL = bytes.fromhex("1ae403c07b04153d46fbdcaa")


def test_the_example_of_the_document() -> None:
    found = {part.name: (part.code, part.meaning) for part in dissect.dissect(FULL)}
    assert found["time"][0] == 47360
    assert found["groups"] == (15, "particulates, air, pressure, battery")
    assert found["pm2_5"] == (123, "12.3 µg/m³")
    assert found["temperature"] == (634, "23.4 °C")
    assert found["battery"] == (85, "3.7 V")
    assert found["padding"][0] == 0


def test_a_frame_of_the_second_version() -> None:
    found = {part.name: (part.code, part.meaning) for part in dissect.dissect(LEVEL)}
    assert found["version"][0] == 2
    assert found["groups"] == (0b00010100, "battery, water")
    assert found["battery"] == (85, "3.7 V")
    assert found["distance"] == (1953, "1953 mm")
    assert found["distance_spread"] == (4, "4 mm")


def test_a_field_names_its_reading() -> None:
    two = bytes.fromhex("1adf5200620332e402007b0414")
    found = [(part.name, part.reading, part.field is not None) for part in dissect.dissect(two)]
    reading = [("time", False), ("groups", False), ("pm2_5", True), ("pm10", True)]
    head = [(name, None, False) for name in ("version", "clock", "wide")]
    first, second = ([(name, number, is_value) for name, is_value in reading] for number in (0, 1))
    assert found == [*head, *first, *second, ("padding", None, False)]


def test_a_reserved_bit_is_said() -> None:
    (groups,) = [part for part in dissect.dissect(bytes.fromhex("2ae400147a1040")) if part.name == "groups"]
    assert groups.meaning == "water, and one that is reserved"


def test_another_port_is_another_language() -> None:
    assert dissect.dissect(FULL, 9) == dissect.lines(FULL, 9) == []


@pytest.mark.parametrize("cut", range(2, len(FULL)))
def test_what_is_cut_off_is_said(cut: int) -> None:
    assert dissect.lines(FULL[:cut])[-1]
    *_, last = dissect.dissect(FULL[:cut])
    assert "cut off" in last.meaning


@given(
    st.binary(max_size=60)
    | st.binary(max_size=60).map(lambda rest: b"\x1a" + rest)
    | st.binary(max_size=60).map(lambda rest: b"\x2a" + rest)
)
def test_any_bytes_are_told_without_a_gap(data: bytes) -> None:
    parts = dissect.dissect(data)
    places = [(part.first_bit, part.first_bit + part.bits) for part in parts]
    assert all(end == start for (_, end), (start, _) in itertools.pairwise(places))
    bits = "".join(f"{part.code:0{part.bits}b}" for part in parts if part.bits)
    assert f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}".startswith(bits) or not data
    try:
        payload.decode(data)
    except payload.PayloadError as error:
        assert dissect.lines(data)[-1] == str(error)
    else:
        assert len(bits) == 8 * len(data)
