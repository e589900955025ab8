"""Recordings: lines that become what a broker would have brought, once however often, and counts as pandas has them."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ingest.network import count, rows
from typer.testing import CliRunner

from plietsch.ingest import commands, interpret, recording, recording_import
from plietsch.ingest.reasons import Reason
from plietsch.ingest.recording import Reader, Taken
from plietsch.ingest.recording_import import Summary
from plietsch.ingest.registry import Device, Registry
from plietsch.platform import errors, regions, registry
from plietsch.platform.device_types import catalogue, reading
from plietsch.platform.why import gathering, judging
from support import recordings

TYPE = catalogue.built_in()["open-water-level"]
SHEET, CARD = TYPE.recordings
DEV_EUI = "70b3d57ed0000001"
TODAY = datetime(2026, 3, 5, tzinfo=UTC)
PUBLISHED = "e00fce680cdac6c15e5dfc75,2/19/2024 22:12:13,waterLevel_0001,waterLevel,1708398731,192.33333,4.13,95.29"


def _taken(text: str, layout: Any = SHEET, dev_eui: str = DEV_EUI) -> Taken:
    (line,) = recording.lines([text], layout)
    return Reader(TYPE, layout, dev_eui, "sheet.csv", TODAY).take(line)


def _event(text: str, layout: Any = SHEET, dev_eui: str = DEV_EUI) -> dict[str, Any]:
    taken = _taken(text, layout, dev_eui)
    assert taken.problem is None
    return json.loads(taken.message.payload)


def test_a_line_is_an_event_with_an_object_of_its_columns() -> None:
    event = _event(PUBLISHED)
    assert event["time"] == "2024-02-20T03:12:13Z"
    assert event["object"] == {
        "published": "2/19/2024 22:12:13",
        "name": "waterLevel_0001",
        "time": 1708398731,
        "distance_cm": 192.33333,
        "battery_v": 4.13,
        "battery_percent": 95.29,
    }
    assert msgspec.convert(event["data"], bytes).decode() == PUBLISHED


def test_the_same_line_is_the_same_event_and_another_devices_is_not() -> None:
    ids = [_event(PUBLISHED)["deduplicationId"], _event(PUBLISHED)["deduplicationId"]]
    assert ids[0] == ids[1] != _event(PUBLISHED, dev_eui="70b3d57ed0000002")["deduplicationId"]


@pytest.mark.parametrize(
    ("published", "measured", "heard"),
    [
        ("7/1/2024 12:00:02", "1719849600", "2024-07-01T16:00:02Z"),
        ("12/1/2024 12:00:02", "1733072400", "2024-12-01T17:00:02Z"),
        # On 3 November 2024 the hour from one to two came twice.
        ("11/3/2024 1:00:30", "1730610019", "2024-11-03T05:00:30Z"),
        ("11/3/2024 1:00:30", "1730613619", "2024-11-03T06:00:30Z"),
        ("11/3/2024 1:00:30", "", "2024-11-03T05:00:30Z"),
    ],
)
def test_it_was_heard_at_the_local_time_that_the_line_says(published: str, measured: str, heard: str) -> None:
    assert _event(f"core,{published},node,waterLevel,{measured},100,4.1,90")["time"] == heard


def test_a_line_of_a_card_was_heard_when_the_node_measured() -> None:
    assert _event("1741392000,150.5,4.12,90.1", CARD)["time"] == "2025-03-08T00:00:00Z"


@pytest.mark.parametrize(
    ("text", "layout", "reason"),
    [
        ("a,b,c", SHEET, Reason.LINE_MALFORMED),
        (PUBLISHED + ",9", SHEET, Reason.LINE_MALFORMED),
        (PUBLISHED.replace("2/19/2024", "31/31/2024"), SHEET, Reason.LINE_MALFORMED),
        (PUBLISHED.replace("2/19/2024 22:12:13", ""), SHEET, Reason.LINE_MALFORMED),
        ("946684810,63.44305,0.23,0.00", CARD, Reason.CLOCK_RESET),
        ("4000000000,63.44305,0.23,0.00", CARD, Reason.CLOCK_WRONG),
        ("noon,63.44305,0.23,0.00", CARD, Reason.CLOCK_WRONG),
        (",63.44305,0.23,0.00", CARD, Reason.CLOCK_WRONG),
    ],
)
def test_a_line_of_which_no_event_can_be_made_is_named(text: str, layout: Any, reason: Reason) -> None:
    taken = _taken(text, layout)
    assert taken.problem
    assert (taken.problem.reason, taken.message.payload) == (reason, text.encode())
    assert taken.problem.detail.startswith("sheet.csv, line 1: ")


_CELL = st.one_of(st.text(max_size=12), st.integers().map(str), st.floats().map(str), st.just("1708398731"))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60) | st.lists(_CELL, min_size=3, max_size=9).map(",".join), st.sampled_from([SHEET, CARD]))
def test_any_line_becomes_observations_or_a_reason(text: str, layout: Any) -> None:
    known = Registry.of([Device(7, DEV_EUI, type=TYPE)])
    for line in recording.lines([text], layout):
        taken = Reader(TYPE, layout, DEV_EUI, "any.csv", TODAY).take(line)
        outcome = interpret.interpret(taken.message, known)
        assert taken.problem or outcome.uplink or outcome.problem


def test_a_header_and_empty_lines_say_nothing() -> None:
    layout = msgspec.structs.replace(CARD, header=True)
    found = list(recording.lines(["time,distance\r\n", "\n", "1,2,3,4\r\n"], layout))
    assert [(line.number, line.text) for line in found] == [(3, "1,2,3,4")]


def test_a_recording_lies_as_its_columns_say() -> None:
    assert recording.layout(TYPE, PUBLISHED) is SHEET
    assert recording.layout(TYPE, "1,2,3,4") is CARD
    with pytest.raises(recording.RecordingUnknown, match="8 or 4 columns"):
        recording.layout(TYPE, "1,2,3")
    with pytest.raises(recording.RecordingUnknown, match="does not say"):
        recording.layout(catalogue.built_in()["plietsch-rain"], "1,2,3")


_RECORDING = """
[[recordings]]
columns = ["time", "distance_cm"]
"""


@pytest.mark.parametrize(
    ("lines", "mistake"),
    [
        ('name = "node"', "No column is called node"),
        ('heard = { column = "tiem", form = "%H" }', "Did you mean time?"),
        ('heard = { column = "time", form = "%H", zone = "Europe/Flensburg" }', "No time zone is called"),
        ('delimiter = ", "', "delimiter"),
    ],
)
def test_what_a_device_type_says_of_its_recordings_is_checked(lines: str, mistake: str) -> None:
    file = Path(catalogue.__file__).parent / "files" / "open-water-level.toml"
    before, _, _ = file.read_text(encoding="utf-8").partition("# What the project keeps")
    with pytest.raises(errors.DeviceTypeInvalid) as caught:
        reading.parse(before + _RECORDING + lines, "a.toml")
    assert mistake in caught.value.message


def _station(number: int) -> dict[str, Any]:
    return {
        "code": f"owl-{number}", "name": f"Node {number}", "longitude": -77.95, "latitude": 34.24, "grid_m": 100,
        "licence": "MIT", "attribution": "COAST Lab",
        "device": {"dev_eui": f"70b3d57ed000000{number}", "type": "open-water-level", "interval_s": 3600},
        "deployment": {"phase": "installed", "since": "2024-01-01T00:00:00Z", "gauge_zero_distance_m": 5.0},
    }  # fmt: skip


@pytest.fixture
def stations(database_url: str, tmp_path: Path) -> Iterator[str]:
    """A database with three nodes, five metres above a zero that is assumed."""
    file = tmp_path / "region.json"
    file.write_text(
        json.dumps(
            {
                "format": "plietsch-region/1",
                "region": {
                    "code": "test", "name": {"de": "P", "da": "P", "en": "T"}, "bbox": [-78.5, 33.8, -77.5, 34.6],
                    "timezone": "America/New_York",
                },
                "operator": {"code": "coast-lab", "name": "COAST Lab"},
                "stations": [_station(number) for number in range(3)],
            }
        )
    )  # fmt: skip
    with psycopg.connect(database_url) as connection:
        registry.import_region(connection, regions.read(file))
    yield database_url


def _run(database_url: str, *arguments: object, code: int = 0) -> dict[str, Any]:
    said = CliRunner().invoke(
        commands.app, ["import", *map(str, arguments), "--json", "--database-url", database_url], catch_exceptions=False
    )
    assert said.exit_code == code, said.output
    return json.loads(said.output)


_TABLES = ("uplink", "observation", "observation_repeat", "ingest_error", "write_ledger", "device_event")


def _stored(database_url: str) -> list[Any]:
    without_when = "to_jsonb(t) - ARRAY['first_at', 'last_at', 'received_at', 'at', 'committed_at', 'id']"
    return [rows(database_url, f"SELECT {without_when} FROM {table} t ORDER BY 1") for table in _TABLES]


def _write(file: Path, lines: Sequence[str]) -> Path:
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def _hourly(hours: int) -> list[str]:
    return [f"{1741392000 + 3600 * hour},{150 + hour % 7}.5,4.12,90.1" for hour in range(hours)]


def test_importing_again_changes_nothing_and_mends_what_is_right_by_now(stations: str, tmp_path: Path) -> None:
    card = _write(tmp_path / "card.csv", [*_hourly(5), "946684810,63.4,4.1,90", "1741392000,150.5", "x"])
    dry = _run(stations, card, "--device", "owl-0", "--dry-run")
    assert (dry["observations"], count(stations, "uplink"), count(stations, "ingest_error")) == (20, 0, 0)
    first = _run(stations, card, "--device", "owl-0")
    assert (first["lines"], first["observations"]) == (8, 20)
    assert first["problems"] == {"line-malformed": 2, "clock-reset": 1}
    before = _stored(stations)
    again = _run(stations, card, "--device", DEV_EUI[:-1] + "0")
    assert (again["lines"], again["observations"], again["repeated"]) == (8, 0, 0)
    assert _stored(stations) == before
    # Without its file, nothing can be made of a line.
    retried = CliRunner().invoke(
        commands.app, ["errors", "retry", "--all", "--json", "--database-url", stations], catch_exceptions=False
    )
    assert json.loads(retried.output)["refused"] == 3
    assert _stored(stations) == before


def test_a_recording_is_no_silent_node(stations: str, tmp_path: Path) -> None:
    _run(stations, _write(tmp_path / "card.csv", _hourly(3)), "--device", "owl-0")
    with psycopg.connect(stations) as connection:
        chain = judging.judge(gathering.gather(connection, "owl-0"))
    found = {finding.code: finding.do for _, finding in chain.findings}
    assert "silent" not in found
    assert "plietsch ingest import FILE --device" in found["too-old"]


def test_stopped_in_the_middle_it_goes_on(stations: str, tmp_path: Path) -> None:
    card = _write(tmp_path / "card.csv", _hourly(10))
    with recording_import.opened(stations) as opened:
        device = opened.device("owl-0")
        file = recording_import.file(card, TYPE)
        done: list[int] = []

        def run(stopped: Callable[[], bool]) -> Summary:
            lines = recording_import.taken(file, device, None)
            return opened.run(lines, dry=False, stopped=stopped, on_progress=done.append, batch_lines=4)

        first = run(lambda: len(done) == 2)
        assert (first.stopped, first.lines, done, count(stations, "uplink")) == (True, 8, [4, 4], 8)
        rest = run(lambda: False)
    assert (rest.stopped, rest.lines, rest.observations, count(stations, "uplink")) == (False, 10, 8, 10)


def test_whose_lines_they_are_has_to_be_said(stations: str, tmp_path: Path) -> None:
    sheet = _write(tmp_path / "sheet.csv", [PUBLISHED, PUBLISHED.replace("_0001", "_0002"), "cut,off"])
    with recording_import.opened(stations) as opened:
        file = recording_import.file(sheet, TYPE)
        device = opened.device("owl-1")
        with pytest.raises(recording_import.NameNeeded, match=r"waterLevel_0001 \(1\), waterLevel_0002 \(1\)"):
            list(recording_import.taken(file, device, None))
        with pytest.raises(recording_import.NameNeeded, match="nothing of waterLevel_9"):
            list(recording_import.taken(file, device, "waterLevel_9"))
        card = recording_import.file(_write(tmp_path / "card.csv", _hourly(1)), TYPE)
        with pytest.raises(recording_import.NameNeeded, match="names no devices"):
            list(recording_import.taken(card, device, "waterLevel_0001"))
        with pytest.raises(errors.DeviceUnknown, match="owl-9"):
            opened.device("owl-9")
        assert opened.device(DEV_EUI.upper()).dev_eui == DEV_EUI
    said = _run(stations, sheet, "--device", "owl-1", "--name", "waterLevel_0002")
    assert (said["lines"], said["of_other_devices"], said["observations"]) == (2, 1, 4)
    # Of whom the broken line is nobody knows.
    assert said["problems"] == {"line-malformed": 1}
    assert rows(stations, "SELECT detail FROM ingest_error") == [("sheet.csv, line 3: It has 2 columns instead of 8.",)]


_COLUMNS = ["core", "published", "name", "event", "time", "distance", "battery", "percent"]


def test_what_a_year_of_a_sheet_becomes_is_what_pandas_says(stations: str, tmp_path: Path) -> None:
    lines = recordings.path("open-water-level/water-level-2024.csv").read_text(encoding="utf-8").splitlines()[:800]
    sheet = _write(tmp_path / "sheet.csv", lines)
    for number in range(2):
        _run(stations, sheet, "--device", f"owl-{number}", "--name", f"waterLevel_000{number}")
    whole = pd.read_csv(sheet, names=_COLUMNS)
    for number in range(2):
        found = whole[whole.name == f"waterLevel_000{number}"].drop_duplicates()
        published = pd.to_datetime(found.published, format="%m/%d/%Y %H:%M:%S").dt.tz_localize("America/New_York")
        heard_s = published.map(lambda moment: int(moment.timestamp()))
        right = (found.time - heard_s).between(-31_557_600, 3_600)
        moments = np.unique(found.time.where(right, heard_s))
        steps = np.diff(np.append(1_704_067_200, moments)) / 3_600
        station = f"owl-{number}"
        assert _counted(stations, station, "SELECT count(*) FROM uplink u WHERE u.device_id = v.id") == len(found)
        believed = "SELECT count(*) FROM uplink u WHERE u.device_id = v.id AND u.clock IS NULL"
        assert _counted(stations, station, believed) == right.sum()
        assert _levels(stations, station) == len(moments)
        assert _gaps(stations, station, int(moments[-1])) == (steps > 1.5).sum()


def test_what_a_card_becomes_is_what_pandas_says(stations: str, tmp_path: Path) -> None:
    whole = recordings.path("open-water-level/distance_wl_0006_20260305.csv").read_text(encoding="utf-8").splitlines()
    card = _write(tmp_path / "card.csv", whole[3_900:4_500])
    said = _run(stations, card, "--device", "owl-2")
    found = pd.read_csv(card, names=["time", "distance", "battery", "percent"])
    believed = found[found.time > 10**9]
    assert said["problems"] == {"clock-reset": len(found) - len(believed)}
    assert _levels(stations, "owl-2") == believed.time.nunique()
    once = believed.drop_duplicates("time")
    beyond = (once.distance < 20).sum() + (once.battery < 2.5).sum()
    failed = (
        "SELECT count(*) FROM observation o JOIN datastream d ON d.id = o.datastream_id"
        " WHERE d.station_id = s.id AND d.method = 'raw' AND o.quality = 4"
    )
    assert _counted(stations, "owl-2", failed) == beyond > 0


def _counted(database_url: str, station: str, query: str) -> int:
    ((found,),) = rows(
        database_url,
        f"SELECT ({query}) FROM station s JOIN deployment p ON p.station_id = s.id JOIN device v ON v.id = p.device_id"
        " WHERE s.code = %s",
        station,
    )
    return found


def _levels(database_url: str, station: str) -> int:
    return _counted(
        database_url,
        station,
        "SELECT count(*) FROM observation o JOIN datastream d ON d.id = o.datastream_id"
        " JOIN observed_property q ON q.id = d.observed_property_id"
        " WHERE d.station_id = s.id AND q.code = 'water_level'",
    )


def _gaps(database_url: str, station: str, until_s: int) -> int:
    return _counted(
        database_url,
        station,
        "SELECT count(*) FROM datastream d JOIN observed_property q ON q.id = d.observed_property_id"
        f" CROSS JOIN LATERAL observation_gap(d.id, '2024-01-01Z', to_timestamp({until_s + 1})) g"
        " WHERE d.station_id = s.id AND q.code = 'distance'",
    )
