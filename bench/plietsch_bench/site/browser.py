"""A cold browser on a slow line and a slow processor, and what it says of a page."""

import itertools
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# Chromium's own services would look for hosts beyond this machine; there is no graphics card in headless machines.
_ARGUMENTS = [
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
_OBSERVERS = Path(__file__).with_name("observers.js").read_text(encoding="utf-8")
_PATIENCE_MS = 180_000
_PAUSE_MS = 350  # between two key presses of somebody who looks


@dataclass(frozen=True)
class Profile:
    """A device and its line: rates in bit/s, latency in ms for each request."""

    name: str
    width: int
    height: int
    slowdown: int = 1
    down: int = 0
    up: int = 0
    latency_ms: int = 0


# The line of Lighthouse's mobile profile ("slow 4G"), on the screen of its telephone.
TELEPHONE = Profile("telephone", 412, 823, 4, 1_638_400, 768_000, 150)
DESK = Profile("desk", 1280, 800)


@contextmanager
def opened() -> Generator[Browser]:
    """The browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def cold(browser: Browser, profile: Profile) -> Generator[Page]:
    """A page of a browser that has kept nothing."""
    context = browser.new_context(viewport={"width": profile.width, "height": profile.height}, locale="de-DE")
    page = context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    page.add_init_script(_OBSERVERS)
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    if profile.down:
        line = {
            "latency": profile.latency_ms,
            "downloadThroughput": profile.down / 8,
            "uploadThroughput": profile.up / 8,
        }
        devtools.send("Network.emulateNetworkConditions", {"offline": False, **line})
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": profile.slowdown})
    try:
        yield page
    finally:
        context.close()


@dataclass(frozen=True)
class Paint:
    """Milliseconds since the reader asked: until the map with its stations is first painted, and until all is drawn."""

    painted_ms: float
    complete_ms: float
    lcp_ms: float
    cls: float
    script_bytes: float  # as they travelled


def paint(browser: Browser, profile: Profile, url: str) -> Paint:
    """Open a page with a map, and wait until it is complete."""
    with cold(browser, profile) as page:
        _open_map(page, url)
        seen = page.evaluate(
            "async () => ({ ...__seen, complete: await __seen.complete,"
            " painted: performance.getEntriesByName('stations-painted')[0].startTime,"
            " scripts: performance.getEntriesByType('resource').filter((each) => each.name.endsWith('.js'))"
            ".reduce((sum, each) => sum + each.encodedBodySize, 0) })"
        )
    return Paint(max(seen["painted"], seen["drawn"]), seen["complete"], seen["lcp"], seen["cls"], seen["scripts"])


@dataclass(frozen=True)
class Feel:
    """How a page answers: the slowest answer to each kind of action in ms, LCP in ms and CLS."""

    slowest_ms: dict[str, float]
    lcp_ms: float
    cls: float

    @property
    def inp_ms(self) -> float:
        """Interaction to next paint: with fewer than fifty interactions, the slowest (web.dev, INP)."""
        return max(self.slowest_ms.values())


def feel_map(browser: Browser, profile: Profile, url: str) -> Feel:
    """Move the map by keyboard; where there are stations, open one, and show another property."""
    with cold(browser, profile) as page:
        _open_map(page, url)
        actions: dict[str, Callable[[Page], None]] = {"moving the map by keyboard": _press_arrows}
        if page.locator("#stations").count():
            actions |= {"opening a station": _open_station, "another property": _other_property}
        return _felt(page, actions)


def feel_station(browser: Browser, profile: Profile, url: str) -> Feel:
    """Read the chart by keyboard and by pointer."""
    with cold(browser, profile) as page:
        page.goto(url, wait_until="load")
        page.locator("#chart canvas").first.wait_for()
        page.wait_for_load_state("load")
        return _felt(page, {"reading the chart by keyboard": _read_chart, "a click into the chart": _click_chart})


@dataclass(frozen=True)
class Motion:
    """Frames while a map was dragged: milliseconds from one to the next, and how long scripts ran in all of them."""

    frames_ms: list[float]
    script_ms: float


def drag(browser: Browser, profile: Profile, url: str, moves: int = 90) -> Motion:
    """Drag the map to and fro."""
    with cold(browser, profile) as page:
        _open_map(page, url)
        canvas = page.locator("#map canvas").first
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box() or {"x": 0, "y": 0, "width": 0, "height": 0}
        x, y = box["x"] + box["width"] / 2, min(box["y"] + box["height"] / 2, profile.height - 60)
        page.mouse.move(x, y)
        page.mouse.down()
        devtools = page.context.new_cdp_session(page)
        devtools.send("Performance.enable")
        before_s = _script_s(devtools)
        page.evaluate("__frames.begin()")
        for move in range(moves):
            turn = abs(move % 60 - 30) / 30
            page.mouse.move(x - 60 + 120 * turn, y - 40 + 80 * turn)
        times: list[float] = page.evaluate("__frames.end()")
        script_ms = (_script_s(devtools) - before_s) * 1000
        page.mouse.up()
    return Motion([later - earlier for earlier, later in itertools.pairwise(times)], script_ms)


def _script_s(devtools: CDPSession) -> float:
    """How long scripts of a page have run."""
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return next(each["value"] for each in metrics if each["name"] == "ScriptDuration")


def _open_map(page: Page, url: str) -> None:
    """Wait without asking again and again: each question of Playwright's goes through the whole page."""
    page.goto(url, wait_until="commit")
    page.evaluate("__seen.complete")
    page.wait_for_load_state("load")


def _felt(page: Page, actions: dict[str, Callable[[Page], None]]) -> Feel:
    slowest: dict[str, float] = {}
    for name, act in actions.items():
        page.evaluate("__seen.events.length = 0")
        act(page)
        page.wait_for_timeout(_PAUSE_MS)
        # Below 16 ms the browser does not say.
        slowest[name] = page.evaluate("Math.max(16, ...__seen.events.map(([, duration]) => duration))")
    seen: dict[str, Any] = page.evaluate("__seen")
    return Feel(slowest, seen["lcp"], seen["cls"])


def _press(page: Page, keys: list[str]) -> None:
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(_PAUSE_MS)


def _press_arrows(page: Page) -> None:
    page.locator("#map canvas").first.focus()
    _press(page, ["ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft", "+", "-"])


def _open_station(page: Page) -> None:
    page.locator("#map [role=option]").first.wait_for(state="attached")
    page.locator("#map [role=listbox]").focus()
    _press(page, ["ArrowDown", "ArrowDown", "Enter"])


def _other_property(page: Page) -> None:
    page.locator("label:has(input[name=property][value=temperature])").click()
    page.wait_for_timeout(_PAUSE_MS)
    page.locator("label:has(input[name=property][value=pm10])").click()


def _read_chart(page: Page) -> None:
    page.locator("#chart").focus()
    _press(page, ["ArrowLeft", "ArrowLeft", "ArrowRight", "Home", "End"])


def _click_chart(page: Page) -> None:
    page.locator("#chart .u-over").first.click()
