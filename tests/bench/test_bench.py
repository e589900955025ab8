"""`make bench` runs: with a few thousand messages, which tell nothing but that.

By default what takes seconds. The browser, the surge and a node's years take minutes: they run with --long.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from plietsch_bench import chart
from plietsch_bench.__main__ import BENCHMARKS
from plietsch_bench.site import paint
from support.mosquitto import Mosquitto

_ROOT = Path(__file__).parents[2]
_PATHS = [str(_ROOT / name) for name in ("bench", "tests", "firmware/node")]


_QUICK = {"B1", "B2", "B3"}


@pytest.mark.slow
@pytest.mark.skipif(not Mosquitto.installed(), reason="mosquitto is not installed: sudo apt install mosquitto")
@pytest.mark.skipif(not paint.is_possible(), reason="Chromium is not installed: sudo apt install chromium")
def test_a_tiny_run_measures_everything(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    names = set(BENCHMARKS) if request.config.getoption("--long") else _QUICK
    if not chart.is_possible():
        names = names - {"B7"}
    finished = subprocess.run(
        [sys.executable, "-m", "plietsch_bench", *names, "--size", "tiny", "--results", str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(_PATHS)},
        capture_output=True,
        text=True,
        timeout=480,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    kept = {file.stem: json.loads(file.read_text()) for file in tmp_path.glob("*.json")}
    assert set(kept) == names
    assert all(result["figure"] > 0 and result["limit"] > 0 for result in kept.values())


def test_a_benchmark_that_is_none_is_refused() -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "plietsch_bench", "B0"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(_PATHS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 2
    assert "There is no B0" in finished.stderr


def test_what_a_node_costs_needs_no_server(tmp_path: Path) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "plietsch_bench", "N1", "N3", "--results", str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(_PATHS), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    rows = json.loads((tmp_path / "N1.json").read_text())["rows"]
    assert {(row["node"], row["SF"]) for row in rows} == {
        (node, factor) for node in ("fine-dust", "water-level", "rain") for factor in range(7, 13)
    }
