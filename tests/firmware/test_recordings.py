"""Reading recordings of water levels and rain: what they say at a time, and what of them is of no use."""

from pathlib import Path

import pytest

from plietsch.firmware import errors
from plietsch.firmware.replay import level, rain
from plietsch.firmware.replay.level import LONGEST_GAP_S

T = 1_708_398_731


def _level_row(time_s: int | str, cm: float | str, sensor: str = "waterLevel_0001") -> str:
    return f"e00fce680cdac6c15e5dfc75,2/19/2024 22:12:13,{sensor},waterLevel,{time_s},{cm},4.13,95.29"


def _level(tmp_path: Path, *lines: str) -> level.Recording:
    path = tmp_path / "level.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return level.read(path)


def test_between_two_records_the_water_is_on_a_straight_line(tmp_path: Path):
    lines = (_level_row(T + 360, 20), _level_row(T, 10), _level_row(T, 99), _level_row(T, 30, "other"))
    recording = _level(tmp_path, *lines)
    sensor = recording.sensors["waterLevel_0001"]
    assert recording.problems == []
    assert [sensor.distance_mm(T + after_s) for after_s in (0, 90, 359.64, 360)] == pytest.approx(
        [100, 125, 199.9, 200]
    )
    assert recording.sensors["other"].distance_mm(T) == 300


def test_where_nothing_was_recorded_nothing_is_shown(tmp_path: Path):
    times = (T, T + LONGEST_GAP_S, T + 2 * LONGEST_GAP_S + 1)
    sensor = _level(tmp_path, *(_level_row(time_s, 10) for time_s in times)).sensors["waterLevel_0001"]
    shown = [sensor.distance_mm(time_s) for time_s in (T - 1, T + 1, times[1], times[1] + 1, times[2], times[2] + 1)]
    assert shown == [None, 100, 100, None, 100, None]


@pytest.mark.parametrize(
    "line",
    [_level_row(946684810, 10), _level_row("?", 10), _level_row(T, "nan"), _level_row(T, -1), "a,b", '"a'],
)
def test_a_row_of_no_use_is_named_and_the_rest_is_read(tmp_path: Path, line: str):
    recording = _level(tmp_path, line, _level_row(T, 10))
    assert [problem.source for problem in recording.problems] == ["level.csv:1"]
    assert list(recording.sensors) == ["waterLevel_0001"]


def _rain(tmp_path: Path, *rows: str) -> rain.Rain:
    path = tmp_path / "rain.csv"
    path.write_text("\n".join((f"{rain.HEADER},procedure,rainfall,quality", *rows)), encoding="utf-8")
    return rain.read(path)


def test_each_full_bucket_is_a_tip(tmp_path: Path):
    found = _rain(
        tmp_path,
        "2023-01-02T00:00:05+01:00,P_BED,0.200000,100",
        "2023-01-02T00:00:08+01:00,P_BED,0.100000,100",
        "2023-01-02T00:00:03+01:00,P_BED,0.600000,100",
        "2023-01-02T00:00:10+01:00,P_BED,0.200000,100",
    )
    midnight = 1_672_614_000
    assert found.problems == []
    assert [time_s - midnight for time_s in found.tips_s] == [3, 3, 3, 5, 10]
    assert [found.count(midnight + second) for second in (2, 3, 9, 10.5)] == [0, 3, 4, 5]


@pytest.mark.parametrize(
    "row",
    [
        "2023-01-02T00:00:05,P_BED,0.2,100",
        "yesterday,P_BED,0.2,100",
        "2023-01-02T00:00:05+01:00,P_BED,0.25,100",
        "2023-01-02T00:00:05+01:00,P_BED,-0.2,100",
        "2023-01-02T00:00:05+01:00,P_BED,nan,100",
        "2023-01-02T00:00:05+01:00,P_BED,0.2",
    ],
)
def test_a_row_that_is_no_rain_is_named_and_the_rest_is_read(tmp_path: Path, row: str):
    found = _rain(tmp_path, row, "2023-01-02T00:00:05+01:00,P_BED,0.200000,100")
    assert [problem.source for problem in found.problems] == ["rain.csv:2"]
    assert len(found.tips_s) == 1


def test_a_file_that_is_not_there_is_said(tmp_path: Path):
    for read in (level.read, rain.read):
        with pytest.raises(errors.ArchiveUnreadable):
            read(tmp_path / "nowhere.csv")
