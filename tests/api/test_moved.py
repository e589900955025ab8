"""Addresses that moved: a former code leads to the present one, in the path and in the parameter."""

from collections.abc import Iterator
from urllib.parse import quote

import psycopg
import pytest
from api.world import Client, World, region, station
from hypothesis import given
from hypothesis import strategies as st

from plietsch.api import moved
from plietsch.platform import errors, registry, renaming


@pytest.fixture
def renamed(world: World) -> Iterator[Client]:
    renaming.rename(world.connection, "harbour", "pier")
    renaming.rename(world.connection, "pier", "hafenspitze")
    renaming.rename(world.connection, "market", "markt")
    renaming.rename(world.connection, "bench", "werkbank")
    client = Client(world.database_url)
    yield client
    client.close()


@pytest.mark.parametrize(
    ("asked", "present"),
    [
        ("/api/v1/stations/harbour", "/api/v1/stations/hafenspitze"),
        ("/api/v1/stations/pier", "/api/v1/stations/hafenspitze"),
        ("/api/v1/datastreams.csv?station=pier&limit=7", "/api/v1/datastreams.csv?station=hafenspitze&limit=7"),
        (
            "/api/v1/observations?station=harbour&property=pm10&from=2026-05-01T00:00:00%2B02:00",
            "/api/v1/observations?station=hafenspitze&property=pm10&from=2026-05-01T00%3A00%3A00%2B02%3A00",
        ),
        (
            "/api/v1/observations?station=market&station=husum&station=harbour",
            "/api/v1/observations?station=markt&station=husum&station=hafenspitze",
        ),
    ],
)
def test_a_former_code_leads_to_the_present_one(renamed: Client, asked: str, present: str):
    response = renamed.get(asked, headers={"Origin": "https://somewhere.example"})
    assert (response.status_code, response.headers["location"]) == (308, present)
    assert response.headers["access-control-allow-origin"] == "*"
    assert "max-age" in response.headers["cache-control"]
    assert renamed.get(present).status_code == 200
    assert renamed.request("HEAD", asked).headers["location"] == present


def test_a_suffix_is_kept_also_where_the_code_ends_the_path(renamed: Client):
    for asked in ("stations/pier.geojson", "gauges/pier.csv"):
        moved_to = renamed.get(f"/api/v1/{asked}").headers["location"]
        assert moved_to == f"/api/v1/{asked.replace('pier', 'hafenspitze')}"


def test_a_code_that_was_given_back_leads_in_no_circle(world: World, renamed: Client):
    renaming.rename(world.connection, "hafenspitze", "harbour")
    assert renamed.get("/api/v1/stations/harbour").status_code == 200
    assert renamed.get("/api/v1/stations/hafenspitze").headers["location"] == "/api/v1/stations/harbour"
    assert renamed.get("/api/v1/stations/pier").headers["location"] == "/api/v1/stations/harbour"


@pytest.mark.parametrize("code", ["nowhere", "bench", "werkbank", "%00", "harbour%2f..", "HARBOUR"])
def test_what_never_was_public_leads_nowhere(renamed: Client, code: str):
    assert renamed.problem(f"/api/v1/stations/{code}")["status"] == 404


@given(st.text(max_size=20), st.lists(st.tuples(st.sampled_from(["station", "q"]), st.text(max_size=8)), max_size=3))
def test_an_address_without_a_former_code_stays_the_same_and_no_header_breaks(path: str, query: list[tuple[str, str]]):
    raw = "/api/v1/stations/old/" + quote(path)
    asked = "&".join(f"{name}={quote(value)}" for name, value in query)
    assert "old" in moved.named(raw, asked)
    address = moved.address(raw, asked, {"old": "new"})
    assert address.isascii()
    assert address.isprintable()
    assert address.startswith("/api/v1/stations/new/" + quote(path))
    assert moved.address(raw, asked, {}).startswith(raw)


@pytest.mark.parametrize("suffix", ["", ".json", ".metadata.json", "/chart.svg", "/values/pm10/2026-05-01T12:00:00Z"])
def test_what_stands_behind_the_code_is_kept(suffix: str):
    assert moved.address(f"/de/stations/old{suffix}", "last=7d", {"old": "new"}) == f"/de/stations/new{suffix}?last=7d"


def test_a_code_that_is_another_one_s_or_none_is_refused(world: World):
    renaming.rename(world.connection, "harbour", "pier")
    for old, new, said in [
        ("pier", "market", "There is a station market already."),
        ("market", "harbour", "pier was called harbour before, and that address leads there."),
        ("harbour", "kai", "No station is called harbour any more."),
        ("nowhere", "kai", "There is no station nowhere."),
        ("market", "Der Markt", "Der Markt is no code."),
    ]:
        with pytest.raises((errors.StationInvalid, errors.StationUnknown)) as refused:
            renaming.rename(world.connection, old, new)
        assert refused.value.message == said
        assert refused.value.hint
    assert world.connection.execute("SELECT code FROM former_code").fetchall() == [("harbour",)]


def test_whoever_keeps_the_registry_in_memory_is_told(world: World):
    with psycopg.connect(world.database_url, autocommit=True) as listener:
        listener.execute("LISTEN plietsch_registry")
        renaming.rename(world.connection, "harbour", "pier")
        assert [each.channel for each in listener.notifies(timeout=5, stop_after=1)] == ["plietsch_registry"]


def test_a_region_file_with_a_former_code_is_refused(world: World):
    renaming.rename(world.connection, "harbour", "pier")
    with pytest.raises(errors.RegionInvalid, match="is called pier now"):
        registry.import_region(world.connection, region("flensburg", [station("harbour")]))
