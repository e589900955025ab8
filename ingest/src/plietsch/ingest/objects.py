"""What the codec in the device profile made of a frame, an `object`: any JSON becomes values or reasons.

| in the object | becomes |
|---|---|
| a number | a value, in the channel's unit |
| a text that begins with a number | the same; what stands behind the number is its unit: "2799 mm", "-1,5 °C" |
| an object with `value`, and perhaps `unit` | the same, of what stands there |
| null, no text, NaN, what the device type calls missing | no value: missing |
| a value beyond what the instrument can measure | no value: above or below (QARTOD, gross range) |
| nothing | nothing: a channel need not be in each frame |
| anything else, or a unit that is not known or another kind of quantity's | a problem; the other channels stand |

A channel's unit is the one that comes with the number, else the device type's, else the property's. A path is followed
step by step, the steps separated by dots: a member's name, an element's number in an array, or `name=value`, which is
the first element of an array, or of arrays in it, of which that member is that.
"""

import json
import math
import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple, cast

from plietsch.ingest import quality
from plietsch.ingest.payload import Fault
from plietsch.ingest.reasons import Problem, Reason
from plietsch.platform import properties, units
from plietsch.platform.device_types.specification import Channel, DeviceType, Time

_NUMBER: Final = re.compile(r"([+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?)(.*)", re.DOTALL)
# "1,234 mm" is either a bit more than a millimetre or more than a metre: JavaScript writes thousands so.
_THOUSANDS: Final = re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.|$)")
# No number with its unit is as long, and a detail is for people.
_LONGEST_TEXT: Final = 64
_LONGEST_SHOWN: Final = 40
# A float holds 15 digits; what computing adds behind them, here or in a codec, is none of the instrument's.
_DIGITS: Final = 15
_DIGITS_OF_INT: Final = 18
_ABSENT: Final = object()
_UNIX_SCALES: Final = {"unix": 1, "unix_ms": 1_000}
# What an instant can be: 32 bits of seconds.
_LATEST_S: Final = 2**32


class Read(NamedTuple):
    """What an object says: by channel a value in its property's unit, or why there is none; when it was measured, in
    whole seconds since 1970, where the object says so; and what could not be read."""

    values: dict[str, float | Fault]
    time_s: int | None = None
    problems: tuple[Problem, ...] = ()


class Unreadable(ValueError):
    """The bytes are no JSON."""


class _Wrong(ValueError):
    """What a channel has is no value of its property."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def parse(content: bytes) -> Any:
    """Any JSON, as a database can keep it. Raises Unreadable."""
    try:
        return json.loads(content.decode(), parse_int=_whole)
    except UnicodeDecodeError:
        raise Unreadable("The object is not text in UTF-8.") from None
    except RecursionError:
        raise Unreadable("The object is nested too deeply.") from None
    except ValueError as error:
        raise Unreadable(f"The object is no JSON: {error}.") from None


def read(device_type: DeviceType, content: bytes) -> Read:
    """What an object says that a device of this type sent; `content` is JSON."""
    try:
        found = parse(content)
    except Unreadable as error:
        return Read({}, None, (Problem(Reason.OBJECT_MALFORMED, str(error)),))
    if not isinstance(found, dict):
        return Read({}, None, (Problem(Reason.OBJECT_MALFORMED, f"The object is {_shown(found)}."),))
    values: dict[str, float | Fault] = {}
    problems: list[Problem] = []
    for name, channel in device_type.channels.items():
        place = _first(found, channel.path)
        if place is _ABSENT:
            continue
        try:
            values[name] = _value(place, channel, properties.of(device_type.property_of(name)).unit)
        except _Wrong as wrong:
            problems.append(Problem(wrong.reason, f"{name}: {wrong}"))
    if not values and not problems:
        names = ", ".join(device_type.channels)
        problems.append(Problem(Reason.OBJECT_EMPTY, f"The object has none of {names} of {device_type.code}."))
    try:
        return Read(values, _time(found, device_type.time), tuple(problems))
    except _Wrong as wrong:
        return Read({}, None, (*problems, Problem(wrong.reason, str(wrong))))


def _first(found: Any, paths: str | tuple[str, ...]) -> Any:
    for path in (paths,) if isinstance(paths, str) else paths:
        if (place := _at(found, path)) is not _ABSENT:
            return place
    return _ABSENT


def _at(place: Any, path: str) -> Any:
    for step in _steps(path):
        if isinstance(place, dict):
            place = cast("dict[str, Any]", place).get(step, _ABSENT)
        elif isinstance(place, list):
            place = _element(cast("list[Any]", place), step)
        else:
            return _ABSENT
    return place


@lru_cache(maxsize=1_024)
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def _element(array: list[Any], step: str) -> Any:
    if step.isdecimal():
        number = int(step)
        return array[number] if number < len(array) else _ABSENT
    name, _, value = step.partition("=")
    return next((each for each in _objects(array) if name in each and _is(each[name], value)), _ABSENT)


def _objects(array: list[Any]) -> Iterator[dict[str, Any]]:
    """The objects of an array and of arrays in it, in order; however deeply they are nested."""
    left = [iter(array)]
    while left:
        for each in left[-1]:
            if isinstance(each, dict):
                yield cast("dict[str, Any]", each)
            elif isinstance(each, list):
                left.append(iter(cast("list[Any]", each)))
                break
        else:
            left.pop()


def _is(member: Any, value: str) -> bool:
    if isinstance(member, float):
        return member.is_integer() and str(int(member)) == value
    return isinstance(member, str | int) and str(member) == value


def _value(place: Any, channel: Channel, to: str) -> float | Fault:
    """The value of what stands at a channel's place, in the property's unit. Raises _Wrong."""
    unit: Any = None
    if isinstance(place, dict):
        nested = cast("dict[str, Any]", place)
        if "value" not in nested:
            raise _Wrong(Reason.OBJECT_VALUE, "it is an object without a value.")
        place, unit = nested["value"], nested.get("unit")
    if place is None or (isinstance(place, str) and place.strip() in ("", *channel.missing)):
        return Fault.MISSING
    number, behind = _number(place)
    if math.isnan(number) or number in channel.missing:
        return Fault.MISSING
    value = number * channel.factor + channel.offset
    return quality.gross_range(_converted(value, _unit(behind or unit, channel, to), to), channel.range)


def _number(place: Any) -> tuple[float, str]:
    """A number and what stands behind it."""
    if isinstance(place, int | float) and not isinstance(place, bool):
        return float(place), ""
    if not isinstance(place, str):
        raise _Wrong(Reason.OBJECT_VALUE, f"it is {_shown(place)}, not a number.")
    text = place.strip()
    if text.lower() == "nan":
        return math.nan, ""
    match = _NUMBER.fullmatch(text) if len(text) <= _LONGEST_TEXT else None
    if match is None:
        raise _Wrong(Reason.OBJECT_VALUE, f"it is {_shown(place)}, not a number.")
    if _THOUSANDS.match(match[1]):
        raise _Wrong(Reason.OBJECT_VALUE, f"in {_shown(place)} the comma may stand for decimals or for thousands.")
    return float(match[1].replace(",", ".")), match[2].strip()


def _unit(said: Any, channel: Channel, to: str) -> str:
    if said is None or said == "":
        return channel.unit or to
    code = units.spelled(said) if isinstance(said, str) else None
    if code is None:
        raise _Wrong(Reason.OBJECT_UNIT, f"the unit {_shown(said)} is not known.")
    return code


def _converted(value: float, unit: str, to: str) -> float:
    try:
        converted = float(f"{units.convert(value, unit, to):.{_DIGITS}g}")
    except (units.UnitUnknown, units.Inconvertible) as error:
        raise _Wrong(Reason.OBJECT_UNIT, str(error)) from error
    if not math.isfinite(converted):
        raise _Wrong(Reason.OBJECT_VALUE, "it is beyond all numbers.")
    return converted


def _time(found: Any, time: Time | None) -> int | None:
    """When it was measured; None where the object does not say. Raises _Wrong."""
    place = _at(found, time.path) if time else None
    if time is None or place is _ABSENT or place is None:
        return None
    try:
        second = _iso8601(place) if time.form == "iso8601" else _number(place)[0] / _UNIX_SCALES[time.form]
    except ValueError:
        raise _Wrong(
            Reason.OBJECT_TIME, f"The time is {_shown(place)}, which is none in the form {time.form}."
        ) from None
    if not 0 <= second < _LATEST_S:  # NaN is not either
        raise _Wrong(Reason.OBJECT_TIME, f"The time is {_shown(place)}, which is none in the form {time.form}.")
    return int(second)


def _iso8601(place: Any) -> float:
    if not isinstance(place, str):
        raise ValueError
    moment = datetime.fromisoformat(place.strip())
    if moment.tzinfo is None:  # nobody knows whose clock that is
        raise ValueError
    try:
        return moment.timestamp()
    except OverflowError:  # the year 1, and an offset
        raise ValueError from None


def _whole(digits: str) -> int | float:
    """A whole number; one that no float holds is read as the nearest one, however long it is."""
    return int(digits) if len(digits) <= _DIGITS_OF_INT else float(digits)


def _shown(place: Any) -> str:
    """A value in a few characters."""
    if isinstance(place, dict):
        return "an object"
    if isinstance(place, list):
        return "an array"
    if place is None or isinstance(place, bool):
        return {None: "null", True: "true", False: "false"}[place]
    text = repr(place[:_LONGEST_SHOWN] if isinstance(place, str) else place)
    return text + "…" if isinstance(place, str) and len(place) > _LONGEST_SHOWN else text
