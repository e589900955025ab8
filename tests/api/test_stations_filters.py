"""Stations by filters: which are found, in which order, on which page; and what is said of a filter that is none."""

import csv
import io
from typing import Any

import pytest
from api.world import EXACT, NOON, Client, World

from plietsch.api.stations import documents, folding, kinds
from plietsch.platform import places, properties

STATIONS = "/api/v1/stations"
HARBOUR = places.snap(*EXACT["harbour"], 1000)


def codes(collection: dict[str, Any]) -> list[str]:
    return [feature["id"] for feature in collection["features"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"region": ["flensburg", "nordfriesland"]}, ["harbour", "husum", "market"]),
        ({"kind": "air"}, ["harbour", "market"]),
        ({"kind": ["weather", "rain"]}, ["husum"]),
        ({"kind": "rain"}, []),
        ({"operator": "ok-lab"}, ["harbour", "husum", "market"]),
        ({"municipality_key": "01001000"}, ["harbour", "husum", "market"]),
        ({"municipality_key": ["99", "01"]}, ["harbour", "husum", "market"]),
        ({"municipality_key": "01059"}, []),
        ({"station": ["market", "harbour", "market"]}, ["harbour", "market"]),
        ({"q": "FÖRDE harb"}, ["harbour"]),
        ({"q": "foerde"}, ["harbour", "husum", "market"]),
        ({"q": "forde"}, ["harbour", "husum", "market"]),
        ({"q": "nowhere"}, []),
        ({"kind": "air", "q": "market", "bbox": "9,54,10,55"}, ["market"]),
    ],
)
def test_a_filter_finds(quiet_api: Client, query: dict[str, Any], expected: list[str]):
    answer = quiet_api.json(STATIONS, **query)
    documents.StationCollection.model_validate(answer)
    assert codes(answer) == expected


def test_the_nearest_come_first_with_how_far_they_are_from_the_public_place(quiet_api: Client):
    near = ",".join(map(str, HARBOUR))
    found = quiet_api.json(STATIONS, near=near, nearest=3)["features"]
    assert [each["id"] for each in found] == ["harbour", "market", "husum"]
    for each in found:
        expected = places.distance_m(*HARBOUR, *each["geometry"]["coordinates"])
        assert each["properties"]["distance_m"] == round(expected)
    assert found[0]["properties"]["distance_m"] == 0
    assert codes(quiet_api.json(STATIONS, near=near, radius=2000)) == ["harbour", "market"]
    assert codes(quiet_api.json(STATIONS, near=near, radius=2000, nearest=1)) == ["harbour"]
    # The exact place is up to half a cell's diagonal away: of a radius that would only hold that, nothing is told.
    assert codes(quiet_api.json(STATIONS, near=",".join(map(str, EXACT["harbour"])), radius=1)) == []


@pytest.mark.parametrize(
    ("query", "parameter", "said"),
    [
        ({"near": "9.4,54.8"}, "near", "needs radius or nearest"),
        ({"near": "9.4", "nearest": 1}, "near", "not two numbers"),
        ({"near": "a,b", "nearest": 1}, "near", "not two numbers"),
        ({"near": "nan,54.8", "nearest": 1}, "near", "no place"),
        ({"near": "54.8,190", "nearest": 1}, "near", "no place"),
        ({"radius": 5}, "radius", "only with near"),
        ({"nearest": 5}, "nearest", "only with near"),
        ({"near": "9.4,54.8", "radius": 0}, "radius", "greater than 0"),
        ({"near": "9.4,54.8", "radius": "inf"}, "radius", "finite"),
        ({"near": "9.4,54.8", "nearest": 0}, "nearest", "greater than or equal to 1"),
        ({"near": "9.4,54.8", "nearest": "x"}, "nearest", "integer"),
        ({"kind": "airport"}, "kind", "no kind “airport”"),
        ({"operator": "nobody"}, "operator", "no operator “nobody”"),
        ({"municipality_key": "0100"}, "municipality_key", "no municipality key"),
        ({"municipality_key": "01001000x"}, "municipality_key", "no municipality key"),
        ({"q": ""}, "q", "at least 1"),
        ({"q": "  "}, "q", "nothing to look for"),
        ({"q": "x" * 101}, "q", "at most 100"),
        ({"limit": 0}, "limit", "greater than or equal to 1"),
        ({"cursor": "x"}, "cursor", "not made here"),
        ({"cursor": "WzEuNSwiYSJd"}, "cursor", "another question"),
        ({"name": "harbour"}, "name", "takes no parameter"),
    ],
)
def test_a_filter_that_is_none_is_explained(quiet_api: Client, query: dict[str, Any], parameter: str, said: str):
    problem = quiet_api.problem(STATIONS, **query)
    assert (problem["status"], problem["parameter"]) == (400, parameter)
    assert said in problem["detail"]
    assert problem["hint"]


@pytest.mark.parametrize("query", [{}, {"near": "9.4,54.8", "nearest": 3}])
def test_pages_are_the_whole(quiet_api: Client, query: dict[str, Any]):
    whole = codes(quiet_api.json(STATIONS, **query))
    found: list[str] = []
    response = quiet_api.get(STATIONS, **query, limit=1)
    while True:
        page = response.json()
        assert len(page["features"]) == 1
        found += codes(page)
        if page["next"] is None:
            break
        assert page["next"].startswith("http://")
        assert response.links["next"]["url"] == page["next"]
        response = quiet_api.get(page["next"])
    assert "next" not in response.links
    assert found == whole


def test_a_row_is_what_a_feature_says(world: World, api: Client):
    world.measured("harbour", "pm2_5", NOON, 12.3)
    api.settled()
    response = api.get(f"{STATIONS}.csv", property="pm2_5")
    assert response.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [row["station"] for row in rows] == ["harbour", "market"]
    assert (rows[0]["pm2_5"], rows[0]["pm2_5_time"], rows[0]["kind"]) == ("12.3", "2026-05-01T12:00:00Z", "air")
    assert (rows[1]["pm2_5"], rows[1]["name"]) == ("", "Market, Förde")
    assert api.get(f"{STATIONS}/harbour.csv").text.count("\r\n") == 2


def test_json_is_the_same_document(quiet_api: Client):
    plain, named = quiet_api.get(STATIONS), quiet_api.get(f"{STATIONS}.json")
    assert plain.headers["content-type"] == "application/geo+json"
    assert named.headers["content-type"] == "application/json"
    assert plain.content == named.content == quiet_api.get(STATIONS, format="geojson").content


def test_every_property_but_what_a_node_says_of_itself_makes_a_kind():
    others = {code for code in properties.ALL if kinds.of([code]) == "other"}
    assert {code for code in others if not code.startswith("battery") and not code.endswith("_spread")} == {
        "aqi_eu", "aqi_de",  # of fine dust, which is there then, too
    }  # fmt: skip


@pytest.mark.parametrize(
    ("measured", "kind"),
    [
        (["pm10", "temperature", "humidity"], "air"),
        (["distance", "battery"], "water_level"),
        (["rain", "wind_speed", "temperature"], "weather"),
        (["rain_1h", "battery"], "rain"),
        (["soil_moisture", "temperature"], "soil"),
        (["water_temperature"], "water"),
        (["battery"], "other"),
        ([], "other"),
    ],
)
def test_what_a_station_is(measured: list[str], kind: str):
    assert kinds.of(measured) == kind


@pytest.mark.parametrize("typed", ["Tönning", "toenning", "TONNING", "tonn", "to\u0308nning"])
def test_a_name_is_found_however_it_is_typed(typed: str):
    assert folding.holds(folding.folded("Tönning, Hafen"), typed)
    assert folding.holds(folding.folded("Tönning, Hafen"), f"hafen {typed}")
    assert not folding.holds(folding.folded("Tönning, Hafen"), f"{typed} markt")
