"""Series that are computed: which one is meant where no method is named, how to ask for others, what a level means."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from api.world import NOON, Client, World

from api import world as worlds
from plietsch.api import documents
from plietsch.api.observations import buckets
from plietsch.api.observations import documents as observed
from plietsch.api.observations.intervals import Intervals
from plietsch.api.observations.queries import Queries
from plietsch.api.stations import documents as stations
from plietsch.platform import methods, registry

OBSERVATIONS, STATIONS = "/api/v1/observations", "/api/v1/stations"
DAY = {"from_": "2026-05-01T00:00:00Z", "to": "2026-05-02T00:00:00Z"}
NAME = {"de": "Hochwasser", "da": "Højvande", "en": "High water"}
GAUGE: dict[str, Any] = {
    "water": {"de": "der Förde", "da": "fjorden", "en": "the fjord"},
    "mean_level_cm": 501.5,
    "levels": [
        {"level_cm": 600, "rank": 1, "name": NAME, "source": "The town"},
        {"level_cm": 650, "rank": 3, "name": NAME, "source": "The town"},
    ],
}


@pytest.fixture
def world(world: World) -> World:
    """With a gauge in place of the market."""
    gauge = worlds.station("market", sensors=["A02YYUW"]) | {"gauge": GAUGE}
    gauge["device"] |= {"type": "plietsch-water-level"}
    gauge["deployment"] |= {"gauge_zero_distance_m": 8.0, "gauge_zero_nhn_m": -5.0}
    registry.import_region(world.connection, worlds.region("flensburg", [gauge]))
    return world


def measured(page: dict[str, Any]) -> list[tuple[str, str, float | None]]:
    return [(each["property"], each["method"], each["value"]) for each in page["observations"]]


def test_a_property_says_which_method_is_meant(quiet_api: Client):
    body = quiet_api.json("/api/v1/properties")
    documents.Properties.model_validate(body)
    computed = {each["code"]: each["default_method"] for each in body["properties"] if each["default_method"] != "raw"}
    assert computed["water_level"] == "gauge-zero/1"
    assert "pm2_5" not in computed


def test_where_no_method_is_named_the_default_one_is_meant(world: World, api: Client):
    world.measured("market", "distance", NOON, 3000)
    world.measured("market", "water_level", NOON, 500.0)
    world.measured("harbour", "pm10", NOON, 20.0)
    world.measured("harbour", "pm10", NOON, 8.5, method="kappa-koehler/1")
    page = api.json(OBSERVATIONS, **DAY)
    observed.Observations.model_validate(page)
    default = [("pm10", "raw", 20.0), ("distance", "raw", 3000), ("water_level", "gauge-zero/1", 500.0)]
    assert measured(page) == default
    latest = api.json(STATIONS, property="water_level")["features"][0]["properties"]["latest"]["water_level"]
    assert latest["value"] == 500


def test_others_can_be_asked_for(world: World, api: Client):
    world.measured("harbour", "pm10", NOON, 20.0)
    world.measured("harbour", "pm10", NOON, 8.5, method="kappa-koehler/1")
    world.measured("market", "water_level", NOON, 500.0)
    corrected = api.json(OBSERVATIONS, method="kappa-koehler/1", **DAY)
    assert measured(corrected) == [("pm10", "kappa-koehler/1", 8.5)]
    assert list(corrected["units"]) == ["pm10", "pm2_5"]
    both = api.json(OBSERVATIONS, method=["raw", "kappa-koehler/1"], **DAY)
    assert sorted(measured(both)) == [("pm10", "kappa-koehler/1", 8.5), ("pm10", "raw", 20.0)]


@pytest.mark.parametrize("resolution", ["raw", "1h", "1d"])
def test_pages_of_several_methods_hold_each_once(world: World, api: Client, resolution: str):
    for method in ("raw", "kappa-koehler/1"):
        for day in range(3):
            world.measured("harbour", "pm10", NOON + timedelta(days=day), float(day), method=method)
    query = {"method": ["raw", "kappa-koehler/1"], "resolution": resolution, "limit": 1}
    page = api.json(OBSERVATIONS, from_="2026-05-01T00:00:00Z", to="2026-05-05T00:00:00Z", **query)
    found = [(page["observations"][0]["time"][:10], page["observations"][0]["method"])]
    while page["next"]:
        page = api.json(page["next"])
        found.append((page["observations"][0]["time"][:10], page["observations"][0]["method"]))
    wanted = [(f"2026-05-0{day}", method) for day in (1, 2, 3) for method in ("kappa-koehler/1", "raw")]
    assert sorted(found) == sorted(wanted)


@pytest.mark.parametrize("resolution", ["raw", "1h"])
def test_a_table_names_the_method(world: World, api: Client, resolution: str):
    world.measured("harbour", "pm10", NOON, 8.5, method="kappa-koehler/1")
    text = api.get(OBSERVATIONS, method="kappa-koehler/1", format="csv", resolution=resolution, **DAY).text
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert (row["property"], row["method"], row["unit"]) == ("pm10", "kappa-koehler/1", "ug/m3")


def test_a_method_that_is_none_is_answered_with_those_that_are(quiet_api: Client):
    problem = quiet_api.problem(OBSERVATIONS, method="kappa")
    assert (problem["status"], problem["parameter"]) == (400, "method")
    assert all(method in problem["hint"] for method in methods.ALL)


def test_a_gauge_says_what_its_levels_mean(world: World, api: Client):
    body = api.json(f"{STATIONS}/market")
    stations.StationDetailsFeature.model_validate(body)
    assert body["properties"]["gauge"] == {**GAUGE, "zero_nhn_m": -5.0}
    streams = body["properties"]["datastreams"]
    assert [each["sensor"]["model"] for each in streams if each["method"] == "gauge-zero/1"] == ["A02YYUW"]
    assert api.json(f"{STATIONS}/harbour")["properties"]["gauge"] is None
    assert "gauge" not in api.json(STATIONS)["features"][0]["properties"]


def test_the_zero_is_that_of_what_is_installed_now(world: World, api: Client):
    world.connection.execute("UPDATE deployment SET during = tstzrange(lower(during), now() - interval '1 day')")
    world.connection.execute(
        """INSERT INTO deployment (device_id, station_id, phase, during, gauge_zero_nhn_m)
        SELECT device_id, station_id, 'installed', tstzrange(now() - interval '1 hour', NULL), -4.5
        FROM deployment WHERE gauge_zero_nhn_m = -5"""
    )
    assert api.json(f"{STATIONS}/market")["properties"]["gauge"]["zero_nhn_m"] == -4.5


@pytest.mark.parametrize(("resolution", "hours"), [("1h", 1), ("1d", 24)])
def test_a_page_of_a_year_of_hours_reads_that_page(
    world: World, api: Client, resolution: Literal["1h", "1d"], hours: int
):
    """Slices are bounded by the size of a page, and what they read by the slice."""
    world.connection.execute(
        """INSERT INTO observation SELECT c.datastream_id, t, 1, t, 1 FROM deployment_channel c,
            generate_series('2024-01-01Z'::timestamptz, '2026-06-01Z', INTERVAL '15 minutes') t
        WHERE c.channel = 'temperature'"""
    )
    world.connection.execute("UPDATE deployment SET during = '[2024-01-01Z,)' WHERE phase = 'installed'")
    world.connection.execute("VACUUM ANALYZE observation")
    span = {"from_": "2025-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}
    page = api.json(OBSERVATIONS, resolution=resolution, property="temperature", station="harbour", limit=10, **span)
    assert [each["count"] for each in page["observations"]] == [4 * hours] * 10
    row = world.connection.execute(
        "SELECT datastream_id FROM deployment_channel WHERE channel = 'temperature'"
    ).fetchone()
    divided = buckets.of(resolution, "UTC")
    start, stop = (buckets.microseconds(datetime(2025, 1, day, tzinfo=UTC)) for day in (1, 11))
    asked = Queries([row[0] if row else 0], (1, 2), divided, are_kept=True)
    query = asked.piece(Intervals.of([(0, start, stop)]), start, stop, 11)
    ((plan,),) = world.connection.execute("EXPLAIN (ANALYZE, FORMAT json) " + query).fetchall()
    assert read(plan[0]["Plan"]) <= 10 * 96 + 2, "ten days, and the first and last of 84 768 values"


def read(node: dict[str, Any]) -> float:
    """How many observations a plan has read."""
    own = node["Actual Rows"] * node["Actual Loops"] if node.get("Relation Name") == "observation" else 0
    return own + node.get("Rows Removed by Filter", 0) * bool(own) + sum(read(part) for part in node.get("Plans", []))
