"""How a table becomes bytes, piece by piece: a slow reader holds up one piece, and nobody holds all of them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from typing import Protocol

import pyarrow as pa

from plietsch.api.formats import binary, json_documents, separated, values
from plietsch.api.formats.table import Table

# Some megabytes of text, some hundredths of a second of work.
_ROWS_A_PIECE = 16_384
# So few values are written at once; for more, others wait for the event loop: they are written beside it.
_FEW_CELLS = 16_000


class Writer(Protocol):
    """A format, of one table: bytes before its rows, bytes for rows, bytes behind them."""

    def start(self) -> bytes: ...

    def rows(self, batch: pa.RecordBatch) -> bytes: ...

    def end(self) -> bytes: ...


WRITERS: dict[str, Callable[[Table], Writer]] = {
    "json": json_documents.Json,
    "geojson": json_documents.GeoJson,
    "ndjson": json_documents.Lines,
    "csv": separated.Csv,
    "excel": separated.Excel,
    "parquet": binary.Parquet,
    "arrow": binary.Arrow,
}


async def pieces(table: Table, writer: Writer) -> AsyncGenerator[bytes]:
    """The bytes of a table. The first piece has the first rows: what goes wrong before them is raised with it.

    However it ends, the table's batches are closed.
    """
    try:
        before = writer.start()
        async for batch in table.batches:
            for part in _parts(batch):
                yield before + await _written(writer, part, table.schema)
                before = b""
        yield before + writer.end()
    finally:
        await close(table.batches)


def _parts(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    for first in range(0, batch.num_rows, _ROWS_A_PIECE):
        yield batch.slice(first, _ROWS_A_PIECE)


async def _written(writer: Writer, part: pa.RecordBatch, schema: pa.Schema) -> bytes:
    def write() -> bytes:
        return writer.rows(values.settled(part, schema))

    return write() if part.num_rows * part.num_columns <= _FEW_CELLS else await asyncio.to_thread(write)


async def close(batches: AsyncIterator[pa.RecordBatch]) -> None:
    """Let go of what the batches are made from."""
    if isinstance(batches, AsyncGenerator):
        await batches.aclose()
