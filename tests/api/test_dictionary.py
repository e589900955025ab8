"""The data dictionary: properties and device types as data, in step with what the programs go by."""

import csv
import io

import msgspec
import pytest
from api.world import Client, World

from plietsch.api.device_types import documents as of_types
from plietsch.api.properties import documents
from plietsch.platform import methods, properties
from plietsch.platform.device_types import catalogue, storing

PROPERTIES, TYPES = "/api/v1/properties", "/api/v1/device-types"


def test_a_property_says_how_its_values_come_about_and_what_measures_it(quiet_api: Client):
    found = quiet_api.json(f"{PROPERTIES}/pm2_5")
    documents.PropertyDetails.model_validate(found)
    own = properties.ALL["pm2_5"]
    assert (found["definition"], found["unit"], found["decimals"]) == (own.definition, "ug/m3", 1)
    assert [(each["method"], each["name"], each["version"]) for each in found["methods"]] == [
        ("raw", "raw", None),
        ("kappa-koehler/1", "kappa-koehler", "1"),
    ]
    measured = {(each["device_type"], each["channel"]): each for each in found["measured_by"]}
    assert set(measured) == {
        (code, name)
        for code, type_ in catalogue.built_in().items()
        for name in type_.channels
        if type_.property_of(name) == "pm2_5"
    }
    assert measured["plietsch-fine-dust", "pm2_5"]["range"] == [0, 999.9]
    assert measured["plietsch-fine-dust", "pm2_5"]["limits"]["spike"]["suspect"] == 30


def test_a_computed_property_is_measured_by_nothing(quiet_api: Client):
    found = quiet_api.json(f"{PROPERTIES}/aqi_eu")
    assert ([each["method"] for each in found["methods"]], found["measured_by"]) == ([methods.EAQI], [])


@pytest.mark.parametrize("code", sorted(properties.ALL))
def test_every_property_has_its_document(quiet_api: Client, code: str):
    documents.PropertyDetails.model_validate(quiet_api.json(f"{PROPERTIES}/{code}"))


def test_every_device_type_is_there_as_its_file_describes_it(quiet_api: Client):
    answer = quiet_api.json(TYPES)
    of_types.DeviceTypes.model_validate(answer)
    assert [each["code"] for each in answer["device_types"]] == sorted(catalogue.built_in())
    for each in answer["device_types"]:
        type_ = catalogue.built_in()[each["code"]]
        assert each["links"] == type_.links
        assert [channel["property"] for channel in each["channels"]] == [type_.property_of(c) for c in type_.channels]
        assert {i["model"]: i["datasheet_url"] for i in each["instruments"]} == {
            model: instrument.datasheet_url for model, instrument in type_.instruments.items()
        }
    assert quiet_api.json(f"{TYPES}/decentlab-dl-mbx") in answer["device_types"]


def test_as_a_table_it_has_a_row_for_each_channel(quiet_api: Client):
    rows = list(csv.DictReader(io.StringIO(quiet_api.get(f"{TYPES}/decentlab-dl-mbx.csv").text)))
    assert [(row["channel"], row["unit"]) for row in rows] == [("distance", "mm"), ("battery", "V")]
    assert (rows[0]["range_min"], rows[0]["spike_fail"], rows[0]["rate_fail"]) == ("300", "1000", "15240")
    codes = [row["code"] for row in csv.DictReader(io.StringIO(quiet_api.get(f"{PROPERTIES}.csv").text))]
    assert codes == sorted(properties.ALL)


def test_an_operator_s_own_type_is_there_and_one_of_a_newer_version_is_left_out(world: World, api: Client):
    own = msgspec.structs.replace(catalogue.built_in()["decentlab-dl-mbx"], code="our-own", examples=())
    storing.add(world.connection, own)
    world.connection.execute(
        "INSERT INTO device_type (code, name, definition)"
        " VALUES ('newer', 'Newer', '{\"format\": \"plietsch-device-type/9\"}')"
    )
    found = api.json(f"{TYPES}/our-own")
    assert (found["built_in"], found["links"], len(found["channels"])) == (False, {}, 2)
    assert api.problem(f"{TYPES}/newer")["status"] == 404


@pytest.mark.parametrize(
    ("url", "status"),
    [(f"{PROPERTIES}/pm25", 404), (f"{TYPES}/nothing", 404), (f"{TYPES}/%00", 404), (f"{TYPES}?maker=x", 400)],
)
def test_what_is_not_there_is_a_problem(quiet_api: Client, url: str, status: int):
    problem = quiet_api.problem(url)
    assert problem["status"] == status
    assert problem["hint"]
