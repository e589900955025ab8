"""A table as Parquet and as an Arrow IPC stream, with what the columns mean and whose the data are inside the file."""

from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet

from plietsch.api.formats.arrow import columns, fields, record_batch
from plietsch.api.formats.table import Table

# A row group: large enough to be compressed well and read by columns,
# small enough that some tens of megabytes hold what is being written.
_ROWS_A_GROUP = 65_536
# More names than this are not listed: who needs them all asks for the metadata.
_MOST_NAMED = 1_000


class _Drain:
    """A file that is written from its beginning to its end, and emptied in between."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._written = 0

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        self._written += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._written

    def flush(self) -> None:
        """Nothing is kept back."""

    def taken(self) -> bytes:
        """What was written since it was last asked."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


class Parquet:
    """Apache Parquet, compressed by zstd."""

    def __init__(self, table: Table) -> None:
        self._schema = described(table)
        self._drain = _Drain()
        self._waiting: list[pa.RecordBatch] = []
        sink: Any = self._drain
        self._writer: Any = pyarrow.parquet.ParquetWriter(sink, self._schema, compression="zstd")

    def start(self) -> bytes:
        return self._drain.taken()

    def rows(self, batch: pa.RecordBatch) -> bytes:
        self._waiting.append(batch)
        if sum(each.num_rows for each in self._waiting) >= _ROWS_A_GROUP:
            self._write()
        return self._drain.taken()

    def end(self) -> bytes:
        if self._waiting:
            self._write()
        self._writer.close()
        return self._drain.taken()

    def _write(self) -> None:
        batches = [record_batch(columns(each), schema=self._schema) for each in self._waiting]
        self._writer.write_table(pa.Table.from_batches(batches), row_group_size=2 * _ROWS_A_GROUP)
        self._waiting.clear()


class Arrow:
    """Arrow IPC, the streaming format; its buffers are compressed by zstd."""

    def __init__(self, table: Table) -> None:
        self._drain = _Drain()
        sink: Any = self._drain
        options = pyarrow.ipc.IpcWriteOptions(compression="zstd")
        self._writer: Any = pyarrow.ipc.new_stream(sink, described(table), options=options)

    def start(self) -> bytes:
        return self._drain.taken()

    def rows(self, batch: pa.RecordBatch) -> bytes:
        self._writer.write_batch(batch)
        return self._drain.taken()

    def end(self) -> bytes:
        self._writer.close()
        return self._drain.taken()


def described(table: Table) -> pa.Schema:
    """The table's schema, with what its rows are and whose. Columns say theirs again: not every reader sees fields'."""
    licences = dict.fromkeys(source.licence for source in table.sources)
    attributions = dict.fromkeys(source.attribution for source in table.sources)
    said = {
        "title": table.title,
        "description": table.description,
        "licence": "; ".join(licences),
        "attribution": "; ".join(list(attributions)[:_MOST_NAMED]),
        "columns": msgspec.json.encode(_columns(table.schema)).decode(),
    }
    schema: Any = table.schema
    before: dict[Any, Any] = dict(schema.metadata or {})
    return schema.with_metadata(before | {name: text for name, text in said.items() if text})


def _columns(schema: pa.Schema) -> dict[str, dict[str, str]]:
    return {
        each.name: {key.decode(): text.decode() for key, text in (each.metadata or {}).items()}
        for each in fields(schema)
    }
