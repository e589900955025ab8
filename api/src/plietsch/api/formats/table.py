"""An answer as rows that come in pieces: what every format is written from, so that all of them say the same."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyarrow as pa

from plietsch.api.formats.arrow import Field


class Source(NamedTuple):
    """Where rows come from: a station, and what may be done with what it measures. `licence` is an SPDX identifier."""

    station: str
    name: str
    licence: str
    attribution: str
    simulated: bool = False


def _nothing() -> Mapping[str, Any]:
    return {}


async def _nothing_more() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Table:
    """Rows and what stands around them.

    `name` is what the rows are called: the member of the JSON document that holds them, and the name of a file.
    `schema` has a field for each column, made by `column`. `batches` are the rows, piece by piece: nobody holds all of
    them. `before` are the JSON document's members that come before the rows, `after` gives those that come behind them,
    and is asked when all rows have been sent: only then is it known where a page ended.

    `title` and `description` are for people. `label` is what a file's name says besides, as `2026-05-01` or a station's
    code. `sources` are the stations that rows can be of. `lasting` are the parameters with which the address leads to
    the same rows later, too, as the last 24 hours are others then; a null takes one away. `about` gives what only who
    asks for metadata wants to know; the batches are not read then. What it gives is described by plietsch.api.metadata.
    """

    name: str
    schema: pa.Schema
    batches: AsyncIterator[pa.RecordBatch]
    before: Mapping[str, Any] = field(default_factory=_nothing)
    after: Callable[[], Mapping[str, Any]] = _nothing
    title: str = ""
    description: str = ""
    label: str = ""
    sources: Sequence[Source] = ()
    lasting: Mapping[str, str | None] = field(default_factory=_nothing)
    about: Callable[[], Awaitable[Mapping[str, Any]]] = _nothing_more


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
