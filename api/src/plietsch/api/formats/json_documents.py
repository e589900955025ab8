"""A table as a JSON document with its rows as one member, as GeoJSON, and as one object a line (NDJSON)."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import pyarrow as pa

from plietsch.api.formats import texts
from plietsch.api.formats.arrow import Column, columns, compute, types
from plietsch.api.formats.table import Table

_NULL = "null"
_PLACE = ("longitude", "latitude")
# What a feature is known by (RFC 7946, section 3.2), where there is such a column.
_IDS = ("id", "code", "datastream", "station")


class Lines:
    """One object a line."""

    def __init__(self, table: Table) -> None:
        pass

    def start(self) -> bytes:
        return b""

    def rows(self, batch: pa.RecordBatch) -> bytes:
        return texts.rows(batch.num_rows, ["{", *_members(_named(batch)), "}\n"], _NULL)

    def end(self) -> bytes:
        return b""


class Json:
    """`{…before, "name": [rows], …after}`."""

    def __init__(self, table: Table) -> None:
        self._after = table.after
        self._start = _members_text(table.before) + _encoded(table.name)
        self._between = b""

    def start(self) -> bytes:
        return b"{" + self._start + b":["

    def rows(self, batch: pa.RecordBatch) -> bytes:
        # Each row ends with a comma, of which the last one has to wait for a row that follows.
        rows, between = self.row_texts(batch), self._between
        self._between = b","
        return between + rows[:-1]

    def row_texts(self, batch: pa.RecordBatch) -> bytes:
        """Rows, each with a comma behind it."""
        return texts.rows(batch.num_rows, ["{", *_members(_named(batch)), "},"], _NULL)

    def end(self) -> bytes:
        after = _members_text(self._after())[:-1]
        return b"]" + (b"," + after if after else b"") + b"}"


class GeoJson(Json):
    """A FeatureCollection (RFC 7946) of points; what stands around the rows are its foreign members."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._start = b'"type":"FeatureCollection",' + _members_text(table.before) + b'"features"'

    def row_texts(self, batch: pa.RecordBatch) -> bytes:
        """Rows as features, each with a comma behind it."""
        named = dict(_named(batch))
        place = compute.binary_join_element_wise(
            '{"type":"Point","coordinates":[', *_between(",", [texts.plain(named[name]) for name in _PLACE]), "]}", ""
        )
        id_ = next((name for name in _IDS if name in named), None)
        ids = ['"id":', _value_texts(named[id_]), ","] if id_ is not None else []
        members = _members((name, each) for name, each in named.items() if name not in _PLACE)
        parts = ['{"type":"Feature",', *ids, '"geometry":', place, ',"properties":{', *members, "}},"]
        return texts.rows(batch.num_rows, parts, _NULL)


def _named(batch: pa.RecordBatch) -> Iterable[tuple[str, Column]]:
    return zip(batch.schema.names, columns(batch), strict=True)


def _members(named: Iterable[tuple[str, Column]]) -> list[texts.Part]:
    """Members of each row's object, as parts of rows."""
    parts: list[texts.Part] = []
    for name, each in named:
        quote = '"' if _is_time(each.type) and not each.null_count else ""
        parts += [f"{',' if parts else ''}{_encoded(name).decode()}:{quote}", _value_texts(each), quote]
    return parts


def _value_texts(column: Column) -> texts.Part:
    """Values as JSON writes them; null where there is none. Times have their quotes only where one is null."""
    if texts.is_words(column.type):
        return texts.words(column, lambda word: _encoded(word).decode())
    text = texts.part(column)
    return compute.binary_join_element_wise('"', text, '"', "") if _is_time(column.type) and column.null_count else text


def _is_time(type_: pa.DataType) -> bool:
    return types.is_timestamp(type_) or types.is_date(type_)


def _between(separator: str, parts: Iterable[Column]) -> list[Column | str]:
    return [each for part in parts for each in (separator, part)][1:]


def _members_text(members: Mapping[str, Any]) -> bytes:
    """Members of an object, each with a comma behind it."""
    return msgspec.json.encode(dict(members))[1:-1] + b"," if members else b""


def _encoded(value: Any) -> bytes:
    return msgspec.json.encode(value)
