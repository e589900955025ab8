"""One table in every format: all of them say the same, to other people's readers."""

import asyncio
import io
import json
import math
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
from api.tables import DECIMALS, EMPTY, NOON, PLACES, READERS, ROW, SCHEMA, Rows, batches, table, written
from hypothesis import given, settings
from hypothesis import strategies as st

from plietsch.api import formats
from plietsch.api.formats import values, writing

# What databases and people write; no lone surrogates, which are no text.
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [
        "Südermarkt",
        "Åbenrå",
        'say "moin"',
        "a,b;c",
        "two\nlines",
        "\r\n",
        "=1+1",
        "",
        " ",
        "null",
        "NaN",
        "\u2028",
        "\0",
    ]
)
_naive = datetime.fromisoformat
_TIMES = st.datetimes(_naive("0001-01-02"), _naive("9999-12-30"), timezones=st.just(UTC))
# Before time zones were kept, clocks went by the sun, to the second.
_LOCAL_TIMES = st.datetimes(_naive("1900-01-01"), _naive("2100-01-01"), timezones=st.just(UTC))
_FLOATS = st.floats(width=64) | st.floats(-1e6, 1e6) | st.sampled_from([0.1 + 0.2, 12.300000000000001, -0.0, 5e-324])
_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "station": st.none() | _TEXTS,
            "kind": st.none() | _TEXTS,
            "time": st.none() | _TIMES | st.just(NOON),
            "local_time": st.none() | _LOCAL_TIMES,
            "day": st.none() | st.dates(date(1, 1, 1)),
            "value": st.none() | _FLOATS,
            "any_number": st.none() | _FLOATS,
            "quality": st.none() | st.sampled_from([1, 2, 3, 4, 9]),
            "simulated": st.none() | st.booleans(),
        }
    ),
    max_size=12,
)


def _meant(rows: Rows) -> Rows:
    """What every format must say: numbers with at most the column's decimals, and no number that is none."""
    return [{**row, "value": _number(row["value"], DECIMALS), "any_number": _number(row["any_number"])} for row in rows]


def _number(value: float | None, decimals: int | None = None) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return value if decimals is None or abs(value) >= 2**52 / 10**decimals else float(f"{value:.{decimals + 25}f}")


def _say_the_same(found: Rows, meant: Rows, name: str) -> None:
    assert len(found) == len(meant)
    for said, wanted in zip(found, meant, strict=True):
        for column in SCHEMA.names:
            value, other = said[column], wanted[column]
            if name == "csv" and other == "":
                other = None  # Python's reader does not tell them apart
            if column == "value" and other is not None:
                # Halves may go either way: 1.005 is a little less in binary.
                assert abs(value - other) <= 0.5000001 * 10**-DECIMALS
            elif column == "time" and other is not None:
                assert value == other
                assert value.utcoffset() == timedelta(0)
            else:
                assert value == other, (column, name)


def test_all_formats_say_the_same(request: pytest.FixtureRequest):
    @settings(max_examples=1000 if request.config.getoption("--long") else 15, deadline=None)
    @given(rows=_ROWS, sizes=st.lists(st.integers(0, 4), max_size=4))
    def they_do(rows: Rows, sizes: list[int]) -> None:
        found = {name: read(written(table(rows, sizes), name)) for name, read in READERS.items()}
        for name, said in found.items():
            _say_the_same(said, _meant(rows), name)
        numbers = [[row["value"] for row in said] for said in found.values()]
        assert all(each == numbers[0] for each in numbers)

    they_do()


@settings(max_examples=60, deadline=None)
@given(st.floats(-1e9, 1e9), st.integers(0, 6))
def test_numbers_have_at_most_their_columns_decimals(number: float, decimals: int):
    schema = pa.schema([formats.column("n", pa.float64(), "A number.", decimals=decimals)])
    rows: Rows = [{"n": number}]
    text = written(table(rows, schema=schema), "csv").decode().split("\r\n")[1]
    assert text != "-0"
    if "e" not in text:
        assert len(text.partition(".")[2]) <= decimals
    assert abs(float(text) - number) <= 0.5 * 10**-decimals + 2 * math.ulp(number)
    assert json.loads(written(table(rows, schema=schema), "ndjson")) == {"n": float(text)}


@pytest.mark.parametrize("different", [1, 3, 40])
def test_values_that_are_alike_are_said_as_others_are(different: int):
    rows: Rows = [
        {
            **ROW,
            "station": f"station {number % different}",
            "time": NOON + timedelta(seconds=number % different, microseconds=number % different % 2),
            "value": 12.25 + number % different,
            "any_number": (number % different) / 7,
            "quality": number % different,
        }
        for number in range(40)
    ]
    for name, read in READERS.items():
        _say_the_same(read(written(table(rows), name)), _meant(rows), name)


def test_what_is_no_number_is_none():
    some = [{**ROW, "value": each, "any_number": each} for each in (math.nan, math.inf, -math.inf)]
    for name, read in READERS.items():
        assert {row["value"] for row in read(written(table(some), name))} == {None}, name
        assert {row["any_number"] for row in read(written(table(some), name))} == {None}, name


@pytest.mark.parametrize("name", [*READERS, "excel", "geojson"])
def test_how_rows_come_makes_no_difference(name: str):
    rows = [{**ROW, "quality": i % 5, "station": f"s{i}"} for i in range(40)]
    schema = SCHEMA
    if name == "geojson":
        rows, schema = [{"code": str(i), "longitude": 9.1, "latitude": None, "since": None} for i in range(40)], PLACES
    whole = written(table(rows, schema=schema), name)
    pieces = written(table(rows, [0, 1, 7, 0, 30], schema), name)
    if name == "arrow":
        assert pa.ipc.open_stream(whole).read_all() == pa.ipc.open_stream(pieces).read_all().combine_chunks()
    else:
        assert whole == pieces


def test_a_document_has_what_stands_around_its_rows():
    said = written(table([ROW], before={"from": NOON, "n": 1}, after=lambda: {"next": None}), "json")
    assert said.startswith(b'{"from":"2026-05-01T12:00:00Z","n":1,"observations":[{"station":')
    assert said.endswith(b'}],"next":null}')
    assert written(table([]), "json") == b'{"observations":[]}'
    assert json.loads(written(table([], before={"a": 1}, after=lambda: {"b": 2}), "json")) == {
        "a": 1, "observations": [], "b": 2,
    }  # fmt: skip


def test_what_stands_behind_the_rows_is_asked_for_when_they_are_sent():
    seen: list[int] = []

    async def counted() -> AsyncIterator[pa.RecordBatch]:
        for batch in batches([ROW, ROW], [1]):
            seen.append(batch.num_rows)
            yield batch

    said = written(formats.Table("observations", SCHEMA, counted(), after=lambda: {"rows": sum(seen)}), "json")
    assert json.loads(said)["rows"] == 2


def test_csv_is_rfc_4180():
    rows = [ROW, {**EMPTY, "station": 'a "b"\r\n;', "kind": ""}]
    assert written(table(rows), "csv").decode() == (
        "station,kind,time,local_time,day,value,any_number,quality,simulated\r\n"
        '"Flensburg, “Südermarkt”",Förde,2026-05-01T12:00:00Z,2026-05-01T14:00:00+02:00,2026-05-01,0.3,1e-7,1,true\r\n'
        '"a ""b""\r\n;","",,,,,,,\r\n'
    )


@pytest.mark.parametrize(
    ("zone", "utc", "said"),
    [
        ("UTC", "2026-05-01T12:00:00.5", "2026-05-01T12:00:00.500000Z"),
        ("Europe/Berlin", "2026-10-25T00:30", "2026-10-25T02:30:00+02:00"),
        ("Europe/Berlin", "2026-10-25T01:30", "2026-10-25T02:30:00+01:00"),
        ("America/St_Johns", "2026-01-01", "2025-12-31T20:30:00-03:30"),
        ("UTC", "1969-12-31T23:59:59.999999", "1969-12-31T23:59:59.999999Z"),
    ],
)
def test_times_are_iso_8601_in_their_zone(zone: str, utc: str, said: str):
    schema = pa.schema([formats.column("time", pa.timestamp("us", tz=zone), "When.")])
    time = datetime.fromisoformat(f"{utc}Z" if "T" in utc else f"{utc}T00:00Z")
    for rows in ([time], [time, None]):
        batch = [{"time": each} for each in rows]
        assert written(table(batch, schema=schema), "csv").decode().split("\r\n")[1] == said
        assert json.loads(written(table(batch, schema=schema), "json"))["observations"][0] == {"time": said}


def test_arrow_reads_the_csv_and_knows_what_is_missing():
    rows = [ROW, {**EMPTY, "station": "", "any_number": 1.5}, {**ROW, "station": None}]
    options = pyarrow.csv.ConvertOptions(strings_can_be_null=True, quoted_strings_can_be_null=False)
    read = pyarrow.csv.read_csv(io.BytesIO(written(table(rows), "csv")), convert_options=options)
    assert read.column("station").to_pylist() == [ROW["station"], "", None]
    assert read.column("time").to_pylist() == [NOON, None, NOON]


def test_geojson_has_a_feature_for_each_row():
    rows: Rows = [
        {"code": "a-b", "longitude": 9.436810000001, "latitude": 54.78291, "since": NOON},
        {"code": "nowhere", "longitude": None, "latitude": 54.0, "since": None},
    ]
    said = json.loads(written(table(rows, schema=PLACES, before={"n": 2}, after=lambda: {"next": None}), "geojson"))
    assert said == {
        "type": "FeatureCollection",
        "n": 2,
        "features": [
            {
                "type": "Feature",
                "id": "a-b",
                "geometry": {"type": "Point", "coordinates": [9.43681, 54.78291]},
                "properties": {"code": "a-b", "since": "2026-05-01T12:00:00Z"},
            },
            {
                "type": "Feature",
                "id": "nowhere",
                "geometry": None,
                "properties": {"code": "nowhere", "since": None},
            },
        ],
        "next": None,
    }
    assert formats.offered_by(table(rows, schema=PLACES)) == formats.GEO
    assert formats.offered_by(table([])) == formats.FLAT


def test_nested_values_are_json_in_a_cell():
    schema = pa.schema([formats.column("codes", pa.list_(pa.string()), "Several."), SCHEMA.field("quality")])
    rows: Rows = [{"codes": ["a", 'b"'], "quality": 1}, {"codes": None, "quality": 2}]
    assert json.loads(written(table(rows, schema=schema), "json"))["observations"] == rows
    assert written(table(rows, schema=schema), "csv") == b'codes,quality\r\n"[""a"",""b\\""""]",1\r\n,2\r\n'


_SOURCES = [
    formats.Source("harbour", "Harbour", "CC0-1.0", "OK Lab"),
    formats.Source("market", "Market", "CC-BY-4.0", "Ärzte ÷ Co"),
]


def test_parquet_is_read_by_pandas_pyarrow_and_duckdb(tmp_path: Path):
    rows = [{**ROW, "station": f"s{i}", "any_number": i / 7, "kind": None if i % 3 else "Förde"} for i in range(3000)]
    file = tmp_path / "observations.parquet"
    file.write_bytes(written(table(rows, [1000, 0, 1], sources=_SOURCES, title="Observations"), "parquet"))
    by_pandas = pd.read_parquet(file)
    assert by_pandas["any_number"].tolist() == [row["any_number"] for row in rows]
    assert str(by_pandas["time"].dt.tz) == "UTC"
    assert by_pandas["value"].unique().tolist() == [0.3]
    by_duckdb = duckdb.sql(f"SELECT count(*), count(kind), min(value), sum(any_number) FROM '{file}'").fetchall()
    assert by_duckdb == [(3000, 1000, 0.3, pytest.approx(sum(i / 7 for i in range(3000))))]
    metadata = duckdb.sql(f"SELECT decode(key), decode(value) FROM parquet_kv_metadata('{file}')").fetchall()
    assert dict(metadata)["licence"] == "CC0-1.0; CC-BY-4.0"
    assert dict(metadata)["attribution"] == "OK Lab; Ärzte ÷ Co"
    assert json.loads(dict(metadata)["columns"])["value"]["unit"] == "ug/m3"
    schema = pq.read_schema(file)
    assert schema.field("value").metadata[b"description"] == b"What was measured."
    assert schema.field("time").type == pa.timestamp("us", tz="UTC")
    parquet = pq.ParquetFile(file)
    assert parquet.metadata.num_row_groups == 1
    assert parquet.metadata.row_group(0).column(0).compression == "ZSTD"


def test_large_parquet_has_several_row_groups_and_comes_in_pieces():
    schema = pa.schema([formats.column("n", pa.int64(), "A number.")])
    starts = range(0, 300_000, 50_000)
    some = [pa.RecordBatch.from_arrays([pa.array(range(i, i + 50_000))], schema=schema) for i in starts]
    numbers = formats.Table("numbers", schema, formats.at_once(some))

    async def pieces() -> list[bytes]:
        return [piece async for piece in writing.pieces(numbers, writing.WRITERS["parquet"](numbers))]

    sent = [piece for piece in asyncio.run(pieces()) if piece]
    assert sent[0] == b"PAR1"
    file = pq.ParquetFile(io.BytesIO(b"".join(sent)))
    sizes = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
    assert len(sizes) == 5
    assert all(65_536 <= size < 65_536 + 16_384 for size in sizes[:-1])
    assert file.read().column("n").to_pylist() == list(range(300_000))


def test_arrow_says_what_its_columns_mean():
    read = pa.ipc.open_stream(written(table([ROW], sources=_SOURCES, description="What was measured."), "arrow"))
    assert read.schema.metadata[b"licence"] == b"CC0-1.0; CC-BY-4.0"
    assert read.schema.field("value").metadata[b"unit"] == b"ug/m3"
    assert read.read_all().column("kind").to_pylist() == ["Förde"]


def test_batches_are_closed_however_it_ends():
    closed: list[str] = []

    async def endless() -> AsyncIterator[pa.RecordBatch]:
        try:
            while True:
                yield batches([ROW])[0]
        finally:
            closed.append("yes")

    async def some() -> None:
        rows = formats.Table("observations", SCHEMA, endless())
        pieces = writing.pieces(rows, writing.WRITERS["csv"](rows))
        await anext(pieces)
        await anext(pieces)
        await pieces.aclose()

    asyncio.run(some())
    assert closed == ["yes"]


def test_other_types_become_the_schemas():
    batch = pa.RecordBatch.from_pydict({"n": pa.array([1, 2], pa.int64())})
    schema = pa.schema([formats.column("n", pa.float64(), "A number.", decimals=1)])
    assert values.settled(batch, schema).to_pylist() == [{"n": 1.0}, {"n": 2.0}]


@pytest.mark.parametrize(("rows", "columns", "is_beside"), [(1_000, 8, False), (20, 1_000, True), (4_000, 8, True)])
def test_what_takes_long_to_write_is_written_beside_the_loop(rows: int, columns: int, is_beside: bool):
    batch = pa.record_batch({str(number): [1.0] * rows for number in range(columns)})
    one = formats.Table("observations", batch.schema, formats.at_once([batch]))
    on_loop: list[bool] = []

    class Noting:
        def start(self) -> bytes:
            return b""

        def rows(self, batch: pa.RecordBatch) -> bytes:
            on_loop.append(threading.current_thread() is threading.main_thread())
            return b""

        def end(self) -> bytes:
            return b""

    async def use() -> None:
        async for _ in writing.pieces(one, Noting()):
            pass

    asyncio.run(use())
    assert on_loop == [not is_beside]


_ROWS_A_BATCH = 50_000
# What the process has before the first row, and what else it may have while rows go through it.
_MOST_ABOVE_IDLE_MB = 100
_MILLION = """
import asyncio, resource, sys, time
import numpy as np, pyarrow as pa
from plietsch.api import formats
from plietsch.api.formats import writing

schema = pa.schema([
    *(formats.column(name, pa.string(), "A word.") for name in ("station", "property", "method", "unit")),
    formats.column("time", pa.timestamp("us", tz="UTC"), "When."),
    formats.column("value", pa.float64(), "What.", decimals=1),
    formats.column("quality", pa.int16(), "QARTOD."),
    *(formats.column(name, pa.float64(), "Where.", decimals=5) for name in ("longitude", "latitude")),
])
name, many, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
stations = np.array([f"flensburg-station-{i}" for i in range(200)])

async def batches(many, size):
    for first in range(0, many, size):
        i = np.arange(first, first + size)
        words = [pa.array(stations[i % 200]), *(pa.array([word] * size) for word in ("pm2_5", "raw", "ug/m3"))]
        times = pa.array(1_777_000_000_000_000 + i // 200 * 300_000_000).cast(schema.field("time").type)
        floats = [pa.array(np.random.rand(size) * 100) for _ in range(3)]
        columns = [*words, times, floats[0], pa.array(np.ones(size, np.int16)), *floats[1:]]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)

async def sent(many, size):
    table = formats.Table("observations", schema, batches(many, size))
    return sum([len(piece) async for piece in writing.pieces(table, writing.WRITERS[name](table))])

asyncio.run(sent(100, 100))
idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.process_time()
length = asyncio.run(sent(many, size))
took = time.process_time() - began
above = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - idle
print(f"{above / 1024:.0f} {took:.2f} {length}")
"""


@pytest.mark.parametrize("name", writing.WRITERS)
def test_a_million_rows_pass_through_little_memory(name: str, request: pytest.FixtureRequest):
    if not request.config.getoption("--long"):
        pytest.skip("a million rows in each format, half a minute: with --long")
    command = [sys.executable, "-c", _MILLION, name, "1000000", str(_ROWS_A_BATCH)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
    above_mb, seconds, length = said.split()
    figures = f"{name}: {seconds} s of CPU, {int(length) / 1e6:.0f} MB sent, {above_mb} MB above idle"
    assert int(above_mb) <= _MOST_ABOVE_IDLE_MB, figures
