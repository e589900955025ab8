"""What commands show on a terminal of 80 columns: nothing that somebody needs is cut."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console
from rich.table import Table
from typer.testing import CliRunner

from plietsch.ingest.commands import gaps
from plietsch.ingest.gaps import DAY, Gap, Series, Span
from plietsch.platform.commands import device
from plietsch.platform.commands.device import registering
from plietsch.platform.registry import DeviceRow
from plietsch.platform.terminal import counted

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SINCE = NOW - 7 * DAY
ROW = DeviceRow(
    "70b3d57ed0000001", "plietsch-water-level", "flensburg-suedermarkt", "installed", SINCE, NOW, 87.0, 12, "set", NOW,
    {"firmware": "1.2.3"},
)  # fmt: skip


def shown(table: Table) -> list[str]:
    console = Console(file=StringIO(), width=80, force_terminal=True, color_system=None)
    console.print(table)
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined]


def test_a_list_of_devices_has_all_of_them_whole():
    lines = shown(registering._devices([ROW], is_narrow=True))
    assert max(map(len, lines)) <= 80
    for whole in (ROW.dev_eui, ROW.type, ROW.station, "2026-06-01 12:00", "installed 2026-05-25", "battery 87 %"):
        assert any(whole in line for line in lines), whole


def test_a_list_of_gaps_says_how_long_they_lasted_and_what_is_missing():
    gap = Gap(SINCE, SINCE + timedelta(hours=15, minutes=16), 61)
    deployed = [Span(SINCE, NOW, timedelta(minutes=15))]
    series = Series(1, "flensburg-suedermarkt", "water_level", "gauge-zero-sound/1", "A02YYUW", deployed, [gap], 611)
    newest, overview = shown(gaps._newest([series], NOW, 20)), shown(gaps._overview([series], SINCE, NOW, 1))
    for lines, parts in (
        (newest, ("lasted", "missing", "15 h 16 min", "61")),
        (overview, ("missing", "coverage", "61")),
    ):
        assert max(map(len, lines)) <= 80
        for whole in (*parts, "flensburg-suedermarkt"):
            assert any(whole in line for line in lines), whole


@pytest.mark.parametrize("command", ["install", "move"])
def test_help_names_options_whole(command: str):
    text = CliRunner(env={"COLUMNS": "80", "TERMINAL_WIDTH": "80"}).invoke(device.app, [command, "--help"]).output
    for option in ("--gauge-zero-distance-m ", "--direction-deg ", "--rain-tip-mm "):
        assert f"    {option}" in text, option


def test_one_is_not_many():
    assert [counted(number, "station") for number in (0, 1, 2)] == ["0 stations", "1 station", "2 stations"]
