"""What the OpenAPI document says of a list: its formats, each with an example where it is text."""

import asyncio
from typing import Any

import msgspec

from plietsch.api import openapi
from plietsch.api.formats import KINDS, Table, offered_by, writing

_DESCRIPTIONS = {
    "geojson": "A FeatureCollection (RFC 7946): each row a Feature at its public place.",
    "ndjson": "One JSON object a line.",
    "csv": "RFC 4180, with a header line. `format=excel`: `;`, decimal comma, BOM, as a spreadsheet opens it here.",
    "parquet": "Apache Parquet, with units and descriptions as metadata of its columns.",
    "arrow": "Apache Arrow, stream format, likewise.",
}
_TEXTS = ("csv", "ndjson", "geojson")
_BINARY = "(binary: GET this address with format={})"


def tables(document: Any, rows: Table, *statuses: int) -> dict[int | str, dict[str, Any]]:
    """What an address answers with that lists something: the document as JSON, and its rows in the other formats."""
    content: dict[str, dict[str, Any]] = {KINDS["json"].media_type: openapi.example(msgspec.to_builtins(document))}
    for name in offered_by(rows):
        if name in _DESCRIPTIONS:
            schema: dict[str, Any] = {"type": "string", "description": _DESCRIPTIONS[name]}
            if name not in _TEXTS:
                schema["format"] = "binary"
            shown = _written(rows, name) if name in _TEXTS else _BINARY.format(name)
            content[KINDS[name].media_type] = {"schema": schema, **openapi.example(shown)}
    return openapi.answered(content, *statuses)


def _written(rows: Table, name: str) -> str:
    """The rows as the format has them."""

    async def collected() -> bytes:
        return b"".join([piece async for piece in writing.pieces(rows, writing.WRITERS[name](rows))])

    return asyncio.run(collected()).decode()
