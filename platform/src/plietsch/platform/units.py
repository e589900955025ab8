"""Units of measurement (UCUM): what devices write behind a number, and what a number is in another unit.

    ValueError
    ├── UnitUnknown
    └── Inconvertible

`units.toml` has the table. Factors are exact: what a conversion rounds is the number, never the factor.
"""

import tomllib
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from importlib import resources
from math import lcm
from types import MappingProxyType
from typing import NamedTuple

import msgspec


class UnitUnknown(ValueError):
    """No unit is written so."""


class Inconvertible(ValueError):
    """A number of one unit is no number of the other."""


class Unit(NamedTuple):
    """A unit: so many of `base`, its kind's own, are a number of it times `factor` plus `offset`."""

    code: str
    symbol: str
    name: str
    base: str
    factor: Fraction
    offset: Fraction
    spellings: tuple[str, ...]


class Conversion(NamedTuple):
    """From one unit to another: (value · factor + offset) / divisor, three whole numbers."""

    factor: int
    offset: int
    divisor: int

    def __call__(self, value: float) -> float:
        return (value * self.factor + self.offset) / self.divisor


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    symbol: str
    name: str
    of: str | None = None
    factor: int | str = 1
    offset: int | str = 0
    spellings: tuple[str, ...] = ()


def _read() -> Mapping[str, Unit]:
    text = resources.files("plietsch.platform").joinpath("units.toml").read_text(encoding="utf-8")
    entries = msgspec.convert(tomllib.loads(text)["units"], dict[str, _Entry])
    return MappingProxyType({code: _unit(code, entry) for code, entry in entries.items()})


def _unit(code: str, entry: _Entry) -> Unit:
    factor, offset = Fraction(entry.factor), Fraction(entry.offset)
    return Unit(code, entry.symbol, entry.name, entry.of or code, factor, offset, entry.spellings)


ALL = _read()
_BY_SPELLING = {
    **{spelling: code for code, unit in ALL.items() for spelling in unit.spellings},
    **{unit.symbol: code for code, unit in ALL.items() if unit.symbol},
    **{code: code for code in ALL},
}


def of(code: str) -> Unit:
    """The unit of a UCUM code. Raises UnitUnknown."""
    try:
        return ALL[code]
    except KeyError:
        raise UnitUnknown(f"{code} is no unit that is known here.") from None


def spelled(text: str) -> str | None:
    """The UCUM code of a unit as a device writes it; None where nobody here writes one so."""
    return _BY_SPELLING.get(text.strip())


@lru_cache(maxsize=1_024)
def conversion(unit: str, to: str) -> Conversion:
    """How numbers of one unit become numbers of the other. Raises UnitUnknown and Inconvertible."""
    given, wanted = of(unit), of(to)
    if given.base != wanted.base:
        raise Inconvertible(f"A number of {unit} ({given.name}) is no number of {to} ({wanted.name}).")
    factor = given.factor / wanted.factor
    offset = (given.offset - wanted.offset) / wanted.factor
    divisor = lcm(factor.denominator, offset.denominator)
    return Conversion(int(factor * divisor), int(offset * divisor), divisor)


def convert(value: float, unit: str, to: str) -> float:
    """A number of one unit as a number of the other. Raises UnitUnknown and Inconvertible."""
    return conversion(unit, to)(value)


def convertible(to: str) -> tuple[str, ...]:
    """The codes of the units whose numbers can become numbers of this one, itself among them."""
    base = of(to).base
    return tuple(code for code, unit in ALL.items() if unit.base == base)
