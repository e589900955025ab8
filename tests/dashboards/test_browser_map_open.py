"""A map that is left open: what it asks for while time passes, and how it comes through a bad connection."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from support import visiting, wait

STATION = "flensburg-suedermarkt"
NEWS = "00:11"

Open = Callable[..., Page]
Observe = Callable[..., None]
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("water_and_rain")]

# A network that does not bring the places at all, and the names of stations only at the second try.
_WITHOUT_NAMES = """
const real = window.fetch;
window.asked = [];
window.fetch = (address, ...rest) => {
  const kind = String(address).split("/").at(-1);
  window.asked.push(kind);
  const isAway = kind === "places" || (kind === "names" && window.asked.filter((each) => each === kind).length < 2);
  return isAway ? Promise.reject(new TypeError("no network")) : real(address, ...rest);
};"""


def option(page: Page, station: str) -> Locator:
    """A station in the list of those in view."""
    return page.locator(f".in-view [data-station={station}]")


def asked(page: Page) -> list[str]:
    """The paths that a page asks for from now on."""
    paths: list[str] = []
    page.on("request", lambda request: paths.append(urlsplit(request.url).path))
    return paths


def test_what_is_new_in_the_region_is_asked_for_without_the_page(visit: Open, measured: Observe) -> None:
    page = visit("/en/", clock_ahead=timedelta(0))
    expect(option(page, STATION)).to_contain_text("12.3")
    sentence = page.locator("#sentence")
    expect(sentence).to_contain_text("The air is fair")
    # Somebody points at it, and reads.
    sentence.hover()
    paths = asked(page)
    measured(STATION, "pm2_5", 151.0)
    expect(option(page, STATION)).to_contain_text("151.0")
    page.clock.fast_forward(NEWS)
    expect(sentence).to_contain_text("extremely")
    assert "/data/flensburg/summary" in paths
    assert "/en/" not in paths


def test_rain_in_the_table_follows_what_falls(visit: Open, measured: Observe) -> None:
    measured("flensburg-regen", "rain_tips", 0, 30)
    page = visit("/en/", clock_ahead=timedelta(0))
    cell = page.locator("tr[data-station=flensburg-regen] [data-property=rain_1h]")
    expect(cell).to_contain_text("0.0")
    expect(option(page, STATION)).to_be_attached()
    paths = asked(page)
    measured("flensburg-regen", "rain_tips", 15)
    wait.until(lambda: page.evaluate("1") and _forward(page) and "/data/flensburg/map" in paths, "rain is asked for")
    expect(cell).to_contain_text("3.0")
    assert "/en/" not in paths


def _forward(page: Page) -> bool:
    page.clock.fast_forward("00:03")
    return True


def test_a_connection_that_is_back_is_not_said_to_be_lost(visit: Open) -> None:
    page = visit("/en/")
    expect(option(page, STATION)).to_be_attached()
    page.context.set_offline(True)
    page.get_by_role("radio", name="Temperature", exact=True).check(force=True)
    expect(page.locator("#status")).to_contain_text("No connection just now")
    page.context.set_offline(False)
    expect(option(page, STATION)).to_contain_text("-1.5 °C", timeout=20_000)
    # The table, too, is that of the quantity shown: what it links to says so.
    expect(page.locator(".stations thead a").first).to_have_attribute(
        "href", re.compile("property=temperature"), timeout=20_000
    )
    expect(page.locator("#status")).to_have_text("", timeout=20_000)


def test_ground_that_did_not_come_is_asked_for_again(visit: Open) -> None:
    asked: list[str] = []

    def bring(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page = visit("/en/#map=10/54.6/9.0", routes={re.compile(r"/outline-.*\.json"): bring})

    def is_land() -> bool:
        return visiting.alike(visiting.pixel(page, "#map", 100, 60), visiting.colour(page, "--map-land"))

    wait.until(is_land, "the land is drawn")
    assert len(asked) == 2


def test_names_that_did_not_come_are_asked_for_again_and_need_no_places(visit: Open) -> None:
    page = visit("/en/", init=_WITHOUT_NAMES)
    expect(page.locator("#status")).to_contain_text("No connection just now")
    expect(option(page, STATION)).to_contain_text("12.3", timeout=20_000)
    assert page.evaluate("window.asked.filter((each) => each === 'names').length") == 2
    page.get_by_role("combobox", name="Place or station").fill("suedermarkt")
    page.get_by_role("option", name="Flensburg, Südermarkt Station").click()
    expect(page.get_by_role("dialog")).to_contain_text("12.3")


def test_news_do_not_take_the_place_of_what_was_chosen(visit: Open, measured: Observe) -> None:
    page = visit("/en/", clock_ahead=timedelta(0))
    expect(option(page, STATION)).to_contain_text("12.3")
    held: list[Route] = []
    page.route(re.compile("/en/.property=temperature"), lambda route: held.append(route))
    paths = asked(page)
    measured(STATION, "pm2_5", 151.0)
    expect(option(page, STATION)).to_contain_text("151.0")
    page.get_by_role("radio", name="Temperature", exact=True).check(force=True)
    wait.until(lambda: page.evaluate("1") and bool(held), "the page is asked for")
    page.clock.fast_forward(NEWS)
    expect(option(page, STATION)).to_contain_text("-1.5 °C")
    held[0].continue_()
    expect(page.locator(".stations thead a").first).to_have_attribute("href", re.compile("property=temperature"))
    assert "/data/flensburg/summary" not in paths


def test_a_time_shown_stays_the_same_while_hours_pass(visit: Open) -> None:
    page = visit("/en/", clock_ahead=timedelta(0))
    expect(option(page, STATION)).to_be_attached()
    slider = page.get_by_role("slider", name="Time shown")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    full_hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    expect(page).to_have_url(re.compile(re.escape(f"at={full_hour - timedelta(hours=5):%Y-%m-%dT%H:%M:%SZ}")))
    said = slider.get_attribute("aria-valuetext") or ""
    place = int(slider.input_value())
    page.clock.fast_forward("01:01:00")
    expect(slider).to_have_value(str(place - 1))
    expect(slider).to_have_attribute("aria-valuetext", said)
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile(re.escape(f"at={full_hour - timedelta(hours=6):%Y-%m-%dT%H:%M:%SZ}")))
