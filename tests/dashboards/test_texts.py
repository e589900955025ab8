"""Numbers and times as each language writes them, in the region's zone."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.extract import extract_from_dir

from plietsch.dashboards import texts as module
from plietsch.dashboards.texts import LANGUAGES, Texts

BERLIN = ZoneInfo("Europe/Berlin")
SITE = Path(module.__file__).parent
SUMMER_NIGHT = datetime(2026, 6, 30, 22, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "number", "moment", "day"),
    [
        ("de", "1.012,5", "1. Juli, 00:05", "1. Juli 2026"),
        ("da", "1.012,5", "1. jul., 00.05", "1. juli 2026"),
        ("en", "1,012.5", "1 Jul, 00:05", "1 July 2026"),
    ],
)
def test_a_language_writes_numbers_and_times_its_own_way(language: str, number: str, moment: str, day: str) -> None:
    texts = Texts.read(language)
    assert texts.number(1012.46, 1) == number
    assert texts.day_and_clock(SUMMER_NIGHT, BERLIN) == moment
    assert texts.day(SUMMER_NIGHT, BERLIN) == day


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_every_text_of_the_site_and_no_other(language: str) -> None:
    catalogue = Texts.read(language).catalogue
    assert set(catalogue) == _texts_of_the_site()
    assert [text for text, translated in catalogue.items() if not translated] == []
    if language == "en":
        assert [text for text, translated in catalogue.items() if translated != text] == []


def test_a_name_that_no_catalogue_has_stays_as_it_is() -> None:
    assert Texts.read("da").translate("Südermarkt") == "Südermarkt"


def _texts_of_the_site() -> set[str]:
    """What `dashboards/babel.cfg` has extracted."""
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    options = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}
    found = extract_from_dir(
        SITE, methods, options, keywords={"N_": None, "_": None, "gettext": None, "ngettext": (1, 2)}
    )
    return {str(message) for _, _, message, _, _ in found}
