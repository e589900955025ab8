"""Every mistake in a device type's file is named with its line, its member and what to do about it."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plietsch.platform import errors
from plietsch.platform.device_types import catalogue, mistakes, reading

TEXT = """\
# A made-up level sensor.
format = "plietsch-device-type/1"
code = "acme-level"
maker = "Acme"
model = "Level"
summary = "Distance to the water"
decoder = "object"
f_ports = [2]

[links]
product = "https://acme.example.com/level"

[instruments.acme-echo]
manufacturer = "Acme"

[channels.distance]
instrument = "acme-echo"
path = "level.value"
unit = "cm"
range = [
    300,
    5000,
]

[channels.distance.limits]
suspect_range = [400, 4000]
spike = { suspect = 100, fail = 500 }
flat_line = { tolerance = 1, suspect_after_s = 7200 }

[channels.temperature]
instrument = "acme-echo"
path = ["temperature", "t"]

[time]
path = "at"

[[examples]]
title = "dry"
source = "Acme manual, page 7"
f_port = 2
object = { level = { value = 123.4 }, temperature = 7 }
expected = { distance = 1234, temperature = 7 }

[[examples]]
title = "fog"
source = "Acme manual, page 8"
f_port = 2
object = { level = { value = 999.9 } }
expected = { distance = "above" }
"""


def said(text: str) -> str:
    with pytest.raises(errors.DeviceTypeInvalid) as refused:
        reading.parse(text, "acme.toml")
    assert "docs/device-types.md" in refused.value.hint
    return refused.value.message


def test_without_a_mistake_it_is_read():
    type_ = reading.parse(TEXT, "acme.toml")
    assert type_.channels["distance"].range == (300, 5000)
    assert type_.channels["distance"].limits.flat_line is not None


# What stands in the text, what instead, and what is said: line, member, mistake and advice.
ONE_MISTAKE = [
    # TOML itself.
    ('maker = "Acme"', 'maker = "Acme', "4: This is no TOML, in column 14: "),
    ('maker = "Acme"', "maker = Acme", "4: This is no TOML, in column 9: Invalid value."),
    ('maker = "Acme"', 'maker = "Acme"\nmaker = "Ajax"', "5: This is no TOML, in column 15: Cannot overwrite a value."),
    ("[time]", "[channels.distance]", "34: This is no TOML, in column "),
    # Its form.
    ('maker = "Acme"', 'makers = "Acme"', "4: makers: There is no member makers here. Did you mean maker?"),
    ('maker = "Acme"\n', "", "1: maker: maker is missing. Add maker = …"),
    ('maker = "Acme"', 'maker = ""', "4: maker: Expected text of length >= 1. Say what it is."),
    ('maker = "Acme"', "maker = 3", "4: maker: Expected text, got whole number. Text stands in quotes"),
    ("type/1", "type/9", '2: format: .*/9. is none of the values .* write format = "plietsch-device-type/1"'),
    ("acme-level", "Acme Level", "3: code: Expected text of another form. Lower-case letters, digits and hyphens"),
    ('"object"', '"javascript"', "7: decoder: 'javascript' is none of .* Write decoder = \"object\""),
    ("f_ports = [2]", "f_ports = [0]", r"8: f_ports\[0\]: Expected whole number >= 1. .* from 1 to 223"),
    ("f_ports = [2]", "f_ports = 2", "8: f_ports: Expected list, got whole number. .* as in"),
    ("f_ports = [2]", "f_ports = [2]\ninterval_s = 1.5",
     r"9: interval_s: Expected whole number, got number. Whole seconds"),
    ("https://acme", "acme", "11: links.product: Expected text of another form. An address as on a web page"),
    ('manufacturer = "Acme"', "", "13: instruments.acme-echo.manufacturer: manufacturer is missing."),
    ('manufacturer = "Acme"', 'manufacturer = "Acme"\nurl = "x"', "15: instruments.acme-echo.url: There is no member"),
    ("[channels.temperature]", "[channels.Air]", "30: channels.Air: Expected text of another .* lower-case letters"),
    ("unit =", "units =", "19: channels.distance.units: There is no member units here. Did you mean unit?"),
    ('unit = "cm"', "unit = 1", r"19: channels.distance.unit: Expected text, got whole number."),
    ("    300,\n", "", "20: channels.distance.range: Expected list of length 2, got 1. Two numbers"),
    ("    300,", '    "a",', "20: channels.distance.range: Expected number, got text. Two numbers"),
    ('unit = "cm"', 'unit = "cm"\nresolution = 0', "20: channels.distance.resolution: Expected number > 0.0. Numbers"),
    ('path = "level.value"', "path = 7",
     r"18: channels.distance.path: Expected text or list, got whole number. The way into"),
    ("spike = {", "spikes = {", "27: channels.distance.limits.spikes: There is no member spikes here. Did you mean"),
    ("suspect = 100", "suspect = -1",
     "27: channels.distance.limits.spike.suspect: Expected number > 0.0."),
    ("tolerance = 1", 'tolerance = "x"',
     "28: channels.distance.limits.flat_line.tolerance: Expected number, got text"),
    ('path = "at"', 'path = "at"\nform = "local"', '36: time.form: \'local\' is none of .* One of "unix"'),
    ("f_port = 2\nobject = { level = { value = 1", "f_port = 0\nobject = { level = { value = 1",
     r"40: examples\[0\].f_port: Expected whole number >= 1"),
    ('distance = "above"', 'distance = "far"', r"49: examples\[1\].expected.distance: 'far' is none of the values"),
    ('title = "fog"', 'title = "fog"\npayload = "123"',
     r"46: examples\[1\].payload: Expected text of another form. .* hexadecimal"),
    # Names that have to be known.
    ("channels.temperature]", "channels.temprature]",
     "30: channels.temprature: No observed property is called temprature. Did you mean temperature?"),
    ('unit = "cm"', 'unit = "cm"\nproperty = "depth"',
     "20: channels.distance.property: No observed property is called"),
    ('instrument = "acme-echo"\npath = "level', 'instrument = "echo"\npath = "level',
     "17: channels.distance.instrument: No instrument is called echo. Did you mean acme-echo?"),
    ('unit = "cm"', 'unit = "cm"\nalternatives = ["sonar"]',
     r"20: channels.distance.alternatives: No instrument is called sonar. .* \[instruments.sonar\]"),
    ("[time]", '[instruments.spare]\nmanufacturer = "Acme"\n[time]',
     "34: instruments.spare: No channel is measured by spare. Name it"),
    ("expected = { distance = 1", "expected = { dist = 1",
     r"42: examples\[0\].expected: The example expects a channel dist, .* Did you mean distance\?"),
    ("f_port = 2\nobject = { level = { value = 9", "f_port = 85\nobject = { level = { value = 9",
     r"47: examples\[1\].f_port: The type is not sent on port 85. Add 85 to f_ports"),
    ("object = { level = { value = 999.9 } }\n", "", r"44: examples\[1\].object: object is missing. Add what"),
    # Units.
    ('unit = "cm"', 'unit = "centimetre"', "19: channels.distance.unit: centimetre is no unit .* UCUM code is cm."),
    ('unit = "cm"', 'unit = "furlong"', "19: channels.distance.unit: furlong is no unit .* Units that fit: mm, cm, m,"),
    ('unit = "cm"', 'unit = "hPa"',
     r"19: channels.distance.unit: A number of hPa \(hectopascal\) is no number of mm .* Units that fit: mm, cm"),
    # Where a value stands.
    ('path = "level.value"\n', "", "16: channels.distance.path: path is missing. Say where its value stands"),
    ('"level.value"', '"level..value"', "18: channels.distance.path: 'level..value' has an empty part."),
    ('path = "at"', 'path = ".at"', "35: time.path: '.at' has an empty part."),
    ('unit = "cm"', 'unit = "cm"\nfactor = 0', "20: channels.distance.factor: Every value would be the same."),
    ('decoder = "object"', 'decoder = "plietsch"', "18: channels.distance.path: Our own payload has no use for path."),
    ("[channels.temperature]", "[channels.second]\nproperty = \"distance\"",
     "30: channels.second: distance and second are the same property of the same instrument"),
    # Ranges and limits.
    ("    300,\n    5000", "    5000,\n    300",
     r"20: channels.distance.range: \[5000, 300\] is no range. The lower bound comes first."),
    ("    300,\n    5000", "    300,\n    inf", r"20: channels.distance.range\[1\]: inf is no number"),
    ("[400, 4000]", "[4000, 400]", r"26: channels.distance.limits.suspect_range: \[4000, 400\] is no range."),
    ("[400, 4000]", "[400, 9000]", r"26: channels.distance.limits.suspect_range: \[400, 9000\] reaches beyond"),
    ("suspect = 100, fail = 500", "suspect = 500, fail = 500",
     "27: channels.distance.limits.spike: suspect 500 is not below fail 500. A value is suspect before"),
    ("{ suspect = 100, fail = 500 }", "{}",
     "27: channels.distance.limits.spike: It has no bound. Name suspect or fail"),
    ("suspect_after_s = 7200", "suspect_after_s = 7200, fail_after_s = 60",
     "28: channels.distance.limits.flat_line: suspect_after_s 7200 is not below fail_after_s 60."),
    ("[400, 4000]", '[400, 4000]\nmulti_variate = { channel = "humidty", at_least = 95 }',
     "27: channels.distance.limits.multi_variate.channel: No other channel is called humidty."),
    ("[400, 4000]", "[400, 4000]\nneighbour = { suspect = 8, radius_km = 20000, within_s = 600 }",
     "27: channels.distance.limits.neighbour.radius_km: Expected number <= 100"),
    ('unit = "cm"', 'unit = "cm"\ntemperature_compensated = false',
     "20: channels.distance.temperature_compensated: .* Add assumes_c"),
    ('unit = "cm"', 'unit = "cm"\nassumes_c = 20', "20: channels.distance.assumes_c: It has no meaning for"),
    ('"t"]', '"t"]\ntemperature_compensated = false',
     "33: channels.temperature.temperature_compensated: Only a distance"),
    ("[time]", '[[recordings]]\ncolumns = ["a", "b"]\nname = "c"\n[time]',
     r"36: recordings\[0\].name: No column is called c."),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), ONE_MISTAKE)
def test_a_mistake_is_named_by_its_line_with_what_to_do(old: str, new: str, message: str):
    assert old in TEXT
    lines = said(TEXT.replace(old, new, 1)).splitlines()
    assert [line for line in lines if re.match(f"acme.toml:{message}", line)], lines


def test_every_mistake_is_named_at_once_in_the_files_order():
    wrong = TEXT.replace('unit = "cm"', 'unit = "hPa"').replace("[400, 4000]", "[400, 9000]").replace('"at"', '"a..t"')
    assert [line.split(":")[1] for line in said(wrong).splitlines()] == ["19", "26", "35"]
    misspelled = TEXT.replace("maker =", "makers =").replace("spike =", "spikes =").replace('"https', '"ftps')
    assert [line.split(": ")[1] for line in said(misspelled).splitlines()] == [
        "maker", "makers", "links.product", "channels.distance.limits.spikes",
    ]  # fmt: skip


def test_where_more_is_to_be_looked_at_it_is_said():
    for old, new, next_ in (("maker =", "makers =", "names, units and limits"), ('"cm"', '"hPa"', "the examples")):
        with pytest.raises(errors.DeviceTypeInvalid) as refused:
            reading.parse(TEXT.replace(old, new), "acme.toml")
        assert refused.value.hint.startswith(f"More may be found once this is right: {next_}")


def test_an_empty_file_says_what_it_needs():
    assert {line.split(": ")[1] for line in said("").splitlines()} == {
        "format", "code", "maker", "model", "summary", "decoder", "instruments", "channels",
    }  # fmt: skip


def test_a_file_that_ends_too_early_is_no_toml():
    assert said('format = "x"\nf_ports = [1,\n').startswith("acme.toml:2: This is no TOML: ")


def test_what_cannot_be_read_is_said(tmp_path: Path):
    with pytest.raises(errors.DeviceTypeInvalid, match="cannot be read: No such file"):
        reading.read(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes('maker = "Müller"'.encode("latin-1"))
    with pytest.raises(errors.DeviceTypeInvalid, match="no text in UTF-8: byte 10"):
        reading.read(tmp_path / "latin.toml")
    (tmp_path / "acme.toml").write_text(TEXT, encoding="utf-8")
    assert reading.read(tmp_path / "acme.toml").code == "acme-level"


@pytest.mark.parametrize("code", catalogue.built_in())
def test_what_is_built_in_has_no_mistake(code: str):
    assert catalogue.built_in()[code].code == code


# What a line is replaced by, or, with "=" in front, what its member is set to.
INSTEAD = (
    "", "x = 1", "[x]", "= ]", '"""', "[[channels]]", "=[]", "={}", "=1", "=-1.5", "=true", '=""', "=nan", "=1e999",
    "=2026-01-01", "=[[1]]", "={ a = { b = 1 } }", "=[{}]", '=["x", 1]', "=[1, 2, 3]",
)  # fmt: skip


@settings(max_examples=60, deadline=None)  # of a wrong file each line is looked at
@given(st.lists(st.integers(1, len(TEXT.splitlines()) - 1), min_size=1, max_size=2), st.sampled_from(INSTEAD))
def test_whatever_stands_in_a_line_the_file_is_read_or_a_line_named(numbers: list[int], instead: str):
    lines = TEXT.splitlines()
    for number in numbers:
        name = lines[number].partition("=")[0]
        lines[number] = f"{name}{instead}" if instead.startswith("=") and "=" in lines[number] else instead
    try:
        reading.parse("\n".join(lines), "acme.toml")
    except errors.DeviceTypeInvalid as error:
        for said in error.message.splitlines():
            name, line, _ = said.split(":", 2)
            assert name == "acme.toml"
            assert 1 <= int(line) <= len(lines)


def test_a_member_stands_where_its_statement_begins():
    known = mistakes.lines("# a\n\n[a]\nb = [\n  1,\n\n  2,\n]\n\n# c\nc = { d = 1 }\n[[e]]\n[[e]]\nf = 1\n")
    assert known == {
        (): 1, ("a",): 3, ("a", "b"): 4, ("a", "b", 0): 4, ("a", "b", 1): 4, ("a", "c"): 11, ("a", "c", "d"): 11,
        ("e",): 12, ("e", 0): 12, ("e", 1): 13, ("e", 1, "f"): 14,
    }  # fmt: skip
    assert mistakes.line_of(("e", 1, "g", "h"), known) == 13
