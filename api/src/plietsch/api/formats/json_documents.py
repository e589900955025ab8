"""A table as a JSON document with its rows as one member, and as one object a line (NDJSON)."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pyarrow as pa

from plietsch.api.formats import texts
from plietsch.api.formats.arrow import Column, columns, compute, types
from plietsch.api.formats.table import Table


class Lines:
    """One object a line."""

    def __init__(self, table: Table) -> None:
        self._names = table.schema.names

    def start(self) -> bytes:
        return b""

    def rows(self, batch: pa.RecordBatch) -> bytes:
        return bytes(texts.joined(objects(batch, self._names, "{", "}\n")))

    def end(self) -> bytes:
        return b""


class Json:
    """`{…before, "name": [rows], …after}`."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._between = b""

    def start(self) -> bytes:
        return b"".join((b"{", _members(self._table.before), _encoded(self._table.name), b":["))

    def rows(self, batch: pa.RecordBatch) -> bytes:
        # Each row ends with a comma, of which the last one has to wait for a row that follows.
        rows = texts.joined(objects(batch, self._table.schema.names, "{", "},"))
        between, self._between = self._between, b","
        return between + rows[:-1]

    def end(self) -> bytes:
        after = _members(self._table.after())
        return b"".join((b"]", b"," + after[:-1] if after else b"", b"}"))


def objects(batch: pa.RecordBatch, names: Sequence[str], before: str, after: str) -> Column:
    """Each row as a JSON object's text, without white space."""
    parts: list[Column | str] = [before]
    for i, (name, column) in enumerate(zip(names, columns(batch), strict=True)):
        key = f"{',' if i else ''}{_encoded(name).decode()}:"
        quote = '"' if _is_quoted(column) else ""
        parts[-1:] = [f"{parts[-1]}{key}{quote}", value_texts(column), quote]
    parts[-1] = f"{parts[-1]}{after}"
    return compute.binary_join_element_wise(*parts, "", null_handling="replace", null_replacement="null")


def value_texts(column: Column) -> Column:
    """Values as JSON writes them; null where there is none. Quotes around times without null are left to the caller."""
    if texts.is_words(column.type):
        return texts.by_word(column, lambda word: _encoded(word).decode())
    text = texts.plain(column)
    if _is_time(column.type) and column.null_count:
        return compute.binary_join_element_wise('"', text, '"', "")
    return text


def _is_time(type_: pa.DataType) -> bool:
    return types.is_timestamp(type_) or types.is_date(type_)


def _is_quoted(column: Column) -> bool:
    """Whether all values are plain words between quotes, which then are part of what stands between the columns."""
    return _is_time(column.type) and not column.null_count


def _members(members: Mapping[str, Any]) -> bytes:
    """Members of an object, each with a comma behind it."""
    return msgspec.json.encode(dict(members))[1:-1] + b"," if members else b""


def _encoded(value: Any) -> bytes:
    return msgspec.json.encode(value)
