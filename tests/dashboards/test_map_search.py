"""Finding places and stations by what people type, and the state of the page in its address."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plietsch.dashboards.map import search, state
from plietsch.dashboards.map.stations import Station
from plietsch.dashboards.quantities import OF_THE_MAP
from plietsch.dashboards.regions import Region

STATIONS = [
    Station(1, "flensburg-suedermarkt", "Flensburg, Südermarkt", True, 9.4366, 54.7826),
    Station(2, "husum-markt", "Husum, Markt", False, 9.0521, 54.4769),
    Station(3, "treenetal", "Tarp, Treene", True, 9.4, 54.66),
]
REGION = Region("flensburg", {}, "Europe/Berlin", 8.2, 54.3, 10.1, 55.1)
NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "place", "guessed"),
    [
        ("Tarp", "Tarp", False),
        ("  tARP ", "Tarp", False),
        ("Sønderborg", "Sønderborg", False),
        ("soenderborg", "Sønderborg", False),
        ("Sonderburg", "Sønderborg", False),
        ("Åbenrå", "Aabenraa", False),
        ("Eckernfoerde", "Eckernförde", False),
        ("Eckernforde", "Eckernförde", True),
        ("Flensborg", "Flensburg", False),
        ("Flennsburg", "Flensburg", True),
        ("Schlesw", "Schleswig", True),
    ],
)
def test_a_place_is_found_by_any_spelling(typed: str, place: str, guessed: bool) -> None:
    found = search.find(typed, STATIONS)
    assert found.place
    assert (found.place.name, found.guessed, found.stations) == (place, guessed, ())


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("sudermarkt", ["flensburg-suedermarkt"]),
        ("südermarkt", ["flensburg-suedermarkt"]),
        ("suedermarkt flens", ["flensburg-suedermarkt"]),
        ("markt", ["flensburg-suedermarkt", "husum-markt"]),
        ("TREENE", ["treenetal"]),
    ],
)
def test_stations_are_found_by_any_words_of_their_names(typed: str, codes: list[str]) -> None:
    found = search.find(typed, STATIONS)
    assert [station.code for station in found.stations] == codes
    assert found.place is None


@pytest.mark.parametrize("typed", ["Atlantis", "%", "<script>", "x", "-", "\x00", "🌊", "'; DROP TABLE station; --"])
def test_what_is_nowhere_is_not_found(typed: str) -> None:
    assert search.find(typed, STATIONS).is_nothing


@given(typed=st.text(max_size=90))
def test_whatever_is_typed_is_found_or_not(typed: str) -> None:
    found = search.find(typed, STATIONS)
    assert found.is_nothing or found.place or set(found.stations) <= set(STATIONS)


def test_a_place_has_stations_near_and_far() -> None:
    place = search.known()[search.fold("Tarp")]
    assert 0 < search.distance_km(place, STATIONS[2]) < 5
    # Flensburg lies 13 km from Tarp as the crow flies.
    assert 10 < search.distance_km(place, STATIONS[0]) < 16


_STATES = st.builds(
    state.State,
    quantity=st.sampled_from(OF_THE_MAP),
    region=st.sampled_from([None, "flensburg"]),
    at=st.none() | st.integers(0, 10**8).map(lambda s: NOW - timedelta(seconds=s)),
    q=st.text(max_size=80).map(lambda text: " ".join(text.split())),
    kind=st.sampled_from(["", *OF_THE_MAP]),
    up=st.booleans(),
    sort=st.sampled_from(["", "name", "time", "distance", *OF_THE_MAP]),
    order=st.sampled_from(["asc", "desc"]),
    page=st.integers(1, 9999),
    default=st.just(OF_THE_MAP[0]),
)


@given(wanted=_STATES)
def test_an_address_says_the_whole_state(wanted: state.State) -> None:
    asked = dict(
        parse_qsl(wanted.address(page=wanted.page).removeprefix("?"), encoding="utf-8", errors="surrogatepass")
    )
    assert state.read(asked, OF_THE_MAP, REGION, NOW) == wanted


_NAMES = st.sampled_from(["region", "property", "at", "q", "kind", "up", "sort", "order", "page", "other"])


@given(asked=st.dictionaries(_NAMES, st.text(max_size=100) | st.sampled_from(["", "0", "-1", "9" * 50, "²", "1e9"])))
def test_any_address_has_a_state_and_says_what_it_could_not_read(asked: dict[str, str]) -> None:
    read = state.read(asked, OF_THE_MAP, REGION, NOW)
    assert read.quantity in OF_THE_MAP
    assert read.page >= 1
    if asked.get("property", OF_THE_MAP[0]) not in OF_THE_MAP:
        assert read.wrong


@pytest.mark.parametrize("asked", [{"sort": "no"}, {"order": "up"}, {"page": "0"}, {"page": "x"}, {"kind": "ozone"}])
def test_what_a_table_cannot_do_is_said_once(asked: dict[str, str]) -> None:
    assert len(state.read(asked, OF_THE_MAP, REGION, NOW).wrong) == 1
    assert state.read(dict.fromkeys(asked, ""), OF_THE_MAP, REGION, NOW).wrong == []


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-20T21:00:00Z", datetime(2026, 11, 20, 21, tzinfo=UTC)),
        ("2026-11-20T22:00:00+01:00", datetime(2026, 11, 20, 21, tzinfo=UTC)),
        # As a form's field says it: by the region's own clock, in winter and in summer.
        ("2026-11-20T22:00", datetime(2026, 11, 20, 21, tzinfo=UTC)),
        ("2026-07-01T22:00", datetime(2026, 7, 1, 20, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 19, 23, tzinfo=UTC)),
        ("1970-01-02T00:00:00Z", datetime(1970, 1, 2, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_with_its_zone_or_in_that_of_the_region(written: str, moment: datetime) -> None:
    read = state.read({"at": written}, OF_THE_MAP, REGION, NOW)
    assert (read.at, read.wrong) == (moment, [])
    assert state.read({"at": read.moment}, OF_THE_MAP, REGION, NOW).at == moment


@pytest.mark.parametrize(
    "written",
    ["yesterday", "2026-13-01T00:00:00Z", "0001-01-01T00:00", "9999-12-31T23:59", "2026-11-21T12:31:00Z", "\x00"],
)
def test_a_time_that_is_none_or_has_not_come_is_the_present(written: str) -> None:
    read = state.read({"at": written}, OF_THE_MAP, REGION, NOW)
    assert read.at is None
    assert len(read.wrong) == 1


def test_near_a_place_are_those_within_bicycling_distance_and_a_handful_at_least() -> None:
    place = search.known()[search.fold("Flensburg")]
    many = [STATIONS[0]._replace(code=f"here-{n}") for n in range(6)]
    far = STATIONS[0]._replace(code="far", latitude=STATIONS[0].latitude - 0.5)
    assert [each.code for each in search.near(place, [far, *many])] == [each.code for each in many]
    assert [each.code for each in search.near(place, [far, *many[:4]])][-1] == "far"
