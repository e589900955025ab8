"""A table as CSV (RFC 4180: CRLF, a header line), and as the CSV that a spreadsheet opens by double-click."""

import re
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from plietsch.api.formats import texts
from plietsch.api.formats.arrow import Column, Field, columns, compute, fields, types
from plietsch.api.formats.table import Table

_NEEDS_QUOTES = re.compile(r'[",;\t\r\n]')
# The zone of times in a spreadsheet, where the table's own times are UTC: cells have no zone.
_ZONE = "Europe/Berlin"
# What a spreadsheet takes for a formula (OWASP, “CSV Injection”), and what it takes for a number or a date though it is
# a word: it would drop the first zero of a municipality's key.
_TAKEN_FOR_A_FORMULA = re.compile(r"[=+\-@\t\r]")
_TAKEN_FOR_A_NUMBER = re.compile(r"\d[\d.,:/Ee+\- ]*")


class Csv:
    """RFC 4180. Nothing stands for null, `""` for an empty text."""

    def __init__(self, table: Table) -> None:
        self._names = table.schema.names

    def start(self) -> bytes:
        return _line(self._names, ",")

    def rows(self, batch: pa.RecordBatch) -> bytes:
        return _lines(batch.num_rows, [_cells(each) for each in columns(batch)], ",")

    def end(self) -> bytes:
        return b""


class Excel:
    """What German and Danish spreadsheets read: semicolons, a decimal comma, and a mark that it is UTF-8.

    Times are local ones without a zone, which they take for dates; the zone stands in the header. True is 1, false 0,
    for each language has its own words for that. A text that would be taken for something else begins with `'`.
    """

    def __init__(self, table: Table) -> None:
        self._fields = fields(table.schema)

    def start(self) -> bytes:
        return b"\xef\xbb\xbf" + _line([_heading(each) for each in self._fields], ";")

    def rows(self, batch: pa.RecordBatch) -> bytes:
        return _lines(batch.num_rows, [_spreadsheet_cells(each) for each in columns(batch)], ";")

    def end(self) -> bytes:
        return b""


def _cells(column: Column) -> texts.Part:
    """Values as they stand in cells."""
    if texts.is_words(column.type):
        return texts.words(column, _quoted)
    return texts.by_word(texts.plain(column), _quoted) if types.is_nested(column.type) else texts.part(column)


def _spreadsheet_cells(column: Column) -> texts.Part:
    type_ = column.type
    if types.is_timestamp(type_):
        local = column.cast(pa.timestamp("us", _zone(type_)))
        return compute.replace_substring(texts.moments(local, " ", with_zone=False), ".", ",")
    if types.is_floating(type_):
        return compute.replace_substring(texts.plain(column), ".", ",")
    if types.is_boolean(type_):
        return column.cast(pa.int8()).cast(pa.string())
    if texts.is_words(type_):
        return texts.words(column, _protected)
    return _cells(column)


def _heading(field: Field) -> str:
    type_: Any = field.type
    zone = _zone(type_) if types.is_timestamp(type_) else None
    return f"{field.name} ({zone})" if zone else field.name


def _zone(type_: Any) -> Any:
    return _ZONE if type_.tz in ("UTC", "Etc/UTC") else type_.tz


def _protected(word: str) -> str:
    is_taken = _TAKEN_FOR_A_FORMULA.match(word) or _TAKEN_FOR_A_NUMBER.fullmatch(word)
    return _quoted(f"'{word}" if is_taken else word)


def _quoted(word: str) -> str:
    if word and not _NEEDS_QUOTES.search(word):
        return word
    return '"' + word.replace('"', '""') + '"'


def _line(words: Iterable[str], separator: str) -> bytes:
    return (separator.join(_quoted(word) for word in words) + "\r\n").encode()


def _lines(count: int, cells: list[texts.Part], separator: str) -> bytes:
    """Rows of cells as they are written, a line for each."""
    parts = [part for cell in cells for part in (separator, cell)][1:]
    return texts.rows(count, [*parts, "\r\n"], "")
