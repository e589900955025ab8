"""What an operator is shown of devices."""

import json
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from plietsch.platform import database, errors, registry
from plietsch.platform.commands import device
from support.importing import REGION, contents, document, imported

TROUBLE = {
    "kind": "water-level", "firmware": "0.4.0", "reset_cause": "watchdog", "data_rate": 2, "revision": 7, "boots": 41,
    "uptime_h": 21, "battery_v": 3.64, "saving": True, "fan_h": None, "waiting": 1024, "dropped": 69420,
    "errors": {"A02YYUW": 3, "battery": 1},
}  # fmt: skip


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
