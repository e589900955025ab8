"""Latest: the newest value of each series as a flat list; which series are meant, and in which formats."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.ipc
import pytest
from api.world import NOON, Client, World

from plietsch.api.latest import documents

LATEST = "/api/v1/latest"


@pytest.fixture
def measured(world: World, api: Client) -> Client:
    """The API over a few values, of several methods and qualities."""
    now = datetime.now(UTC).replace(microsecond=0)
    world.measured("harbour", "pm2_5", now - timedelta(minutes=5), 12.3)
    world.measured("harbour", "pm2_5", now - timedelta(minutes=4), 6.1, method="kappa-koehler/1")
    world.measured("harbour", "pm10", now - timedelta(hours=2), 20.0, 3)
    world.measured("harbour", "pm10_spread", now - timedelta(hours=2), 1.5)
    world.measured("market", "pm10", NOON, 30.0)
    world.measured("husum", "temperature", now - timedelta(minutes=5), 99.0, 4)
    api.settled()
    return api


def test_each_property_of_each_station_has_a_row(measured: Client):
    answer = measured.json(LATEST)
    documents.LatestValues.model_validate(answer)
    rows = [
        tuple(each[name] for name in ("station", "property", "value", "quality", "freshness"))
        for each in answer["latest"]
    ]
    assert rows == [
        ("harbour", "pm10", 20.0, 3, "late"),
        ("harbour", "pm2_5", 12.3, 1, "fresh"),
        ("market", "pm10", 30.0, 1, "silent"),
    ]
    assert {each["method"] for each in answer["latest"]} == {"raw"}


def test_other_methods_and_spreads_are_there_where_they_are_asked_for(measured: Client):
    def rows(**query: object) -> list[tuple[str, str, float]]:
        return [(each["property"], each["method"], each["value"]) for each in measured.json(LATEST, **query)["latest"]]

    assert rows(method="kappa-koehler/1") == [("pm2_5", "kappa-koehler/1", 6.1)]
    both = rows(station="harbour", property="pm2_5", method=["raw", "kappa-koehler/1"])
    assert both == [("pm2_5", "kappa-koehler/1", 6.1), ("pm2_5", "raw", 12.3)]
    assert rows(station="harbour", property="pm2_5", method="all") == both
    assert rows(property="pm10_spread") == [("pm10_spread", "raw", 1.5)]
    assert rows(property=["pm10_spread", "pm10"], station="harbour") == [
        ("pm10", "raw", 20.0),
        ("pm10_spread", "raw", 1.5),
    ]


def test_the_filters_are_those_of_stations(measured: Client):
    near = measured.json(LATEST, near="9.4369,54.7828", nearest=1)["latest"]
    assert [(each["station"], each["distance_m"]) for each in near] == [("harbour", near[0]["distance_m"])] * 2
    assert [each["station"] for each in measured.json(LATEST, q="market")["latest"]] == ["market"]
    assert measured.json(LATEST, region="nordfriesland")["latest"] == []
    assert measured.problem(LATEST, method="guess")["parameter"] == "method"
    assert measured.problem(LATEST, station="nowhere")["status"] == 404


def test_pages_are_the_whole(measured: Client):
    whole = measured.json(LATEST)["latest"]
    page = measured.json(LATEST, limit=2)
    assert page["latest"] == whole[:2]
    last = measured.json(page["next"])
    assert (last["latest"], last["next"]) == (whole[2:], None)


def test_all_formats_say_the_same(measured: Client):
    rows = measured.json(LATEST)["latest"]
    assert [row["value"] for row in rows] == [
        float(row["value"]) for row in csv.DictReader(io.StringIO(measured.get(f"{LATEST}.csv").text))
    ]
    table = pa.ipc.open_stream(measured.get(f"{LATEST}.arrow").content).read_all()
    assert table.column("station").to_pylist() == [row["station"] for row in rows]
    assert table.column("time").to_pylist() == [datetime.fromisoformat(row["time"]) for row in rows]
    features = measured.json(f"{LATEST}.geojson")["features"]
    assert [each["id"] for each in features] == [row["datastream"] for row in rows]
    assert len({each["id"] for each in features}) == len(rows)
    for row in rows:
        series = measured.json(f"/api/v1/datastreams/{row['datastream']}")
        assert [series[name] for name in ("station", "property", "method")] == [
            row[name] for name in ("station", "property", "method")
        ]
    assert [each["properties"]["value"] for each in features] == [row["value"] for row in rows]
