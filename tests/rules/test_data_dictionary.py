"""docs/data-dictionary.md is made of what the programs go by, and leaves nothing of it out."""

from pathlib import Path

import pytest

from plietsch.ingest import data_dictionary
from plietsch.platform import methods, properties, units
from plietsch.platform.device_types import catalogue

DOCS = Path(__file__).parents[2] / "docs"


def test_the_data_dictionary_in_docs_is_the_newest():
    written = (DOCS / "data-dictionary.md").read_text(encoding="utf-8")
    assert written == data_dictionary.document(), "plietsch device-type dictionary --output docs/data-dictionary.md"


@pytest.mark.parametrize("names", [properties.ALL, units.ALL, methods.ALL, catalogue.built_in()])
def test_it_names_everything_there_is(names: list[str]):
    document = data_dictionary.document()
    assert [name for name in names if f"`{name}`" not in document] == []


def test_every_section_of_a_property_stands_once_and_is_led_to():
    document = data_dictionary.document()
    for code, known in properties.ALL.items():
        assert document.count(f"\n### {code}\n") == 1
        assert f"](#{code})" in document
        assert f"<{known.definition}>" in document
