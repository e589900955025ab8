"""Units against facts that stand elsewhere: UCUM's grammar, the SI, and what everybody knows of degrees."""

import re
from fractions import Fraction
from math import pi
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plietsch.platform import units


class Quantity(NamedTuple):
    """A unit as so many of the SI's, and its dimension: the exponents of m, kg, s, A, K and cd."""

    si: float
    dimension: tuple[int, ...]


def _dimension(**exponents: int) -> tuple[int, ...]:
    return tuple(exponents.get(name, 0) for name in ("m", "kg", "s", "A", "K", "cd"))


# UCUM's atoms (ucum.org, section 4) by what the SI says of them (SI Brochure, 9th edition, tables 2, 4 and 8), those of
# the English system by NIST SP 811, appendix B.8; a pound-force is 4.4482216152605 N, exactly.
ATOMS = {
    "m": Quantity(1, _dimension(m=1)),
    "g": Quantity(1e-3, _dimension(kg=1)),
    "s": Quantity(1, _dimension(s=1)),
    "min": Quantity(60, _dimension(s=1)),
    "h": Quantity(3600, _dimension(s=1)),
    "K": Quantity(1, _dimension(K=1)),
    "Cel": Quantity(1, _dimension(K=1)),
    "[degF]": Quantity(5 / 9, _dimension(K=1)),
    "Pa": Quantity(1, _dimension(m=-1, kg=1, s=-2)),
    "bar": Quantity(1e5, _dimension(m=-1, kg=1, s=-2)),
    "[psi]": Quantity(4.4482216152605 / 0.0254**2, _dimension(m=-1, kg=1, s=-2)),
    "V": Quantity(1, _dimension(m=2, kg=1, s=-3, A=-1)),
    "W": Quantity(1, _dimension(m=2, kg=1, s=-3)),
    "S": Quantity(1, _dimension(m=-2, kg=-1, s=3, A=2)),
    "lx": Quantity(1, _dimension(m=-2, cd=1)),
    "L": Quantity(1e-3, _dimension(m=3)),
    "deg": Quantity(pi / 180, _dimension()),
    "rad": Quantity(1, _dimension()),
    "%": Quantity(1e-2, _dimension()),
    "[ppth]": Quantity(1e-3, _dimension()),
    "[ppm]": Quantity(1e-6, _dimension()),
    "[in_i]": Quantity(0.0254, _dimension(m=1)),
    "[ft_i]": Quantity(0.3048, _dimension(m=1)),
    "[mi_i]": Quantity(1609.344, _dimension(m=1)),
    "[kn_i]": Quantity(1852 / 3600, _dimension(m=1, s=-1)),
}
METRIC = {"m", "g", "s", "K", "Cel", "Pa", "bar", "V", "W", "S", "lx", "L", "rad"}
PREFIXES = {"M": 1e6, "k": 1e3, "h": 1e2, "d": 1e-1, "c": 1e-2, "m": 1e-3, "u": 1e-6}
# UCUM, section 2: components, each an atom with an exponent behind it, multiplied or divided from left to right.
_COMPONENT = r"(?:1|(?:[a-zA-Z%]+|\[[a-zA-Z_]+\])(?:-?[1-9])?)"
TERM = re.compile(rf"{_COMPONENT}(?:[./]{_COMPONENT})*")
COMPONENT = re.compile(r"([./]?)(?:1|([a-zA-Z%]+|\[[a-zA-Z_]+\])(-?[1-9])?)")


def ucum(code: str) -> Quantity:
    """What a UCUM code says. Raises ValueError for one that is none."""
    if not TERM.fullmatch(code):
        raise ValueError(code)
    si, dimension = 1.0, [0] * 6
    for operator, name, digits in COMPONENT.findall(code):
        if name:
            factor, atom = _atom(name)
            exponent = int(digits or 1) * (-1 if operator == "/" else 1)
            si *= (factor * atom.si) ** exponent
            dimension = [have + more * exponent for have, more in zip(dimension, atom.dimension, strict=True)]
    return Quantity(si, tuple(dimension))


def _atom(name: str) -> tuple[float, Quantity]:
    if name in ATOMS:
        return 1.0, ATOMS[name]
    if name[1:] not in METRIC or name[0] not in PREFIXES:
        raise ValueError(name)
    return PREFIXES[name[0]], ATOMS[name[1:]]


@pytest.mark.parametrize("code", units.ALL)
def test_a_unit_is_one_of_ucum_and_its_factor_is_that_of_the_si(code: str):
    unit = units.of(code)
    said, base = ucum(code), ucum(unit.base)
    assert said.dimension == base.dimension
    assert float(unit.factor) == pytest.approx(said.si / base.si, rel=1e-14)
    assert (unit.offset != 0) == (code in ("K", "[degF]"))


@pytest.mark.parametrize("wrong", ["ug/m³", "lux", "kmh", "m//s", "/s", "degC", "µg/m3", "kh", "psi", "", "mm "])
def test_what_is_no_ucum_code_is_found_out_by_this_test(wrong: str):
    with pytest.raises(ValueError, match=r".?"):
        ucum(wrong)


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        # Water freezes and boils; the two scales of degrees meet at 40 below; absolute zero.
        (32, "[degF]", "Cel", 0),
        (212, "[degF]", "Cel", 100),
        (-40, "[degF]", "Cel", -40),
        (0, "K", "Cel", -273.15),
        (293.15, "K", "[degF]", 68),
        (98.6, "[degF]", "K", 310.15),
        # NIST SP 811, appendix B.8.
        (1, "[psi]", "kPa", 6.894757293168361),
        (1, "[kn_i]", "km/h", 1.852),
        (1, "[mi_i]/h", "km/h", 1.609344),
        (1, "[ft_i]", "cm", 30.48),
        (1, "[in_i]", "mm", 25.4),
        # The standard atmosphere.
        (1.01325, "bar", "hPa", 1013.25),
        (101.325, "kPa", "mbar", 1013.25),
        (760, "Pa", "hPa", 7.6),
        # A storm, Beaufort 12 begins at 64 knots.
        (117.7, "km/h", "m/s", 32.69444444444444),
        (36, "km/h", "m/s", 10),
        # A Dragino sensor's answer, a Milesight's, a Decentlab's.
        (2799, "mm", "mm", 2799),
        (2.799, "m", "mm", 2799),
        (279.9, "cm", "mm", 2799),
        (3387, "mV", "V", 3.387),
        (0.215, "m3/m3", "%", 21.5),
        (5, "L/m2", "mm", 5),
        (1.5, "dS/m", "uS/cm", 1500),
        (1.5, "mS/cm", "uS/cm", 1500),
        (420, "[ppm]", "%", 0.042),
        (0.05, "mg/m3", "ug/m3", 50),
        (1.2, "kW/m2", "W/m2", 1200),
        (2, "mm/min", "mm/h", 120),
        (1, "[in_i]/h", "mm/h", 25.4),
        (pi, "rad", "deg", 180),
        (35, "[ppth]", "%", 3.5),
        (10, "klx", "lx", 10000),
        (5, "S/m", "mS/cm", 50),
    ],
)
def test_a_number_is_converted(value: float, unit: str, to: str, expected: float):
    assert units.convert(value, unit, to) == pytest.approx(expected, rel=1e-15, abs=1e-12)


@pytest.mark.parametrize(("unit", "to"), [("mm", "Cel"), ("%", "Cel"), ("V", "mm"), ("Pa", "W/m2"), ("mm", "mm/h")])
def test_another_quantitys_number_is_refused(unit: str, to: str):
    with pytest.raises(units.Inconvertible, match=re.escape(unit)):
        units.convert(1, unit, to)


@pytest.mark.parametrize("unit", ["", "millimetre", "MM", "furlong"])
def test_a_unit_that_nobody_knows_is_refused(unit: str):
    with pytest.raises(units.UnitUnknown):
        units.convert(1, unit, "mm")
    with pytest.raises(units.UnitUnknown):
        units.convert(1, "mm", unit)


pairs = st.sampled_from([(one, other) for one in units.ALL for other in units.convertible(one)])


@given(pairs, st.integers(-(10**9), 10**9))
def test_there_and_back_is_the_same(pair: tuple[str, str], value: int):
    there, back = units.conversion(*pair), units.conversion(*reversed(pair))
    exact = (value * Fraction(there.factor) + there.offset) / there.divisor
    assert (exact * back.factor + back.offset) / back.divisor == value


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("mm", "mm"), (" mm ", "mm"), ("°C", "Cel"), ("C", "Cel"), ("℃", "Cel"), ("V", "V"), ("mV", "mV"), ("%", "%"),
        ("%RH", "%"), ("hPa", "hPa"), ("µg/m³", "ug/m3"), ("\u03bcg/m³", "ug/m3"), ("ug/m3", "ug/m3"), ("°", "deg"),
        ("km/h", "km/h"), ("µS/cm", "uS/cm"), ("in", "[in_i]"), ("lux", "lx"), ("psi", "[psi]"), ("W⋅m⁻²", "W/m2"),
    ],
)  # fmt: skip
def test_a_unit_as_a_device_writes_it(written: str, code: str):
    assert units.spelled(written) == code


@pytest.mark.parametrize("written", ["", "Mm", "furlong", "mmm", "m m"])
def test_what_no_device_writes(written: str):
    assert units.spelled(written) is None


def test_no_two_units_are_written_the_same():
    written = [text for unit in units.ALL.values() for text in {unit.code, unit.symbol, *unit.spellings} if text]
    assert len(written) == len(set(written))


def test_every_base_is_a_unit_of_its_own():
    assert all(units.of(unit.base).base == unit.base for unit in units.ALL.values())
