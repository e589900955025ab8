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


def test_a_name_that_no_catalogue_has_stays_as_it_is() -> None:
    assert Texts.read("da").translate("Südermarkt") == "Südermarkt"
