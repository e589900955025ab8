"""The registry of observed properties: defined elsewhere, in a unit that fits, to decimals that can be kept."""

import pytest

from plietsch.platform import methods, properties, units

# Names of the CF standard name table (as of 2025, with their canonical units) that are meant here ...
CF = {
    "mass_concentration_of_pm1_ambient_aerosol_particles_in_air": "kg m-3",
    "mass_concentration_of_pm2p5_ambient_aerosol_particles_in_air": "kg m-3",
    "mass_concentration_of_pm10_ambient_aerosol_particles_in_air": "kg m-3",
    "air_temperature": "K",
    "relative_humidity": "1",
    "air_pressure": "Pa",
    "dew_point_temperature": "K",
    "wind_speed": "m s-1",
    "wind_speed_of_gust": "m s-1",
    "wind_from_direction": "degree",
    "surface_downwelling_shortwave_flux_in_air": "W m-2",
    "thickness_of_rainfall_amount": "m",
    "altimeter_range": "m",
    "depth": "m",
    "water_surface_height_above_reference_datum": "m",
    "volume_fraction_of_condensed_water_in_soil": "1",
    "soil_temperature": "K",
}
# ... and quantity kinds of QUDT 3.
QUDT = {
    "MassConcentration": "kg m-3",
    "Count": "1",
    "Dimensionless": "1",
    "CelsiusTemperature": "K",
    "ElectricConductivity": "S m-1",
    "Voltage": "V",
    "StateOfCharge": "1",
}
CF_IRI, QUDT_IRI = "http://vocab.nerc.ac.uk/standard_name/{}/", "http://qudt.org/vocab/quantitykind/{}"
DEFINITIONS = {
    **{CF_IRI.format(name): unit for name, unit in CF.items()},
    **{QUDT_IRI.format(name): unit for name, unit in QUDT.items()},
}
# The kind of quantity that both vocabularies mean by a unit, as the base of it here.
BASES = {
    "kg m-3": "ug/m3", "K": "Cel", "1": "1", "Pa": "Pa", "m s-1": "m/s", "degree": "deg", "W m-2": "W/m2", "m": "mm",
    "S m-1": "uS/cm", "V": "V",
}  # fmt: skip


@pytest.mark.parametrize("code", properties.ALL)
def test_a_property_is_defined_by_a_vocabulary_as_a_quantity_of_its_unit(code: str):
    known = properties.of(code)
    assert units.of(known.unit).base == BASES[DEFINITIONS[known.definition]]


def test_every_definition_is_used():
    assert {each.definition for each in properties.ALL.values()} == set(DEFINITIONS)


@pytest.mark.parametrize("code", properties.ALL)
def test_a_property_is_described_in_a_sentence(code: str):
    known = properties.of(code)
    assert known.code == code
    assert known.name
    assert known.description.endswith(".")
    assert known.unit_symbol or known.unit == "1"


@pytest.mark.parametrize("code", [code for code, each in properties.ALL.items() if each.spread_of])
def test_a_spread_is_of_a_property_of_the_same_unit(code: str):
    spread = properties.of(code)
    of = properties.of(spread.spread_of or "")
    assert code == f"{of.code}_spread"
    assert (spread.unit, spread.decimals, spread.definition) == (of.unit, of.decimals, of.definition)


def test_what_is_meant_by_default_is_a_method_that_computes_it():
    for code, known in properties.ALL.items():
        assert known.default_method == methods.RAW or (code, known.default_method) in methods.COMPUTED
    assert {code for code, _ in methods.COMPUTED} <= set(properties.ALL)


def test_a_code_that_is_none():
    with pytest.raises(KeyError):
        properties.of("telepathy")
