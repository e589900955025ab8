"""What a codec made of a frame becomes values or reasons, whatever it is."""

import json
import math
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plietsch.ingest import objects
from plietsch.ingest.payload import Fault
from plietsch.ingest.reasons import Reason
from plietsch.platform.device_types import catalogue
from plietsch.platform.device_types.specification import DeviceType, Example

TYPES = [each for each in catalogue.built_in().values() if each.decoder == "object"]
EXAMPLES = [
    pytest.param(each, example, id=f"{each.code}: {example.title}") for each in TYPES for example in each.examples
]


def _type(**channels: dict[str, Any]) -> DeviceType:
    described = {name: {"instrument": "probe", "path": name, **channel} for name, channel in channels.items()}
    return msgspec.convert(
        {
            "format": "plietsch-device-type/1",
            "code": "a-type",
            "maker": "A maker",
            "model": "A model",
            "summary": "A device",
            "decoder": "object",
            "instruments": {"probe": {"manufacturer": "A maker"}},
            "channels": described,
        },
        DeviceType,
    )


def _read(device_type: DeviceType, found: Any) -> objects.Read:
    return objects.read(device_type, json.dumps(found).encode())


def _reasons(read: objects.Read) -> list[Reason]:
    return [problem.reason for problem in read.problems]


def _plain(values: Mapping[str, float | Fault]) -> dict[str, float | str]:
    return {name: value.value if isinstance(value, Fault) else value for name, value in values.items()}


@pytest.mark.parametrize(("device_type", "example"), EXAMPLES)
def test_what_makers_publish_is_read(device_type: DeviceType, example: Example) -> None:
    read = _read(device_type, example.object)
    assert read.problems == ()
    assert _plain(read.values) == example.expected


@pytest.mark.parametrize("device_type", TYPES, ids=lambda each: each.code)
def test_every_channel_of_a_type_has_a_number_in_an_example(device_type: DeviceType) -> None:
    """A path with a mistake in it would be a channel that is never there."""
    shown = {name for example in device_type.examples for name in example.expected}
    assert shown >= set(device_type.channels)


LEVEL = _type(distance={})


@pytest.mark.parametrize(
    ("found", "mm"),
    [
        (2799, 2799),
        (2799.5, 2799.5),
        (-3, -3),
        (0, 0),
        ("2799", 2799),
        ("2799 mm", 2799),
        (" 2799mm ", 2799),
        ("2.799 m", 2799),
        ("2,8 m", 2800),
        ("0,125 m", 125),
        ("1234,5", 1234.5),
        ("+1.5e2 cm", 1500),
        (".5 m", 500),
        ("5. m", 5000),
        ({"value": 1234, "unit": "mm", "displayName": "Distance"}, 1234),
        ({"value": 12.34, "unit": "cm"}, 123.4),
        ({"value": "12.34 cm"}, 123.4),
        ({"value": "12.34 cm", "unit": "m"}, 123.4),
        ({"value": 7, "unit": ""}, 7),
        ({"value": 7, "unit": None}, 7),
        ({"value": 7}, 7),
        (1653.8000000000002, 1653.8),
    ],
)
def test_a_number_is_one_however_it_is_written(found: Any, mm: float) -> None:
    read = _read(LEVEL, {"distance": found})
    assert (read.values, read.problems) == ({"distance": mm}, ())


@pytest.mark.parametrize("found", [None, "", "  ", "NaN", "nan", {"value": None}, {"value": "", "unit": "mm"}])
def test_no_value_is_missing(found: Any) -> None:
    read = _read(LEVEL, {"distance": found})
    assert (read.values, read.problems) == ({"distance": Fault.MISSING}, ())


@pytest.mark.parametrize(
    ("found", "reason", "says"),
    [
        (True, Reason.OBJECT_VALUE, "distance: it is true, not a number."),
        (False, Reason.OBJECT_VALUE, "it is false"),
        ([2799], Reason.OBJECT_VALUE, "it is an array"),
        ("a lot", Reason.OBJECT_VALUE, "it is 'a lot', not a number."),
        ("mm 5", Reason.OBJECT_VALUE, "not a number"),
        ("5" * 65, Reason.OBJECT_VALUE, "'5555555555555555555555555555555555555555'…"),
        ("1,234 mm", Reason.OBJECT_VALUE, "the comma may stand for decimals or for thousands"),
        ({"level": 5}, Reason.OBJECT_VALUE, "an object without a value"),
        ({"value": {"value": 5}}, Reason.OBJECT_VALUE, "it is an object, not a number"),
        ({"value": True}, Reason.OBJECT_VALUE, "it is true"),
        ("1e999", Reason.OBJECT_VALUE, "beyond all numbers"),
        ("5 furlong", Reason.OBJECT_UNIT, "distance: the unit 'furlong' is not known."),
        ("5 V", Reason.OBJECT_UNIT, "no number of mm"),
        ({"value": 5, "unit": "V"}, Reason.OBJECT_UNIT, "no number of mm"),
        ({"value": 5, "unit": ["mm"]}, Reason.OBJECT_UNIT, "the unit an array is not known"),
    ],
)
def test_anything_else_is_named_and_the_other_channels_stand(found: Any, reason: Reason, says: str) -> None:
    read = _read(_type(distance={}, battery={}), {"distance": found, "battery": 3.6})
    assert read.values == {"battery": 3.6}
    (problem,) = read.problems
    assert problem.reason is reason
    assert says in problem.detail


@pytest.mark.parametrize(
    ("content", "mm"),
    [
        (b'{"distance": 1e999}', None),
        (b'{"distance": -1e999}', None),
        (b'{"distance": Infinity}', None),
        (b'{"distance": NaN}', Fault.MISSING),
        (b'{"distance": %s}' % (b"9" * 5000), None),
        (b'{"distance": 12345678901234567890}', 1.23456789012346e19),
        (b'{"distance": 1e-400}', 0.0),
    ],
)
def test_numbers_that_no_float_holds(content: bytes, mm: float | Fault | None) -> None:
    read = objects.read(LEVEL, content)
    assert read.values.get("distance") == mm
    assert _reasons(read) == ([Reason.OBJECT_VALUE] if mm is None else [])


def test_a_number_takes_the_unit_of_its_channel_and_factor_and_offset_come_first() -> None:
    made = _type(
        pressure={"unit": "Pa"}, water_depth={"path": "bar", "factor": 1019.7162}, temperature={"unit": "[degF]"},
        humidity={"factor": 0.5, "offset": -1},
    )  # fmt: skip
    read = _read(made, {"pressure": 96_800, "bar": 1, "temperature": 50, "humidity": 101})
    assert read.values == {"pressure": 968, "water_depth": 1019.7162, "temperature": 10, "humidity": 49.5}


def test_what_the_device_has_for_no_value() -> None:
    made = _type(distance={"missing": [0, "No Sensor"]})
    for found in (0, "0", "0 mm", {"value": 0}, "No Sensor", " No Sensor ", {"value": "No Sensor"}):
        assert _read(made, {"distance": found}).values == {"distance": Fault.MISSING}
    assert _read(made, {"distance": 1}).values == {"distance": 1}


def test_what_lies_beyond_the_range_is_no_value() -> None:
    made = _type(distance={"range": [30, 4500]})
    found = [_read(made, {"distance": mm}).values["distance"] for mm in (29.9, 30, 4500, 4500.1, "5 m")]
    assert found == [Fault.BELOW, 30, 4500, Fault.ABOVE, Fault.ABOVE]


@pytest.mark.parametrize(
    ("path", "mm"),
    [
        ("a.b.0.c", 1),
        ("a.b.1.c", None),
        ("a.b.9.c", None),
        ("a.b.c", None),
        ("a.x", None),
        ("list.id=7.v", 2),
        ("list.id=8.v", 3),
        ("list.id=x.v", 4),
        ("list.id=9.v", None),
        ("list.0.v.w", None),
        ("text.0", None),
    ],
)
def test_a_path_leads_through_members_and_elements(path: str, mm: float | None) -> None:
    nested = [[], [{"id": 7.0, "v": 2}, {"other": 1}, [[{"id": "8", "v": 3}]]], {"id": "x", "v": 4}, None, 5]
    found = {"a": {"b": [{"c": 1}]}, "list": nested, "text": "abc"}
    read = _read(_type(distance={"path": path}), found)
    assert read.values == ({} if mm is None else {"distance": mm})
    assert _reasons(read) == ([Reason.OBJECT_EMPTY] if mm is None else [])


def test_the_first_path_that_is_there_counts() -> None:
    made = _type(water_depth={"path": ["depth", "level"]})
    assert _read(made, {"level": 2}).values == {"water_depth": 2}
    assert _read(made, {"level": 2, "depth": 3}).values == {"water_depth": 3}
    assert _read(made, {"level": 2, "depth": None}).values == {"water_depth": Fault.MISSING}


def test_a_channel_need_not_be_in_each_frame_but_one_has_to() -> None:
    made = _type(distance={}, battery={})
    assert _read(made, {"battery": 3.6}) == objects.Read({"battery": 3.6})
    empty = _read(made, {"firmware": "1.2"})
    assert _reasons(empty) == [Reason.OBJECT_EMPTY]
    assert empty.problems[0].detail == "The object has none of distance, battery of a-type."


@pytest.mark.parametrize("content", [b"", b"[]", b"5", b'"a"', b"true", b"{", b'{"a": "\xff"}', b"[" * 20_000])
def test_what_is_no_object_is_said_to_be_none(content: bytes) -> None:
    read = objects.read(LEVEL, content)
    assert (read.values, _reasons(read)) == ({}, [Reason.OBJECT_MALFORMED])


@pytest.mark.parametrize(
    ("form", "found", "second"),
    [
        ("unix", 1_767_225_600, 1_767_225_600),
        ("unix", 1_767_225_600.9, 1_767_225_600),
        ("unix", "1767225600", 1_767_225_600),
        ("unix_ms", 1_767_225_600_999, 1_767_225_600),
        ("iso8601", "2026-01-01T01:00:00.5+01:00", 1_767_225_600),
        ("iso8601", "2026-01-01T00:00:00Z", 1_767_225_600),
        ("unix", None, None),
    ],
)
def test_an_object_may_say_when_it_was_measured(form: str, found: Any, second: int | None) -> None:
    read = _read(_timed(form), {"distance": 5, "time": {"at": found}})
    assert (read.values, read.time_s, read.problems) == ({"distance": 5}, second, ())
    assert _read(_timed(form), {"distance": 5}).time_s is None


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ("unix", "yesterday"),
        ("unix", -1),
        ("unix", 1e30),
        ("unix", True),
        ("unix", [1]),
        ("unix", "NaN"),
        ("iso8601", "2026-01-01T00:00:00"),
        ("iso8601", "0001-01-01T00:00:00+23:00"),
        ("iso8601", 1_767_225_600),
        ("iso8601", "2026"),
    ],
)
def test_values_without_a_time_that_can_be_read_are_not_given_another_one(form: str, found: Any) -> None:
    read = _read(_timed(form), {"distance": 5, "time": {"at": found}})
    assert (read.values, read.time_s, _reasons(read)) == ({}, None, [Reason.OBJECT_TIME])


def _timed(form: str) -> DeviceType:
    time = msgspec.convert({"path": "time.at", "form": form}, type(catalogue.built_in()["open-water-level"].time))
    return msgspec.structs.replace(LEVEL, time=time)


_ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.from_regex(r"[+-]?\d{1,5}([.,]\d+)? ?\w{0,3}"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=3) | st.sampled_from(["value", "unit"]), inner, max_size=4)
    ),
    max_leaves=10,
)


@st.composite
def _spoilt(draw: st.DrawFn) -> tuple[DeviceType, bytes]:
    """What a maker's codec made of a frame, with anything in place of one of its parts, or anything at all."""
    device_type = draw(st.sampled_from(TYPES))
    found: Any = json.loads(json.dumps(draw(st.sampled_from(device_type.examples)).object))
    place, keys = found, list(found)
    while keys and draw(st.booleans()):
        key = draw(st.sampled_from(keys))
        if draw(st.booleans()) or not isinstance(place[key], dict | list) or not place[key]:
            place[key] = draw(_ANY)
            break
        place = place[key]
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
    return device_type, json.dumps(found if draw(st.integers(0, 9)) else draw(_ANY)).encode()


@settings(deadline=None)
@given(_spoilt())
def test_any_object_becomes_values_or_a_reason(spoilt: tuple[DeviceType, bytes]) -> None:
    device_type, content = spoilt
    read = objects.read(device_type, content)
    assert read.values or read.problems
    assert set(read.values) <= set(device_type.channels)
    for name, value in read.values.items():
        span = device_type.channels[name].range
        assert isinstance(value, Fault) or (math.isfinite(value) and (span is None or span[0] <= value <= span[1]))
    assert all(len(problem.detail) < 500 and problem.detail.isprintable() for problem in read.problems)


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_become_values_or_a_reason(content: bytes) -> None:
    read = objects.read(LEVEL, content)
    assert read.values or read.problems
