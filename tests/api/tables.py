"""Tables of all kinds of columns, and how each format's bytes are read by somebody else's reader."""

import asyncio
import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet

from plietsch.api import formats
from plietsch.api.formats import writing

Rows = list[dict[str, Any]]
DECIMALS = 2
SCHEMA = pa.schema(
    [
        formats.column("station", pa.string(), "The station’s code."),
        formats.column("kind", pa.dictionary(pa.int32(), pa.string()), "One of few words."),
        formats.column("time", pa.timestamp("us", tz="UTC"), "When it was measured."),
        formats.column("local_time", pa.timestamp("us", tz="Europe/Copenhagen"), "The same, there."),
        formats.column("day", pa.date32(), "Of which day."),
        formats.column("value", pa.float64(), "What was measured.", unit="ug/m3", decimals=DECIMALS),
        formats.column("any_number", pa.float64(), "With as many decimals as it has."),
        formats.column("quality", pa.int8(), "QARTOD."),
        formats.column("simulated", pa.bool_(), "Whether it is."),
    ]
)
PLACES = pa.schema(
    [
        formats.column("code", pa.string(), "The station’s code."),
        formats.column("longitude", pa.float64(), "WGS 84", unit="deg", decimals=5),
        formats.column("latitude", pa.float64(), "WGS 84", unit="deg", decimals=5),
        formats.column("since", pa.timestamp("us", tz="UTC"), "Since when."),
    ]
)


def batches(rows: Rows, sizes: Sequence[int] = (), schema: pa.Schema = SCHEMA) -> list[pa.RecordBatch]:
    """The rows in batches of these sizes, the last one of what is left."""
    cut = [0]
    for size in sizes:
        cut.append(min(cut[-1] + size, len(rows)))
    bounds = zip(cut, [*cut[1:], len(rows)], strict=True)
    return [pa.RecordBatch.from_pylist(rows[first:last], schema=schema) for first, last in bounds]


def table(rows: Rows, sizes: Sequence[int] = (), schema: pa.Schema = SCHEMA, **members: Any) -> formats.Table:
    return formats.Table("observations", schema, formats.at_once(batches(rows, sizes, schema)), **members)


def written(table: formats.Table, name: str) -> bytes:
    """All of a table in a format."""

    async def all_pieces() -> bytes:
        return b"".join([piece async for piece in writing.pieces(table, writing.WRITERS[name](table))])

    return asyncio.run(all_pieces())


def _of_json(value: dict[str, Any]) -> dict[str, Any]:
    times = {name: value[name] and datetime.fromisoformat(value[name]) for name in ("time", "local_time")}
    return {**value, **times, "day": value["day"] and date.fromisoformat(value["day"])}


def _json(body: bytes) -> Rows:
    return [_of_json(row) for row in json.loads(body, parse_constant=_refuse)["observations"]]


def _ndjson(body: bytes) -> Rows:
    assert body == b"" or body.endswith(b"\n")
    return [_of_json(json.loads(line, parse_constant=_refuse)) for line in body.decode().split("\n")[:-1]]


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def _csv(body: bytes) -> Rows:
    """By Python's reader, which does not tell nothing from an empty text: a text is read with the next one's help."""
    rows = list(csv.reader(io.StringIO(body.decode(), newline="")))
    assert rows.pop(0) == SCHEMA.names
    read: dict[str, Callable[[str], Any]] = {
        "station": str, "kind": str, "time": datetime.fromisoformat, "local_time": datetime.fromisoformat,
        "day": date.fromisoformat, "value": float, "any_number": float, "quality": int,
        "simulated": {"true": True, "false": False}.__getitem__,
    }  # fmt: skip
    return [
        {name: read[name](cell) if cell else None for name, cell in zip(SCHEMA.names, row, strict=True)} for row in rows
    ]


def _arrow_rows(table: pa.Table) -> Rows:
    return table.to_pylist()


READERS: dict[str, Callable[[bytes], Rows]] = {
    "json": _json,
    "ndjson": _ndjson,
    "csv": _csv,
    "parquet": lambda body: _arrow_rows(pyarrow.parquet.read_table(io.BytesIO(body))),
    "arrow": lambda body: _arrow_rows(pyarrow.ipc.open_stream(body).read_all()),
}
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
ROW: dict[str, Any] = {
    "station": "Flensburg, “Südermarkt”", "kind": "Förde", "time": NOON, "local_time": NOON, "day": NOON.date(),
    "value": 0.1 + 0.2, "any_number": 1e-7, "quality": 1, "simulated": True,
}  # fmt: skip
EMPTY: dict[str, Any] = dict.fromkeys(SCHEMA.names)
