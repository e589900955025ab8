"""Four recorded days, every value judged: as an independent computation says it, and as the manual counts it."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pytest

from plietsch.ingest.qartod.testing import NAMES
from support import quality_by_pandas, recorded_days
from support.quality_manual import DRAW, MANUAL, ROOT, tool
from support.recorded_days import DUST, PROPERTIES, Judged

DEVICE_TYPE = ROOT / f"platform/src/plietsch/platform/device_types/files/{recorded_days.TYPE}.toml"

pytestmark = pytest.mark.skipif(not recorded_days.FOLDER.is_dir(), reason="the recordings are not on this machine")


@pytest.fixture(scope="module")
def by_pandas() -> Mapping[str, pd.DataFrame]:
    found = quality_by_pandas.recorded(recorded_days.FOLDER)
    return quality_by_pandas.judged(found, quality_by_pandas.limits(DEVICE_TYPE))


def _flat(series: str) -> list[tuple[str, Judged]]:
    """All values of a series by station."""
    found = [(code, value) for code, station in recorded_days.judged().items() for value in station.get(series, ())]
    return sorted(found, key=lambda each: (each[0], each[1].time_s))


def _rows(table: pd.DataFrame, columns: Sequence[str]) -> list[tuple[str, ...]]:
    ordered = table.assign(station="replay-" + table["station"].astype(str)).sort_values(["station", "time_s"])
    return list(ordered[["station", "time_s", *columns]].itertuples(index=False, name=None))


@pytest.mark.parametrize("code", PROPERTIES)
def test_every_flag_is_what_an_independent_computation_says(code: str, by_pandas: Mapping[str, pd.DataFrame]):
    names = [name for name in NAMES if name in by_pandas[code]]
    expected = [
        (station, time_s, quality, {name: int(flag) for name, flag in zip(names, flags, strict=True) if flag == flag})
        for station, time_s, quality, *flags in _rows(by_pandas[code], ["quality", *names])
    ]
    assert [(code, each.time_s, each.quality, each.tests) for code, each in _flat(code)] == expected


@pytest.mark.parametrize("code", DUST)
def test_every_corrected_value_is_what_an_independent_computation_says(
    code: str, by_pandas: Mapping[str, pd.DataFrame]
):
    corrected = quality_by_pandas.corrected(by_pandas[code], by_pandas["humidity"])
    expected = _rows(corrected, ["y", "y_quality"])
    found = _flat(recorded_days.corrected(code))
    assert [(station, each.time_s, each.quality) for station, each in found] == [
        (station, time_s, quality) for station, time_s, _, quality in expected
    ]
    for (_, each), (_, _, dry, _) in zip(found, expected, strict=True):
        # A tenth is as fine as it is said.
        assert (each.result is None and dry != dry) or abs((each.result or 0) - dry) <= 0.05 + 1e-6


def test_the_manual_counts_what_the_rules_say():
    words = MANUAL.read_text(encoding="utf-8")
    again = tool().written(words, {"counted": tool().counts(recorded_days.judged())})
    assert words == again, f"the tables are out of date: {DRAW}"


def test_the_plots_show_what_the_rules_say(tmp_path: Path):
    tool().draw(tmp_path)
    for name in tool().PLOTS:
        drawn, committed = (folder / f"quality-{name}.svg" for folder in (tmp_path, ROOT / "docs/images"))
        assert _curves(drawn) == pytest.approx(_curves(committed), abs=0.3), f"{name} is out of date: {DRAW}"


def _curves(picture: Path) -> list[float]:
    found = re.findall(r' d="([^"]+)"', picture.read_text(encoding="utf-8"))
    return [float(number) for curve in found for number in re.findall(r"-?\d+(?:\.\d+)?", curve)]
