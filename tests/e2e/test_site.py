"""From sensor bytes to pixels: the whole platform as `make demo` starts it, looked at in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from support.local_stack import Up

SCREENSHOTS = Path(__file__).parents[2] / "artefacts" / "screenshots"


@pytest.mark.browser
def test_what_a_node_measures_is_on_the_map_while_one_watches(folder: Path, chromium: Browser):
    stack = Up(folder, "--stations", "12", "--history", "24h")
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="de-DE")
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: wrong.append(request.url) if not request.url.startswith(stack.site) else None)
    page.goto(f"{stack.site}/")
    expect(page).to_have_url(f"{stack.site}/de/")
    page.wait_for_selector("#map[data-state=idle]", timeout=30_000)
    expect(page.locator("a.station")).to_have_count(12)
    expect(page.locator("a.station[class*=band-]")).to_have_count(12)
    expect(page.get_by_text("Simulation").first).to_be_visible()
    before = _numbers(page)
    page.wait_for_function(
        "before => JSON.stringify([...document.querySelectorAll('a.station .number')]"
        ".map(number => number.textContent)) !== before",
        arg=before,
        timeout=60_000,
    )
    page.screenshot(path=SCREENSHOTS / "demo-map.png")

    page.locator("a.station").first.press("Enter")
    page.wait_for_selector("canvas", timeout=20_000)
    expect(page.locator("h1")).to_contain_text("Simulation")
    expect(page.locator("table tbody tr").nth(10)).to_be_attached()
    page.screenshot(path=SCREENSHOTS / "demo-station.png", full_page=True)
    context.close()
    assert wrong == []
    assert stack.interrupt() == 0


def _numbers(page: Page) -> str:
    return str(
        page.evaluate("JSON.stringify([...document.querySelectorAll('a.station .number')].map(n => n.textContent))")
    )
