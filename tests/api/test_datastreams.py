"""Datastreams: which series there are, of what, since when; filters, pages, formats."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from api.world import DEV_EUIS, NOON, Client, World

from plietsch.api.datastreams import documents

DATASTREAMS = "/api/v1/datastreams"


def everything(api: Client, **query: Any) -> list[dict[str, Any]]:
    """All pages of a question."""
    page = api.json(DATASTREAMS, **query)
    found = page["datastreams"]
    while page["next"]:
        page = api.json(page["next"])
        found += page["datastreams"]
    return found


def test_a_datastream_says_what_it_is_and_since_when_it_measures(world: World, api: Client):
    for minutes, quality in [(0, 1), (5, 4), (10, 9)]:
        value = None if quality == 9 else 10.0
        world.measured("harbour", "pm2_5", NOON + timedelta(minutes=minutes), value, quality, method="kappa-koehler/1")
    # On the bench, before it was installed, and by a clock that is a year ahead: neither is public, or believed.
    world.measured("harbour", "pm2_5", datetime(2025, 12, 31, tzinfo=UTC), 1.0, method="kappa-koehler/1")
    ahead = datetime.now(UTC) + timedelta(days=365)
    world.measured("harbour", "pm2_5", ahead, 1.0, method="kappa-koehler/1")
    page = api.json(DATASTREAMS, station="harbour", property="pm2_5", method="kappa-koehler/1")
    documents.Datastreams.model_validate(page)
    (found,) = page["datastreams"]
    documents.Datastream.model_validate(found)
    row = world.connection.execute(
        "SELECT d.id FROM datastream d JOIN station s ON s.id = station_id JOIN observed_property p"
        " ON p.id = observed_property_id WHERE s.code = 'harbour' AND p.code = 'pm2_5' AND method = 'kappa-koehler/1'"
    ).fetchone()
    assert (found["id"],) == row
    assert found["method"] == "kappa-koehler/1"
    assert "humid" in found["method_description"]
    assert found["sensor"] == {"model": "SDS011", "manufacturer": "Nova Fitness"}
    assert (found["first"], found["last"]) == ("2026-05-01T12:00:00Z", "2026-05-01T12:10:00Z")
    assert (found["interval_s"], found["active"], found["by_default"]) == (300, True, False)
    assert found["licence"] == "CC0-1.0"
    assert api.json(found["links"]["self"]) == found
    for link in found["links"].values():
        assert api.get(link).status_code == 200, link


@pytest.mark.parametrize(
    "query",
    [
        {"station": "harbour"},
        {"station": ["market", "husum"]},
        {"region": "nordfriesland"},
        {"property": ["pm10", "temperature"], "method": "raw"},
        {"sensor": ["DHT22", "BME280"]},
        {"station": "harbour", "limit": 1},
        {},
    ],
)
def test_filters_choose_what_the_database_has_of_it(world: World, api: Client, query: dict[str, Any]):
    def some(name: str) -> list[str] | None:
        value = query.get(name)
        return [value] if isinstance(value, str) else value

    expected = world.connection.execute(
        """SELECT d.id FROM datastream d JOIN station s ON s.id = d.station_id JOIN region r ON r.id = s.region_id
        JOIN observed_property p ON p.id = d.observed_property_id JOIN sensor n ON n.id = d.sensor_id
        WHERE (%(station)s::text[] IS NULL OR s.code = ANY(%(station)s))
          AND (%(region)s::text[] IS NULL OR r.code = ANY(%(region)s))
          AND (%(property)s::text[] IS NULL OR p.code = ANY(%(property)s))
          AND (%(method)s::text[] IS NULL OR d.method = ANY(%(method)s))
          AND (%(sensor)s::text[] IS NULL OR n.model = ANY(%(sensor)s)) AND EXISTS (
            SELECT FROM deployment_channel c JOIN deployment y ON y.id = c.deployment_id
            WHERE c.datastream_id = d.id AND y.phase = 'installed') ORDER BY d.id""",
        {name: some(name) for name in ("station", "region", "property", "method", "sensor")},
    ).fetchall()
    assert [(each["id"],) for each in everything(api, **{"limit": 3, **query})] == expected


def test_a_station_that_was_taken_down_keeps_its_datastreams(world: World, api: Client):
    world.connection.execute(
        "UPDATE deployment SET during = '[2026-01-01,2026-02-01)' WHERE station_id ="
        " (SELECT id FROM station WHERE code = 'husum')"
    )
    assert {each["active"] for each in everything(api, station="husum")} == {False}


def test_nothing_of_a_device_and_nothing_of_the_bench_is_told(api: Client):
    text = api.get(DATASTREAMS).text.lower()
    assert not [name for name in DEV_EUIS.values() if name in text]
    assert '"station":"bench"' not in text


def test_as_a_table_it_says_the_same(world: World, api: Client):
    world.measured("harbour", "pm10", NOON, 10.0)
    found = api.json(DATASTREAMS, property="pm10", method="raw")["datastreams"]
    rows = list(csv.DictReader(io.StringIO(api.get(f"{DATASTREAMS}.csv?property=pm10&method=raw").text)))
    assert [row["id"] for row in rows] == [str(each["id"]) for each in found]
    assert [row["last"] for row in rows] == [each["last"] or "" for each in found]
    assert [row["method_description"] for row in rows] == [each["method_description"] for each in found]


@pytest.mark.parametrize(
    ("url", "status"),
    [
        (f"{DATASTREAMS}/0", 404),
        (f"{DATASTREAMS}/2000000", 404),
        (f"{DATASTREAMS}/{2**31}", 404),
        (f"{DATASTREAMS}/-1", 404),
        (f"{DATASTREAMS}/one", 400),
        (f"{DATASTREAMS}?sensor=SDS012", 400),
        (f"{DATASTREAMS}?method=magic", 400),
        (f"{DATASTREAMS}?limit=0", 400),
        (f"{DATASTREAMS}?limit=1001", 400),
        (f"{DATASTREAMS}?cursor=x", 400),
        (f"{DATASTREAMS}?cursor=LTE", 400),
        (f"{DATASTREAMS}?offset=3", 400),
        (f"{DATASTREAMS}?station=bench", 404),
        (f"{DATASTREAMS}?region=atlantis", 404),
        (f"{DATASTREAMS}?property=pm25", 400),
        (f"{DATASTREAMS}?format=xml", 400),
    ],
)
def test_what_cannot_be_asked_is_a_problem_that_says_what_can(quiet_api: Client, url: str, status: int):
    problem = quiet_api.problem(url)
    assert problem["status"] == status
    assert problem["hint"]
