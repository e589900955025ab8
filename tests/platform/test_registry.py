"""Importing a region file: all or nothing, again without effect, moves with their history, bad files explained."""

import copy
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from plietsch.platform import database, errors, regions, registry
from support.importing import GAUGE, MOUNTED, REGION, WATER, contents, document, imported


def test_importing_again_changes_nothing(database_url: str, tmp_path: Path):
    for _ in range(2):
        with database.connect(database_url) as connection:
            assert registry.import_region(connection, document(tmp_path, REGION)).stations == 1
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


def test_what_hangs_above_the_water_hangs_above_its_gauges_zero(tmp_path: Path):
    content = copy.deepcopy(REGION)
    content["stations"][0]["device"] |= WATER
    content["stations"][0]["deployment"] |= {"gauge_zero_distance_m": -1}
    with pytest.raises(errors.RegionInvalid, match="is above 0 for a device that measures distance"):
        document(tmp_path, content)


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
