"""The page of status: what it says of each way in which a part can be, and that it is there without a database."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from plietsch.api.status.gathering import Api, Database, Ingest, Judge, Stations, Status
from plietsch.dashboards.status import words
from plietsch.dashboards.texts import LANGUAGES, Texts

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
WELL = Status(
    "ok",
    NOW,
    Database("ok", 1.2),
    Ingest("ok", NOW - timedelta(minutes=3), NOW),
    Judge("ok", 0),
    Stations("ok", 13, 12, 1, 0),
    Api("ok", NOW, 0),
)
UNWELL = Status(
    "degraded",
    NOW,
    Database("ok", 1.2),
    Ingest("silent", NOW - timedelta(days=3), NOW),
    Judge("behind", 600),
    Stations("silent", 4, 1, 1, 2),
    Api("starting", NOW, 0),
)
DOWN = Status("unavailable", NOW, Database("unreachable"), Ingest(), Judge(), Stations(), Api("starting", NOW, 0))


def test_what_is_said_in_english():
    texts = Texts.read("en")
    assert words.heading(WELL, texts) == "Everything is well"
    assert [part.sentence for part in words.parts(WELL, texts)] == [
        "Arrive.",
        "12 of 13 say how it is now. 1 is late.",
        "Every value that arrived has been checked.",
        "Answers.",
        "Answers.",
    ]
    unwell = words.parts(UNWELL, texts)
    assert [part.is_well for part in unwell] == [False, False, False, True, False]
    assert unwell[1].sentence == "1 of 4 say how it is now. 1 is late. 2 are silent."
    assert unwell[2].sentence == "The oldest value that is still to be checked has waited for 10 minutes."
    assert words.age(NOW - timedelta(days=3), texts, NOW) == "3 days ago"
    assert words.age(NOW, texts, NOW) == "just now"
    down = words.parts(DOWN, texts)
    assert down[0].sentence == "Nobody can tell at the moment."
    assert "Nothing is lost" in down[3].sentence


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_every_sentence_is_said_in_each_language(language: str):
    english, texts = Texts.read("en"), Texts.read(language)
    for status in (WELL, UNWELL, DOWN):
        for ours, theirs in zip(words.parts(status, english), words.parts(status, texts), strict=True):
            assert ours.sentence != theirs.sentence


def test_the_page_is_there_when_the_database_is_not(site_without_database: str):
    with httpx.Client(base_url=site_without_database, follow_redirects=True) as client:
        page = client.get("/status", headers={"Accept-Language": "da"})
        assert (page.status_code, str(page.url)) == (200, f"{site_without_database}/da/status")
        assert "Målingerne kan ikke nås lige nu" in page.text
        assert 'href="/status.json"' in page.text
        assert 'href="/da/status" aria-current="page"' in page.text
        assert client.get("/status.json").json()["status"] == "unavailable"
