"""Importing a region file: all or nothing, again without effect, moves with their history, bad files explained."""

import copy
import json
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from typer.testing import CliRunner

from plietsch.platform import database, errors, regions, registry
from plietsch.platform.commands import device

REGION: dict[str, Any] = {
    "format": "plietsch-region/1",
    "region": {
        "code": "test",
        "name": {"de": "Prüfland", "da": "Prøveland", "en": "Testland"},
        "bbox": [8.2, 54.3, 10.1, 55.1],
        "timezone": "Europe/Berlin",
    },
    "operator": {"code": "school", "name": "A school"},
    "stations": [
        {
            "code": "balcony",
            "name": "A balcony",
            "longitude": 9.43684,
            "latitude": 54.78291,
            "grid_m": 100,
            "licence": "CC0-1.0",
            "attribution": "The class",
            "device": {
                "dev_eui": "70b3d57ed0000001",
                "type": "plietsch-fine-dust",
                "sensors": ["SDS011", "BME280"],
                "battery": True,
                "interval_s": 300,
            },
            "deployment": {"phase": "installed", "since": "2026-01-01T00:00:00Z", "height_m": 2.5},
        }
    ],
}


TROUBLE = {
    "kind": "water-level", "firmware": "0.4.0", "reset_cause": "watchdog", "data_rate": 2, "revision": 7, "boots": 41,
    "uptime_h": 21, "battery_v": 3.64, "saving": True, "fan_h": None, "waiting": 1024, "dropped": 69420,
    "errors": {"A02YYUW": 3, "battery": 1},
}  # fmt: skip


def document(tmp_path: Path, content: dict[str, Any]) -> regions.RegionFile:
    file = tmp_path / "region.json"
    file.write_text(json.dumps(content))
    return regions.read(file)


def contents(database_url: str) -> dict[str, list[tuple[Any, ...]]]:
    tables = ["region", "organisation", "station", "location", "exact_location", "historical_location"]
    tables += ["datastream", "device", "deployment", "deployment_channel"]
    with psycopg.connect(database_url) as connection:
        return {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables}


def test_importing_again_changes_nothing(database_url: str, tmp_path: Path):
    for _ in range(2):
        with database.connect(database_url) as connection:
            assert registry.import_region(connection, document(tmp_path, REGION)) == 1
        first = contents(database_url)
    assert contents(database_url) == first
    assert len(first["datastream"]) == 8
    assert len(first["historical_location"]) == 1


def test_a_station_that_moved_keeps_its_old_place(database_url: str, tmp_path: Path):
    moved = copy.deepcopy(REGION)
    moved["stations"][0]["longitude"] = 9.5
    for content in (REGION, moved):
        with database.connect(database_url) as connection:
            registry.import_region(connection, document(tmp_path, content))
    assert len(contents(database_url)["historical_location"]) == 2


def test_a_device_that_moved_ends_its_old_deployment(database_url: str, tmp_path: Path):
    moved = copy.deepcopy(REGION)
    moved["stations"][0]["code"] = "roof"
    moved["stations"][0]["deployment"]["since"] = "2026-06-01T00:00:00Z"
    for content in (REGION, moved):
        with database.connect(database_url) as connection:
            registry.import_region(connection, document(tmp_path, content))
    with database.connect(database_url) as connection:
        (device,) = registry.devices(connection)
        ends = connection.execute("SELECT upper(during)::date::text FROM deployment ORDER BY 1").fetchall()
    assert device.station == "roof"
    assert ends == [("2026-06-01",), (None,)]


def test_nothing_of_a_bad_file_is_stored(database_url: str):
    bad = copy.deepcopy(REGION)
    bad["stations"].append(copy.deepcopy(bad["stations"][0]))
    bad["stations"][1] |= {"code": "unknown-type"}
    bad["stations"][1]["device"] |= {"dev_eui": "70b3d57ed0000002", "type": "telepathy"}
    # As if the file had been checked by a newer version than the database's.
    unchecked = msgspec.convert(bad, regions.RegionFile)
    with database.connect(database_url) as connection, pytest.raises(errors.RegionInvalid, match="telepathy"):
        registry.import_region(connection, unchecked)
    assert not any(contents(database_url).values())


@pytest.mark.parametrize(
    ("member", "value", "message"),
    [
        ("longitude", "east", "longitude"),
        ("latitude", 95, "latitude"),
        ("grid_m", 0, "grid_m"),
        ("code", "No Spaces!", "code"),
        ("municipality_key", "123", "municipality_key"),
        ("colour", "blue", "colour"),
    ],
)
def test_a_mistake_is_named_with_its_member(tmp_path: Path, member: str, value: object, message: str):
    bad = copy.deepcopy(REGION)
    bad["stations"][0][member] = value
    with pytest.raises(errors.RegionInvalid, match=message):
        document(tmp_path, bad)


@pytest.mark.parametrize(
    ("device", "message"),
    [
        ({"type": "telepathy"}, "balcony: no device type is called telepathy"),
        ({"type": "plietsch-water-level"}, "balcony: a plietsch-water-level device has A02YYUW among its sensors"),
        ({"type": "plietsch-rain", "sensors": ["A02YYUW"]}, "balcony: a plietsch-rain device has rain among"),
        ({"sensors": ["A02YYUW", "rain"]}, "SDS011 or BME280 or DHT22 among its sensors, not only A02YYUW, rain"),
    ],
)
def test_a_device_without_what_its_type_measures_is_refused(tmp_path: Path, device: dict[str, Any], message: str):
    bad = copy.deepcopy(REGION)
    bad["stations"][0]["device"] |= device
    with pytest.raises(errors.RegionInvalid, match=message) as refused:
        document(tmp_path, bad)
    if device.get("type") == "telepathy":
        assert refused.value.hint == "Known: plietsch-fine-dust, plietsch-water-level, plietsch-rain."


def test_twins_and_missing_zones_are_refused(tmp_path: Path):
    twins = copy.deepcopy(REGION)
    twins["stations"] *= 2
    with pytest.raises(errors.RegionInvalid, match="balcony stands there twice"):
        document(tmp_path, twins)
    zoneless = copy.deepcopy(REGION)
    zoneless["stations"][0]["deployment"]["since"] = "2026-01-01T00:00:00"
    with pytest.raises(errors.RegionInvalid, match="needs a time zone"):
        document(tmp_path, zoneless)
    nowhere = copy.deepcopy(REGION)
    nowhere["region"]["timezone"] = "Europe/Atlantis"
    with pytest.raises(errors.RegionInvalid, match="Atlantis"):
        document(tmp_path, nowhere)


def deployments(database_url: str) -> list[tuple[str, str, str | None]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute(
            """SELECT phase, lower(during)::date::text, upper(during)::date::text
            FROM deployment ORDER BY lower(during), id"""
        ).fetchall()


def imported(database_url: str, tmp_path: Path, **changes: dict[str, Any]) -> None:
    content = copy.deepcopy(REGION)
    for member, values in changes.items():
        content["stations"][0][member] |= values
    with database.connect(database_url) as connection:
        registry.import_region(connection, document(tmp_path, content))


def test_what_was_on_the_bench_stays_there_when_it_is_installed(database_url: str, tmp_path: Path):
    imported(database_url, tmp_path, deployment={"phase": "bench"})
    imported(database_url, tmp_path, deployment={"since": "2026-06-01T00:00:00Z"})
    assert deployments(database_url) == [("bench", "2026-01-01", "2026-06-01"), ("installed", "2026-06-01", None)]


def test_what_was_installed_stays_so_when_it_is_removed(database_url: str, tmp_path: Path):
    imported(database_url, tmp_path)
    imported(database_url, tmp_path, deployment={"phase": "removed", "since": "2026-06-01T00:00:00Z"})
    assert deployments(database_url) == [("installed", "2026-01-01", "2026-06-01"), ("removed", "2026-06-01", None)]


def test_a_wrong_phase_or_an_earlier_beginning_can_be_corrected(database_url: str, tmp_path: Path):
    imported(database_url, tmp_path, deployment={"phase": "bench"})
    imported(database_url, tmp_path)
    imported(database_url, tmp_path, deployment={"since": "2025-12-01T00:00:00Z"})
    imported(database_url, tmp_path, deployment={"since": "2026-02-01T00:00:00Z"})
    assert deployments(database_url) == [("installed", "2025-12-01", None)]


def test_a_deployment_does_not_reach_into_an_earlier_one(database_url: str, tmp_path: Path):
    imported(database_url, tmp_path, deployment={"phase": "bench"})
    imported(database_url, tmp_path, deployment={"since": "2026-06-01T00:00:00Z"})
    before = contents(database_url)
    with pytest.raises(errors.RegionInvalid, match="balcony: its device was deployed otherwise"):
        imported(database_url, tmp_path, deployment={"since": "2026-02-01T00:00:00Z"})
    assert contents(database_url) == before


def test_a_device_that_replaces_another_ends_its_deployment(database_url: str, tmp_path: Path):
    imported(database_url, tmp_path)
    successor = {"dev_eui": "70b3d57ed0000099", "sensors": ["SDS011", "DHT22"]}
    with pytest.raises(errors.RegionInvalid, match="known since 2026-01-01"):
        imported(database_url, tmp_path, device=successor)
    imported(database_url, tmp_path, device=successor, deployment={"since": "2026-06-01T00:00:00Z"})
    assert deployments(database_url) == [("installed", "2026-01-01", "2026-06-01"), ("installed", "2026-06-01", None)]


def test_a_channel_that_a_device_no_longer_has_feeds_nothing(database_url: str, tmp_path: Path):
    imported(database_url, tmp_path)
    imported(database_url, tmp_path, device={"sensors": ["SDS011"], "battery": False})
    channels = {row[1] for row in contents(database_url)["deployment_channel"]}
    assert channels == {"pm2_5", "pm10", "pm2_5_spread", "pm10_spread"}


@pytest.mark.parametrize(
    ("type_", "sensor", "channels"),
    [
        ("plietsch-water-level", "A02YYUW", {"distance", "distance_spread", "battery"}),
        ("plietsch-rain", "rain", {"rain_tips", "battery"}),
    ],
)
def test_other_kinds_of_node(database_url: str, tmp_path: Path, type_: str, sensor: str, channels: set[str]):
    imported(database_url, tmp_path, device={"type": type_, "sensors": [sensor]})
    assert {row[1] for row in contents(database_url)["deployment_channel"]} == channels


def test_a_station_that_was_registered_without_spreads_has_them_after_importing_again(
    database_url: str, tmp_path: Path
):
    imported(database_url, tmp_path)
    with psycopg.connect(database_url) as connection:
        connection.execute("DELETE FROM deployment_channel WHERE channel LIKE '%_spread'")
        connection.execute(
            "DELETE FROM datastream d USING observed_property p"
            " WHERE p.id = d.observed_property_id AND p.spread_of IS NOT NULL"
        )
    kept = contents(database_url)["deployment_channel"]
    imported(database_url, tmp_path)
    channels = contents(database_url)["deployment_channel"]
    assert set(kept) < set(channels)
    assert {row[1] for row in channels} - {row[1] for row in kept} == {"pm2_5_spread", "pm10_spread"}


def test_every_quantity_of_a_sensor_and_every_type_is_known(database_url: str):
    with psycopg.connect(database_url) as connection:
        known = {row[0] for row in connection.execute("SELECT code FROM observed_property")}
        models = {row[0] for row in connection.execute("SELECT model FROM sensor")}
        types = {row[0] for row in connection.execute("SELECT code FROM device_type")}
    assert known == {code for codes in regions.PROPERTIES_OF_SENSOR.values() for code in codes}
    assert models == set(regions.PROPERTIES_OF_SENSOR)
    assert types == set(regions.SENSORS_OF_TYPE)


def test_a_device_says_how_it_is(database_url: str, tmp_path: Path):
    imported(database_url, tmp_path)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "UPDATE device_health SET node_status_at = '2026-05-01Z', node_status = %s", (json.dumps(TROUBLE),)
        )
        connection.execute(
            "INSERT INTO device_event (event_time, event_id, device_id, kind, detail)"
            " SELECT '2026-05-01Z', gen_random_uuid(), id, 'node-answer', %s FROM device",
            (json.dumps({"token": 7, "command": "set", "result": "ok", "field_name": "interval_s", "value": 300}),),
        )
    with database.connect(database_url) as connection:
        (row,) = registry.devices(connection)
        said = registry.device(connection, "70b3d57ed0000001")
        with pytest.raises(errors.DeviceUnknown, match="70b3d57ed00000ff"):
            registry.device(connection, "70b3d57ed00000ff")
        assert registry.device(connection, "balcony") == said
        with pytest.raises(errors.DeviceUnknown, match="roof"):
            registry.device(connection, "roof")
    assert row.health == "firmware 0.4.0, saves its battery, 69420 readings dropped, errors: A02YYUW 3, battery 1"
    assert said.status == TROUBLE
    assert [(each.answer["token"], each.answer["value"]) for each in said.answers] == [(7, 300)]


def test_a_device_is_shown_to_an_operator(database_url: str, tmp_path: Path):
    imported(database_url, tmp_path)
    identity = {"kind": "fine-dust", "firmware": "0.4.0", "reset_cause": None}
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "UPDATE device_health SET node_status_at = '2026-05-01Z', node_status = %s", (json.dumps(TROUBLE),)
        )
        connection.execute(
            "INSERT INTO device_event (event_time, event_id, device_id, kind, detail)"
            " SELECT '2026-05-01Z', gen_random_uuid(), id, 'node-answer', %s FROM device",
            (json.dumps({"token": 9, "command": "who", "result": "ok", "identity": identity}),),
        )
    result = CliRunner(env={"COLUMNS": "200"}).invoke(
        device.app, ["show", "70b3d57ed0000001", "--database-url", database_url]
    )
    assert result.exit_code == 0, result.output
    shown = " ".join(result.output.split())
    for said in ("at balcony", "2026-05-01 00:00:00 UTC", "saving yes", "fan_h –", "dropped 69420", "A02YYUW 3"):
        assert said in shown
    assert "who" in shown
    assert "firmware 0.4.0, reset_cause –" in shown


def test_a_device_that_said_nothing_is_shown_all_the_same(database_url: str, tmp_path: Path):
    imported(database_url, tmp_path)
    with database.connect(database_url) as connection:
        said = registry.device(connection, "70B3D57ED0000001")
    assert (said.row.health, said.status, said.answers) == ("–", None, ())


def test_an_offered_place_is_listed_and_moves_nothing(database_url: str, tmp_path: Path):
    with database.connect(database_url) as connection:
        registry.import_region(connection, document(tmp_path, REGION))
        offer = {"location": {"latitude": 54.79, "longitude": 9.43684, "accuracy": 25, "source": "GEO_RESOLVER_TDOA"}}
        connection.execute(
            "INSERT INTO device_event (event_time, event_id, device_id, kind, detail)"
            " SELECT '2026-05-01Z', gen_random_uuid(), id, 'location', %s FROM device",
            (json.dumps(offer),),
        )
    before = contents(database_url)
    with database.connect(database_url) as connection:
        (offered,) = registry.location_offers(connection)
    assert (offered.dev_eui, offered.station, offered.accuracy_m) == ("70b3d57ed0000001", "balcony", 25)
    assert offered.distance_m == pytest.approx((54.79 - 54.78291) * 111_195, abs=1)
    assert contents(database_url) == before
