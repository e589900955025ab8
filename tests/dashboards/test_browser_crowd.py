"""Ten thousand stations on the map, in a browser whose pictures a processor paints."""

import math
from collections.abc import Callable

import psycopg
import pytest
from playwright.sync_api import Page, expect

from support import crowd

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("region")]
STATIONS = 10_000
FRAMES = 60
# Of the sixteen that a frame has on a screen that shows sixty a second; the rest is the painter's.
MOST_SCRIPT_MS = 8


def test_ten_thousand_stations_are_moved_with_little_work(
    visit: Callable[..., Page], database_url: str, record_property: Callable[[str, object], None]
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        crowd.gather(connection, "flensburg", STATIONS, hours=3)
    page = visit("/de/", viewport={"width": 1280, "height": 900})
    page.wait_for_selector("#map[data-state=idle]", timeout=60_000)
    expect(page.locator(".in-view [role=option]")).to_have_count(50)
    # Rows of the table are a page's; the map has them all.
    expect(page.locator("tr[data-station]")).to_have_count(100)
    metrics = page.context.new_cdp_session(page)
    # By the time of the processor, not of the clock: other programs of the machine do not count.
    metrics.send("Performance.enable", {"timeDomain": "threadTicks"})
    box = page.locator("#map").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    before = _script_ms(metrics.send("Performance.getMetrics"))
    for frame in range(FRAMES):
        page.mouse.move(x + 120 * math.sin(frame / 8), y + 80 * math.cos(frame / 6))
        page.evaluate("() => new Promise(requestAnimationFrame)")
    spent = (_script_ms(metrics.send("Performance.getMetrics")) - before) / FRAMES
    page.mouse.up()
    record_property("script_ms_a_frame", spent)
    assert 0 < spent < MOST_SCRIPT_MS


def _script_ms(answer: dict[str, list[dict[str, float | str]]]) -> float:
    return next(1000 * float(each["value"]) for each in answer["metrics"] if each["name"] == "ScriptDuration")
