"""An answer as rows that come in pieces: what every format is written from, so that all of them say the same."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from plietsch.api.formats.arrow import Field


def _nothing() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Table:
    """Rows and what stands around them.

    `name` is what the rows are called: the member of the JSON document that holds them, and the name of a file.
    `schema` has a field for each column, made by `column`. `batches` are the rows, piece by piece: nobody holds all of
    them. `before` are the JSON document's members that come before the rows, `after` gives those that come behind them,
    and is asked when all rows have been sent: only then is it known where a page ended.
    """

    name: str
    schema: pa.Schema
    batches: AsyncIterator[pa.RecordBatch]
    before: Mapping[str, Any] = field(default_factory=_nothing)
    after: Callable[[], Mapping[str, Any]] = _nothing


def column(
    name: str, type_: pa.DataType, description: str, *, unit: str | None = None, decimals: int | None = None
) -> Field:
    """A column: `unit` is UCUM; `decimals` is how many a number is written with at most."""
    metadata = {"description": description}
    if unit is not None:
        metadata["unit"] = unit
    if decimals is not None:
        metadata["decimals"] = str(decimals)
    return pa.field(name, type_, metadata=metadata)


async def at_once(batches: Iterable[pa.RecordBatch]) -> AsyncIterator[pa.RecordBatch]:
    """Rows that are there already."""
    for batch in batches:
        yield batch
