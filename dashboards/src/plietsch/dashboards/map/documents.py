"""The map's documents: columns of whole numbers, for many stations in few bytes.

Values count in 10 to the power of minus the document's decimals, places in ten-thousandths of a degree (11 m or less),
ages in minutes. Stations follow each other along a space-filling curve: what is next in the document is near on the
map, so that differences are small numbers, which compress well. `number`, `x`, `y` and the values of a frame are
written as differences to the entry before.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import msgspec

from plietsch.dashboards.map.stations import Station
from plietsch.dashboards.newest import GOOD, Newest

DEGREE = 10_000
_MINUTE_S = 60
# The curve has so many bits a coordinate: 512 cells from edge to edge, more than twenty for each of 10 000 stations.
_BITS = 9


def map_document(
    at: datetime,
    quantity: str,
    decimals: int,
    stations: Sequence[Station],
    newest: Mapping[str, Newest],
    levels: Mapping[str, Sequence[float | None]],
) -> bytes:
    """What the stations of a quantity measured as of a time; stations without a value are there, too."""
    ordered = along_curve(stations)
    values = [newest.get(station.code) for station in ordered]
    document: dict[str, Any] = {
        "at": int(at.timestamp()),
        "property": quantity,
        "decimals": decimals,
        "number": deltas(station.number for station in ordered),
        "x": deltas(round(station.longitude * DEGREE) for station in ordered),
        "y": deltas(round(station.latitude * DEGREE) for station in ordered),
        "value": [None if each is None else whole(each.value, decimals) for each in values],
        "age": [None if each is None else _minutes(at - each.time) for each in values],
        "quality": [(index, each.quality) for index, each in enumerate(values) if each and each.quality != GOOD],
    }
    if levels:
        own = ((index, levels.get(station.code)) for index, station in enumerate(ordered))
        document["levels"] = [(index, each) for index, each in own if each]
    return msgspec.json.encode(document)


def names_document(stations: Iterable[Station]) -> bytes:
    """What stations are called, in the order of their numbers."""
    ordered = sorted(stations)
    return msgspec.json.encode(
        {
            "number": deltas(station.number for station in ordered),
            "code": [station.code for station in ordered],
            "name": [station.name for station in ordered],
            "simulated": [int(station.simulated) for station in ordered],
        }
    )


def frames_document(
    since: datetime, step_s: int, quantity: str, decimals: int, rows: Mapping[int, Sequence[float | None]]
) -> bytes:
    """What stations measured step by step, by their numbers; a station that measured nothing is not there."""
    some = {number: row for number, row in sorted(rows.items()) if any(value is not None for value in row)}
    return msgspec.json.encode(
        {
            "from": int(since.timestamp()),
            "step": step_s,
            "property": quantity,
            "decimals": decimals,
            "number": deltas(some),
            "values": [
                gapped_deltas([None if v is None else whole(v, decimals) for v in row]) for row in some.values()
            ],
        }
    )


def whole(value: float, decimals: int) -> int:
    """A value as a whole number of its last decimal."""
    return round(value * 10**decimals)


def _minutes(age: timedelta) -> int:
    return int(age.total_seconds() // _MINUTE_S)


def deltas(numbers: Iterable[int]) -> list[int]:
    """Each number's difference to the one before; the first one as it is."""
    before = 0
    differences: list[int] = []
    for number in numbers:
        differences.append(number - before)
        before = number
    return differences


def gapped_deltas(numbers: Iterable[int | None]) -> list[int | None]:
    """Each number's difference to the last one that is known; the first one as it is, and None where there is none."""
    before = 0
    differences: list[int | None] = []
    for number in numbers:
        differences.append(None if number is None else number - before)
        before = before if number is None else number
    return differences


def along_curve(stations: Sequence[Station]) -> list[Station]:
    """The stations along a Hilbert curve through the box that holds them all."""
    if not stations:
        return []
    column = _cells([station.longitude for station in stations])
    row = _cells([station.latitude for station in stations])
    return sorted(stations, key=lambda each: (hilbert(column(each.longitude), row(each.latitude)), each.number))


def _cells(coordinates: Sequence[float]) -> Callable[[float], int]:
    """In which of the curve's columns, or rows, a coordinate lies."""
    lowest, cells = min(coordinates), 1 << _BITS
    width = (max(coordinates) - lowest) or 1.0
    return lambda coordinate: min(int((coordinate - lowest) / width * cells), cells - 1)


@cache
def hilbert(x: int, y: int, bits: int = _BITS) -> int:
    """How far along Hilbert's curve a cell lies, of 2^bits cells a side. There are no more cells to keep than those.

    The curve of D. Hilbert, Math. Ann. 38 (1891) 459-460: in each quarter the same curve, turned so that ends meet.
    """
    distance = 0
    side = 1 << (bits - 1)
    while side:
        right, upper = int(bool(x & side)), int(bool(y & side))
        distance += side * side * ((3 * right) ^ upper)
        if not upper:
            if right:
                x, y = ~x, ~y
            x, y = y, x
        side >>= 1
    return distance
