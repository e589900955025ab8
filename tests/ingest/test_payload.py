"""The payload decoder against the vectors that it shares with the node, and against the node's encoder."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plietsch.ingest import payload
from plietsch.ingest.payload import Fault
from plietsch.ingest.reasons import Reason
from plietsch_node.app import payload as node

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "payload.json").read_text(encoding="utf-8"))


def _value(said: dict[str, Any]) -> float | Fault:
    return said["value"] if "value" in said else Fault(said["error"])


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda vector: vector["name"])
def test_valid_vectors(vector: dict[str, Any]) -> None:
    frame = payload.decode(bytes.fromhex(vector["hex"]))
    assert (frame.clock_set, frame.wide) == (vector["clock_set"], vector["wide"])
    assert list(frame.readings) == [
        (said["time_code"], {channel: _value(value) for channel, value in said["values"].items()})
        for said in vector["decoded"]
    ]


@pytest.mark.parametrize("vector", VECTORS["invalid"], ids=lambda vector: vector["name"])
def test_invalid_vectors(vector: dict[str, Any]) -> None:
    with pytest.raises(payload.PayloadError) as caught:
        payload.decode(bytes.fromhex(vector["hex"]))
    assert caught.value.code == f"payload-{vector['reason']}"


def test_a_payload_longer_than_lorawan_carries() -> None:
    reading = (0, {"pm2_5": 1.0, "pm10": 2.0})
    with pytest.raises(payload.PayloadOversized):
        payload.decode(node.encode([reading] * 38))


def test_every_payload_error_has_a_reason_that_is_explained() -> None:
    codes = {error.code for error in payload.PayloadError.__subclasses__()}
    assert codes <= {reason.value for reason in Reason}
    assert all(reason.meaning.endswith(".") for reason in Reason)


@given(st.binary(max_size=300))
def test_any_bytes_become_readings_or_an_error(data: bytes) -> None:
    try:
        frame = payload.decode(data)
    except payload.PayloadError as error:
        assert Reason(error.code)
        assert str(error)
    else:
        assert frame.readings
        assert all(reading.values.keys() <= set(payload.CHANNELS) for reading in frame.readings)


RANGES = {
    "pm2_5": (0, 999.9, 0.1),
    "pm10": (0, 999.9, 0.1),
    "temperature": (-40, 85, 0.1),
    "humidity": (0, 100, 0.1),
    "pressure": (300, 1100, 0.1),
    "battery": (2, 4.48, 0.02),
    "pm2_5_spread": (0, 100, 0.1),
    "pm10_spread": (0, 100, 0.1),
    "distance": (0, 16_000, 1),
    "distance_spread": (0, 250, 1),
    "rain_tips": (0, 999_999, 1),
}
# Well beyond the range, or well within: what lies on the border is the encoder's to decide.
_GROUPS = [
    ["pm2_5", "pm10"],
    ["temperature", "humidity"],
    ["pressure"],
    ["battery"],
    ["pm2_5_spread", "pm10_spread"],
    ["distance", "distance_spread"],
    ["rain_tips"],
]


def _sent(channel: str) -> st.SearchStrategy[float | None]:
    lowest, highest, step = RANGES[channel]
    within = st.floats(lowest, highest)
    return st.one_of(st.none(), within, st.just(lowest - 2 * step), st.just(highest + 2 * step))


_VALUES = (
    st.lists(st.sampled_from(_GROUPS), min_size=1, unique_by=lambda group: group[0])
    .map(lambda groups: [channel for group in groups for channel in group])
    .flatmap(lambda channels: st.fixed_dictionaries({channel: _sent(channel) for channel in channels}))
)
_READINGS = st.lists(st.tuples(st.integers(0, 2**32 - 1), _VALUES), min_size=1, max_size=8)


@given(_READINGS, st.booleans(), st.booleans())
def test_what_the_node_encodes_is_what_is_decoded(
    readings: list[tuple[int, dict[str, float | None]]], clock_set: bool, wide: bool
) -> None:
    frame = payload.decode(node.encode(readings, clock_set, wide))
    assert (frame.clock_set, frame.wide) == (clock_set, wide)
    assert len(frame.readings) == len(readings)
    for decoded, (time_s, values) in zip(frame.readings, readings, strict=True):
        assert decoded.time_code == time_s & (0xFFFFFFFF if wide else 0xFFFF)
        assert decoded.values.keys() == values.keys()
        for channel, value in values.items():
            _same(channel, decoded.values[channel], value)


def _same(channel: str, decoded: float | Fault, sent: float | None) -> None:
    lowest, highest, step = RANGES[channel]
    if sent is None:
        assert decoded is Fault.MISSING
    elif sent > highest:
        assert decoded is Fault.ABOVE
    elif sent < lowest:
        assert decoded is Fault.BELOW
    else:
        assert isinstance(decoded, float)
        assert math.isclose(decoded, sent, abs_tol=step / 2 + 1e-9)
