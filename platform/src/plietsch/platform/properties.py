"""The registry of observed properties: what can be measured, in which unit. `properties.toml` has them."""

import tomllib
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import Annotated

import msgspec
from msgspec import Meta

from plietsch.platform import methods, units


class Property(msgspec.Struct, frozen=True, kw_only=True):
    """An observed property of SensorThings; docs/data-dictionary.md describes each member.

    `definition` is an IRI, `unit` is UCUM, `unit_symbol` is how people write it. `default_method` is that of the series
    which is meant where nobody names a method. `spread_of` is the property whose samples it says the spread of; both
    have one definition.
    """

    code: str
    name: str
    description: str
    definition: str
    unit: str
    unit_symbol: str
    decimals: int
    default_method: str = methods.RAW
    spread_of: str | None = None


class _Entry(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    name: str
    description: str
    definition: str
    unit: str
    unit_symbol: str | None = None
    decimals: Annotated[int, Meta(ge=0, le=6)]
    default_method: str = methods.RAW
    spread_of: str | None = None


def _read() -> Mapping[str, Property]:
    text = resources.files("plietsch.platform").joinpath("properties.toml").read_text(encoding="utf-8")
    entries = msgspec.convert(tomllib.loads(text), dict[str, _Entry])
    return MappingProxyType({code: _property(code, entry) for code, entry in entries.items()})


def _property(code: str, entry: _Entry) -> Property:
    members = msgspec.structs.asdict(entry)
    if entry.unit_symbol is None:
        members["unit_symbol"] = units.of(entry.unit).symbol
    return Property(code=code, **members)


ALL = _read()


def of(code: str) -> Property:
    """The property of a code. Raises KeyError."""
    return ALL[code]
