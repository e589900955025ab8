"""Observations: filters, pages, hours and days, JSON and CSV, times as people write them."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from api.world import NOON, Client, World

from api import instruments
from plietsch.api import cursors
from plietsch.api.observations import documents

OBSERVATIONS = "/api/v1/observations"
DAY = {"from_": "2026-05-01T00:00:00Z", "to": "2026-05-02T00:00:00Z"}


def short(page: dict[str, Any]) -> list[tuple[str, str, str, float | None]]:
    return [(o["time"][11:16], o["station"], o["property"], o["value"]) for o in page["observations"]]


def pages(api: Client, **query: Any) -> list[dict[str, Any]]:
    """Every page from the first on, as its links lead."""
    found = [api.json(OBSERVATIONS, **query)]
    while url := found[-1]["next"]:
        found.append(api.json(url))
    return found


def test_observations_come_by_time_station_and_property(world: World, api: Client):
    for code, property_ in [("market", "pm10"), ("harbour", "pm2_5"), ("husum", "humidity"), ("harbour", "humidity")]:
        world.series(code, property_, [50.5, None])
    page = api.json(OBSERVATIONS, **DAY)
    documents.Observations.model_validate(page)
    order = [("harbour", "humidity"), ("harbour", "pm2_5"), ("husum", "humidity"), ("market", "pm10")]
    assert short(page) == [(t, *each, v) for t, v in [("12:00", 50.5), ("12:05", None)] for each in order]
    assert [o["quality"] for o in page["observations"]] == [1] * 4 + [9] * 4
    assert (page["from"], page["to"], page["resolution"]) == ("2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z", "raw")
    assert page["units"]["humidity"] == {"unit": "%", "unit_symbol": "%"}
    assert page["next"] is None


def test_stations_and_properties_may_be_several(world: World, api: Client):
    for code in ("harbour", "market"):
        for property_ in ("pm2_5", "pm10", "battery"):
            world.measured(code, property_, NOON, 1.0)
    page = api.json(OBSERVATIONS, station="market", property=["pm10", "pm2_5"], **DAY)
    assert [each[1:3] for each in short(page)] == [("market", "pm10"), ("market", "pm2_5")]
    assert list(page["units"]) == ["pm10", "pm2_5"]
    assert len(api.json(OBSERVATIONS, station=["harbour", "market"], **DAY)["observations"]) == 6


def test_from_belongs_to_the_span_and_to_does_not(world: World, api: Client):
    world.series("harbour", "pm10", [1, 2, 3])
    page = api.json(OBSERVATIONS, from_="2026-05-01T14:00:00+02:00", to="2026-05-01T12:10:00Z")
    assert [each[3] for each in short(page)] == [1, 2]


def test_the_last_day_is_what_is_given_unasked(world: World, api: Client):
    now = datetime.now(UTC)
    for hours in (1, 23, 25):
        world.measured("harbour", "pm10", now - timedelta(hours=hours), float(hours))
    assert [o["value"] for o in api.json(OBSERVATIONS)["observations"]] == [23, 1]


def test_what_is_not_installed_is_not_public(world: World, api: Client):
    for code in ("bench", "gone"):
        world.measured(code, "pm10", NOON, 1.0)
        assert api.problem(OBSERVATIONS, station=code)["status"] == 404
    world.measured("harbour", "pm10", NOON.replace(year=2025), 1.0)
    page = api.json(OBSERVATIONS, from_="2000-01-01T00:00:00Z", to="2100-01-01T00:00:00Z")
    assert page["observations"] == []
    assert api.json(OBSERVATIONS, from_="2000-01-01T00:00:00Z", resolution="1h")["observations"] == []


def test_what_a_removed_station_measured_stays_public(world: World, api: Client):
    world.measured("husum", "humidity", NOON, 80.0)
    world.connection.execute("UPDATE deployment SET during = tstzrange('2026-01-01', '2026-06-01')")
    assert api.problem("/api/v1/stations/husum")["status"] == 404
    assert len(api.json(OBSERVATIONS, station="husum", **DAY)["observations"]) == 1


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 1000])
def test_all_pages_hold_every_observation_once(world: World, api: Client, limit: int):
    """The times are the same at all stations, so that pages end between equal times."""
    for code, property_ in [("market", "pm10"), ("harbour", "pm2_5"), ("harbour", "pm10"), ("husum", "humidity")]:
        world.series(code, property_, range(5), every_s=3600)
    found = pages(api, limit=limit, **DAY)
    rows = [row for page in found for row in short(page)]
    assert len(rows) == 20
    assert rows == sorted(set(rows))
    assert all(len(page["observations"]) == min(limit, 20) for page in found[:-1])
    assert {(page["from"], page["to"]) for page in found} == {("2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z")}


def test_pages_go_over_long_gaps(world: World, api: Client):
    for year, month in [(2026, 1), (2026, 2), (2026, 8), (2031, 1)]:
        world.measured("harbour", "pm10", datetime(year, month, 3, tzinfo=UTC), 1.0)
    found = pages(
        api, station="harbour", property="pm10", from_="1970-01-01T00:00:00Z", to="9999-01-01T00:00:00Z", limit=1
    )
    assert [page["observations"][0]["time"][:7] for page in found] == ["2026-01", "2026-02", "2026-08", "2031-01"]


def test_a_page_may_begin_while_stations_come_and_go(world: World, api: Client):
    for code in ("harbour", "market"):
        world.series(code, "pm10", [1, 2])
    first = api.json(OBSERVATIONS, limit=1, **DAY)
    world.connection.execute("DELETE FROM station WHERE code = 'harbour'")
    assert [each[:2] for each in short(api.json(first["next"]))] == [("12:00", "market")]


def test_pages_over_hundreds_of_stations(world: World, api: Client):
    world.crowd(300)
    found = pages(api, from_="2026-05-01T00:00:00Z", to="2026-05-03T00:00:00Z", limit=7000)
    rows = [row for page in found for row in page["observations"]]
    assert [len(page["observations"]) for page in found] == [7000, 7000, 7000, 7000, 2000]
    keys = [(row["time"], row["station"]) for row in rows]
    assert keys == sorted(set(keys))


@pytest.mark.parametrize("resolution", ["1h", "1d"])
def test_pages_of_aggregates_hold_every_bucket_once(world: World, api: Client, resolution: str):
    for code in ("harbour", "market"):
        world.series(code, "pm10", range(6), every_s=86_400)
    span = {"from_": "2026-05-01T00:00:00Z", "to": "2026-05-08T00:00:00Z"}
    found = pages(api, resolution=resolution, limit=5, **span)
    rows = [(o["time"], o["station"]) for page in found for o in page["observations"]]
    assert len(rows) == 12
    assert rows == sorted(set(rows))


def test_hours_are_of_what_did_not_fail(world: World, api: Client):
    world.series("harbour", "pm2_5", [10.0, None, 11.0, 10.1])
    world.measured("harbour", "pm2_5", NOON + timedelta(minutes=50), 999.0, 4)
    world.measured("harbour", "pm2_5", NOON + timedelta(minutes=60), 20.0, 2)
    page = api.json(OBSERVATIONS, resolution="1h", **DAY)
    documents.Observations.model_validate(page)
    (datastream,) = instruments.ids(world, "harbour", "pm2_5")
    key = {"station": "harbour", "property": "pm2_5", "method": "raw", "datastream": datastream}
    assert page["observations"] == [
        {**key, "time": "2026-05-01T12:00:00Z", "count": 3, "mean": 10.37, "min": 10.0, "max": 11.0, "last": 10.1},
        {**key, "time": "2026-05-01T13:00:00Z", "count": 1, "mean": 20.0, "min": 20.0, "max": 20.0, "last": 20.0},
    ]


def test_days_are_utc(world: World, api: Client):
    world.measured("harbour", "pm2_5", datetime(2026, 5, 1, 23, 59, tzinfo=UTC), 1.0)
    world.measured("harbour", "pm2_5", datetime(2026, 5, 2, 0, 0, tzinfo=UTC), 3.0)
    page = api.json(OBSERVATIONS, resolution="1d", from_="2026-05-01T00:00:00Z", to="2026-05-03T00:00:00Z")
    assert [(o["time"], o["mean"]) for o in page["observations"]] == [
        ("2026-05-01T00:00:00Z", 1.0),
        ("2026-05-02T00:00:00Z", 3.0),
    ]


@pytest.mark.parametrize("resolution", ["raw", "1h"])
def test_every_answer_tells_what_is_simulated_and_whose_it_is(world: World, api: Client, resolution: str):
    for code in ("harbour", "market", "husum"):
        world.measured(code, "battery", NOON, 3.7)
    world.connection.execute("UPDATE station SET simulated = false WHERE code = 'market'")
    query = {"station": ["harbour", "market"], "resolution": resolution, **DAY}
    about = {"licence": "CC0-1.0", "attribution": "The neighbours"}
    assert api.json(OBSERVATIONS, **query)["stations"] == {
        "harbour": {"name": "Harbour, Förde", "simulated": True, **about},
        "market": {"name": "Market, Förde", "simulated": False, **about},
    }
    rows = csv.DictReader(io.StringIO(api.get(OBSERVATIONS, format="csv", **query).text, newline=""))
    assert [(row["station"], row["simulated"]) for row in rows] == [("harbour", "true"), ("market", "false")]


def test_a_page_names_only_the_stations_that_are_on_it(world: World, api: Client):
    for code in ("harbour", "market"):
        world.measured(code, "battery", NOON, 3.7)
    assert [list(page["stations"]) for page in pages(api, limit=1, **DAY)] == [["harbour"], ["market"]]


def test_csv_is_rfc_4180(world: World, api: Client):
    world.series("harbour", "pm2_5", [12.3, None])
    (datastream,) = instruments.ids(world, "harbour", "pm2_5")
    response = api.get(OBSERVATIONS, format="csv", **DAY)
    assert response.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert response.text == (
        "station,property,method,unit,time,value,quality,simulated,datastream\r\n"
        f"harbour,pm2_5,raw,ug/m3,2026-05-01T12:00:00Z,12.3,1,true,{datastream}\r\n"
        f"harbour,pm2_5,raw,ug/m3,2026-05-01T12:05:00Z,,9,true,{datastream}\r\n"
    )


def test_csv_of_hours(world: World, api: Client):
    world.series("harbour", "temperature", [-0.5, 0.0])
    (datastream,) = instruments.ids(world, "harbour", "temperature")
    assert api.get(OBSERVATIONS, format="csv", resolution="1h", **DAY).text == (
        "station,property,method,unit,time,count,mean,min,max,last,simulated,datastream\r\n"
        f"harbour,temperature,raw,Cel,2026-05-01T12:00:00Z,2,-0.25,-0.5,0,0,true,{datastream}\r\n"
    )


def test_csv_has_pages_too(world: World, api: Client):
    world.series("harbour", "pm10", range(2500), every_s=15)
    response = api.get(OBSERVATIONS, format="csv", limit=1500, **DAY)
    rows: list[dict[str, str]] = []
    while True:
        rows += csv.DictReader(io.StringIO(response.text, newline=""))
        if "next" not in response.links:
            break
        response = api.get(response.links["next"]["url"])
    assert [float(row["value"]) for row in rows] == list(range(2500))


def test_the_link_header_is_the_next_link(world: World, api: Client):
    world.series("harbour", "pm10", [1, 2])
    response = api.get(OBSERVATIONS, limit=1, **DAY)
    assert response.links["next"]["url"] == response.json()["next"]
    assert "next" not in api.get(OBSERVATIONS, **DAY).links


@pytest.mark.parametrize(
    ("accept", "format_", "given"),
    [
        ("*/*", None, "application/json"),
        ("text/csv", None, "text/csv"),
        ("text/csv;q=0.9", None, "text/csv"),
        ("application/json, text/csv", None, "application/json"),
        ("text/csv", "json", "application/json"),
        ("application/json", "csv", "text/csv"),
    ],
)
def test_the_parameter_counts_for_more_than_accept(quiet_api: Client, accept: str, format_: str | None, given: str):
    query = {"format": format_} if format_ else {}
    response = quiet_api.get(OBSERVATIONS, headers={"Accept": accept}, **query)
    assert response.headers["content-type"].split(";")[0] == given
    assert ("Accept" in response.headers.get("vary", "").split(", ")) == (format_ is None), (
        "the address alone tells it otherwise"
    )


@pytest.mark.parametrize(
    ("query", "parameter", "said"),
    [
        ("from=2026-05-01", "from", "no time zone"),
        ("from=2026-05-01T00:00:00", "from", "no time zone"),
        ("from=yesterday", "from", "is not a time"),
        ("to=2026-13-01T00:00:00Z", "to", "is not a time"),
        ("to=", "to", "is not a time"),
        ("from=2026-05-01T00:00:00+02:00", "from", "%2B02:00"),
        ("from=2026-05-01T00:00:00+0200", "from", "%2B0200"),
        ("from=2026-05-02T00:00:00Z&to=2026-05-01T00:00:00Z", "from", "is not before to"),
        ("from=2026-05-01T00:00:00Z&to=2026-05-01T00:00:00Z", "from", "is not before to"),
        ("to=0001-01-01T00:00:00Z", "to", "year 1"),
        ("to=0001-01-01T00:00:00%2B05:00", "to", "is not a time"),
        ("limit=0", "limit", "greater than or equal to 1"),
        ("limit=50001", "limit", "less than or equal to 50000"),
        ("limit=many", "limit", "integer"),
        ("limit=1e99", "limit", "integer"),
        ("resolution=1m", "resolution", "'raw', '10m', '1h', '1d' or '1mo'"),
        ("format=xml", "format", "json, ndjson, csv, excel, parquet, arrow"),
        ("cursor=abc", "cursor", "not made here"),
        ("cursor=", "cursor", "not made here"),
        ("property=pm25", "property", "pm2_5"),
        ("property=pm2_5,pm10", "property", "Repeat the parameter"),
        ("stations=harbour", "stations", "station"),
    ],
)
def test_what_cannot_be_used_is_explained(quiet_api: Client, query: str, parameter: str, said: str):
    problem = quiet_api.problem(f"{OBSERVATIONS}?{query}")
    assert (problem["status"], problem["parameter"]) == (400, parameter)
    assert said in problem["detail"] + problem["hint"]


def test_an_unknown_station_is_named(quiet_api: Client):
    problem = quiet_api.problem(OBSERVATIONS, station=["harbour", "nowhere"])
    assert problem["status"] == 404
    assert "“nowhere”" in problem["detail"]


def test_a_cursor_goes_there_and_back():
    key = cursors.Key(NOON + timedelta(microseconds=1), "harbour", "pm2_5", 17)
    text = cursors.encode(key, "station=harbour")
    assert cursors.decode(text, "station=harbour") == key
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def test_a_cursor_of_another_question_is_refused(world: World, api: Client):
    """It would lead to nothing, or past something, and look like the end."""
    for code in ("harbour", "market"):
        world.series(code, "pm10", [1, 2, 3])
    asked = {"station": "market", "property": "pm10", "limit": 1, **DAY}
    cursor = parse_qs(urlsplit(api.json(OBSERVATIONS, **asked)["next"]).query)["cursor"][0]
    rest = api.json(OBSERVATIONS, **asked | {"cursor": cursor, "limit": 5})["observations"]
    assert [row["value"] for row in rest] == [2, 3]
    others = [{"station": "harbour"}, {"property": "pm2_5"}, {"to": "2026-05-03T00:00:00Z"}, {"resolution": "1h"}]
    for other in [*others, {"quality": "good"}, {"layout": "wide"}, {"method": "all"}, {"region": "flensburg"}]:
        problem = api.problem(OBSERVATIONS, **asked | {"cursor": cursor} | other)
        assert (problem["status"], problem["parameter"]) == (400, "cursor")
        assert "another question's" in problem["detail"]
        assert "next" in problem["hint"]
