"""Every text of the site stands in each language's catalogue, and no catalogue has more."""

import string
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from plietsch.dashboards.scales import SCALES
from plietsch.dashboards.texts import LANGUAGES

ROOM = Path(__file__).parents[2] / "dashboards"
PACKAGE = ROOM / "src" / "plietsch" / "dashboards"
FOLDER = PACKAGE / "translations"


def test_there_is_a_catalogue_for_each_language():
    assert {path.name for path in FOLDER.iterdir()} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_says_every_text_and_no_other(language: str):
    catalogue = _catalogue(language)
    assert {text for text, translation in catalogue.items() if not translation} == set()
    assert set(catalogue) == _texts()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_places_for_values(language: str):
    for text, translation in _catalogue(language).items():
        assert text.count("%(") == translation.count("%("), text
        assert not translation.startswith(tuple(string.whitespace))


def test_english_says_what_the_key_says():
    assert all(text == translation for text, translation in _catalogue("en").items())


@pytest.mark.parametrize("language", LANGUAGES)
def test_classes_of_a_scale_differ_in_words(language: str):
    catalogue = _catalogue(language)
    for scale in SCALES.values():
        words = [catalogue[band.word] for band in scale.bands]
        assert len(set(words)) == len(words)


def _catalogue(language: str) -> dict[str, str]:
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, language) if message.id}


def _texts() -> set[str]:
    with (ROOM / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(PACKAGE, methods, options, keywords={"N_": None, "gettext": None})
    return {message for _, _, message, _, _ in found if isinstance(message, str)}
