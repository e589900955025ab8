"""The data dictionary: what every number in the database is, as a page of the documentation.

It is made of the registry of properties, the units, the methods and the device types, so that it cannot say anything
else than they do; tests/rules holds docs/data-dictionary.md in step.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Final

from plietsch.ingest.qartod import testing
from plietsch.ingest.quality import Quality
from plietsch.platform import methods, properties, units
from plietsch.platform.device_types import catalogue
from plietsch.platform.device_types.specification import DeviceType
from plietsch.platform.properties import Property
from plietsch.platform.units import Unit

_BEGINNING: Final = """\
# Data dictionary

What every number is that plietsch keeps and gives away. This page is made of what the programs themselves go by
(`plietsch device-type dictionary --output docs/data-dictionary.md`): change that, not this.

A number is an observation of a datastream (OGC SensorThings 1.1): of a property, at a station, by an instrument, and by
a method. It is in the property's unit, whatever the device sent. `phenomenon_time` is when it was measured.
"""
_UNITS: Final = """\
## Units

What a device may send, by UCUM code. A number of one unit becomes one of another of the same kind; texts such as
`2799 mm` are read with the code, the symbol or any of the spellings behind the number.

"""
_ABOUT_METHODS: Final = """\
## Methods

How the numbers of a datastream came about. A method's name ends with its version: what another version would give is
another datastream's. [What is computed how](ingest.md#computed-series) is said with ingest.

"""
_QUALITY: Final = """\
## Quality

`quality` is the worst of what a value was flagged with when it arrived and of what the tests since then said, by the
flags of QARTOD (IOOS, Quality Assurance of Real-Time Oceanographic Data).

"""
_TYPES: Final = """\
## Device types

What is understood without further ado. `plietsch device-type show CODE` says more of each;
[device-types.md](device-types.md) says how to add one's own.

"""
_FLAGS: Final = {
    Quality.GOOD: "passed all tests that it was put to",
    Quality.NOT_EVALUATED: "was put to no test",
    Quality.SUSPECT: "may be right, and failed a test or was computed beyond a method's limits",
    Quality.FAIL: "is not to be used; null where the instrument was beyond its range",
    Quality.MISSING: "null: the instrument gave no valid answer, or nothing can be computed",
}


def document() -> str:
    """The page, in Markdown."""
    sections = [_BEGINNING, *_overview(), *map(_property, properties.ALL.values())]
    sections += [_units(), _methods(), _quality(), _types()]
    return "\n".join(sections)


def _overview() -> Iterator[str]:
    yield "## Properties\n"
    yield _table(
        ("property", "is", "unit", "UCUM", "decimals"),
        (
            (f"[`{each.code}`](#{each.code})", each.name, each.unit_symbol or "–", f"`{each.unit}`", each.decimals)
            for each in properties.ALL.values()
        ),
    )


def _property(known: Property) -> str:
    symbol = f" ({known.unit_symbol})" if known.unit_symbol not in ("", known.unit) else ""
    facts = [
        f"- unit: `{known.unit}`{symbol}, {units.of(known.unit).name}; {_decimals(known)}",
        f"- definition: <{known.definition}>",
    ]
    if known.spread_of:
        facts.append(f"- spread of: [`{known.spread_of}`](#{known.spread_of}); shown where it is asked for only")
    if computing := [method for code, method in methods.COMPUTED if code == known.code]:
        facts.append(f"- computed by: {_codes(computing)}")
    if known.default_method != methods.RAW:
        facts.append(f"- meant where no method is named: `{known.default_method}`")
    if measuring := [each.code for each in catalogue.built_in().values() if known.code in _measured(each)]:
        facts.append(f"- measured by: {_codes(measuring)}")
    return "\n".join([f"### {known.code}\n", f"{known.name}. {known.description}\n", *facts, ""])


def _decimals(known: Property) -> str:
    return {0: "whole numbers", 1: "one decimal"}.get(known.decimals, f"{known.decimals} decimals")


def _units() -> str:
    rows = (
        (f"`{each.code}`", each.symbol or "–", each.name, _is(each), _codes(each.spellings))
        for each in units.ALL.values()
    )
    return _UNITS + _table(("UCUM", "symbol", "name", "is", "also written"), rows)


def _is(unit: Unit) -> str:
    """How a number of the unit becomes one of its kind's own."""
    if unit.base == unit.code:
        return "–"
    if unit.offset:
        shift = f"{'+' if unit.offset > 0 else '−'} {_exact(abs(unit.offset))}"
        return f"{_exact(unit.factor)} · x {shift} `{unit.base}`" if unit.factor != 1 else f"x {shift} `{unit.base}`"
    return f"{_exact(unit.factor)} `{unit.base}`"


def _exact(number: Fraction) -> str:
    """As a decimal where that has few digits, otherwise as a fraction."""
    decimal = f"{float(number):.12g}"
    if "e" not in decimal and (Fraction(decimal) == number or number.denominator > 10**6):
        return decimal
    return f"{number.numerator}/{number.denominator}"


def _methods() -> str:
    computing = {method: [code for code, each in methods.COMPUTED if each == method] for method in methods.ALL}
    rows = ((f"`{method}`", methods.DESCRIPTIONS[method], _codes(computing[method])) for method in methods.ALL)
    return _ABOUT_METHODS + _table(("method", "is", "of"), rows)


def _quality() -> str:
    flags = ((flag.value, flag.name.lower().replace("_", " "), _FLAGS[flag]) for flag in Quality)
    tests = f"Tests that may flag a value after it arrived: {_codes(testing.NAMES)}.\n"
    return _QUALITY + _table(("flag", "is", "a value that"), flags) + "\n" + tests


def _types() -> str:
    rows = (
        (f"`{each.code}`", each.maker, each.model, _codes(_measured(each)), ", ".join(each.instruments))
        for each in catalogue.built_in().values()
    )
    return _TYPES + _table(("type", "maker", "model", "measures", "by"), rows)


def _measured(type_: DeviceType) -> list[str]:
    """The properties that a type measures, in the order of its file."""
    return list(dict.fromkeys(map(type_.property_of, type_.channels)))


def _codes(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return (
        "\n".join(f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in line)} |" for line in lines) + "\n"
    )
