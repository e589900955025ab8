"""`plietsch device-type`: what is understood, files with mistakes, examples that do not come out."""

import json
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from plietsch.ingest import examples
from plietsch.ingest.commands import device_type
from plietsch.ingest.registrar import Registrar
from plietsch.platform import errors, migrations
from plietsch.platform.device_types import catalogue, reading
from support.wait import until

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
OWN = """
format = "plietsch-device-type/1"
code = "school-level"
maker = "A school"
model = "level"
summary = "Distance to the water"
decoder = "object"

[instruments.school-echo]
manufacturer = "A school"

[channels.distance]
instrument = "school-echo"
path = "level"
unit = "cm"
range = [30, 4500]

[channels.battery]
instrument = "school-echo"
path = "bat"

[[examples]]
title = "a cup of water"
source = "the classroom"
f_port = 2
object = { level = 12.3, bat = "3700 mV" }
expected = { distance = 123, battery = 3.7 }

[[examples]]
title = "an empty cup"
source = "the classroom"
f_port = 2
object = { level = "9 m", bat = 3 }
expected = { distance = "above", battery = 3 }
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "own.toml"
    file.write_text(OWN, encoding="utf-8")
    return file


def invoke(*arguments: object, code: int = 0, columns: int = 200) -> str:
    # As on a terminal: a pipe gets whole lines however wide the terminal is.
    env = {"COLUMNS": str(columns), "FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "dumb"}
    result = CliRunner(env=env).invoke(device_type.app, list(map(str, arguments)), catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLIETSCH_DATABASE_URL", NOWHERE)


@pytest.mark.usefixtures("no_database")
def test_without_a_database_there_is_what_is_built_in_on_80_columns():
    shown = invoke("list", columns=80)
    lines = shown.splitlines()
    assert max(map(len, lines)) <= 80
    assert {line.split(" ")[0] for line in lines[1:]} - {""} == set(catalogue.built_in())
    documents = json.loads(invoke("list", "--json"))["device_types"]
    assert [each["code"] for each in documents] == list(catalogue.built_in())
    (level,) = (each for each in documents if each["code"] == "plietsch-water-level")
    assert level["measures"] == ["distance", "temperature", "humidity", "pressure", "battery"]
    assert level["built_in"]


def test_a_database_that_was_named_has_to_answer():
    with pytest.raises(errors.DatabaseUnreachable):
        invoke("list", "--database-url", NOWHERE)


@pytest.mark.usefixtures("no_database")
@pytest.mark.parametrize("code", catalogue.built_in())
def test_every_type_is_shown_and_says_all_in_json(code: str):
    type_ = catalogue.built_in()[code]
    shown = invoke("show", code)
    for said in (type_.model, *type_.links.values(), *type_.instruments, *type_.channels):
        assert said in shown
    exemplary = invoke("show", code, "--examples")
    for each in type_.examples:
        assert f"example “{each.title}”, {each.source}" in exemplary
        assert f"port {each.f_port}" in exemplary
    document = json.loads(invoke("show", code, "--json"))
    assert document["channels"].keys() == type_.channels.keys()
    assert len(document["examples"]) == len(type_.examples)


@pytest.mark.usefixtures("no_database")
def test_a_type_that_there_is_not():
    with pytest.raises(errors.DeviceTypeInvalid, match="called telepathy") as refused:
        invoke("show", "telepathy")
    assert "device-type list" in refused.value.hint


def test_a_file_without_a_mistake(file: Path):
    assert invoke("check", file) == f"{file}: school-level: understood; 2 channels, 2 of 2 examples pass.\n"


def test_an_example_that_does_not_come_out_says_what_was_expected_and_what_came(file: Path):
    wrong = OWN.replace("distance = 123,", "distance = 124,").replace('"3700 mV"', '"3.7 hPa"')
    file.write_text(wrong.replace('"9 m", bat = 3', "9"), encoding="utf-8")
    assert invoke("check", file, code=1).splitlines() == [
        f"{file}: school-level: not as it says; 2 channels, 0 of 2 examples pass.",
        "  example “a cup of water”:",
        "    distance: expected 124, came 123",
        "    battery: expected 3.7, came nothing",
        "    battery: A number of hPa (hectopascal) is no number of V (volt).",
        "  example “an empty cup”:",
        "    distance: expected above, came 90",
        "    battery: expected 3, came nothing",
    ]


def test_what_came_and_was_not_expected_is_said_too(file: Path):
    file.write_text(OWN.replace(", battery = 3.7", ""), encoding="utf-8")
    assert "    battery: expected nothing, came 3.7" in invoke("check", file, code=1).splitlines()


def test_of_several_files_each_is_looked_at(file: Path, tmp_path: Path):
    bad = tmp_path / "bad.toml"
    bad.write_text(OWN.replace('unit = "cm"', 'unit = "hPa"'), encoding="utf-8")
    said = invoke("check", bad, file, code=1).splitlines()
    assert said[0].startswith(f"{bad}:15: channels.distance.unit: ")
    assert said[1].startswith("More may be found once this is right: ")
    assert said[-1].startswith(f"{file}: school-level: understood")


def test_our_own_payload_has_its_own_channels(file: Path):
    text = (
        OWN[: OWN.index("[[examples]]")]
        .replace('"object"', '"plietsch"')
        .replace("[channels.battery]", "[channels.co2]")
    )
    lines = [line for line in text.splitlines() if not line.startswith(("path", "unit"))]
    file.write_text(
        "\n".join(lines).replace("[channels.co2]", '[channels.volts]\nproperty = "battery"'), encoding="utf-8"
    )
    assert (
        "  channels.volts: our own payload has no such channel; docs/payload.md names them."
        in invoke("check", file, code=1).splitlines()
    )


def test_a_type_of_ones_own_is_added_and_listed(file: Path, database_url: str):
    assert invoke("add", file, "--database-url", database_url) == "school-level is new: A school level.\n"
    assert "and was so already" in invoke("add", file, "--database-url", database_url)
    file.write_text(OWN.replace("4500", "5000"), encoding="utf-8")
    assert "was known and is changed" in invoke("add", file, "--database-url", database_url)
    file.write_text(
        OWN.replace("school-level", "school-2").replace("[channels.dist", 'description = "?"\n[channels.dist')
    )
    with pytest.raises(errors.DeviceTypeInvalid, match="school-echo: school-level has an instrument of that name"):
        invoke("add", file, "--database-url", database_url)
    listed = {
        each["code"]: each
        for each in json.loads(invoke("list", "--json", "--database-url", database_url))["device_types"]
    }
    assert listed.keys() == {*catalogue.built_in(), "school-level"}
    assert not listed["school-level"]["built_in"]
    assert "school-level, added" in invoke("show", "school-level", "--database-url", database_url)


def test_a_worker_knows_a_type_that_was_added_and_its_newer_form_at_once(file: Path, database_url: str):
    def known() -> tuple[float, float] | None:
        device = registrar.registry.find("70b3d57ed0000001")
        assert device
        assert device.type
        return device.type.channels["distance"].range

    with psycopg.connect(database_url, autocommit=True) as connection:
        registrar = Registrar(connection)
        invoke("add", file, "--database-url", database_url)
        with psycopg.connect(database_url) as owner:
            owner.execute(
                "INSERT INTO device (dev_eui, device_type_id, interval_s)"
                " SELECT '70b3d57ed0000001', id, 600 FROM device_type WHERE code = 'school-level'"
            )
        until(registrar.changed, "it is notified")
        assert known() == (30, 4500)
        file.write_text(OWN.replace("4500", "5000"), encoding="utf-8")
        invoke("add", file, "--database-url", database_url)
        until(registrar.changed, "it is notified")
        assert known() == (30, 5000)


def test_an_operators_own_type_stays_where_a_later_version_brings_one_of_its_code(file: Path, database_url: str):
    invoke("add", file, "--database-url", database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute("DELETE FROM device_type WHERE code = 'plietsch-rain'")
        connection.execute(
            "UPDATE device_type SET code = 'plietsch-rain', definition = definition || '{\"code\": \"plietsch-rain\"}'"
            " WHERE code = 'school-level'"
        )
    migrations.migrate(database_url)
    shown = invoke("show", "plietsch-rain", "--database-url", database_url)
    assert "plietsch-rain, added" in shown
    assert "school-echo" in shown


def test_a_type_whose_examples_do_not_come_out_is_not_added(file: Path, database_url: str):
    file.write_text(OWN.replace("distance = 123,", "distance = 124,"), encoding="utf-8")
    with pytest.raises(errors.DeviceTypeInvalid, match="expected 124, came 123"):
        invoke("add", file, "--database-url", database_url)
    assert "school-level" not in invoke("list", "--database-url", database_url)


@pytest.mark.parametrize("command", ["list", "show", "check", "add"])
def test_every_command_has_help_with_an_example(command: str):
    assert f"plietsch device-type {command}" in " ".join(invoke(command, "--help").split())


@pytest.mark.parametrize(
    ("code", "number"),
    [(code, number) for code, type_ in catalogue.built_in().items() for number, _ in enumerate(type_.examples)],
)
def test_the_examples_of_what_is_built_in_come_out(code: str, number: int):
    tried = examples.run(catalogue.built_in()[code])[number]
    assert tried.passed, (tried.example.title, tried.differences, tried.problems)


def test_a_frame_that_is_none_is_a_problem():
    text = OWN[: OWN.index("[[examples]]")].replace('"object"', '"plietsch"')
    text = "\n".join(line for line in text.splitlines() if not line.startswith(("path", "unit")))
    text += '\n[[examples]]\ntitle = "cut"\nsource = "here"\nf_port = 1\npayload = "1ae4"\nexpected = { battery = 3 }\n'
    (tried,) = examples.run(reading.parse(text, "own.toml"))
    assert not tried.passed
    assert len(tried.problems) == 1
