"""What a page's script hears of the live stream (`live.ts`), in a real browser, from a real server."""

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from api.streams import served
from api.world import NOON, World
from playwright.sync_api import Browser, Page, Route

from plietsch.platform.local import ports
from support import wait
from support.node_js import NODE, ROOT

pytestmark = pytest.mark.browser

_PAGE = """<!doctype html><title>A listener</title><script type="module">
import { follow } from "/live.js";
window.heard = [];
const hear = (what) => () => window.heard.push(what);
follow("/api/v1/live?property=pm10", {
  show: (changes) => window.heard.push(...changes.map(({ value }) => value)),
  lost: hear("lost"), back: hear("back"), reload: hear("reload"),
});
</script>"""
_STRIP = (
    "const { stripTypeScriptTypes } = require('node:module'), { readFileSync } = require('node:fs');"
    "console.log(stripTypeScriptTypes(readFileSync('dashboards/web/src/live.ts', 'utf8')))"
)


@pytest.fixture(scope="module")
def script() -> str:
    """`live.ts` without its types."""
    return subprocess.run(
        [NODE, "--no-warnings", "-e", _STRIP], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    world = World(database_url)
    yield world
    world.close()


@pytest.fixture
def listener(chromium: Browser, script: str) -> Iterator[Page]:
    """A page that listens once it is opened; its timers run as fast as a test wants."""
    page = chromium.new_page()
    page.route("**/page", lambda route: route.fulfill(body=_PAGE, content_type="text/html"))
    page.route("**/live.js", lambda route: route.fulfill(body=script, content_type="text/javascript"))
    page.clock.install()
    yield page
    page.close()


def heard(page: Page, *expected: Any) -> None:
    """Wait until the page has heard this, and nothing else."""
    said: Any = []

    def is_heard() -> bool:
        nonlocal said
        said = page.evaluate("window.heard")
        return said[: len(expected)] == list(expected)

    wait.until(is_heard, f"{expected} is heard", 20, 0.05)
    assert said == list(expected)


def test_a_restart_of_the_server_loses_nothing(world: World, listener: Page):
    port = ports.free()
    with served(world.database_url, port=port) as running:
        listener.goto(f"{running.address}/page")
        world.measured("harbour", "pm10", NOON, 1)
        heard(listener, 1)
    listener.clock.fast_forward(7000)
    heard(listener, 1)
    listener.clock.fast_forward(2000)
    heard(listener, 1, "lost")
    world.measured("harbour", "pm10", NOON + timedelta(minutes=1), 2)
    with served(world.database_url, port=port):
        heard(listener, 1, "lost", "back", 2)


def test_who_was_refused_comes_again_and_fetches_what_it_shows(world: World, listener: Page):
    refusals: list[str] = []

    def refuse(route: Route) -> None:
        refusals.append(route.request.url)
        route.fulfill(status=503)

    with served(world.database_url) as running:
        listener.route("**/api/v1/live*", refuse)
        listener.goto(f"{running.address}/page")
        wait.until(lambda: listener.evaluate("1") and refusals, "it is refused")
        listener.unroute("**/api/v1/live*")
        listener.clock.run_for(7900)
        listener.clock.run_for(2100)
        heard(listener, *listener.evaluate("window.heard.includes('lost') ? ['lost', 'back'] : []"), "reload")
        world.measured("harbour", "pm10", NOON, 1)
        wait.until(lambda: listener.evaluate("window.heard.at(-1)") == 1, "it hears again")


def test_a_page_that_nobody_looks_at_leaves_and_comes_back(world: World, listener: Page):
    with served(world.database_url) as running:
        listener.goto(f"{running.address}/page")
        world.measured("harbour", "pm10", NOON, 1)
        heard(listener, 1)
        _hide(listener, True)
        listener.clock.fast_forward(4 * 60_000)
        world.measured("harbour", "pm10", NOON + timedelta(minutes=1), 2)
        heard(listener, 1, 2)
        listener.clock.fast_forward(2 * 60_000)
        live = running.live
        wait.until(lambda: live.listeners == 0, "it has left")
        _count_connections(listener)
        listener.evaluate("window.dispatchEvent(new Event('online'))")
        assert listener.evaluate("window.connections") == 0
        _hide(listener, False)
        wait.until(lambda: "reload" in listener.evaluate("window.heard"), "it is back")
        assert live.listeners == 1


def _count_connections(page: Page) -> None:
    page.evaluate(
        "() => { window.connections = 0; const Real = window.EventSource;"
        " window.EventSource = class extends Real { constructor(url) { super(url); window.connections += 1; } }; }"
    )


def _hide(page: Page, hidden: bool) -> None:
    page.evaluate(
        "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )
