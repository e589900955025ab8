"""The site in a real browser: map, chart, live values, accessibility. Screenshots go to artefacts/screenshots."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "artefacts" / "screenshots"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {"phone": (360, 780), "tablet": (768, 1024), "desktop": (1280, 900)}
STATION = "flensburg-suedermarkt"

# Opens a page of the site as a reader with these habits and this screen.
Open = Callable[..., Page]
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("measured")]


@pytest.fixture
def visit(chromium: Browser, site: str) -> Iterator[Open]:
    """Open pages; at the end, nothing may have gone wrong in them and nothing been asked of another host."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            wrong.append(message.text)

    def visit(path: str, clock_ahead: timedelta | None = None, **habits: Any) -> Page:
        context = chromium.new_context(reduced_motion="reduce", **habits)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: wrong.append(request.url) if _is_elsewhere(request.url, site) else None)
        if clock_ahead is not None:
            page.clock.install(time=datetime.now(UTC) + clock_ahead)
        page.goto(site + path)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert wrong == []


def test_the_map_is_drawn_and_moves_with_what_is_measured(visit: Open, measured: Callable[..., None]) -> None:
    page = visit("/de/")
    page.wait_for_selector("#map[data-state=idle]")
    marker = page.get_by_role("link", name="Flensburg, Südermarkt, Feinstaub PM2,5 12,3 µg/m³, akzeptabel, Simulation")
    expect(marker).to_have_class("station maplibregl-marker maplibregl-marker-anchor-center band-fair")
    measured(STATION, "pm2_5", 151.0)
    expect(page.locator(f"a.station[href$={STATION}] .number")).to_have_text("151")
    expect(page.locator(f"a.station[href$={STATION}]")).to_have_class(_containing("band-extremely-poor"))
    row = page.locator(f"tr[data-station={STATION}] [data-property=pm2_5]")
    expect(row).to_contain_text("151,0")
    expect(row).to_contain_text("extrem schlecht")


def test_the_switch_changes_what_the_map_shows_and_its_legend(visit: Open) -> None:
    page = visit("/en/")
    page.get_by_label("Temperature").check(force=True)
    number = page.locator(f"a.station[href$={STATION}] .number")
    expect(number).to_have_text("-1.5")
    expect(page.locator("[data-legend=temperature]")).to_be_visible()
    expect(page.locator("[data-legend=pm2_5]")).to_be_hidden()


def test_stations_that_say_nothing_of_now_are_grey(visit: Open) -> None:
    page = visit("/en/")
    silent = page.get_by_role("link", name="Flensburg, Hafenspitze, no current value, Simulation")
    expect(silent).to_be_attached()
    expect(silent.locator(".number")).to_have_text("–")


@pytest.mark.usefixtures("water_and_rain")
def test_the_map_leaves_out_what_does_not_measure_the_chosen_quantity(visit: Open) -> None:
    page = visit("/en/")
    circles = page.locator("a.station")
    expect(circles).to_have_count(3)
    page.get_by_label("Distance").check(force=True)
    expect(circles).to_have_count(1)
    level = page.get_by_role("link", name="Flensburg, Hafen, Distance to the water 2,722 mm, Simulation")
    expect(level).to_have_class(_containing("plain"))
    expect(page.locator("[data-legend=distance]")).to_have_text("Distance to the water, mm")
    page.get_by_label("PM10").check(force=True)
    expect(circles).to_have_count(3)


def test_a_station_that_fell_silent_is_seen_on_a_map_left_open(visit: Open) -> None:
    page = visit("/en/", clock_ahead=timedelta(0))
    row = page.locator(f"tr[data-station={STATION}]")
    expect(page.locator(f"a.station[href$={STATION}] .number")).to_have_text("12.3")
    expect(row).not_to_contain_text("not current")
    page.clock.fast_forward("01:20:00")
    expect(page.get_by_role("link", name="Flensburg, Südermarkt, no current value, Simulation")).to_be_attached()
    expect(row.locator(".time")).to_contain_text("not current")
    expect(row.locator("[data-property=pm2_5] .value")).to_have_class("value stale")
    expect(row.locator("[data-property=pm2_5] [data-band]")).to_be_hidden()


def test_values_grow_old_while_the_connection_is_lost(chromium: Browser, site: str) -> None:
    context = chromium.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.clock.install()
    page.goto(f"{site}/en/")
    number = page.locator(f"a.station[href$={STATION}] .number")
    expect(number).to_have_text("12.3")
    context.set_offline(True)
    page.clock.fast_forward("01:20:00")
    expect(number).to_have_text("–", timeout=15_000)
    context.close()


def test_a_value_from_the_future_says_nothing_of_now(visit: Open) -> None:
    page = visit("/en/", clock_ahead=-timedelta(hours=2))
    expect(page.get_by_role("link", name="Flensburg, Südermarkt, no current value, Simulation")).to_be_attached()


def test_circles_do_not_cover_each_other_and_lead_to_their_page(visit: Open) -> None:
    page = visit("/en/", viewport={"width": 360, "height": 780})
    page.wait_for_selector("#map[data-state=idle]")
    boxes = [box for box in (circle.bounding_box() for circle in page.locator("a.station").all()) if box]
    centres = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes]
    assert len(centres) == 3
    pairs = [(a, b) for index, a in enumerate(centres) for b in centres[index + 1 :]]
    assert all(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5 > 34 for a, b in pairs)
    page.locator(f"a.station[href$={STATION}]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/en/stations/{STATION}")


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
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(25)
    expect(page.locator(".cards")).to_contain_text(value)


def test_a_lost_connection_is_said_gently(chromium: Browser, site: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{site}/da/")
    page.wait_for_selector("a.station")
    context.set_offline(True)
    expect(page.get_by_role("status")).to_contain_text("Ingen forbindelse lige nu", timeout=15_000)
    context.set_offline(False)
    expect(page.get_by_role("status")).to_have_text("", timeout=15_000)
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_screen_is_accessible_and_has_its_picture(visit: Open, size: str, theme: str) -> None:
    width, height = SIZES[size]
    habits = {"viewport": {"width": width, "height": height}, "color_scheme": theme, "bypass_csp": True}
    for name, path, ready in (
        ("map", "/de/", "#map[data-state=idle] a.station"),
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


def _is_elsewhere(url: str, site: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme not in {"data", "blob"} and parts.netloc != urlsplit(site).netloc


def _containing(word: str) -> re.Pattern[str]:
    return re.compile(rf"\b{word}\b")
