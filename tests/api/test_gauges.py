"""Gauges: how high the water stands, which of the gauge's own levels that is, and where it goes."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from api.world import Client, World, region, station

from plietsch.api.gauges import documents
from plietsch.platform import registry
from plietsch.platform.regions import Deployment, Device, Gauge, RegionFile

GAUGES = "/api/v1/gauges"
LEVELS = ((600.0, "erhöht", "forhøjet", "raised"), (650.0, "Sturmflut", "stormflod", "storm surge"))
WATER = {"de": "der Förde", "da": "fjorden", "en": "the fjord"}


def region_with_gauges() -> RegionFile:
    """Two stations on the same water, the second without levels of its own."""
    document = region("flensburg", [station("harbour"), station("market", sensors=["SDS011"])])
    levels = [
        {"level_cm": cm, "rank": rank, "name": {"de": de, "da": da, "en": en}, "source": "The harbour master"}
        for rank, (cm, de, da, en) in enumerate(LEVELS, 1)
    ]
    for each, own in zip(document.stations, (levels, []), strict=True):
        each.device = Device(f"70b3d57ed00b00{len(own):02x}", "plietsch-water-level", 300, ["A02YYUW"])
        since = datetime(2026, 1, 2, tzinfo=UTC)
        each.deployment = Deployment("installed", since, gauge_zero_distance_m=8.0, gauge_zero_nhn_m=-5.0)
        each.gauge = msgspec.convert({"water": WATER, "levels": own, "mean_level_cm": 500}, Gauge)
    return document


@pytest.fixture
def gauged(world: World) -> Iterator[Client]:
    registry.import_region(world.connection, region_with_gauges())
    client = Client(world.database_url)
    yield client
    client.close()


def rises(world: World, code: str, newest: float, per_hour: float, until: datetime | None = None) -> datetime:
    """Levels of an hour up to now, the last one so high."""
    until = until or datetime.now(UTC).replace(microsecond=0)
    for number in range(13):
        time = until - timedelta(minutes=5 * number)
        world.measured(code, "water_level", time, newest - per_hour * number / 12, sensor="A02YYUW")
    return until


def test_a_gauge_says_how_high_the_water_stands_by_its_own_names(world: World, gauged: Client):
    until = rises(world, "harbour", 612.3, 12.0)
    page = gauged.json(GAUGES)
    documents.Gauges.model_validate(page)
    assert [each["station"] for each in page["gauges"]] == ["harbour", "market"]
    harbour, market = page["gauges"]
    documents.Gauge.model_validate(gauged.json(f"{GAUGES}/harbour"))
    features = gauged.json(f"{GAUGES}.geojson")["features"]
    assert [each["id"] for each in features] == [each["properties"]["station"] for each in features] != []
    assert harbour["latest"] == {
        "level_cm": 612.3,
        "time": until.isoformat().replace("+00:00", "Z"),
        "quality": 1,
        "method": "gauge-zero/1",
        "freshness": "fresh",
        "rank": 1,
        "name": {"de": "erhöht", "da": "forhøjet", "en": "raised"},
    }
    assert harbour["trend"] == {"direction": "rising", "cm_per_hour": 12.0}
    assert (harbour["zero_nhn_m"], harbour["mean_level_cm"], harbour["water"]) == (-5.0, 500, WATER)
    assert [level["level_cm"] for level in harbour["levels"]] == [600.0, 650.0]
    assert (market["latest"], market["trend"], market["levels"]) == (None, None, [])


@pytest.mark.parametrize(
    ("level_cm", "rank"), [(599.94, 0), (599.96, 1), (600.0, 1), (649.9, 1), (650.0, 2), (9999.0, 2), (-20.0, 0)]
)
def test_what_reaches_a_level_belongs_to_it(world: World, gauged: Client, level_cm: float, rank: int):
    world.measured("harbour", "water_level", datetime.now(UTC), level_cm, sensor="A02YYUW")
    latest = gauged.json(f"{GAUGES}/harbour")["latest"]
    assert latest["rank"] == rank
    assert (latest["name"] or {}).get("en") == (None if rank == 0 else LEVELS[rank - 1][3])


def test_a_level_that_failed_or_is_of_last_year_is_none(world: World, gauged: Client):
    now = datetime.now(UTC)
    world.measured("harbour", "water_level", now, 700.0, 4, sensor="A02YYUW")
    world.measured("harbour", "water_level", now - timedelta(days=31), 700.0, sensor="A02YYUW")
    assert gauged.json(f"{GAUGES}/harbour")["latest"] is None


def test_only_gauges_at_a_level_of_at_least_a_rank(world: World, gauged: Client):
    rises(world, "harbour", 655.0, 1.0)
    rises(world, "market", 700.0, 1.0)
    found = {rank: [each["station"] for each in gauged.json(GAUGES, rank=rank)["gauges"]] for rank in range(5)}
    assert found == {0: ["harbour", "market"], 1: ["harbour"], 2: ["harbour"], 3: [], 4: []}


def test_gauges_come_page_by_page_and_by_region(gauged: Client):
    first = gauged.json(GAUGES, limit=1)
    second = gauged.json(first["next"])
    assert [page["gauges"][0]["station"] for page in (first, second)] == ["harbour", "market"]
    assert second["next"] is None
    assert gauged.json(GAUGES, region="nordfriesland")["gauges"] == []
    assert len(gauged.json(GAUGES, station=["market", "husum"])["gauges"]) == 1


def test_as_a_table_it_says_the_same(world: World, gauged: Client):
    rises(world, "harbour", 612.3, -12.0)
    (row, _) = csv.DictReader(io.StringIO(gauged.get(f"{GAUGES}.csv").text))
    said: dict[str, Any] = gauged.json(GAUGES)["gauges"][0]
    assert [float(row["longitude"]), float(row["latitude"])] == said["geometry"]["coordinates"]
    assert (float(row["level_cm"]), row["time"], row["rank"]) == (612.3, said["latest"]["time"], "1")
    assert (row["trend"], float(row["cm_per_hour"]), row["level_da"]) == ("falling", -12.0, "forhøjet")
    assert (row["level_1_cm"], row["level_2_cm"], row["level_3_cm"]) == ("600", "650", "")


@pytest.mark.parametrize(
    ("url", "status"),
    [
        (f"{GAUGES}/nowhere", 404),
        (f"{GAUGES}/husum", 404),
        (f"{GAUGES}/%00", 404),
        (f"{GAUGES}?rank=5", 400),
        (f"{GAUGES}?rank=high", 400),
        (f"{GAUGES}?cursor=!", 400),
        (f"{GAUGES}?limit=0", 400),
        (f"{GAUGES}?property=pm10", 400),
        (f"{GAUGES}?station=nowhere", 404),
    ],
)
def test_what_cannot_be_asked_is_a_problem_that_says_what_can(quiet_api: Client, url: str, status: int):
    problem = quiet_api.problem(url)
    assert problem["status"] == status
    assert problem["hint"]
