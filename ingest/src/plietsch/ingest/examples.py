"""The examples in a device type's file, decoded as a worker would decode them: does what is expected come out?"""

import math
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import msgspec

from plietsch.ingest import objects, payload, quality
from plietsch.ingest.payload import Fault
from plietsch.platform.device_types.specification import DeviceType, Example

# A file gives a number as its author would write it, with fewer digits than a float has.
_RELATIVE_TOLERANCE: Final = 1e-9

Value = float | Fault


class Difference(NamedTuple):
    """A channel of which something else came than was expected; None where nothing was expected, or nothing came."""

    channel: str
    expected: float | str | None
    came: float | str | None


class Tried(NamedTuple):
    """An example, and what was not as expected; `problems` are what could not be read."""

    example: Example
    differences: tuple[Difference, ...]
    problems: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.differences and not self.problems


def run(device_type: DeviceType) -> list[Tried]:
    """Try all examples of a type."""
    return [_try(device_type, example) for example in device_type.examples]


def unknown_channels(device_type: DeviceType) -> list[str]:
    """The channels that can never come: our own payload has no others than its own."""
    if device_type.decoder != "plietsch":
        return []
    return [channel for channel in device_type.channels if channel not in payload.CHANNELS]


def _try(device_type: DeviceType, example: Example) -> Tried:
    if device_type.decoder == "object":
        read = objects.read(device_type, msgspec.json.encode(example.object))
        values, problems = read.values, tuple(problem.detail for problem in read.problems)
    else:
        values, problems = _decoded(device_type, example)
    return Tried(example, tuple(_differences(example.expected, values)), problems)


def _decoded(device_type: DeviceType, example: Example) -> tuple[dict[str, Value], tuple[str, ...]]:
    """The last reading of a frame in our own payload."""
    try:
        frame = payload.decode(bytes.fromhex(example.payload))
    except payload.PayloadError as error:
        return {}, (str(error),)
    ranges = {name: channel.range for name, channel in device_type.channels.items()}
    values = frame.readings[-1].values
    return {
        name: value if isinstance(value, Fault) else quality.gross_range(value, ranges.get(name))
        for name, value in values.items()
    }, ()


def _differences(expected: Mapping[str, float | str], values: Mapping[str, Value]) -> Iterator[Difference]:
    for channel in {**expected, **values}:
        wanted, value = expected.get(channel), values.get(channel)
        came = value.value if isinstance(value, Fault) else value
        if not _is_same(wanted, came):
            yield Difference(channel, wanted, came)


def _is_same(wanted: float | str | None, came: float | str | None) -> bool:
    if isinstance(wanted, str) or isinstance(came, str) or wanted is None or came is None:
        return wanted == came
    return math.isclose(wanted, came, rel_tol=_RELATIVE_TOLERANCE)
