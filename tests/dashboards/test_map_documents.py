"""The map's documents: what is written can be read again, by rules as simple as the script's."""

import gzip
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plietsch.dashboards.map import documents
from plietsch.dashboards.map.stations import Station
from plietsch.dashboards.newest import Newest

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
_PLACES = st.tuples(st.integers(-1_800_000, 1_800_000), st.integers(-900_000, 900_000))
_STATIONS = st.dictionaries(st.integers(1, 2**31 - 1), _PLACES, max_size=60)
_NEWEST = st.none() | st.tuples(st.integers(-10_000, 10_000), st.integers(0, 10**6), st.sampled_from([1, 2, 3, 4]))


def _stations(places: dict[int, tuple[int, int]]) -> list[Station]:
    return [
        Station(number, f"s-{number}", f"Station {number}", number % 2 == 0, x / 10_000, y / 10_000)
        for number, (x, y) in places.items()
    ]


@given(data=st.data(), places=_STATIONS, decimals=st.integers(0, 2))
def test_a_map_document_says_what_went_into_it(
    data: st.DataObject, places: dict[int, tuple[int, int]], decimals: int
) -> None:
    stations = _stations(places)
    known = {station.code: data.draw(_NEWEST) for station in stations}
    newest = {
        code: Newest(each[0] / 10**decimals, AT - timedelta(minutes=each[1], seconds=each[1] % 60), each[2])
        for code, each in known.items()
        if each
    }
    document = json.loads(documents.map_document(AT, "pm10", decimals, stations, newest, {}))
    assert (document["at"], document["property"], document["decimals"]) == (AT.timestamp(), "pm10", decimals)
    assert "levels" not in document
    numbers = list(accumulate(document["number"]))
    read = dict(zip(numbers, zip(accumulate(document["x"]), accumulate(document["y"]), strict=True), strict=True))
    assert read == places
    flags = dict(document["quality"])
    values = zip(document["value"], document["age"], strict=True)
    measured = {
        f"s-{number}": None if value is None else (value, age, flags.get(index, 1))
        for index, (number, (value, age)) in enumerate(zip(numbers, values, strict=True))
    }
    assert measured == known


def test_levels_stand_beside_the_gauges_that_have_any() -> None:
    stations = _stations({7: (0, 0), 8: (10, 10), 9: (5_000, 9_000)})
    document = json.loads(documents.map_document(AT, "water_level", 0, stations, {}, {"s-8": [620, None, 727.5]}))
    numbers = list(accumulate(document["number"]))
    assert document["levels"] == [[numbers.index(8), [620, None, 727.5]]]


@given(places=_STATIONS)
def test_a_names_document_says_what_went_into_it(places: dict[int, tuple[int, int]]) -> None:
    stations = _stations(places)
    document = json.loads(documents.names_document(stations))
    columns = zip(
        accumulate(document["number"]), document["code"], document["name"], document["simulated"], strict=True
    )
    assert list(columns) == [(each.number, each.code, each.name, each.simulated) for each in sorted(stations)]


@given(
    rows=st.dictionaries(
        st.integers(1, 2**31 - 1),
        st.lists(st.none() | st.integers(-10_000, 10_000), min_size=3, max_size=3),
        max_size=20,
    ),
    decimals=st.integers(0, 2),
)
def test_a_frames_document_says_what_went_into_it(rows: dict[int, list[int | None]], decimals: int) -> None:
    given_rows = {number: [v if v is None else v / 10**decimals for v in row] for number, row in rows.items()}
    document = json.loads(documents.frames_document(AT, 3600, "pm10", decimals, given_rows))
    assert (document["from"], document["step"], document["decimals"]) == (AT.timestamp(), 3600, decimals)
    read = dict(zip(accumulate(document["number"]), map(_undelta, document["values"]), strict=True))
    assert read == {number: row for number, row in rows.items() if any(v is not None for v in row)}


@pytest.mark.parametrize("bits", [1, 2, 5])
def test_the_curve_goes_through_every_cell_once_and_each_next_one_is_a_neighbour(bits: int) -> None:
    side = 1 << bits
    cells = sorted(
        ((x, y) for x in range(side) for y in range(side)), key=lambda cell: documents.hilbert(*cell, bits=bits)
    )
    assert [documents.hilbert(x, y, bits=bits) for x, y in cells] == list(range(side * side))
    steps = [abs(x - u) + abs(y - v) for (x, y), (u, v) in pairwise(cells)]
    assert set(steps) == {1}


def test_the_order_along_the_curve_makes_the_document_small() -> None:
    random = Random(1)
    places = {n: (82_000 + random.randrange(19_000), 543_000 + random.randrange(8_000)) for n in range(10_000)}
    stations = _stations(places)
    along, anyhow = documents.along_curve(stations), sorted(stations)
    assert sorted(along) == anyhow
    assert _bytes_of_places(along) < _bytes_of_places(anyhow) * 0.7


def _bytes_of_places(stations: Iterable[Station]) -> int:
    columns = [documents.deltas(round(each.longitude * 10_000) for each in stations)]
    columns += [documents.deltas(round(each.latitude * 10_000) for each in stations)]
    return len(gzip.compress(json.dumps(columns).encode()))


def _undelta(row: list[int | None]) -> list[int | None]:
    known = 0
    read: list[Any] = []
    for difference in row:
        known += difference or 0
        read.append(None if difference is None else known)
    return read
