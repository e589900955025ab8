"""A table as CSV (RFC 4180: CRLF, a header line), and as the CSV that a spreadsheet opens by double-click."""

import re

import pyarrow as pa

from plietsch.api.formats import texts
from plietsch.api.formats.arrow import Column, columns, compute, types
from plietsch.api.formats.table import Table

_NEEDS_QUOTES = re.compile(r'[",;\r\n]')


class Csv:
    """Nothing stands for null, `""` for an empty text."""

    def __init__(self, table: Table) -> None:
        self._schema = table.schema

    def start(self) -> bytes:
        return (",".join(quoted(name) for name in self._schema.names) + "\r\n").encode()

    def rows(self, batch: pa.RecordBatch) -> bytes:
        return lines([_cells(column) for column in columns(batch)], ",")

    def end(self) -> bytes:
        return b""


def lines(cells: list[Column], separator: str) -> bytes:
    """Rows of cells as they are written, a line for each."""
    parts: list[Column | str] = []
    for column in cells:
        parts += [column, separator]
    parts[-1] = "\r\n"
    rows = compute.binary_join_element_wise(*parts, "", null_handling="replace", null_replacement="")
    return bytes(texts.joined(rows))


def quoted(word: str) -> str:
    """A text as a cell."""
    if word and not _NEEDS_QUOTES.search(word):
        return word
    return '"' + word.replace('"', '""') + '"'


def _cells(column: Column) -> Column:
    if texts.is_words(column.type):
        return texts.by_word(column, quoted)
    text = texts.plain(column)
    return texts.by_word(text, quoted) if types.is_nested(column.type) else text
