"""Journeys in a real browser: no script, nothing wrong for readers of any kind, at any width, light and dark."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from dashboards.journey_scene import DUST, GAUGE, address
from ingest.network import NEW_YEAR_S
from playwright.sync_api import Browser, expect

from dashboards import journey_scene as scene

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "artefacts" / "screenshots"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = {
    "dust": address(DUST, "pm2_5", query="?method=kappa-koehler/1"),
    "level": address(GAUGE, "water_level", language="de"),
    "failed": address(DUST, "pm10", NEW_YEAR_S + 300, language="da"),
}
WIDTHS = (360, 768, 1280)
LOOKS = [(360, "dark"), (1280, "light")]
pytestmark = pytest.mark.browser


@pytest.fixture
def laid(database_url: str) -> None:
    scene.lay(database_url)
    scene.a_day(database_url)


@pytest.fixture
def address_of_site(laid: None, request: pytest.FixtureRequest) -> Iterator[str]:
    return request.getfixturevalue("site")


def test_a_journey_is_whole_at_every_width(
    chromium: Browser, address_of_site: str, request: pytest.FixtureRequest
) -> None:
    # The narrowest and the widest, and by --long all of them.
    looks = list(product(WIDTHS, ("light", "dark"))) if request.config.getoption("--long") else LOOKS
    for width, theme in looks:
        _is_whole(chromium, address_of_site, width, theme)


def _is_whole(chromium: Browser, address_of_site: str, width: int, theme: Any) -> None:
    wrong: list[str] = []
    with chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
    ) as context:
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        for name, path in PAGES.items():
            page.goto(address_of_site + path)
            page.screenshot(path=SCREENSHOTS / f"journey-{name}-{width}-{theme}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") == width
            for summary in page.locator("summary").all():
                summary.click()
            # What is folded away, and what failed, no other test opens; on the narrowest screen most can be wrong.
            if width == min(WIDTHS):
                page.evaluate(AXE.read_text(encoding="utf-8"))
                found = page.evaluate("tags => axe.run({runOnly: tags})", TAGS)
                assert [(each["id"], [n["target"] for n in each["nodes"]]) for each in found["violations"]] == []
    assert wrong == []


def test_a_class_walks_through_it_without_any_script(chromium: Browser, address_of_site: str) -> None:
    with chromium.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.goto(address_of_site + address(DUST, "temperature"))
        mine = page.locator(".field.mine")
        expect(mine).to_have_count(1)
        expect(mine).to_contain_text("3.4")
        page.get_by_text("As a table").click()
        expect(page.get_by_role("row", name="Temperature this value")).to_contain_text("434")
        page.get_by_role("link", name="before: 00:55:00").click()
        expect(page.locator(".journey-intro time")).to_have_text("1 January 2026, 00:55:00")
        page.get_by_role("link", name="Dansk").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Hvordan tallet kom hertil")
