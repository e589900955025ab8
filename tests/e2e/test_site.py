"""From sensor bytes to pixels: the whole platform as `make demo` starts it, looked at in a real browser."""

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from support.local_stack import Up

SCREENSHOTS = Path(__file__).parents[2] / "artefacts" / "screenshots"
# What the map shows, as its list says it.
TEXTS = "[...document.querySelectorAll('.in-view [role=option]')].map(each => each.textContent).join()"


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
    expect(page).to_have_url(re.compile(rf"{stack.site}/de/(#map=.*)?$"))
    page.wait_for_selector("#map[data-state=idle]", timeout=30_000)
    drawn = page.locator(".in-view [role=option]")
    measuring = httpx.get(f"{stack.site}/api/v1/stations?property=pm2_5").raise_for_status().json()["features"]
    expect(drawn).to_have_count(len(measuring))
    expect(page.locator("#stations tbody tr")).to_have_count(12)
    expect(page.locator("#sentence")).not_to_be_empty()
    expect(page.get_by_text("Simulation").first).to_be_visible()
    page.wait_for_function(f"before => ({TEXTS}) !== before", arg=page.evaluate(TEXTS), timeout=60_000)
    page.screenshot(path=SCREENSHOTS / "demo-map.png")

    page.locator("#stations tbody a").first.press("Enter")
    page.wait_for_selector("#chart[data-state=drawn]", timeout=20_000)
    expect(page.locator("h1")).to_contain_text("Simulation")
    expect(page.locator("table tbody tr").nth(10)).to_be_attached()
    page.screenshot(path=SCREENSHOTS / "demo-station.png", full_page=True)
    context.close()
    assert wrong == []
    assert stack.interrupt() == 0
