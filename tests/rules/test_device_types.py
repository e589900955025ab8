"""docs/device-types.md describes every member of a device type's file, and its example is one."""

import re
from pathlib import Path

import msgspec
import pytest

from plietsch.ingest import examples
from plietsch.platform.device_types import reading
from plietsch.platform.device_types import specification as spec

TEXT = (Path(__file__).parents[2] / "docs" / "device-types.md").read_text(encoding="utf-8")


def test_the_whole_example_is_read_and_its_examples_come_out():
    (text,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    type_ = reading.parse(text, "example.toml")
    assert len(type_.examples) == 3
    assert [tried.differences + tried.problems for tried in examples.run(type_)] == [(), (), ()]


@pytest.mark.parametrize(
    ("section", "struct"),
    [
        ("The type", spec.DeviceType),
        ("`[instruments.MODEL]`", spec.Instrument),
        ("`[channels.NAME]`", spec.Channel),
        ("`[channels.NAME.limits]`", spec.Limits),
        ("`[time]`", spec.Time),
        ("`[[recordings]]`", spec.Recording),
        ("`[[examples]]`", spec.Example),
    ],
)
def test_every_member_is_described_and_no_other(section: str, struct: type[msgspec.Struct]):
    text = TEXT.partition(f"### {section}\n")[2].partition("\n#")[0]
    named = [name for row in re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)]
    assert sorted(named) == sorted(field.name for field in msgspec.structs.fields(struct))


@pytest.mark.parametrize(
    ("member", "struct"),
    [
        ("spike", spec.Spike),
        ("rate_of_change", spec.Threshold),
        ("flat_line", spec.FlatLine),
        ("neighbour", spec.Neighbour),
        ("multi_variate", spec.MultiVariate),
        ("heard", spec.Heard),
    ],
)
def test_every_member_of_a_test_is_named(member: str, struct: type[msgspec.Struct]):
    (row,) = re.findall(rf"^\| `{member}` \| ([^|]*) \|", TEXT, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", row)) == {field.name for field in msgspec.structs.fields(struct)}
