"""Who asks for more comparisons than may be: a page in their language says how long to wait; programs get a problem."""

import asyncio
import re

import httpx
import pytest

from plietsch.dashboards.app import create_app
from plietsch.platform.settings import Settings

# Not even this machine is exempt. What is refused needs no database.
_SETTINGS = Settings(database_url="postgresql://nobody@127.0.0.1:1/nothing", rate_limit=1, rate_limit_exempt="")
_BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


def _third(path: str, accept: str) -> httpx.Response:
    """The answer to who asked for a comparison and was refused another one before."""

    async def ask() -> httpx.Response:
        app = create_app(_SETTINGS)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://plietsch.example") as client:
            statuses = [(await client.get("/en/compare.xml", headers={"Accept": accept})).status_code for _ in range(2)]
            assert statuses == [400, 429]
            return await client.get(path, headers={"Accept": accept})

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("language", "title", "wait"),
    [
        ("de", "Zu viele Anfragen", "Bitte in (einer|[0-9]+) Sekunden? noch einmal versuchen"),
        ("da", "For mange forespørgsler", "Prøv igen om (et|[0-9]+) sekund"),
        ("en", "Too many requests", "Please try again in (one|[0-9]+) second"),
    ],
)
def test_a_browser_gets_a_page_that_says_how_long_to_wait(language: str, title: str, wait: str):
    answer = _third(f"/{language}/compare?station=x", _BROWSER)
    assert (answer.status_code, answer.headers["Content-Type"]) == (429, "text/html; charset=utf-8")
    assert f"<h1>{title}</h1>" in answer.text and f'lang="{language}"' in answer.text
    found = re.search(wait, answer.text)
    assert found and found[1].isdigit() == (answer.headers["Retry-After"] != "1")
    assert not found[1].isdigit() or found[1] == answer.headers["Retry-After"]
    assert answer.headers["Cache-Control"] == "no-store" and "r=0" in answer.headers["RateLimit"]


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/de/compare?station=x", "application/json"),
        ("/de/compare.png?station=x", "image/avif,image/webp,*/*;q=0.8"),
        ("/de/compare.svg?station=x", "*/*"),
    ],
)
def test_a_program_gets_a_problem(path: str, accept: str):
    answer = _third(path, accept)
    assert (answer.status_code, answer.headers["Content-Type"]) == (429, "application/problem+json")
    assert answer.json()["type"] == "/developers#problem-limit-reached"
    assert answer.headers["Retry-After"] in answer.json()["hint"]
