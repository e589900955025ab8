"""A list as the answer to a request: the document that the resource makes of it, or its rows in any other format."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec
import pyarrow as pa
from fastapi import Request, Response

from plietsch.api import formats
from plietsch.api.formats import answering, arrow

Row = TypeVar("Row")
TEXT, WHOLE, NUMBER, FLAG = pa.string(), pa.int64(), pa.float64(), pa.bool_()
TIME = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column of a table, and what a row has there: `unit` is UCUM."""

    name: str
    type: pa.DataType
    description: str
    of: Callable[[Row], Any]
    unit: str | None = None
    decimals: int | None = None


def table(
    name: str,
    columns: Sequence[Column[Row]],
    rows: Sequence[Row],
    source: Callable[[Row], formats.Source] | None = None,
    description: str = "",
) -> formats.Table:
    """The rows as a table: `name` is what they are called, `source` whose each is, where it is a station's, and
    `description` what they are."""
    schema = pa.schema(
        formats.column(each.name, each.type, each.description, unit=each.unit, decimals=each.decimals)
        for each in columns
    )
    arrays = [arrow.array([each.of(row) for row in rows], each.type) for each in columns]
    batches = formats.at_once([arrow.record_batch(arrays, schema=schema)])
    sources = list(dict.fromkeys(map(source, rows))) if source else ()
    return formats.Table(name, schema, batches, description=description, sources=sources)


async def respond(
    request: Request, rows: formats.Table, document: Mapping[str, Any] | Any, headers: Mapping[str, str]
) -> Response:
    """The document where JSON is asked for, the rows otherwise.

    Raises errors.FormatUnavailable, errors.NotAcceptable.
    """
    name = formats.asked(request, formats.offered_by(rows))
    if name != "json":
        return await formats.respond(request, rows, format_=name, headers=headers)
    kind = formats.KINDS[name]
    all_headers = answering.merged(answering.answer_headers(request, kind, rows.name), headers)
    return Response(msgspec.json.encode(document), headers=all_headers, media_type=kind.content_type)
