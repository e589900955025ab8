"""What the judge looks up and how it divides work, without a database but where it asks one."""

from itertools import islice, pairwise
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest.judging import register

from plietsch.ingest import database
from plietsch.ingest.judge.around import Directory, Placed
from plietsch.ingest.judge.knowing import Known
from plietsch.ingest.judge.recent import Recent
from plietsch.ingest.judge.spans import DAY_S, Span, by_days, pieces
from plietsch.platform import places

_COORDINATES = st.tuples(st.floats(8.9, 9.3), st.one_of(st.floats(54.6, 54.9), st.floats(-60.1, -59.9)))


@given(st.lists(_COORDINATES, min_size=1, max_size=12), st.floats(0.05, 40), st.floats(1, 3))
def test_who_lies_around_is_who_is_as_near_on_the_sphere(
    coordinates: list[tuple[float, float]], radius_km: float, widest: float
):
    placed = [Placed(number, number, "temperature", "raw", *each) for number, each in enumerate(coordinates)]
    directory = Directory(placed, {"temperature": radius_km * widest})

    def apart_km(one: Placed, other: Placed) -> float:
        return places.distance_m(one.longitude, one.latitude, other.longitude, other.latitude) / 1_000

    for here in placed:
        found = set(directory.around(here.datastream_id, radius_km))
        for other in placed:
            # Within a millimetre of the circle either is right.
            if other is not here and abs(apart_km(here, other) - radius_km) > 1e-6:
                assert (other.datastream_id in found) == (apart_km(here, other) <= radius_km)


@pytest.mark.parametrize(
    ("other", "is_found"),
    [
        (Placed(2, 2, "temperature", "raw", 9.401, 54.8), True),
        (Placed(2, 1, "temperature", "raw", 9.4, 54.8), False),
        (Placed(2, 2, "humidity", "raw", 9.401, 54.8), False),
        (Placed(2, 2, "temperature", "other/1", 9.401, 54.8), False),
    ],
)
def test_neighbours_measure_the_same_elsewhere(other: Placed, is_found: bool):
    here = Placed(1, 1, "temperature", "raw", 9.4, 54.8)
    directory = Directory([here, other], {"temperature": 5, "humidity": 5})
    assert list(directory.around(1, 5)) == [2] * is_found
    assert list(directory.around(3, 5)) == []
    assert directory.radius_of(3) is None


def test_a_memory_keeps_what_is_asked_for_and_no_more_than_twice_its_size():
    recent = Recent[int, str](10)
    recent[0] = "often asked for"
    for number in range(1, 1000):
        recent[number] = ""
        assert recent.get(0) == "often asked for"
        assert recent.get(max(number - 4, 0)) is not None
        assert len(recent) <= 20
    assert recent.get(500) is None


@given(
    st.dictionaries(st.integers(1, 3), st.lists(st.tuples(st.integers(0, 50), st.integers(0, 3 * DAY_S)), max_size=3)),
    st.floats(1, 4),
)
def test_pieces_are_all_there_is_by_days(drawn: dict[int, list[tuple[int, int]]], most: float):
    spans = {each: [Span(n * 10 * DAY_S + day * 7, n * 10 * DAY_S + day * 7 + length) for n, (day, length) in
                    enumerate(some)] for each, some in drawn.items()}  # fmt: skip
    found = list(pieces(((each, part, 1.0) for each, part in by_days(spans)), most))
    assert all(max(_days(one)) <= min(_days(other)) for one, other in pairwise(found))
    seconds = {each: sum(span.last_s - span.first_s + 1 for span in some) for each, some in spans.items() if some}
    again: dict[int, int] = dict.fromkeys(seconds, 0)
    for piece in found:
        for each, some in piece.items():
            again[each] += sum(part.last_s - part.first_s + 1 for part in some)
    assert again == seconds
    assert all(sum(len(some) for some in piece.values()) <= most for piece in found)


def _days(piece: dict[int, list[Span]]) -> list[int]:
    return [part.first_s // DAY_S for some in piece.values() for part in some]


def test_centuries_are_cut_as_they_are_asked_for():
    spans = {each: [Span(0, 10**15)] for each in range(1000)}
    parts = ((each, part, 10.0) for each, part in by_days(spans))
    (first, second) = islice(pieces(parts, 10_000), 2)
    assert first == {each: [Span(0, DAY_S - 1)] for each in range(1000)}
    assert second == {each: [Span(DAY_S, 2 * DAY_S - 1)] for each in range(1000)}


class _Counting:
    """A connection that counts what is asked."""

    def __init__(self, connection: database.Connection) -> None:
        self._connection = connection
        self.asked = 0

    def execute(self, *arguments: Any) -> Any:
        self.asked += 1
        return self._connection.execute(*arguments)


def test_however_little_is_kept_the_same_is_found_and_many_are_asked_for_together(database_url: str):
    region = register(database_url)
    every = [each for station in region.stations for each in station.values()]
    with psycopg.connect(database_url, autocommit=True) as connection:
        counting = _Counting(connection)
        known, forgetful = Known(counting), Known(connection, most=8)  # type: ignore[arg-type]
        known.load(every)
        assert counting.asked <= 4
        for each in every:
            assert forgetful.find(each) == known.find(each)
            assert forgetful.rank(each) == known.rank(each)
            assert forgetful.says_of(each) == known.says_of(each)
            assert forgetful.who_looks_at(each) == known.who_looks_at(each)
        first, second, far = (station["temperature"] for station in region.stations)
        assert known.who_looks_at(first) == {700: [second]}
        asked = counting.asked
        known.forget()
        connection.execute("UPDATE location SET longitude = 9.44")
        assert sorted(known.neighbours(first, 5)) == [second, far]
        assert counting.asked <= asked + 3
