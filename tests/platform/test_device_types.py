"""The catalogue of device types, in memory and in the database."""

from collections.abc import Iterator

import msgspec
import psycopg
import pytest

from plietsch.ingest import payload
from plietsch.platform import database, errors, migrations, properties
from plietsch.platform.device_types import catalogue, reading, storing
from plietsch.platform.device_types.specification import DeviceType

OWN = """
format = "plietsch-device-type/1"
code = "school-level"
maker = "A school"
model = "level"
summary = "Distance to the water"
decoder = "object"

[links]
page = "https://school.example.org/level"

[instruments.school-echo]
manufacturer = "A school"

[channels.distance]
instrument = "school-echo"
path = "level"
unit = "cm"
range = [30, 4500]

[[examples]]
title = "a cup"
source = "a cup of water"
f_port = 2
object = { level = 12.5 }
expected = { distance = 125 }
"""


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    with database.connect(database_url) as connection:
        yield connection


def own(text: str = OWN) -> DeviceType:
    return reading.parse(text, "own.toml")


def test_our_own_nodes_have_the_channels_of_our_payload():
    types = [each for each in catalogue.built_in().values() if each.decoder == "plietsch"]
    assert {each.code for each in types} == {"plietsch-fine-dust", "plietsch-water-level", "plietsch-rain"}
    assert {channel for each in types for channel in each.channels} == set(payload.CHANNELS)


@pytest.mark.parametrize("code", catalogue.built_in())
def test_a_type_is_called_as_its_file_and_describes_instruments_as_the_others_do(code: str):
    types = catalogue.built_in()
    assert types[code].code == code
    for model, instrument in types[code].instruments.items():
        for other in types.values():
            described = other.instruments.get(model, instrument)
            assert msgspec.structs.replace(described, optional=False) == msgspec.structs.replace(
                instrument, optional=False
            )


@pytest.mark.parametrize("code", catalogue.built_in())
def test_what_is_stored_of_a_type_gives_it_back(code: str):
    type_ = catalogue.built_in()[code]
    stored = msgspec.json.decode(msgspec.json.encode(storing.definition(type_)))
    assert msgspec.convert(stored, DeviceType) == msgspec.structs.replace(type_, examples=(), links={})


def test_the_database_knows_every_property_instrument_and_type(connection: psycopg.Connection):
    rows = connection.execute("SELECT code, unit, unit_symbol, decimals, default_method, spread_of, description,"
                              " name, definition FROM observed_property").fetchall()  # fmt: skip
    stored = {
        code: properties.Property(
            code=code, unit=unit, unit_symbol=symbol, decimals=decimals, default_method=method, spread_of=spread_of,
            description=description, name=name, definition=definition,
        )
        for code, unit, symbol, decimals, method, spread_of, description, name, definition in rows
    }  # fmt: skip
    assert stored == properties.ALL
    models = {model for (model,) in connection.execute("SELECT model FROM sensor")}
    assert models == {model for each in catalogue.built_in().values() for model in each.instruments}
    known = storing.known(connection)
    assert known == {
        code: msgspec.structs.replace(each, examples=(), links={}) for code, each in catalogue.built_in().items()
    }


def test_storing_again_writes_nothing(connection: psycopg.Connection):
    rows = "SELECT xmin::text, code FROM {} ORDER BY code"
    before = [connection.execute(rows.format(table)).fetchall() for table in ("observed_property", "device_type")]
    storing.store_built_in(connection)
    after = [connection.execute(rows.format(table)).fetchall() for table in ("observed_property", "device_type")]
    assert after == before


def test_migrating_brings_what_a_newer_version_says(database_url: str):
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE observed_property SET name = 'Dust', decimals = 3 WHERE code = 'pm10'")
        connection.execute("UPDATE device_type SET definition = NULL, name = 'old' WHERE code = 'plietsch-rain'")
    migrations.migrate(database_url)
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT name, decimals FROM observed_property WHERE code = 'pm10'").fetchone() == (
            "PM10",
            1,
        )
        assert "plietsch-rain" in storing.known(connection)


def test_a_type_that_a_newer_version_has_stored_is_named(connection: psycopg.Connection):
    connection.execute(
        """UPDATE device_type SET definition = definition || '{"colour": "red"}' WHERE code = 'plietsch-rain'"""
    )
    with pytest.raises(errors.DeviceTypeInvalid, match=r"plietsch-rain is none .* unknown field `colour`"):
        storing.known(connection)


def test_an_operators_own_type_is_known_beside_the_others_and_outlasts_a_migration(database_url: str):
    with database.connect(database_url) as connection:
        storing.add(connection, own())
        storing.add(connection, own(OWN.replace("4500", "5000")))
    migrations.migrate(database_url)
    with database.connect(database_url) as connection:
        known = storing.known(connection)
    assert set(known) == {*catalogue.built_in(), "school-level"}
    assert known["school-level"].channels["distance"].range == (30, 5000)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('code = "school-level"', 'code = "plietsch-rain"', "plietsch-rain is a device type that comes with plietsch"),
        ("school-echo", "BME280", r"instruments\.BME280: \S+ has an instrument of that name, by Bosch Sensortec"),
    ],
)
def test_what_is_built_in_is_not_replaced(connection: psycopg.Connection, old: str, new: str, message: str):
    with pytest.raises(errors.DeviceTypeInvalid, match=message) as refused:
        storing.add(connection, own(OWN.replace(old, new)))
    assert "another" in refused.value.hint


@pytest.mark.parametrize(
    ("sensors", "temperature", "pressure"),
    [
        (["SDS011", "BME280"], "BME280", "BME280"),
        (["DHT22"], "DHT22", None),
        (["DHT22", "BME280"], "DHT22", "BME280"),
        (["BME280", "DHT22"], "BME280", "BME280"),
        (["SDS011"], None, None),
    ],
)
def test_of_two_instruments_that_measure_the_same_the_one_named_first_counts(
    sensors: list[str], temperature: str | None, pressure: str | None
):
    fed = catalogue.built_in()["plietsch-fine-dust"].fed(sensors)
    assert (fed.get("temperature"), fed.get("pressure")) == (temperature, pressure)
    assert ("pm2_5" in fed) == ("SDS011" in sensors)


def test_what_a_device_always_has_need_not_be_named():
    assert catalogue.built_in()["plietsch-rain"].fed() == {"rain_tips": "rain"}
    assert own().fed() == {"distance": "school-echo"}
