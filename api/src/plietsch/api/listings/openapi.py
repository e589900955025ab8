"""What the OpenAPI document says of a list: its formats, each with an example where it is text."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pyarrow as pa

from plietsch.api import openapi
from plietsch.api.formats import KINDS, Table, at_once, offered_by, writing

_DESCRIPTIONS = {
    "geojson": "A FeatureCollection (RFC 7946): each row a Feature at its public place.",
    "ndjson": "One JSON object a line.",
    "csv": "RFC 4180, with a header line. `format=excel`: `;`, decimal comma, BOM, as a spreadsheet opens it here.",
    "parquet": "Apache Parquet, with units and descriptions as metadata of its columns.",
    "arrow": "Apache Arrow, stream format, likewise.",
}
_TEXTS = ("csv", "ndjson", "geojson")
_BINARY = "(binary: GET this address with format={})"


def tables(document: Any, make: Callable[[], Table], *statuses: int) -> dict[int | str, dict[str, Any]]:
    """What an address answers with that lists something: the document as JSON, and its rows in the other formats.

    A table can be read once: `make` makes one for each address.
    """
    rows = make()
    content: dict[str, dict[str, Any]] = {KINDS["json"].media_type: openapi.example(msgspec.to_builtins(document))}
    batches = asyncio.run(_read(rows))
    for name in offered_by(rows):
        if name in _DESCRIPTIONS:
            schema: dict[str, Any] = {"type": "string", "description": _DESCRIPTIONS[name]}
            if name not in _TEXTS:
                schema["format"] = "binary"
            again = replace(rows, batches=at_once(batches))
            shown = asyncio.run(_written(again, name)) if name in _TEXTS else _BINARY.format(name)
            content[KINDS[name].media_type] = {"schema": schema, **openapi.example(shown)}
    return openapi.answered(content, *statuses)


async def _read(rows: Table) -> list[pa.RecordBatch]:
    return [batch async for batch in rows.batches]


async def _written(rows: Table, name: str) -> str:
    """The rows as the format has them."""
    pieces = writing.pieces(rows, writing.WRITERS[name](rows))
    return b"".join([piece async for piece in pieces]).decode()
