"""Numbers and times as each language writes them, in the region's zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from plietsch.dashboards.texts import Texts

BERLIN = ZoneInfo("Europe/Berlin")
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


@pytest.mark.parametrize(("language", "words"), [("de", "1.024 da"), ("da", "1.024 da"), ("en", "1,024 there")])
def test_a_text_for_one_and_for_many(language: str, words: str) -> None:
    texts = Texts(language, {"%(count)s is there": ("%(count)s ist da", "%(count)s da")} if language != "en" else {})
    assert texts.ngettext("%(count)s is there", "%(count)s there", 1024) == words
    assert texts.ngettext("%(count)s is there", "%(count)s there", 1) == texts.translate("%(count)s is there") % {
        "count": 1
    }
    assert texts.ngettext("%(count)s is there", "%(count)s there", 0).startswith(
        "0 da" if language != "en" else "0 there"
    )


def test_a_day_of_another_year_has_its_year() -> None:
    texts = Texts.read("de")
    assert texts.weekday_and_clock(datetime(1999, 12, 31, 23, 5, tzinfo=UTC), BERLIN) == "Sa. 1. Jan. 2000, 00:05"
    now = datetime.now(UTC)
    assert texts.weekday_and_clock(now, UTC).endswith(f"{texts.day_and_clock(now, UTC)}")


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert Texts.read("de").number(-0.04, 1) == "0,0"


def test_a_name_that_no_catalogue_has_stays_as_it_is() -> None:
    assert Texts.read("da").translate("Südermarkt") == "Südermarkt"
