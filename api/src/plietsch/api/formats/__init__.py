"""Answers as rows, in every format: JSON, GeoJSON, NDJSON, CSV, CSV for spreadsheets, Parquet, Arrow.

A route makes a `Table` and answers `await formats.respond(request, table)`. One that writes some format itself asks
first: `formats.asked(request, formats.GEO)`.
"""

from plietsch.api.formats.answering import described, offered_by, respond
from plietsch.api.formats.kinds import FLAT, GEO, KINDS
from plietsch.api.formats.negotiation import Format, GeoFormat, asked
from plietsch.api.formats.suffixes import Suffixes, address
from plietsch.api.formats.table import Source, Table, at_once, column

__all__ = [
    "FLAT",
    "GEO",
    "KINDS",
    "Format",
    "GeoFormat",
    "Source",
    "Suffixes",
    "Table",
    "address",
    "asked",
    "at_once",
    "column",
    "described",
    "offered_by",
    "respond",
]
