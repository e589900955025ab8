"""The CSV for spreadsheets, opened by one: numbers are numbers, dates are dates, umlauts are umlauts."""

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from api.tables import EMPTY, NOON, ROW, table, written

from plietsch.api import formats

_SOFFICE = shutil.which("soffice")
# Words that a spreadsheet would take for formulas, numbers or dates.
_TAKEN = ["=1+1", "+49 461", "-5", "@SUM(A1)", "\tx", "01001000", "1/2", "2026-05-01", "1e5", "12.3"]
_WORDS = ["Südermarkt, Åbenrå; “Ærø” ß", 'a "b"\nc', "kappa-koehler/1", "flensburg-2"]
_ROWS = [
    ROW,
    {**ROW, "value": -1234567.891, "any_number": 1.5e20, "time": NOON + timedelta(seconds=0.5), "simulated": False},
    EMPTY,
    *({**EMPTY, "station": word} for word in [*_TAKEN, *_WORDS]),
]


def test_it_is_written_as_german_and_danish_spreadsheets_read_it():
    assert written(table([ROW, EMPTY]), "excel").decode() == (
        "\ufeffstation;kind;time (Europe/Berlin);local_time (Europe/Copenhagen);day;value;any_number;quality;"
        "simulated\r\n"
        '"Flensburg, “Südermarkt”";Förde;2026-05-01 14:00:00;2026-05-01 14:00:00;2026-05-01;0,3;1e-7;1;1\r\n'
        ";;;;;;;;\r\n"
    )


@pytest.mark.parametrize("word", _TAKEN)
def test_no_word_becomes_a_formula_a_number_or_a_date(word: str):
    line = written(table([{**EMPTY, "station": word}]), "excel").decode().split("\r\n")[1]
    assert line.startswith(("\"'", "'"))


@pytest.mark.parametrize("word", ["Südermarkt", "a=b", "flensburg-2", "kappa-koehler/1", "", "PM2.5"])
def test_other_words_stay_as_they_are(word: str):
    schema = pa.schema([formats.column("a", pa.string(), "A word."), formats.column("b", pa.string(), "Another.")])
    line = written(table([{"a": word, "b": "x"}], schema=schema), "excel").decode().split("\r\n")[1]
    assert line == (word or '""') + ";x"


_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


@pytest.mark.slow
@pytest.mark.skipif(_SOFFICE is None, reason="needs LibreOffice (Debian package libreoffice-calc)")
@pytest.mark.parametrize("language", [1031, 1030], ids=["German", "Danish"])
def test_libreoffice_finds_numbers_dates_and_umlauts(tmp_path: Path, language: int, request: pytest.FixtureRequest):
    if not request.config.getoption("--long"):
        pytest.skip("starts an office, five seconds: with --long")
    (tmp_path / "observations.csv").write_bytes(written(table(_ROWS), "excel"))
    # Semicolon, double quotes, UTF-8, from the first line on; what looks like a number or a date is one, as by default
    # in Excel (LibreOffice help, “Filter Options for CSV”).
    csv = f"CSV:59,34,76,1,,{language},false,true"
    assert _SOFFICE is not None
    command = [_SOFFICE, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--norestore"]
    command += [
        "--convert-to",
        "fods",
        f"--infilter={csv}",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "observations.csv"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    heading, first, second, empty, *words = _sheet(tmp_path / "observations.fods")
    assert heading[2] == ("string", "time (Europe/Berlin)")
    assert first == [
        ("string", "Flensburg, “Südermarkt”"), ("string", "Förde"), ("date", "2026-05-01T14:00:00"),
        ("date", "2026-05-01T14:00:00"), ("date", "2026-05-01"), ("float", 0.3), ("float", 1e-7),
        ("float", 1), ("float", 1),
    ]  # fmt: skip
    assert second[2] == ("date", "2026-05-01T14:00:00.5")
    assert second[5:] == [("float", -1234567.89), ("float", 1.5e20), ("float", 1), ("float", 0)]
    assert empty == []
    assert [cells[0] for cells in words] == [("string", word) for word in [*(f"'{each}" for each in _TAKEN), *_WORDS]]


def _sheet(file: Path) -> list[list[tuple[str, Any]]]:
    """The kind and value of each cell, row by row, without empty ones at the end."""
    rows: list[list[tuple[str, Any]]] = []
    for row in ET.parse(file).iter(f"{_TABLE}table-row"):
        cells: list[tuple[str, Any]] = []
        for cell in row.iter(f"{_TABLE}table-cell"):
            cells += [_cell(cell)] * int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        while cells and cells[-1][0] == "":
            cells.pop()
        rows += [cells] * int(row.get(f"{_TABLE}number-rows-repeated", "1"))
    return rows[: len(_ROWS) + 1]


def _cell(cell: ET.Element) -> tuple[str, Any]:
    kind = cell.get(f"{_OFFICE}value-type", "")
    if kind == "float":
        return kind, float(cell.get(f"{_OFFICE}value", "nan"))
    if kind == "date":
        return kind, cell.get(f"{_OFFICE}date-value")
    return kind, "\n".join(_said(each) for each in cell.iter(f"{_TEXT}p"))


def _said(paragraph: ET.Element) -> str:
    """The text of a paragraph, in which spaces and tabs are elements."""
    text = paragraph.text or ""
    for each in paragraph:
        text += {f"{_TEXT}s": " ", f"{_TEXT}tab": "\t"}.get(each.tag, "") + (each.tail or "")
    return re.sub(" +", " ", text)
