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
from plietsch.platform.device_types import reading, storing

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
    tables += ["datastream", "device", "deployment", "deployment_channel", "gauge", "gauge_level"]
    with psycopg.connect(database_url) as connection:
        return {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables}


def test_importing_again_changes_nothing(database_url: str, tmp_path: Path):
    for _ in range(2):
        with database.connect(database_url) as connection:
            assert registry.import_region(connection, document(tmp_path, REGION)) == 1
        first = contents(database_url)
    assert contents(database_url) == first
    assert len(first["datastream"]) == 8 + 2 + 2  # what is measured, dust without water, two indices
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
        ({"type": "plietsch-water-level"}, "balcony: a plietsch-water-level device has no SDS011 among its sensors"),
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
    assert result.output == "Testland: 1 stations registered.\n"
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


WATER = {"type": "plietsch-water-level", "sensors": ["A02YYUW"]}
MOUNTED = {"gauge_zero_distance_m": 8.25, "gauge_zero_nhn_m": -5.0}
GAUGE: dict[str, Any] = {
    "water": {"de": "der Förde", "da": "fjorden", "en": "the fjord"},
    "mean_level_cm": 500,
    "levels": [
        {"level_cm": 620, "rank": 1, "name": {"de": "Pfützen", "da": "Pytter", "en": "Puddles"}, "source": "Town"},
        {"level_cm": 660.5, "rank": 3, "name": {"de": "Straßen", "da": "Gader", "en": "Streets"}, "source": "Town"},
    ],
}


def test_what_hangs_above_the_water_hangs_above_its_gauges_zero(tmp_path: Path):
    content = copy.deepcopy(REGION)
    content["stations"][0]["device"] |= WATER
    content["stations"][0]["deployment"] |= {"gauge_zero_distance_m": -1}
    with pytest.raises(errors.RegionInvalid, match="is above 0 for a device that measures distance"):
        document(tmp_path, content)


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


def test_a_rain_gauge_says_how_much_makes_it_tip(database_url: str, tmp_path: Path):
    imported(
        database_url, tmp_path, device={"type": "plietsch-rain", "sensors": ["rain"]}, deployment={"rain_tip_mm": 0.2}
    )
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT rain_tip_mm FROM deployment").fetchall() == [(0.2,)]


def mountings(database_url: str) -> list[tuple[float | None, str, str | None]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute(
            """SELECT gauge_zero_distance_m, lower(during)::date::text, upper(during)::date::text
            FROM deployment ORDER BY lower(during)"""
        ).fetchall()


def test_an_instrument_that_is_mounted_otherwise_is_another_deployment(database_url: str, tmp_path: Path):
    """What was measured before was measured from where it hung before."""
    higher = {**MOUNTED, "gauge_zero_distance_m": 8.5, "since": "2026-06-01T00:00:00Z"}
    for deployment in (MOUNTED, higher, higher):
        imported(database_url, tmp_path, device=WATER, deployment=deployment)
    assert mountings(database_url) == [(8.25, "2026-01-01", "2026-06-01"), (8.5, "2026-06-01", None)]
    assert len({row[2] for row in contents(database_url)["deployment_channel"] if "water_level" in row[1]}) == 1


def test_a_wrong_mounting_can_be_corrected(database_url: str, tmp_path: Path):
    for changes in (
        MOUNTED,
        {**MOUNTED, "gauge_zero_distance_m": 8.5},
        {**MOUNTED, "gauge_zero_distance_m": 8.75, "since": "2025-12-01T00:00:00Z"},
        # The same mounting at a later time is nothing new.
        {**MOUNTED, "gauge_zero_distance_m": 8.75, "since": "2026-06-01T00:00:00Z"},
    ):
        imported(database_url, tmp_path, device=WATER, deployment=changes)
    assert mountings(database_url) == [(8.75, "2025-12-01", None)]


def gauges(database_url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute(
            """SELECT g.water ->> 'da', g.mean_level_cm, l.rank, l.level_cm, l.name ->> 'de', l.source
            FROM gauge g LEFT JOIN gauge_level l USING (station_id) ORDER BY l.rank"""
        ).fetchall()


def with_gauge(gauge: dict[str, Any] | None) -> dict[str, Any]:
    content = copy.deepcopy(REGION)
    content["stations"][0]["device"] |= WATER
    content["stations"][0]["deployment"] |= MOUNTED
    content["stations"][0]["gauge"] = gauge
    return content


def test_a_gauge_has_the_levels_that_its_file_says(database_url: str, tmp_path: Path):
    def store(gauge: dict[str, Any] | None) -> list[tuple[Any, ...]]:
        with database.connect(database_url) as connection:
            registry.import_region(connection, document(tmp_path, with_gauge(gauge)))
        return gauges(database_url)

    first = [("fjorden", 500, 1, 620, "Pfützen", "Town"), ("fjorden", 500, 3, 660.5, "Straßen", "Town")]
    assert store(GAUGE) == store(GAUGE) == first
    # Both levels one higher, the first one where the second one was.
    higher = copy.deepcopy(GAUGE) | {"mean_level_cm": None}
    higher["levels"][0]["level_cm"], higher["levels"][1]["level_cm"] = 660.5, 700
    assert [(row[1], row[3]) for row in store(higher)] == [(None, 660.5), (None, 700)]
    assert store({**GAUGE, "levels": []}) == [("fjorden", 500, None, None, None, None)]
    assert store(None) == []


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        (
            [{"level_cm": 700}, {}],
            r"balcony: gauge.levels must rise.*Streets \(660.5 cm, rank 3\) follows Puddles \(700",
        ),
        ([{"level_cm": 660.5}, {}], "must rise in level_cm"),
        ([{"rank": 3}, {}], "must rise in level_cm and in rank"),
        ([{"rank": 4}, {}], "must rise in level_cm and in rank"),
        ([{"rank": 0}, {}], r"`int` >= 1 - at `\$.stations\[0\].gauge.levels\[0\].rank`"),
        ([{}, {"rank": 5}], "`int` <= 4"),
        ([{"name": {"de": "Pfützen", "en": "Puddles"}}, {}], r"required field `da` - at .*levels\[0\].name"),
        ([{"name": {"de": "", "da": "Pytter", "en": "Puddles"}}, {}], r"length >= 1 - at .*name.de"),
        ([{"source": ""}, {}], r"length >= 1 - at .*source"),
    ],
)
def test_levels_that_do_not_rise_or_lack_a_name_are_refused(tmp_path: Path, levels: list[Any], message: str):
    gauge = copy.deepcopy(GAUGE)
    gauge["levels"] = [level | change for level, change in zip(gauge["levels"], levels, strict=True)]
    with pytest.raises(errors.RegionInvalid, match=message):
        document(tmp_path, with_gauge(gauge))


@pytest.mark.parametrize(
    ("member", "values", "message"),
    [
        (
            "deployment",
            MOUNTED,
            "balcony: deployment.gauge_zero_distance_m is for a device that measures distance or water_depth",
        ),
        ("deployment", {"gauge_zero_nhn_m": -5}, "gauge_zero_nhn_m is for a device that measures distance or"),
        ("deployment", {"rain_tip_mm": 0.2}, "rain_tip_mm is for a device that measures rain_tips; .* humidity, pm10"),
        ("deployment", {"rain_tip_mm": 0}, "> 0"),
        ("gauge", GAUGE, "balcony: a gauge has a device that measures distance or water_depth"),
    ],
)
def test_what_an_instrument_is_not_there_for_is_refused(
    tmp_path: Path, member: str, values: dict[str, Any], message: str
):
    content = copy.deepcopy(REGION)
    content["stations"][0][member] = content["stations"][0].get(member, {}) | values
    with pytest.raises(errors.RegionInvalid, match=message):
        document(tmp_path, content)


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
