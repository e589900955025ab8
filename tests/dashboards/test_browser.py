"""The site in a real browser: map, chart, live values, accessibility. Screenshots go to artefacts/screenshots."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "artefacts" / "screenshots"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {"phone": (360, 780), "tablet": (768, 1024), "desktop": (1280, 900)}
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


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_screen_is_accessible_and_has_its_picture(visit: Open, size: str, theme: str) -> None:
    width, height = SIZES[size]
    habits = {"viewport": {"width": width, "height": height}, "color_scheme": theme, "bypass_csp": True}
    for name, path, ready in (
        ("map", "/de/", "#map[data-state=idle]"),
        ("station", f"/de/stations/{STATION}", "#chart[data-state=drawn]"),
    ):
        page = visit(path, **habits)
        page.wait_for_selector(ready)
        page.screenshot(path=SCREENSHOTS / f"{name}-{size}-{theme}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert _axe(page) == []


def _axe(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA: rule, impact and place."""
    page.add_script_tag(path=AXE)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("tags => axe.run({runOnly: tags})", tags)
    return [f"{each['id']} ({each['impact']}): {[n['target'] for n in each['nodes']]}" for each in found["violations"]]
