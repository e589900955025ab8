"""Reading recordings: what is good, what is broken, and how it is said."""

from pathlib import Path

import pytest

from plietsch.firmware import errors
from plietsch.firmware.replay import archive
from plietsch.firmware.replay.plan import plan

SDS011 = "sensor_id;sensor_type;location;lat;lon;timestamp;P1;durP1;ratioP1;P2;durP2;ratioP2"
BME280 = "sensor_id;sensor_type;location;lat;lon;timestamp;pressure;altitude;pressure_sealevel;temperature;humidity"
DHT22 = "sensor_id;sensor_type;location;lat;lon;timestamp;temperature;humidity"


def write(folder: Path, name: str, *lines: str) -> None:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_columns_become_channels_in_our_units(tmp_path: Path):
    write(tmp_path, "a.csv", SDS011, "1;SDS011;77;56.9;-2.2;2019-04-18T00:02:22;10.50;;;7.25;;")
    write(tmp_path, "b.csv", BME280, "2;BME280;77;56.9;-2.2;2019-04-18T00:02:24;102739.34;;;9.08;95.51")
    found = archive.read(tmp_path)
    assert found.problems == []
    assert [dict(reading.values) for reading in found.readings] == [
        {"pm2_5": 7.25, "pm10": 10.5},
        {"temperature": 9.08, "humidity": 95.51, "pressure": 1027.3934},
    ]
    assert [reading.time_s for reading in found.readings] == [1555545742, 1555545744]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1;SDS011;77", archive.WRONG_COLUMNS),
        ("1;SDS011;77;56.9;-2.2;2019-04-18T00:00:01;1.0;;;2.0;;;;", archive.WRONG_COLUMNS),
        ("1;SDS011;77;56.9;-2.2;2019-04-18T00:00:01;much;;;2.0;;", archive.NO_NUMBER),
        ("1;SDS011;77;56.9;-2.2;2019-04-18T00:00:01;1.0;;;nan;;", archive.NO_NUMBER),
        ("1;SDS011;77;56.9;-2.2;2019-04-18T00:00:01;;;;;;", archive.EMPTY),
        ("1;SDS011;77;56.9;-2.2;yesterday;1.0;;;2.0;;", archive.BAD_TIMESTAMP),
        ("1;SDS011;77;56.9;-2.2;1969-04-18T00:00:01;1.0;;;2.0;;", archive.BAD_TIMESTAMP),
        ("1;SDS011;77;56.9;;2019-04-18T00:00:01;1.0;;;2.0;;", archive.BAD_PLACE),
        ("1;SDS011;77;56.9;inf;2019-04-18T00:00:01;1.0;;;2.0;;", archive.BAD_PLACE),
        ("1;SDS011;77;156.9;2.2;2019-04-18T00:00:01;1.0;;;2.0;;", archive.BAD_PLACE),
        ("1;SDS011;;56.9;-2.2;2019-04-18T00:00:01;1.0;;;2.0;;", archive.BAD_LOCATION),
        ("1;PMS9999;77;56.9;-2.2;2019-04-18T00:00:01;1.0;;;2.0;;", archive.UNKNOWN_INSTRUMENT),
    ],
)
def test_a_broken_line_is_named_and_the_rest_is_read(tmp_path: Path, line: str, reason: str):
    good = "1;SDS011;77;56.9;-2.2;2019-04-18T00:02:22;10.50;;;7.25;;"
    write(tmp_path, "a.csv", SDS011, good, line, good.replace("00:02:22", "00:05:00"))
    found = archive.read(tmp_path)
    assert [(problem.source, problem.reason) for problem in found.problems] == [("a.csv:3", reason)]
    assert len(found.readings) == 2


def test_a_stray_quotation_mark_costs_its_own_line_only(tmp_path: Path):
    good = "1;SDS011;77;56.9;-2.2;2019-04-18T00:02:22;10.50;;;7.25;;"
    stray = good.replace("10.50", '"10.50')
    write(tmp_path, "a.csv", SDS011, stray, good, *["1;SDS011;77"] * 12_000, good.replace("00:02:22", "00:05:00"))
    found = archive.read(tmp_path)
    assert (found.problems[0].source, found.problems[0].reason) == ("a.csv:2", archive.NO_NUMBER)
    assert [reading.source for reading in found.readings] == ["a.csv:3", "a.csv:12004"]


def test_a_line_that_cannot_be_divided_is_named_and_the_rest_is_read(tmp_path: Path):
    good = "1;SDS011;77;56.9;-2.2;2019-04-18T00:02:22;10.50;;;7.25;;"
    write(tmp_path, "a.csv", SDS011, good.replace("10.50", "1" * 200_000), good)
    write(tmp_path, "b.csv", "x" * 200_000, good)
    found = archive.read(tmp_path)
    assert [(problem.source, problem.reason) for problem in found.problems] == [
        ("a.csv:2", archive.NO_ROW),
        ("b.csv:1", archive.NO_ROW),
        ("b.csv:2", archive.NO_HEADER),
    ]
    assert [reading.source for reading in found.readings] == ["a.csv:3"]


def test_the_first_of_two_readings_in_one_second_counts(tmp_path: Path):
    line = "1;DHT22;77;56.9;-2.2;2019-04-18T00:02:22;10.5;50.0"
    write(tmp_path, "a.csv", DHT22, line, line.replace("10.5", "11.5"))
    found = archive.read(tmp_path)
    assert [problem.source for problem in found.problems] == ["a.csv:3"]
    assert found.problems[0].reason == archive.SAME_SECOND
    assert [reading.values["temperature"] for reading in found.readings] == [10.5]


def test_one_missing_value_does_not_cost_the_other(tmp_path: Path):
    write(tmp_path, "a.csv", DHT22, "1;DHT22;77;56.9;-2.2;2019-04-18T00:02:22;;50.0")
    found = archive.read(tmp_path)
    assert dict(found.readings[0].values) == {"humidity": 50.0}
    assert found.empty_values == {"DHT22 temperature": 1}


def test_a_file_that_is_no_table_is_named(tmp_path: Path):
    write(tmp_path, "a.csv", "something;else", "1;2")
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "c.csv").write_bytes(b"")
    reasons = [(problem.source, problem.reason) for problem in archive.read(tmp_path).problems]
    assert reasons == [
        ("a.csv:1", archive.NO_HEADER),
        ("b.csv:1", archive.NO_HEADER),
        ("c.csv:1", archive.NO_HEADER),
    ]


def test_a_byte_that_is_no_text_costs_its_own_line(tmp_path: Path):
    good = "1;SDS011;77;56.9;-2.2;2019-04-18T00:02:22;10.50;;;7.25;;"
    write(tmp_path, "a.csv", SDS011, good, good.replace("10.50", "1?.50"), good.replace("02:22", "05:00"))
    file = tmp_path / "a.csv"
    file.write_bytes(file.read_bytes().replace(b"1?.50", b"1\xff.50"))
    found = archive.read(tmp_path)
    assert [(problem.source, problem.reason) for problem in found.problems] == [("a.csv:3", archive.NO_NUMBER)]
    assert [reading.source for reading in found.readings] == ["a.csv:2", "a.csv:4"]


def test_a_folder_named_like_a_file_is_no_file(tmp_path: Path):
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(errors.ArchiveUnreadable, match="holds no CSV file"):
        archive.read(tmp_path)


@pytest.mark.parametrize("name", ["", "nowhere"])
def test_a_folder_without_recordings_is_said(tmp_path: Path, name: str):
    with pytest.raises(errors.ArchiveUnreadable, match=str(tmp_path)):
        archive.read(tmp_path / name)


def test_instruments_at_one_place_become_one_station_and_share_frames(tmp_path: Path):
    place = "77;56.9;-2.2;2019-04-18T00:0"
    write(tmp_path, "a.csv", SDS011, f"1;SDS011;{place}2:22;1;;;2;;", f"1;SDS011;{place}5:00;3;;;4;;")
    write(tmp_path, "b.csv", DHT22, f"2;DHT22;{place}2:24;10;50", f"2;DHT22;{place}5:30;11;51")
    (planned,) = plan(archive.read(tmp_path).readings)
    assert planned.station.code == "replay-77"
    assert planned.station.sensors == ("DHT22", "SDS011")
    assert [[reading.instrument for reading in frame] for frame in planned.frames] == [
        ["SDS011", "DHT22"],
        ["SDS011"],
        ["DHT22"],
    ]


def test_a_second_thermometer_at_a_place_is_a_station_of_its_own(tmp_path: Path):
    place = "77;56.9;-2.2;2019-04-18T00:02:2"
    write(tmp_path, "a.csv", DHT22, f"1;DHT22;{place}2;10;50")
    write(tmp_path, "b.csv", BME280, f"2;BME280;{place}2;100000;;;10;50")
    write(tmp_path, "c.csv", SDS011, f"3;SDS011;{place}3;1;;;2;;")
    planned = plan(archive.read(tmp_path).readings)
    assert [(each.station.code, each.station.sensors) for each in planned] == [
        ("replay-77", ("BME280", "SDS011")),
        ("replay-77-2", ("DHT22",)),
    ]
    assert [frame[0].time_s for each in planned for frame in each.frames] == [1555545742, 1555545742]
