"""A copy that is kept by what the API answers: a download, and the changes from where it is complete, by one key."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow.ipc
import pyarrow.parquet
import pytest
from api.world import NOON, Client, World

from api import instruments

Copy = dict[tuple[int, datetime], tuple[float | None, int]]
SPAN = {"from_": "2026-05-01T00:00:00Z", "to": "2026-05-02T00:00:00Z"}
OTHER = "DHT22"


def stored(world: World) -> Copy:
    rows = world.connection.execute("SELECT datastream_id, phenomenon_time, result, quality FROM observation")
    return {(id_, time): (value, quality) for id_, time, value, quality in rows}


def keep(copy: Copy, row: dict[str, Any]) -> None:
    copy[row["datastream"], datetime.fromisoformat(row["time"])] = row["value"], row["quality"]


def test_a_download_and_the_changes_since_are_the_table_where_a_station_has_two_instruments(world: World, api: Client):
    first, second = *instruments.ids(world, "harbour", "humidity"), instruments.add(world, "harbour", "humidity", OTHER)
    for model, value in (("BME280", 60.0), (OTHER, 65.0)):  # at the same times
        world.measured("harbour", "humidity", NOON, value, sensor=model)
        world.measured("harbour", "humidity", NOON + timedelta(minutes=5), None, 9, sensor=model)
    download = api.get("/api/v1/observations.ndjson", station="harbour", property="humidity", method="all", **SPAN)
    copy: Copy = {}
    for line in download.text.splitlines():
        keep(copy, json.loads(line))
    assert copy == stored(world)
    assert {id_ for id_, _ in copy} == {first, second}
    world.measured("harbour", "humidity", NOON + timedelta(hours=1), 70.0, sensor=OTHER)
    with world.connection.transaction():
        world.connection.execute("SET LOCAL plietsch.cause = 'correction'; SET LOCAL plietsch.reason = 'a spider'")
        world.connection.execute("UPDATE observation SET quality = 4 WHERE datastream_id = %s", [first])
        world.connection.execute(
            "INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations) VALUES (%s, %s, %s, 2)",
            [[first], NOON, NOON + timedelta(minutes=5)],
        )
    cursor = download.headers["plietsch-complete-to"]
    page = api.json("/api/v1/changes", station="harbour", property="humidity", cursor=cursor)
    assert page["changes"]
    for change in page["changes"]:
        keep(copy, change)
    assert copy == stored(world)


@pytest.mark.parametrize("resolution", ["raw", "1h"])
def test_rows_of_two_instruments_can_be_told_apart_in_every_format(world: World, api: Client, resolution: str):
    both = [*instruments.ids(world, "harbour", "humidity"), instruments.add(world, "harbour", "humidity", OTHER)]
    world.measured("harbour", "humidity", NOON, 60.0)

    asked = {"property": "humidity", "resolution": resolution, **SPAN}

    def read(format_: str) -> bytes:
        return api.get("/api/v1/observations", format=format_, **asked).content

    parquet = pyarrow.parquet.read_table(io.BytesIO(read("parquet")))
    arrow = pyarrow.ipc.open_stream(read("arrow")).read_all()
    for table in (parquet, arrow):
        assert table.schema.names[-1] == "datastream"
        assert str(table.schema.field("datastream").type) == "int32"
        assert table.column("datastream").to_pylist() == both
    rows = [json.loads(line) for line in read("ndjson").splitlines()]
    for found in (rows, json.loads(read("json"))["observations"]):
        assert [list(row.items())[-1] for row in found] == [("datastream", id_) for id_ in both]
    for format_, separator in (("csv", ","), ("excel", ";")):
        lines = list(csv.reader(io.StringIO(read(format_).decode("utf-8-sig")), delimiter=separator))
        assert [line[-1] for line in lines] == ["datastream", *map(str, both)]


def test_two_instruments_one_after_the_other_are_told_apart_too(world: World, api: Client):
    (first,) = instruments.ids(world, "harbour", "humidity")
    world.measured("harbour", "humidity", NOON, 60.0)
    second = instruments.add(world, "harbour", "humidity", OTHER)
    world.measured("harbour", "humidity", NOON + timedelta(hours=1), 61.0, sensor=OTHER)
    rows = api.json("/api/v1/observations", property="humidity", **SPAN)["observations"]
    assert [(row["datastream"], row["value"]) for row in rows] == [(first, 60.0), (second, 61.0)]
    described = {id_: api.json(f"/api/v1/datastreams/{id_}")["sensor"]["model"] for id_ in (first, second)}
    assert described == {first: "BME280", second: OTHER}


def test_the_key_of_a_row_is_unique(measured_api: Client):
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    asked = {"from_": "1990-01-01T00:00:00Z", "to": now, "method": "all"}
    rows = measured_api.json("/api/v1/observations", **asked)["observations"]
    assert len({(row["datastream"], row["time"]) for row in rows}) == len(rows) > 0
