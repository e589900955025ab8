"""The metadata document of a table: what its rows mean, whose they are, and how to cite them.

It is made of the table and of the address that it was asked for at; nothing is read. What a resource knows besides (its
series, gaps, the place in the ledger that it is complete to) it says itself, see plietsch.api.metadata.series.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from plietsch.api.formats.arrow import Field, fields, types
from plietsch.api.formats.kinds import KINDS
from plietsch.api.formats.table import Source, Table
from plietsch.api.metadata import citing, licences
from plietsch.platform import units

# QARTOD's flags (IOOS, Manual for Real-Time Quality Control, table of flags), as docs/quality.md has them.
FLAGS: Sequence[tuple[int, str, str]] = (
    (1, "good", "It passed every test that it was put to."),
    (2, "not evaluated", "It was put to none."),
    (3, "suspect", "It may be true, and somebody should look."),
    (4, "fail", "Do not use it: the instrument cannot have measured that."),
    (9, "missing", "The instrument gave no answer, or nothing can be computed."),
)
_DOCUMENTATION = "/developers"
_OPENAPI = "/api/v1/openapi.json"
# What a column of a wide table that holds flags ends with.
_FLAGS_COLUMN = "quality"


@dataclass(frozen=True)
class Addresses:
    """Where the rows are: `data` is the address as it was asked, without a format, `formats` that of each format,
    `lasting` the one that leads to the same rows later, too; all with host."""

    data: str
    lasting: str
    formats: Mapping[str, str]


def of(table: Table, about: Mapping[str, Any], addresses: Addresses, at: datetime) -> dict[str, Any]:
    """The document: `about` is what the resource says besides, `at` when it is asked for.

    It has the members that stand before the rows in JSON, too, such as the span.
    """
    has_flags = "series" in about or any(name.endswith(_FLAGS_COLUMN) for name in table.schema.names)
    return {
        "title": title(table),
        "description": table.description,
        "address": addresses.data,
        "accessed_at": at,
        **{"complete_to": None, **table.before, **about},
        "columns": [_column(each) for each in fields(table.schema)],
        "quality_flags": [_flag(*each) for each in FLAGS] if has_flags else [],
        "licences": licences.of(table.sources),
        "stations": stations(table.sources),
        "citation": citing.document(_cited(table, about, addresses, at)),
        "formats": [
            {"format": name, "media_type": KINDS[name].media_type, "href": href}
            for name, href in addresses.formats.items()
        ],
        "documentation": {"openapi": _OPENAPI, "developers": _DOCUMENTATION},
    }


def stations(sources: Iterable[Source]) -> dict[str, Any]:
    """What stations are called, and what may be done with what they measure, by code."""
    return {
        each.station: {
            "name": each.name,
            "simulated": each.simulated,
            "licence": each.licence,
            "attribution": each.attribution,
        }
        for each in sources
    }


def title(table: Table) -> str:
    """What the table is called by people."""
    return table.title or re.sub("[-_]", " ", table.name).capitalize()


def _cited(table: Table, about: Mapping[str, Any], addresses: Addresses, at: datetime) -> citing.Cited:
    named = table.title or ", ".join(filter(None, (title(table), table.label)))
    return citing.Cited(
        authors=sorted({each.attribution for each in table.sources}),
        title=named,
        address=addresses.lasting,
        at=at,
        licences=sorted({each.licence for each in table.sources}),
        complete_to=about.get("complete_to", table.before.get("complete_to")),
    )


def _column(field: Field) -> dict[str, Any]:
    said = {key.decode(): text.decode() for key, text in (field.metadata or {}).items()}
    unit = said.get("unit")
    return {
        "name": field.name,
        "type": _type(field.type),
        "description": said.get("description", ""),
        "unit": unit,
        "unit_symbol": units.ALL[unit].symbol if unit and unit in units.ALL else unit,
        "decimals": int(said["decimals"]) if "decimals" in said else None,
    }


def _type(type_: pa.DataType) -> str:
    """What kind of values a column has, as people call it."""
    kinds = (
        (types.is_timestamp, "time"),
        (types.is_date, "date"),
        (types.is_boolean, "boolean"),
        (types.is_integer, "integer"),
        (types.is_floating, "number"),
        (types.is_nested, "array or object"),
    )
    return next((name for is_kind, name in kinds if is_kind(type_)), "text")


def _flag(flag: int, name: str, description: str) -> dict[str, Any]:
    return {"flag": flag, "name": name, "description": description}
