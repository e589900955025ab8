"""The schema and the examples of the node's configuration against the table that the node itself checks with."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plietsch_node.app import commands, config
from support.node_js import ROOT

FOLDER = ROOT / "firmware/node"
SCHEMA = json.loads((FOLDER / "config.schema.json").read_text(encoding="utf-8"))
DOCUMENT = (ROOT / "docs/node.md").read_text(encoding="utf-8").split("## Configuration")[1].split("\n## ")[0]
EXAMPLES = sorted((FOLDER / "examples").glob("*.json"))


def _property(kind_of_value: type, lowest: int, highest: int, default: object) -> dict[str, Any]:
    if kind_of_value is bool:
        return {"type": "boolean", "default": default}
    return {"type": "integer", "minimum": lowest, "maximum": highest, "default": default}


def _object(kind: str) -> dict[str, Any]:
    properties: dict[str, Any] = {"$schema": {"type": "string"}, "kind": {"const": kind}}
    for name, kind_of_value, lowest, highest, default, kinds in config.FIELDS:
        if kind in kinds:
            holder = properties
            outer, _, inner = name.rpartition(".")
            if outer:
                empty = {"type": "object", "properties": {}, "additionalProperties": False}
                holder = properties.setdefault(outer, empty)["properties"]
            holder[inner] = _property(kind_of_value, lowest, highest, default)
    return {
        "title": f"a {kind} node",
        "type": "object",
        "properties": properties,
        "required": ["kind"],
        "additionalProperties": False,
    }


def schema() -> dict[str, Any]:
    """Return what `config.schema.json` has to be."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The configuration of a node: config.json",
        "oneOf": [_object(kind) for kind in config.KINDS],
    }


def test_the_schema_is_the_table() -> None:
    assert schema() == SCHEMA, json.dumps(schema(), indent=2)


def test_the_document_says_every_field_and_its_limits() -> None:
    rows = re.findall(r"^\| `([\w.]+)`( \*)? \| [\w, -]+ \| ([^|]+) \| ([^|]+) \|", DOCUMENT, re.MULTILINE)
    documented = {name: (bool(star), allowed, default) for name, star, allowed, default in rows}
    assert documented.keys() == {name for name, *_ in config.FIELDS}
    by_radio = {name for name, *_ in commands.FIELDS}
    for name, kind_of_value, lowest, highest, default, _ in config.FIELDS:
        star, allowed, said = documented[name]
        assert star == (name in by_radio)
        assert allowed == ("true, false" if kind_of_value is bool else f"{lowest}–{highest}")
        assert json.dumps(default) in said


def test_every_kind_has_an_example() -> None:
    assert {path.stem for path in EXAMPLES} == {*config.KINDS, "keys.example"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_valid(path: Path) -> None:
    example = json.loads(path.read_text(encoding="utf-8"))
    if path.stem == "keys.example":
        with pytest.raises(config.ConfigError, match="zeros only"):
            config.check_keys(example)
        own = {name: "1" * len(value) for name, value in example.items()}
        assert config.check_keys(own) == own
    else:
        assert config.validate(example)["kind"] == path.stem


# A little of everything that JSON can hold, often under names that mean something.
NAMES = st.sampled_from([name for name, *_ in config.FIELDS] + ["kind", "lorawan", "adr", "data_rate", "x"])
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-10, 50000), st.floats(), st.sampled_from(config.KINDS)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=8,
)


@given(given_config=st.one_of(JSON, st.fixed_dictionaries({"kind": st.sampled_from(config.KINDS)}, optional={
    name.split(".")[0]: JSON for name, *_ in config.FIELDS
})))  # fmt: skip
def test_anything_is_completed_or_refused(given_config: Any) -> None:
    try:
        complete = config.validate(given_config)
    except config.ConfigError as error:
        assert error.field in str(error)
        return
    assert config.validate(complete) == complete
    assert complete.keys() >= given_config.keys()
