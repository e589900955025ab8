"""The site in a real browser: languages, and what it says without JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

STATION = "flensburg-suedermarkt"

# Opens a page of the site as a reader with these habits and this screen.
Open = Callable[..., Page]
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("measured")]


def test_the_language_switch_keeps_the_page(visit: Open) -> None:
    page = visit(f"/de/stations/{STATION}")
    page.get_by_role("link", name="Dansk").click()
    page.wait_for_url(f"**/da/stations/{STATION}")
    expect(page.locator("html")).to_have_attribute("lang", "da")


@pytest.mark.parametrize(("language", "value"), [("de", "12,3"), ("da", "12,3"), ("en", "12.3")])
def test_without_javascript_the_tables_say_it_all(visit: Open, language: str, value: str) -> None:
    page = visit(f"/{language}/", java_script_enabled=False)
    expect(page.locator("#map")).to_be_hidden()
    expect(page.locator("main noscript p")).to_be_visible()
    page.get_by_role("row").get_by_role("link", name="Flensburg, Südermarkt").click()
    expect(page.get_by_role("table").get_by_role("row").nth(24)).to_be_attached()
    expect(page.locator(".cards")).to_contain_text(value)
