"""Which series an imported device feeds: by its type, its instruments and how it is mounted."""

import copy
import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from plietsch.platform import database, errors, regions, registry
from plietsch.platform.commands import device
from plietsch.platform.device_types import catalogue, reading, storing
from support.importing import GAUGE, MOUNTED, REGION, WATER, contents, document, imported

OWN_TYPE = """
format = "plietsch-device-type/1"
code = "school-level"
maker = "A school"
model = "level"
summary = "Distance to the water"
decoder = "object"
[instruments.school-echo]
manufacturer = "A school"
[channels.range_cm]
property = "distance"
instrument = "school-echo"
path = "range"
unit = "cm"
[channels.battery]
instrument = "school-echo"
path = "battery"
"""


def test_a_device_of_a_type_that_an_operator_added(database_url: str, tmp_path: Path):
    with database.connect(database_url) as connection:
        storing.add(connection, reading.parse(OWN_TYPE, "own.toml"))
    region = copy.deepcopy(REGION)
    node = {"dev_eui": "70b3d57ed0000001", "type": "school-level", "interval_s": 600}
    region["stations"][0] |= {"device": node, "gauge": GAUGE}
    region["stations"][0]["deployment"] |= MOUNTED
    file = tmp_path / "region.json"
    file.write_text(json.dumps(region))
    result = CliRunner().invoke(device.app, ["import", str(file), "--database-url", database_url])
    assert result.output == "Testland: 1 station registered.\n  balcony: new, 70b3d57ed0000001\n"
    with psycopg.connect(database_url) as connection:
        fed = connection.execute(
            """SELECT c.channel, p.code, s.model, d.method FROM deployment_channel c
            JOIN datastream d ON d.id = c.datastream_id JOIN observed_property p ON p.id = d.observed_property_id
            JOIN sensor s ON s.id = d.sensor_id ORDER BY 1"""
        ).fetchall()
    assert fed == [
        ("battery", "battery", "school-echo", "raw"),
        ("range_cm", "distance", "school-echo", "raw"),
        ("water_level@gauge-zero/1", "water_level", "school-echo", "gauge-zero/1"),
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [({"battery": True}, "device.battery is for our own nodes"), ({"sensors": ["node"]}, "has no node among its")],
)
def test_a_makers_device_has_what_its_type_says(tmp_path: Path, change: dict[str, Any], message: str):
    region = copy.deepcopy(REGION)
    node = {"dev_eui": "70b3d57ed0000001", "type": "open-water-level", "interval_s": 600}
    region["stations"][0]["device"] = node | change
    with pytest.raises(errors.RegionInvalid, match=message):
        document(tmp_path, region)


def test_a_channel_that_a_device_no_longer_has_feeds_nothing(database_url: str, tmp_path: Path):
    imported(database_url, tmp_path)
    imported(database_url, tmp_path, device={"sensors": ["SDS011"], "battery": False})
    channels = {row[1] for row in contents(database_url)["deployment_channel"]}
    assert channels == {"pm2_5", "pm10", "pm2_5_spread", "pm10_spread", "aqi_eu@eaqi-2024/1", "aqi_de@uba-lqi-2025/1"}


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


def test_a_device_of_every_type_can_be_registered_and_feeds_all_that_it_measures(database_url: str, tmp_path: Path):
    region = copy.deepcopy(REGION)
    (station,) = region["stations"]
    types = catalogue.built_in()
    region["stations"] = [
        station | {"code": code, "device": {"dev_eui": f"{number:016x}", "type": code, "interval_s": 600}}
        for number, code in enumerate(types)
    ]
    for each in region["stations"]:
        optional = [model for model, one in types[each["code"]].instruments.items() if one.optional]
        each["device"] |= {
            "sensors": [model for model in optional if model != regions.NODE],
            "battery": regions.NODE in optional,
        }
    with database.connect(database_url) as connection:
        registry.import_region(connection, document(tmp_path, region))
        rows = connection.execute(
            """SELECT s.code, c.channel, p.code FROM deployment_channel c
            JOIN datastream d ON d.id = c.datastream_id JOIN observed_property p ON p.id = d.observed_property_id
            JOIN station s ON s.id = d.station_id WHERE d.method = 'raw'"""
        ).fetchall()
    assert sorted(rows) == sorted(
        (code, channel, type_.property_of(channel)) for code, type_ in types.items() for channel in type_.channels
    )


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


def computed(database_url: str) -> dict[str, tuple[str, str, str]]:
    """Of each channel that feeds a computed series: instrument, property and method."""
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            """SELECT c.channel, s.model, p.code, d.method FROM deployment_channel c
            JOIN datastream d ON d.id = c.datastream_id JOIN sensor s ON s.id = d.sensor_id
            JOIN observed_property p ON p.id = d.observed_property_id WHERE d.method <> 'raw'"""
        ).fetchall()
    return {channel: (model, code, method) for channel, model, code, method in rows}


def test_a_level_is_computed_where_the_gauge_zero_is_known(database_url: str, tmp_path: Path):
    imported(database_url, tmp_path, device=WATER)
    assert computed(database_url) == {}
    imported(database_url, tmp_path, device=WATER, deployment=MOUNTED)
    assert computed(database_url) == {"water_level@gauge-zero/1": ("A02YYUW", "water_level", "gauge-zero/1")}
    imported(database_url, tmp_path, device=WATER)
    assert computed(database_url) == {}


@pytest.mark.parametrize(("sensors", "corrected"), [(["SDS011", "DHT22"], True), (["SDS011"], False)])
def test_dust_is_corrected_where_there_is_humidity(
    database_url: str, tmp_path: Path, sensors: list[str], corrected: bool
):
    imported(database_url, tmp_path, device={"sensors": sensors})
    wanted = {f"{code}@kappa-koehler/1": ("SDS011", code, "kappa-koehler/1") for code in ("pm2_5", "pm10")}
    indices = {
        "aqi_eu@eaqi-2024/1": ("SDS011", "aqi_eu", "eaqi-2024/1"),
        "aqi_de@uba-lqi-2025/1": ("SDS011", "aqi_de", "uba-lqi-2025/1"),
    }
    assert computed(database_url) == ({**wanted, **indices} if corrected else indices)


def test_the_series_by_the_usual_method_is_meant_or_else_the_one_that_there_is(database_url: str, tmp_path: Path):
    imported(database_url, tmp_path, device=WATER, deployment=MOUNTED)
    with psycopg.connect(database_url) as connection:
        assert _meant(connection) == {"gauge-zero/1": True}
        another = "INSERT INTO datastream (station_id, sensor_id, observed_property_id, method)" \
            " SELECT station_id, sensor_id, observed_property_id, %s FROM datastream WHERE method = %s"  # fmt: skip
        connection.execute(another, ("gauge-zero-sound/1", "gauge-zero/1"))
        assert _meant(connection) == {"gauge-zero/1": True, "gauge-zero-sound/1": False}
        connection.execute("DELETE FROM datastream WHERE method = 'gauge-zero/1'")
        assert _meant(connection) == {"gauge-zero-sound/1": True}
        connection.execute(another, ("raw", "gauge-zero-sound/1"))
        connection.execute("UPDATE observed_property SET default_method = 'raw' WHERE code = 'water_level'")
        assert _meant(connection) == {"gauge-zero-sound/1": False, "raw": True}


def _meant(connection: psycopg.Connection) -> dict[str, bool]:
    return dict(
        connection.execute(
            "SELECT d.method, d.by_default FROM datastream d JOIN observed_property p ON p.id = d.observed_property_id"
            " WHERE p.code = 'water_level'"
        ).fetchall()
    )


def test_rain_is_computed_where_it_is_known_how_much_makes_it_tip(database_url: str, tmp_path: Path):
    gauge = {"type": "plietsch-rain", "sensors": ["rain"]}
    imported(database_url, tmp_path, device=gauge)
    assert computed(database_url) == {}
    imported(database_url, tmp_path, device=gauge, deployment={"rain_tip_mm": 0.2})
    assert computed(database_url) == {
        "rain@rain-difference/1": ("rain", "rain", "rain-difference/1"),
        "rain_1h@rain-sum/1": ("rain", "rain_1h", "rain-sum/1"),
        "rain_24h@rain-sum/1": ("rain", "rain_24h", "rain-sum/1"),
    }


@pytest.mark.parametrize(
    ("device", "message"),
    [
        ({"type": "telepathy"}, "balcony: no device type is called telepathy"),
        ({"type": "plietsch-water-level"}, "type plietsch-water-level has no SDS011 among its sensors"),
        ({"type": "plietsch-rain", "sensors": ["A02YYUW"]}, "has no A02YYUW among its sensors; it can have rain"),
        ({"sensors": ["A02YYUW", "rain"]}, "no A02YYUW or rain among .* can have SDS011, BME280, DHT22"),
        ({"sensors": []}, "device.sensors names none of SDS011, BME280, DHT22"),
    ],
)
def test_a_device_without_what_its_type_measures_is_refused(tmp_path: Path, device: dict[str, Any], message: str):
    bad = copy.deepcopy(REGION)
    bad["stations"][0]["device"] |= device
    with pytest.raises(errors.RegionInvalid, match=message) as refused:
        document(tmp_path, bad)
    if device.get("type") == "telepathy":
        assert "plietsch device-type list" in refused.value.hint
