"""The summary alone, as the map page's script asks for it while something is measured."""

import re
from collections.abc import Iterator

import httpx
import pytest

ADDRESS = "/data/flensburg/summary"


@pytest.fixture
def browser(site: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site) as client:
        yield client


def _summary(html: str) -> str:
    found = re.search(r'<section class="summary".*?</section>', html, re.DOTALL)
    assert found
    # The minute may turn between two answers.
    return re.sub(r"<time .*?</time>", "", found[0])


@pytest.mark.usefixtures("water_and_rain")
@pytest.mark.parametrize("language", ["de", "da", "en"])
@pytest.mark.parametrize("query", ["", "&region=flensburg"])
def test_it_is_what_the_page_says_and_nothing_else(browser: httpx.Client, language: str, query: str) -> None:
    page = browser.get(f"/{language}/?{query}").text
    alone = browser.get(f"{ADDRESS}?language={language}{query}")
    assert alone.status_code == 200
    assert _summary(alone.text) == _summary(page)
    assert "<table" not in alone.text
    assert alone.headers["Cache-Control"] == "no-cache"
    # The page tells its script this very address.
    assert f"{ADDRESS}?language={language}{query}" in page.replace("&amp;", "&")


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/data/nowhere/summary?language=de", 404),
        (f"{ADDRESS}?language=fr", 400),
        (ADDRESS, 400),
        (f"{ADDRESS}?language=de&region=nowhere", 400),
        (f"{ADDRESS}?language=de&at=2026-01-01T00:00:00Z", 400),
    ],
)
def test_wrong_questions_are_answered_as_problems(browser: httpx.Client, address: str, status: int) -> None:
    answer = browser.get(address)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
