"""Annotations: what a reader of a time must know, wherever that comes from."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from api.world import DEV_EUIS, EXACT, Client, World
from hypothesis import given
from hypothesis import strategies as st

from plietsch.api.annotations import calendar, deployments, documents
from plietsch.api.annotations.deployments import Deployment, Place
from plietsch.api.annotations.model import Span
from plietsch.platform import annotations, errors

ANNOTATIONS = "/api/v1/annotations"
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 7, 1, tzinfo=UTC)
DAYS = [datetime(2026, month, 1, tzinfo=UTC) for month in range(1, 7)]


def device(since: datetime | None, until: datetime | None, models: Sequence[str] = ("A",), again: bool = False):
    return Deployment("harbour", "flensburg", since, until, list(models), again)


def said(*devices: Deployment) -> list[tuple[str, Span, str]]:
    return [(each.kind, each.during, each.text["en"]) for each in deployments.of_devices(devices, NOW)]


def test_a_device_that_was_always_there_says_nothing():
    assert said() == []
    assert said(device(None, None)) == []
    assert said(device(DAYS[0], NOW + timedelta(days=1))) == []


def test_another_device_the_same_one_and_other_instruments_are_told_apart():
    (replaced,) = said(device(None, DAYS[1]), device(DAYS[1], None, ["A", "B", "C"]))
    assert replaced == ("device-replaced", Span(DAYS[1], DAYS[1]), "Another device is installed, with A, B and C.")
    (remounted,) = said(device(None, DAYS[1]), device(DAYS[1], None, again=True))
    assert remounted[:2] == ("remounted", Span(DAYS[1], DAYS[1]))
    (changed,) = said(device(None, DAYS[1]), device(DAYS[1], None, ["B"], again=True))
    assert changed[0] == "instruments-changed"
    assert "B instead of A" in changed[2]


def test_a_time_without_a_device_is_a_gap_and_its_end_is_told():
    found = said(device(DAYS[0], DAYS[1]), device(DAYS[2], DAYS[3]))
    assert [each[:2] for each in found] == [
        ("gap", Span(DAYS[1], DAYS[2])),
        ("device-replaced", Span(DAYS[2], DAYS[2])),
        ("taken-down", Span(DAYS[3], None)),
    ]


def test_a_station_moved_no_finer_than_its_places_are_public():
    def place(longitude: float, grid_m: int) -> Place:
        return Place("harbour", "flensburg", DAYS[0], longitude, 54.8, grid_m)

    near, far, coarse = place(9.40, 100), place(9.41, 100), place(9.405, 1000)
    texts = [each.text["en"] for each in deployments.of_places([near, far, coarse])]
    # 0.01° of longitude at 54.8° N are 641 m; half of that is less than half of a kilometre.
    assert texts[0] == "The station stands about 600 m from where it stood before."
    assert "less far away" in texts[1]


@given(year=st.integers(1970, 2099), zone=st.sampled_from(["Europe/Berlin", "Pacific/Apia", "America/New_York", "UTC"]))
def test_new_year_s_eve_is_twelve_hours_by_local_clocks_around_the_change_of_the_year(year: int, zone: str):
    during = calendar.new_years_eve(year, ZoneInfo(zone))
    assert during.start is not None
    assert during.end is not None
    local = [moment.astimezone(ZoneInfo(zone)) for moment in (during.start, during.end)]
    assert [(each.year, each.month, each.day, each.hour, each.minute) for each in local] == [
        (year, 12, 31, 18, 0),
        (year + 1, 1, 1, 6, 0),
    ]
    midnight = datetime(year + 1, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    second = timedelta(seconds=1)
    for start, hits in [(midnight, 1), (during.end, 0), (during.end - second, 1), (during.start - second, 0)]:
        assert len(list(calendar.nights([("here", ZoneInfo(zone))], start, start + second))) == hits


def test_the_calendar_has_an_end():
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    years = [each.during.start.year for each in calendar.nights([("here", BERLIN)], first, last) if each.during.start]
    assert years == list(range(1970, 2100))
    for year, hits in ((1969, 0), (1970, 1), (2099, 1), (2100, 0)):
        noon = datetime(year, 12, 31, 12, tzinfo=UTC)
        assert len(list(calendar.nights([("here", BERLIN)], noon, noon + timedelta(days=1)))) == hits, year


@pytest.fixture
def told(world: World) -> World:
    """A harbour whose device was replaced after a gap and mounted anew, which moved, and what an operator entered."""
    world.connection.execute(
        """
        WITH ended AS (
            UPDATE deployment SET during = '[2026-01-01Z,2026-02-01Z)'
            WHERE station_id = (SELECT id FROM station WHERE code = 'harbour') RETURNING station_id
        ), other AS (
            INSERT INTO device (dev_eui, device_type_id, interval_s) VALUES ('00000000000000ff', 1, 300) RETURNING id
        ), new AS (
            INSERT INTO deployment (device_id, station_id, phase, during)
            SELECT other.id, station_id, 'installed', during::tstzrange
            FROM other, ended, unnest(ARRAY['[2026-02-03Z,2026-04-01Z)', '[2026-04-01Z,)']) AS during RETURNING id
        )
        INSERT INTO deployment_channel SELECT new.id, 'pm2_5', ds.id
        FROM new, datastream ds JOIN station s ON s.id = ds.station_id JOIN sensor n ON n.id = ds.sensor_id
        WHERE s.code = 'harbour' AND n.model = 'SDS011' AND ds.method = 'raw'
          AND ds.observed_property_id = (SELECT id FROM observed_property WHERE code = 'pm2_5')
        """
    )
    world.connection.execute(
        """WITH place AS (
            INSERT INTO location (name, longitude, latitude, grid_m) VALUES ('', 9.5, 54.8, 1000) RETURNING id
        )
        INSERT INTO historical_location
        SELECT s.id, '2026-05-01Z', place.id FROM place, station s WHERE code = 'harbour'"""
    )
    for place, code, start, kind in [
        ({"station": "market", "region": None}, "pm10", DAYS[2], "road-works"),
        ({"station": None, "region": "nordfriesland"}, None, DAYS[3], "storm"),
        ({"station": None, "region": None}, None, None, "note"),
        ({"station": "bench", "region": None}, None, DAYS[2], "secret"),
    ]:
        annotations.add(
            world.connection, **place, property_=code, start=start, end=DAYS[4] if start else None, kind=kind,
            text={"de": "Beschreibung", "en": kind}, source="The town" if code else None,
        )  # fmt: skip
    return world


def kinds(api: Client, **query: Any) -> list[str]:
    span = {"from_": "2025-12-01T00:00:00Z", "to": "2026-06-01T00:00:00Z"}
    return [each["kind"] for each in api.json(ANNOTATIONS, **{**span, **query})["annotations"]]


def test_everything_that_touches_a_span_comes_in_the_order_of_time(told: World, api: Client):
    answer = api.json(ANNOTATIONS, from_="2025-12-01T00:00:00Z", to="2026-06-01T00:00:00Z")
    documents.Annotations.model_validate(answer)
    assert [(each["kind"], each["station"] or each["region"]) for each in answer["annotations"]] == [
        ("note", None),
        ("new-years-eve", "flensburg"),
        ("new-years-eve", "nordfriesland"),
        ("gap", "harbour"),
        ("device-replaced", "harbour"),
        ("road-works", "market"),
        ("remounted", "harbour"),
        ("storm", "nordfriesland"),
        ("station-moved", "harbour"),
    ]
    by_kind = {each["kind"]: each for each in answer["annotations"]}
    assert by_kind["gap"]["during"] == {"from": "2026-02-01T00:00:00Z", "to": "2026-02-03T00:00:00Z"}
    assert by_kind["device-replaced"]["text"]["de"] == "Ein anderes Gerät ist angebracht, mit SDS011."
    assert by_kind["new-years-eve"]["during"] == {"from": "2025-12-31T17:00:00Z", "to": "2026-01-01T05:00:00Z"}
    assert by_kind["road-works"] == {
        "kind": "road-works",
        "origin": "entered",
        "during": {"from": "2026-03-01T00:00:00Z", "to": "2026-05-01T00:00:00Z"},
        "text": {"de": "Beschreibung", "en": "road-works"},
        "source": "The town",
        "station": "market",
        "region": "flensburg",
        "properties": ["pm10"],
    }
    assert by_kind["note"]["source"] == "operator"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"station": "market"}, ["note", "new-years-eve", "road-works"]),
        ({"station": "husum"}, ["note", "new-years-eve", "storm"]),
        ({"region": "nordfriesland"}, ["note", "new-years-eve", "storm"]),
        ({"station": "market", "property": "pm2_5"}, ["note", "new-years-eve"]),
        ({"station": "market", "property": ["pm10", "battery"]}, ["note", "new-years-eve", "road-works"]),
        ({"station": "market", "property": "temperature"}, ["note"]),
        ({"kind": ["gap", "storm"]}, ["gap", "storm"]),
        ({"kind": "nothing"}, []),
        ({"from_": "2026-02-02T00:00:00Z", "to": "2026-02-02T00:00:01Z", "station": "harbour"}, ["note", "gap"]),
        ({"from_": "2026-04-01T00:00:00Z", "to": "2026-04-01T00:00:01Z", "kind": "remounted"}, ["remounted"]),
        ({"from_": "2026-04-01T00:00:01Z", "to": "2026-04-02T00:00:00Z", "kind": "remounted"}, []),
    ],
)
def test_filters_leave_what_is_of_the_place_of_its_region_and_of_everywhere(
    told: World, api: Client, query: dict[str, Any], expected: list[str]
):
    assert kinds(api, **query) == expected


def test_pages_are_the_whole_and_what_is_not_public_is_not_told(told: World, api: Client):
    whole = kinds(api)
    page = api.json(ANNOTATIONS, from_="2025-12-01T00:00:00Z", to="2026-06-01T00:00:00Z", limit=2)
    found = page["annotations"]
    while page["next"]:
        page = api.json(page["next"])
        found += page["annotations"]
    assert [each["kind"] for each in found] == whole
    text = api.get(f"{ANNOTATIONS}?from=2025-12-01T00:00:00Z").text
    secrets = [*DEV_EUIS.values(), "00000000000000ff", *(str(degrees) for place in EXACT.values() for degrees in place)]
    assert not [secret for secret in [*secrets, "secret", "bench"] if secret in text]


def test_as_a_table_it_says_the_same(told: World, api: Client):
    rows = list(csv.DictReader(io.StringIO(api.get(f"{ANNOTATIONS}.csv?from=2025-12-01T00:00:00Z").text)))
    assert [row["kind"] for row in rows] == kinds(api, to="2026-11-01T00:00:00Z")
    night = next(row for row in rows if row["kind"] == "new-years-eve")
    assert (night["properties"], night["from"]) == ("pm1 pm10 pm2_5 pm4", "2025-12-31T17:00:00Z")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("station=nowhere", 404),
        ("region=atlantis", 404),
        ("property=pm25", 400),
        ("from=yesterday", 400),
        ("from=2026-05-01T00:00:00", 400),
        ("from=2026-05-01T00:00:00Z&to=2026-05-01T00:00:00Z", 400),
        ("to=0001-01-01T00:00:00Z", 400),
        ("limit=1001", 400),
        ("cursor=WzFd", 400),
        ("method=raw", 400),
        ("format=shp", 400),
        ("kind=Gap", 400),
        ("kind=", 400),
        ("kind=gap&kind=x9", 400),
    ],
)
def test_what_cannot_be_asked_is_a_problem_that_says_what_can(quiet_api: Client, query: str, status: int):
    problem = quiet_api.problem(f"{ANNOTATIONS}?{query}")
    assert problem["status"] == status
    assert problem["hint"]


@pytest.mark.parametrize("span", ["from=0001-01-01T00:00:00Z", "to=9999-12-31T23:59:59Z&from=9998-01-01T00:00:00Z"])
def test_no_span_is_too_long(quiet_api: Client, span: str):
    assert quiet_api.json(f"{ANNOTATIONS}?{span}&limit=1000")["from"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"station": "nowhere"}, "There is no station nowhere."),
        ({"region": "atlantis"}, "There is no region atlantis."),
        ({"station": "market", "region": "flensburg"}, "It is of a station or of a region."),
        ({"property_": "pm25"}, "There is no property pm25."),
        ({"start": DAYS[1], "end": DAYS[1]}, "It ends before it begins."),
        ({"kind": "Bonfire!"}, "Bonfire! is no kind."),
        ({"text": {"de": " "}}, "It says nothing."),
    ],
)
def test_what_makes_no_sense_is_not_entered(world: World, wrong: dict[str, Any], said: str):
    right: dict[str, Any] = {"station": None, "region": None, "property_": None, "start": None, "end": None,
                             "kind": "note", "text": {"de": "Hinweis"}, "source": None}  # fmt: skip
    with pytest.raises((errors.AnnotationInvalid, errors.StationUnknown)) as refused:
        annotations.add(world.connection, **{**right, **wrong})
    assert refused.value.message == said
    assert refused.value.hint
    assert annotations.known(world.connection) == []
