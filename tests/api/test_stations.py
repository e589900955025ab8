"""Stations: which are public, where, with which values; filters; what a poll costs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from api.world import EXACT, NOON, Client, World

from plietsch.api.stations import documents, lookback
from plietsch.platform import places, properties, sql

STATIONS = "/api/v1/stations"


def codes(collection: dict[str, Any]) -> list[str]:
    return [feature["id"] for feature in collection["features"]]


def test_only_what_is_installed_is_listed(world: World, api: Client):
    world.connection.execute(
        "UPDATE deployment SET during = tstzrange('2026-01-01', '2026-02-01')"
        " WHERE station_id = (SELECT id FROM station WHERE code = 'husum')"
    )
    api.settled()
    assert codes(api.json(STATIONS)) == ["harbour", "market"]


def test_a_station_is_a_feature_at_its_public_place(world: World, api: Client):
    world.measured("harbour", "pm2_5", NOON, 12.3)
    world.measured("harbour", "aqi_eu", NOON, 3)
    api.settled()
    documents.StationCollection.model_validate(api.json(STATIONS))
    feature = api.json(STATIONS)["features"][0]
    assert feature["geometry"]["coordinates"] == list(places.snap(*EXACT["harbour"], 1000))
    noon = "2026-05-01T12:00:00Z"
    said = {"time": noon, "quality": 1, "freshness": "silent"}
    assert feature["properties"] == {
        "name": "Harbour, Förde",
        "description": "",
        "region": "flensburg",
        "municipality_key": "01001000",
        "operator": {"code": "ok-lab", "name": "OK Lab Flensburg", "url": "https://oklab.example"},
        "licence": "CC0-1.0",
        "attribution": "The neighbours",
        "simulated": True,
        "kind": "air",
        "grid_m": 1000,
        "since": "2026-01-01T00:00:00Z",
        "freshness": "silent",
        "index": {"aqi_eu": {"value": 3, "time": noon, "version": "eaqi-2024/1", "quality": 1, "freshness": "silent"}},
        "latest": {
            "aqi_eu": {"value": 3.0, "unit": "1", "unit_symbol": "", "method": "eaqi-2024/1", **said},
            "pm2_5": {"value": 12.3, "unit": "ug/m3", "unit_symbol": "µg/m³", "method": "raw", **said},
        },
    }


def test_latest_is_the_newest_result_that_did_not_fail(world: World, api: Client):
    for minutes, value, quality in [(0, 10.0, 1), (5, 11.0, 3), (10, 999.9, 4), (15, None, 9)]:
        world.measured("harbour", "pm10", NOON + timedelta(minutes=minutes), value, quality)
    latest = api.json(f"{STATIONS}/harbour")["properties"]["latest"]
    assert list(latest) == ["pm10"]
    assert (latest["pm10"]["value"], latest["pm10"]["quality"]) == (11.0, 3)


def test_a_clock_far_ahead_does_not_stop_what_is_latest(world: World, api: Client):
    now = datetime.now(UTC)
    world.measured("harbour", "pm10", now + timedelta(days=365), 99.0, 3)
    world.measured("harbour", "pm10", now - timedelta(minutes=5), 10.0)
    assert api.json(f"{STATIONS}/harbour")["properties"]["latest"]["pm10"]["value"] == 10.0
    world.measured("harbour", "pm10", now + timedelta(minutes=50), 11.0)
    assert api.json(f"{STATIONS}/harbour")["properties"]["latest"]["pm10"]["value"] == 11.0


def test_latest_is_the_newest_of_several_instruments(world: World, api: Client):
    world.connection.execute(
        """
        INSERT INTO datastream (station_id, sensor_id, observed_property_id)
        SELECT s.id, n.id, p.id FROM station s, sensor n, observed_property p
        WHERE s.code = 'harbour' AND n.model = 'DHT22' AND p.code = 'temperature'
        """
    )
    world.connection.execute(
        """
        INSERT INTO deployment_channel SELECT c.deployment_id, 'temperature_2', new.id
        FROM datastream new JOIN sensor n ON n.id = new.sensor_id
        JOIN datastream old ON old.station_id = new.station_id AND old.id <> new.id
        JOIN deployment_channel c ON c.datastream_id = old.id AND c.channel = 'temperature'
        WHERE n.model = 'DHT22'
        """
    )
    world.measured("harbour", "temperature", NOON, 20.1, sensor="BME280")
    world.measured("harbour", "temperature", NOON + timedelta(minutes=1), 20.7, sensor="DHT22")
    assert api.json(f"{STATIONS}/harbour")["properties"]["latest"]["temperature"]["value"] == 20.7


def test_what_was_measured_on_the_bench_is_not_public(world: World, api: Client):
    world.measured("harbour", "pm2_5", NOON.replace(year=2025), 400.0)
    assert api.json(f"{STATIONS}/harbour")["properties"]["latest"] == {}


def test_a_spread_is_a_latest_value_where_it_is_asked_for(world: World, api: Client):
    for code, value in (("pm10", 10.0), ("pm10_spread", 1.5)):
        world.measured("harbour", code, NOON, value)
    assert list(api.json(f"{STATIONS}/harbour")["properties"]["latest"]) == ["pm10"]
    api.settled()
    asked = api.json(STATIONS, property="pm10_spread")["features"]
    assert {each["id"]: list(each["properties"]["latest"]) for each in asked}["harbour"] == ["pm10_spread"]


def test_a_corrected_series_is_no_latest_value(world: World, api: Client):
    world.measured("harbour", "pm2_5", NOON, 12.3)
    world.measured("harbour", "pm2_5", NOON + timedelta(minutes=5), 6.1, method="kappa-koehler/1")
    station = api.json(f"{STATIONS}/harbour")
    assert [(code, each["value"]) for code, each in station["properties"]["latest"].items()] == [("pm2_5", 12.3)]
    streams = station["properties"]["datastreams"]
    assert [each["method"] for each in streams if each["property"] == "pm2_5"] == ["kappa-koehler/1", "raw"]


def test_a_station_by_its_code_leads_on(world: World, api: Client):
    world.measured("harbour", "pm2_5", NOON, 12.3)
    station = api.json(f"{STATIONS}/harbour")
    links = station["properties"]["links"]
    assert links["self"] == f"{STATIONS}/harbour"
    assert links["chart_svg"] == f"{STATIONS}/harbour/chart.svg?property=pm2_5&last=7d"
    assert api.json(links["self"]) == station
    streams = [each for each in station["properties"]["datastreams"] if each["latest"]]
    assert [(each["property"], each["latest"]["value"]) for each in streams] == [("pm2_5", 12.3)]


def test_a_station_by_its_code_names_its_datastreams(quiet_api: Client):
    response = quiet_api.get(f"{STATIONS}/market")
    assert response.headers["content-type"] == "application/geo+json"
    # A cache between must not give it to who wants another format, and a 304 says so, too.
    known = quiet_api.get(f"{STATIONS}/market", headers={"If-None-Match": response.headers["etag"]})
    assert [(each.status_code, "Accept" in each.headers["vary"].split(", ")) for each in (response, known)] == [
        (200, True),
        (304, True),
    ]
    documents.StationDetailsFeature.model_validate(response.json())
    streams = response.json()["properties"]["datastreams"]
    assert [(each["property"], each["sensor"]["model"]) for each in streams] == [
        ("aqi_de", "SDS011"),
        ("aqi_eu", "SDS011"),
        ("battery", "node"),
        ("pm10", "SDS011"),
        ("pm10_spread", "SDS011"),
        ("pm2_5", "SDS011"),
        ("pm2_5_spread", "SDS011"),
    ]


@pytest.mark.parametrize("code", ["nowhere", "bench", "gone", "HARBOUR", "a%00b", "%F0%28", "x" * 5000])
def test_a_station_that_is_not_public_is_unknown(quiet_api: Client, code: str):
    problem = quiet_api.problem(f"{STATIONS}/{code}")
    assert problem["status"] == 404
    assert problem["type"] == "/developers#problem-station-unknown"
    assert "GET /api/v1/stations" in problem["hint"]


def test_a_box_holds_the_public_places(quiet_api: Client):
    assert codes(quiet_api.json(STATIONS, bbox="9.3,54.7,9.6,54.9")) == ["harbour", "market"]
    assert codes(quiet_api.json(STATIONS, bbox="-180,-90,180,90")) == ["harbour", "husum", "market"]
    assert codes(quiet_api.json(STATIONS, bbox="0,0,1,1")) == []


def test_a_box_knows_nothing_of_exact_places(quiet_api: Client):
    longitude, latitude = EXACT["harbour"]
    tight = f"{longitude - 1e-4},{latitude - 1e-4},{longitude + 1e-4},{latitude + 1e-4}"
    assert codes(quiet_api.json(STATIONS, bbox=tight)) == []


@pytest.mark.parametrize(
    ("bbox", "wrong"),
    [
        ("9.3,54.7,9.6", "not four numbers"),
        ("9.3,54.7,9.6,54.9,1", "not four numbers"),
        ("a,b,c,d", "not four numbers"),
        ("", "not four numbers"),
        ("9.6,54.7,9.3,54.9", "west of the box (9.6) lies east"),
        ("9.3,54.9,9.6,54.7", "south of the box (54.9) lies north"),
        ("54.7,9.3,54.9,96", "north of the box is 96"),
        ("-181,0,0,0", "west of the box is -181"),
        ("nan,0,0,0", "west of the box is nan"),
        ("0,0,inf,0", "east of the box is inf"),
    ],
)
def test_a_box_that_is_none_is_explained(quiet_api: Client, bbox: str, wrong: str):
    problem = quiet_api.problem(STATIONS, bbox=bbox)
    assert (problem["status"], problem["parameter"]) == (400, "bbox")
    assert wrong in problem["detail"]
    assert "west,south,east,north" in problem["hint"]


def test_stations_by_property_show_only_that(world: World, api: Client):
    world.measured("harbour", "humidity", NOON, 81.5)
    world.measured("harbour", "pm10", NOON, 20.0)
    api.settled()
    stations = api.json(STATIONS, property="humidity")
    assert codes(stations) == ["harbour", "husum"]
    assert list(stations["features"][0]["properties"]["latest"]) == ["humidity"]
    assert codes(api.json(STATIONS, property=["pm10", "humidity"])) == ["harbour", "husum", "market"]


def test_stations_by_region(quiet_api: Client):
    assert codes(quiet_api.json(STATIONS, region="nordfriesland")) == ["husum"]
    problem = quiet_api.problem(STATIONS, region="atlantis")
    assert problem["status"] == 404
    assert "flensburg, nordfriesland" in problem["hint"]


def test_an_unknown_property_is_answered_with_the_known_ones(quiet_api: Client):
    problem = quiet_api.problem(STATIONS, property=["pm2_5", "pm25"])
    assert (problem["status"], problem["parameter"]) == (400, "property")
    assert "“pm25”" in problem["detail"]
    assert ", ".join(sorted(properties.ALL)) in problem["hint"]


def test_a_station_that_moved_stands_at_its_newest_place(world: World, api: Client):
    world.connection.execute(
        """
        WITH place AS (
            INSERT INTO location (name, longitude, latitude, grid_m) VALUES ('new', 9.5, 54.8, 100) RETURNING id
        )
        INSERT INTO historical_location SELECT s.id, now(), place.id FROM station s, place WHERE s.code = 'harbour'
        """
    )
    assert api.json(f"{STATIONS}/harbour")["geometry"]["coordinates"] == [9.5, 54.8]


def test_the_newest_values_are_found_without_reading_what_is_older(world: World, api: Client):
    world.crowd(300)
    world.connection.execute("ANALYZE")
    ids = [row[0] for row in world.connection.execute("SELECT id FROM datastream ORDER BY id DESC LIMIT 300")]
    query = sql.load("plietsch.api.stations", "stations.sql")["newest"]
    parameters = lookback.question(ids, lookback.BEGINNING)
    assert {row[2] for row in world.connection.execute(query, parameters)} == {100.0}
    ((plan,),) = world.connection.execute(f"EXPLAIN (ANALYZE, FORMAT json) {query}", parameters).fetchall()
    reads = [node for node in nodes(plan[0]["Plan"]) if node.get("Relation Name") == "observation"]
    assert [(node["Node Type"], node["Scan Direction"]) for node in reads] == [("Index Scan", "Backward")]
    assert reads[0]["Actual Rows"] <= 1


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan's nodes, from the root down."""
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)
