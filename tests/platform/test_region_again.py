"""A region's file imported again: what changes is said, and what a command said outlasts the demo's next start."""

import copy
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from plietsch.platform import database, deploying, deployments, errors, registry
from plietsch.platform.commands import device
from plietsch.platform.deployments import Deployment
from plietsch.platform.local import importing
from support.importing import MOUNTED, REGION, WATER, document

DEV_EUI = "70b3d57ed0000001"
JUNE = datetime(2026, 6, 1, tzinfo=UTC)


def region(**deployment: Any) -> dict[str, Any]:
    content = copy.deepcopy(REGION)
    content["stations"][0]["device"] |= WATER
    content["stations"][0]["deployment"] |= MOUNTED | deployment
    quay = copy.deepcopy(content["stations"][0]) | {"code": "quay"}
    quay["device"]["dev_eui"] = "70b3d57ed0000002"
    quay["deployment"]["phase"] = "removed"
    content["stations"].append(quay)
    return content


def start(url: str, folder: Path, content: dict[str, Any]) -> int:
    """What `plietsch up` does with the file of its simulated region."""
    with database.connect(url) as connection:
        return importing.register(connection, document(folder, content), folder / "last.json")


def history(url: str, dev_eui: str = DEV_EUI) -> list[Deployment]:
    with psycopg.connect(url) as connection:
        return deployments.history(connection, deployments.find(connection, dev_eui).id)


@pytest.mark.parametrize("command", ["install", "correct", "move"])
def test_what_a_command_said_of_the_demo_outlasts_its_next_starts(database_url: str, tmp_path: Path, command: str):
    start(database_url, tmp_path, region())
    with psycopg.connect(database_url) as connection:
        if command == "install":
            deploying.install(connection, DEV_EUI, "balcony", JUNE, mounting={"gauge_zero_distance_m": 7.9})
        elif command == "correct":
            deploying.correct(connection, DEV_EUI, mounting={"gauge_zero_distance_m": 7.9})
        else:
            deploying.move(connection, DEV_EUI, "quay", JUNE, mounting={"gauge_zero_distance_m": 7.9})
    said = history(database_url)
    assert said[-1].mounting.gauge_zero_distance_m == 7.9
    # The past that is simulated begins later by moments than before it was.
    again = region(since="2026-01-01T00:01:00Z")
    assert start(database_url, tmp_path, again) == 2
    # With more stations than before: the new one is registered, the others stay.
    again["stations"].append(copy.deepcopy(again["stations"][0]) | {"code": "mole"})
    again["stations"][2]["device"]["dev_eui"] = "70b3d57ed0000003"
    assert start(database_url, tmp_path, again) == 3
    assert history(database_url) == said
    assert [each.station for each in history(database_url, "70b3d57ed0000003")] == ["mole"]


def test_a_fresh_database_gets_all_stations_whatever_another_one_got(database_url: str, tmp_path: Path):
    (tmp_path / "last.json").write_text(json.dumps(region()))
    start(database_url, tmp_path, region())
    assert [each.station for each in history(database_url)] == ["balcony"]


def test_what_a_newer_version_computes_is_fed_at_the_next_start(database_url: str, tmp_path: Path):
    start(database_url, tmp_path, region())
    with psycopg.connect(database_url) as connection:
        connection.execute("DELETE FROM deployment_channel WHERE channel LIKE 'water_level%%'")
    start(database_url, tmp_path, region())
    with psycopg.connect(database_url) as connection:
        fed = connection.execute(
            "SELECT FROM deployment_channel WHERE channel LIKE 'water_level%%' AND deployment_id = %s",
            (history(database_url)[0].id,),
        ).fetchall()
    assert len(fed) == 1


def run(url: str, folder: Path, content: dict[str, Any]) -> list[str]:
    file = folder / "region.json"
    file.write_text(json.dumps(content))
    result = CliRunner().invoke(device.app, ["import", str(file), "--database-url", url])
    assert result.exit_code == 0, result.exception
    return [line.strip() for line in result.output.splitlines()]


def test_an_import_says_what_it_changed(database_url: str, tmp_path: Path):
    first = run(database_url, tmp_path, region())
    assert first == ["Testland: 2 stations registered.", f"balcony: new, {DEV_EUI}", "quay: new, 70b3d57ed0000002"]
    assert run(database_url, tmp_path, region())[1:] == ["No place and no deployment differs from what was known."]
    with psycopg.connect(database_url) as connection:
        deploying.correct(connection, DEV_EUI, mounting={"gauge_zero_distance_m": 8.31})
    moved = region()
    moved["stations"][0]["longitude"] += 0.01
    assert run(database_url, tmp_path, moved)[1:] == [
        "balcony: moved by 641 m",
        "balcony: corrected: installed at balcony from 2026-01-01 00:00 UTC: gauge_zero_distance_m 8.31 → 8.25",
    ]
    moved["stations"][0]["deployment"] |= {"since": JUNE.isoformat(), "gauge_zero_distance_m": 8.5}
    assert run(database_url, tmp_path, moved)[1:] == [
        "balcony: ended: installed at balcony from 2026-01-01 00:00 UTC until 2026-06-01 00:00 UTC",
        "balcony: begun: installed at balcony from 2026-06-01 00:00 UTC (height_m 2.5, "
        "gauge_zero_distance_m 8.5, gauge_zero_nhn_m -5.0)",
    ]


def test_many_changes_are_counted_and_corrections_still_named(database_url: str, tmp_path: Path):
    content = region()
    run(database_url, tmp_path, content)
    content["stations"][0]["deployment"]["gauge_zero_distance_m"] = 8.31
    for number in range(10):
        content["stations"].append(copy.deepcopy(content["stations"][1]) | {"code": f"pier-{number}"})
        content["stations"][-1]["device"]["dev_eui"] = f"70b3d57ed00001{number:02}"
    said = run(database_url, tmp_path, content)
    assert said[1] == "deployments corrected: 1, new: 10"
    assert [line.split(":")[:2] for line in said[2:]] == [["balcony", " corrected"]]


@pytest.mark.parametrize("command", ["install", "move"])
def test_a_file_that_knows_less_than_a_command_said_is_refused_with_what_to_do(
    database_url: str, tmp_path: Path, command: str
):
    run(database_url, tmp_path, region())
    with psycopg.connect(database_url) as connection:
        if command == "install":
            deploying.install(connection, DEV_EUI, "balcony", JUNE, mounting={"gauge_zero_distance_m": 7.9})
        else:
            deploying.move(connection, DEV_EUI, "quay", JUNE, mounting={"gauge_zero_distance_m": 7.9})
    with database.connect(database_url) as connection, pytest.raises(errors.RegionInvalid) as refused:
        registry.import_region(connection, document(tmp_path, region()))
    at = "balcony" if command == "install" else "quay"
    assert "Bring this station's `deployment` up to date" in refused.value.hint
    assert f"{DEV_EUI} is installed at {at} from 2026-06-01 00:00 UTC (" in refused.value.hint
    assert "gauge_zero_distance_m 7.9" in refused.value.hint


@pytest.mark.parametrize(
    ("changes", "message", "hint"),
    [
        ({"longitude": 54.78291, "latitude": 9.43684}, "balcony: .* outside region.bbox", "swapped"),
        ({"longitude": 11.5}, "balcony: .* outside region.bbox", "widen region.bbox"),
        ({"deployment": {"phase": "installed", "since": (datetime.now(UTC) + timedelta(hours=2)).isoformat()}},
         "balcony: deployment.since .* in the future", "once the device hangs"),
    ],
)  # fmt: skip
def test_a_slip_in_place_or_time_is_refused(tmp_path: Path, changes: dict[str, Any], message: str, hint: str):
    content = copy.deepcopy(REGION)
    content["stations"][0] |= changes
    with pytest.raises(errors.RegionInvalid, match=message) as refused:
        document(tmp_path, content)
    assert hint in refused.value.hint
