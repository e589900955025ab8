"""Frames decoded anew, against a real PostgreSQL: what they say now takes the place of what they said then."""

import json
import random
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
import structlog
from ingest.judging import Reading, Region, flags, judge, register, store
from ingest.network import NEW_YEAR_S, rows
from psycopg.types.json import Jsonb
from typer.testing import CliRunner

from ingest import judging, network
from plietsch.ingest import commands, database, registrar, reprocess, session
from plietsch.ingest.messages import Message
from plietsch.ingest.reprocess import Reprocessing, TypeUnknown
from plietsch.platform import deploying

_COUNTS = "SELECT count(*)::int FROM observation WHERE datastream_id = %s"
NEW_YEAR = datetime.fromtimestamp(NEW_YEAR_S, UTC)
_REVISIONS = """SELECT datastream_id, result_before, quality_before, result_after, quality_after, cause, reason
    FROM observation_revision WHERE id > %s ORDER BY datastream_id, phenomenon_time, id"""


@pytest.fixture
def region(database_url: str) -> Region:
    return register(database_url)


@pytest.fixture(autouse=True)
def _log() -> Iterator[None]:
    """A command sets the log up for its process, which is this one; and the runner takes its stream away."""
    yield
    structlog.reset_defaults()


def _invoke(region: Region, *arguments: str) -> tuple[int, str]:
    """The command's exit code and what it says, for all devices unless some are named."""
    whose = () if "--device" in arguments else ("--all",)
    command = ["reprocess", *whose, "--since", "2025-12-01", "--until", "2026-03-01", *arguments]
    ended = CliRunner(env={"COLUMNS": "200"}).invoke(
        commands.app, [*command, "--database-url", region.database_url], catch_exceptions=False
    )
    return ended.exit_code, ended.output


def _reprocess(region: Region, *arguments: str) -> dict[str, Any]:
    exit_code, said = _invoke(region, "--json", *arguments)
    assert exit_code == 0, said
    return json.loads(said)


def _everything(region: Region) -> tuple[Any, ...]:
    tables = ("observation_revision", "write_ledger", "uplink", "observation_repeat")
    counted = [rows(region.database_url, f"SELECT count(*) FROM {table}") for table in tables]
    return judging.tables(region), counted


def _redefine(region: Region, channel: str, **members: Any) -> None:
    """The type says something else of a channel, as after `plietsch device-type add`."""
    with psycopg.connect(region.database_url) as connection:
        connection.execute(
            "UPDATE device_type SET definition = jsonb_set(definition, %s, definition #> %s || %s)",
            (["channels", channel], ["channels", channel], Jsonb(members)),
        )


def _decoded_by(region: Region, decoder: str) -> None:
    with psycopg.connect(region.database_url) as connection:
        connection.execute(
            "UPDATE device_type SET definition = definition || %s WHERE code = 'test-node'",
            (Jsonb({"decoder": decoder}),),
        )


def _last_revision(region: Region) -> int:
    return rows(region.database_url, "SELECT coalesce(max(id), 0) FROM observation_revision")[0][0]


def _story() -> list[list[Reading]]:
    """Half a day of three stations, with a spike and a flat line."""
    return [
        [
            Reading(station, step, {"pm2_5": 300.0 if step == 7 else 10.0 + step % 3, "humidity": 60.0,
                                    "distance": 3000.0 + (step % 5 * 2 if step < 40 else 0)})
            for station in range(3)
        ]
        for step in range(72)
    ]  # fmt: skip


def test_what_did_not_change_is_not_touched(region: Region):
    store(region, _story())
    judge(region)
    before = _everything(region)
    said = _reprocess(region)
    assert (said["frames"], said["undecoded"], said["finished"], said["changes"]) == (216, 0, True, [])
    assert _everything(region) == before
    assert _invoke(region)[1].startswith("Nothing changed.")


def test_a_corrected_type_changes_what_it_should_and_flags_and_computed_series_follow(region: Region):
    store(region, _story())
    judge(region)
    judged = flags(region, 0, "distance")
    assert sorted(set(judged)) == [1, 4]
    before, last = _everything(region), _last_revision(region)
    _redefine(region, "pm2_5", range=[0, 200])
    (said,) = _reprocess(region, "--dry-run", "--device", region.dev_eui(0))["changes"]
    assert _everything(region) == before, "a dry run changes nothing"
    assert said == _reprocess(region, "--device", region.dev_eui(0))["changes"][0]
    assert (said["station"], said["property"], said["method"]) == ("station-0", "pm2_5", "raw")
    assert (said["added"], said["revised"], said["removed"]) == (0, 1, 0)
    moment = "2026-01-01T01:10:00Z"
    value = {"before": {"result": 300.0, "quality": 4}, "after": {"result": None, "quality": 4}}
    assert (said["first"], said["last"], said["examples"]) == (moment, moment, [{"time": moment, **value}])
    dust = region.stations[0]["pm2_5"]
    assert rows(region.database_url, _REVISIONS, last) == [(dust, 300, 4, None, 4, "reprocess", "decoded anew")]
    # It failed when it arrived, and is tested no more; what was found of the rest stays.
    assert rows(region.database_url, "SELECT count(*) FROM observation_test WHERE datastream_id = %s", dust) == [(0,)]
    assert flags(region, 0, "distance") == judged
    entry = "SELECT datastream_ids, observations, revised, cause FROM write_ledger ORDER BY id DESC LIMIT 1"
    assert rows(region.database_url, entry) == [([dust], 0, 1, "reprocess")]
    again = _everything(region)
    assert _reprocess(region, "--device", region.dev_eui(0))["changes"] == []
    judge(region)
    assert _everything(region) == again, "what was decoded anew was judged with it"


def test_what_is_not_said_any_more_goes_and_what_could_not_be_decoded_then_comes(region: Region):
    store(region, [[Reading(0, step, {"pm2_5": 10.0 + step, "humidity": 60.0})] for step in range(3)])
    judge(region)
    dust, dry = region.stations[0]["pm2_5"], region.stations[0]["pm2_5@kappa-koehler/1"]
    before = judging.tables(region)
    _decoded_by(region, "object")
    said = _reprocess(region, "--device", region.dev_eui(0))
    assert said["undecoded"] == 3
    assert {each["datastream_id"]: each["removed"] for each in said["changes"]}.items() >= {(dust, 3), (dry, 3)}
    assert rows(region.database_url, "SELECT * FROM observation") == []
    reasons = "SELECT DISTINCT datastream_id, cause, reason FROM observation_revision WHERE datastream_id = ANY(%s)"
    assert rows(region.database_url, f"{reasons} ORDER BY 1", [dust, dry]) == [
        (dust, "reprocess", "decoded anew: the frame does not say it"),
        (dry, "reprocess", "kappa-koehler/1: nothing is there that it is computed from"),
    ]
    _decoded_by(region, "plietsch")
    assert {each["added"] for each in _reprocess(region)["changes"]} == {3}
    assert judging.tables(region) == before
    heard = "SELECT DISTINCT result_time - phenomenon_time FROM observation"
    assert rows(region.database_url, heard) == [(timedelta(seconds=5),)]


def test_a_value_belongs_to_the_frame_that_brought_it_first(region: Region):
    """Who heard the same moment from two frames, with two numbers, keeps the first one; and what no frame brought."""
    first, second = Reading(0, 0, {"distance": 3000.0}), Reading(0, 0, {"distance": 3500.0})
    store(region, [[first]])
    store(region, [[second._replace(values={"distance": 3500.0})]], heard_later_s=60)
    with psycopg.connect(region.database_url) as connection:
        connection.execute(
            "INSERT INTO observation VALUES (%s, '2026-01-01T00:30:00Z', 2000, '2026-01-01T09:00:00Z', 1)",
            (region.stations[0]["distance"],),
        )
    assert _reprocess(region)["changes"] == []
    stored = "SELECT result FROM observation WHERE datastream_id = %s ORDER BY phenomenon_time"
    assert rows(region.database_url, stored, region.stations[0]["distance"]) == [(3000,), (2000,)]


def test_a_device_of_a_type_that_nobody_knows_is_left_alone(region: Region):
    store(region, [[Reading(0, 0, {"distance": 3000.0})]])
    with psycopg.connect(region.database_url) as connection:
        connection.execute("UPDATE device_type SET definition = NULL WHERE code = 'test-node'")
    with pytest.raises(TypeUnknown, match=region.dev_eui(0)):
        _invoke(region)
    assert flags(region, 0, "distance") == [1]


def test_a_device_that_is_moved_meanwhile_is_decoded_as_it_is_by_then(region: Region):
    """A long run began before it was moved, and comes to its days after the move was decoded: nothing is put back."""
    steps = [[Reading(0, step, {"pm2_5": 10.0, "humidity": 60.0})] for step in range(0, 288, 24)]
    store(region, steps)
    judge(region)
    with closing(database.connect(region.database_url)) as connection:
        (device,) = registrar.load(connection, [region.dev_eui(0)])
        asked = NEW_YEAR, NEW_YEAR + timedelta(days=2)
        first, second = reprocess.pieces(connection, [device], *asked)
        long_run = Reprocessing(connection, dry_run=False)
        long_run.run(first)
        with psycopg.connect(region.database_url) as other:
            deploying.move(other, device.dev_eui, "station-2", NEW_YEAR + timedelta(hours=2), mounting={}, instead=True)
        _reprocess(region)
        moved = _everything(region)
        assert rows(region.database_url, _COUNTS, region.stations[2]["pm2_5"]) == [(11,)]
        for piece in (first, second):
            long_run.run(piece)
        judge(region)
    assert _everything(region) == moved


def test_a_makers_object_by_another_factor(region: Region):
    """The type of an operator of their own said centimetres where the device means decimetres."""
    _decoded_by(region, "object")
    _redefine(region, "distance", path="level", factor=10.0)
    with session.opened(region.database_url) as opened:
        for step in range(3):
            published = network.up(
                b"\1", region.dev_eui(0), heard_s=NEW_YEAR_S + 600 * step, fCnt=step, object={"level": 30 + step}
            )
            opened.store([Message(*published, NEW_YEAR)])
    distance, level = region.stations[0]["distance"], region.stations[0]["water_level@gauge-zero/1"]
    stored = "SELECT result FROM observation WHERE datastream_id = %s ORDER BY phenomenon_time"
    assert rows(region.database_url, stored, distance) == [(300,), (310,), (320,)]
    _redefine(region, "distance", factor=100.0)
    changes = _reprocess(region)["changes"]
    assert [(each["datastream_id"], each["revised"]) for each in changes] == [(distance, 3), (level, 3)]
    assert rows(region.database_url, stored, distance) == [(3000,), (3100,), (3200,)]
    assert rows(region.database_url, stored, level) == [(500,), (490,), (480,)]


def test_a_device_that_is_not_there_and_all_and_some_are_refused(region: Region):
    from plietsch.ingest.commands.reprocess import NoSuchDevice

    with pytest.raises(NoSuchDevice):
        _invoke(region, "--device", "0000000000000000")
    assert _invoke(region, "--device", region.dev_eui(0), "--all")[0] == 2


def test_a_device_is_named_by_its_station_too(region: Region):
    store(region, [[Reading(0, step, {"distance": 3000.0})] for step in range(3)])
    (station,) = rows(
        region.database_url,
        "SELECT s.code FROM station s JOIN deployment p ON p.station_id = s.id JOIN device d ON d.id = p.device_id"
        " WHERE d.dev_eui = %s",
        region.dev_eui(0),
    )[0]
    assert _reprocess(region, "--device", station)["frames"] == 3


def test_a_month_of_a_hundred_stations_changes_nothing(database_url: str, pytestconfig: pytest.Config):
    """Without --long a day and a half of eight: what is decoded twice is what is stored, judged, and computed."""
    stations, days = (100, 30) if pytestconfig.getoption("long") else (8, 1.5)
    region = register(
        database_url, [(9.0 + number % 10 * 0.03, 54.5 + number // 10 * 0.03) for number in range(stations)]
    )
    chance = random.Random(7)
    level_mm = 3000
    batches: list[list[Reading]] = []
    for step in range(0, int(days * 144)):
        level_mm += chance.choice([-1, 0, 0, 0, 0, 1])
        batches.append([
            Reading(station, step, {
                "pm2_5": chance.choice([8.0, 9.0, 10.0, 11.0, 350.0 if step % 50 == station else 12.0]),
                "temperature": 5.0 + station % 3, "humidity": chance.choice([60.0, 80.0, 96.0]),
                "distance": float(level_mm + (0 if step % 96 < 12 else chance.randrange(20))),
            })
            for station in range(stations)
        ])  # fmt: skip
    store(region, batches)
    judge(region)
    before = _everything(region)
    assert {quality for _, _, _, quality in before[0].observation} >= {1, 3, 4, 9}
    for _ in range(2):
        said = _reprocess(region)
        assert (said["frames"], said["changes"]) == (stations * len(batches), [])
    assert _everything(region) == before
