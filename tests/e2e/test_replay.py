"""Recordings replayed through the whole way and compared value by value."""

import shutil
from pathlib import Path

import pytest

from support import archive, processes

RECORDINGS = Path(__file__).parents[3] / "shared" / "data" / "sensor-community-archive"


def test_a_small_recording_arrives_whole(tmp_path: Path):
    archive.write(tmp_path, stations=4, readings=100)
    checked = processes.run("simulate", "--replay", str(tmp_path), "--check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_what_a_recording_cannot_send_is_named_and_the_rest_arrives(tmp_path: Path):
    archive.write(tmp_path, stations=1, readings=50)
    file = next(tmp_path.glob("*_sds011_*"))
    lines = file.read_text().splitlines()
    lines[3] = "100;SDS011;9000;57.100;-2.1;2026-03-01T00:45:00;not a number;;;1.00;;"
    lines[4] = "100;SDS011;9000"
    lines[5] = "100;SDS011;9000;57.100;-2.1;yesterday;1.00;;;1.00;;"
    lines[6] = "100;SDS011;9000;57.100;-2.1;2026-03-01T02:45:00;1556.23;;;882.97;;"
    file.write_text("\n".join(lines) + "\n")
    checked = processes.run("simulate", "--replay", str(tmp_path), "--check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    said = checked.stdout + checked.stderr
    for number in (4, 5, 6):
        assert f"{file.name}:{number}" in said


# The station of the highest value that was recorded (1556 µg/m³), and some beside it; by --long all, and all four days.
_STATIONS = ("11466", "11473", "11407", "7647")


@pytest.mark.slow
@pytest.mark.parametrize("day", ["2019-04-19", "2019-04-18", "2019-04-20", "2019-04-21"])
def test_a_recorded_day_of_aberdeen_arrives_whole(day: str, tmp_path: Path, request: pytest.FixtureRequest):
    is_long = request.config.getoption("--long")
    if day != "2019-04-19" and not is_long:
        pytest.skip("one day suffices, but for --long")
    if not (RECORDINGS / day).is_dir():
        pytest.skip("the recordings are not on this machine")
    for file in (RECORDINGS / day).glob("*.csv"):
        station = file.read_text().splitlines()[1].split(";")[2]
        if is_long or station in _STATIONS:
            shutil.copy(file, tmp_path)
    checked = processes.run("simulate", "--replay", str(tmp_path), "--check", timeout_s=600)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_folder_without_recordings_is_said(tmp_path: Path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        refused = processes.run("simulate", "--replay", str(folder), "--check")
        assert refused.returncode != 0
        assert str(folder) in refused.stdout + refused.stderr
        assert "Traceback" not in refused.stderr
