"""Every text of the site stands in each language's catalogues, once, and no catalogue has more."""

import string
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from plietsch.dashboards.scales import SCALES
from plietsch.dashboards.texts import LANGUAGES, Texts

ROOM = Path(__file__).parents[2] / "dashboards"
PACKAGE = ROOM / "src" / "plietsch" / "dashboards"
FOLDER = PACKAGE / "translations"


def test_there_is_a_folder_for_each_language_with_the_same_catalogues():
    catalogues = {folder.name: {path.name for path in folder.glob("LC_MESSAGES/*.po")} for folder in FOLDER.iterdir()}
    assert set(catalogues) == set(LANGUAGES)
    assert len(set(map(frozenset, catalogues.values()))) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogues_say_every_text_once_and_no_other(language: str):
    said = Counter(message.id for message in _messages(language))
    assert [text for text, count in said.items() if count > 1] == []
    assert set(said) == _texts()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_is_whole_and_keeps_the_places_for_values(language: str):
    for message in _messages(language):
        for text, translation in zip(_forms(message.id), _forms(message.string), strict=True):
            assert translation, text
            assert text.count("%(") == translation.count("%("), text
            assert not translation.startswith(tuple(string.whitespace))


def test_english_says_what_the_key_says():
    assert all(message.id == message.string for message in _messages("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_classes_of_a_scale_differ_in_words(language: str):
    texts = Texts.read(language)
    for scale in SCALES.values():
        words = [texts.translate(band.word) for band in scale.bands]
        assert len(set(words)) == len(words)


def _messages(language: str) -> list[Any]:
    found: list[Any] = []
    for path in (FOLDER / language / "LC_MESSAGES").glob("*.po"):
        with path.open("rb") as file:
            found += [message for message in read_po(file, language) if message.id]
    return found


def _forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else text


def _texts() -> set[str | tuple[str, ...]]:
    with (ROOM / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {"N_": None, "gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(PACKAGE, methods, options, keywords=keywords)
    return {message for _, _, message, _, _ in found}
