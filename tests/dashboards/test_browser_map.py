"""The map in a real browser: what it shows, where it stands in the address, what it says to whoever cannot see it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect

from support import judged, visiting, wait

STATION = "flensburg-suedermarkt"
# Beside the number, within the circle.
BESIDE_PX = 16

Open = Callable[..., Page]
Observe = Callable[..., None]
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("water_and_rain")]


@pytest.fixture
def close(site: str) -> str:
    """Where the station is in the middle of the map, and nobody else near."""
    place = httpx.get(f"{site}/api/v1/stations/{STATION}").json()["geometry"]["coordinates"]
    return f"#map=15/{place[1]}/{place[0]}"


def settled(page: Page) -> Page:
    """The page once its map is drawn."""
    page.wait_for_selector("#map[data-state=idle]")
    return page


def option(page: Page, station: str) -> Locator:
    """A station in the list of those in view."""
    return page.locator(f".in-view [data-station={station}]")


def shows(page: Page, band: str) -> bool:
    """Whether the circle in the middle of the map has the colour of a class."""
    return visiting.alike(visiting.pixel(page, "#map", BESIDE_PX), visiting.colour(page, "--band", f"band-{band}"))


def test_the_map_is_drawn_and_moves_with_what_is_measured(visit: Open, close: str, measured: Observe) -> None:
    page = settled(visit(f"/de/{close}"))
    assert page.evaluate("performance.getEntriesByName('stations-painted').length") == 1
    expect(option(page, STATION)).to_have_text("Flensburg, Südermarkt, 12,3 µg/m³, akzeptabel, Simulation")
    wait.until(partial(shows, page, "fair"), "the circle is drawn")
    measured(STATION, "pm2_5", 151.0)
    expect(option(page, STATION)).to_contain_text("151,0 µg/m³, extrem schlecht")
    wait.until(partial(shows, page, "extremely-poor"), "the circle has changed")
    row = page.locator(f"tr[data-station={STATION}] [data-property=pm2_5]")
    expect(row).to_contain_text("151,0")
    expect(row).to_contain_text("extrem schlecht")


def test_the_switch_shows_something_else_and_the_address_says_so(visit: Open) -> None:
    page = settled(visit("/en/"))
    page.get_by_role("radio", name="Temperature", exact=True).check(force=True)
    expect(option(page, STATION)).to_contain_text("-1.5 °C, frost")
    expect(page.locator("[data-legend=temperature]")).to_be_visible()
    expect(page.locator("[data-legend=pm2_5]")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/en/\?property=temperature"))
    page.go_back()
    expect(page.get_by_role("radio", name="PM2.5", exact=True)).to_be_checked()
    expect(option(page, STATION)).to_contain_text("12.3 µg/m³, fair")
    page.go_forward()
    expect(option(page, STATION)).to_contain_text("-1.5 °C, frost")


def test_the_map_leaves_out_what_does_not_measure_the_chosen_quantity(visit: Open) -> None:
    page = settled(visit("/en/"))
    expect(page.locator(".in-view [role=option]")).to_have_count(3)
    page.get_by_role("radio", name="Water level", exact=True).check(force=True)
    expect(page.locator(".in-view [role=option]")).to_have_text(
        ["Flensburg, Hafen, 528 cm, below all levels, Simulation"]
    )
    page.get_by_role("radio", name="Rain", exact=True).check(force=True)
    expect(page.locator(".in-view [role=option]")).to_have_count(1)


def test_a_gauge_has_levels_of_its_own(visit: Open, measured: Observe) -> None:
    page = settled(visit("/en/?property=water_level"))
    measured("flensburg-pegel", "water_level", 665.0)
    expect(option(page, "flensburg-pegel")).to_contain_text("665 cm, storm surge")
    page.locator(".in-view").focus()
    page.keyboard.press("Enter")
    card = page.get_by_role("dialog", name="Flensburg, Hafen")
    expect(card.locator(".band")).to_have_text("storm surge")
    measured("flensburg-pegel", "water_level", 730.0)
    expect(card.locator(".band")).to_have_text("very severe storm surge")


def test_stations_are_gone_through_opened_and_left_by_keyboard(visit: Open) -> None:
    page = settled(visit("/en/"))
    expect(option(page, STATION)).to_be_attached()
    canvas = page.locator(".maplibregl-canvas")
    described = canvas.get_attribute("aria-describedby")
    expect(page.locator(f"#{described}")).to_contain_text("Tab key lists the stations in view")
    canvas.focus()
    while not page.evaluate("document.activeElement.matches('.in-view')"):
        page.keyboard.press("Tab")
    expect(page.locator(".in-view")).to_be_in_viewport()
    while page.locator("[aria-selected=true]").get_attribute("data-station") != STATION:
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    card = page.get_by_role("dialog", name="Flensburg, Südermarkt Simulation")
    expect(card).to_contain_text("12.3 µg/m³")
    expect(card.get_by_role("link", name="To the station")).to_be_focused()
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(page.locator(".in-view")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/en/stations/{STATION}?property=pm2_5")


def test_a_click_opens_the_card_and_the_next_one_beside_it_closes_it(visit: Open, close: str) -> None:
    page = settled(visit(f"/de/{close}"))
    expect(option(page, STATION)).to_be_attached()
    page.locator("#map").click()
    card = page.get_by_role("dialog")
    expect(card).to_contain_text("gemessen")
    expect(card.locator(".band")).to_have_text("akzeptabel")
    page.locator("#map").click(position={"x": 30, "y": 200})
    expect(card).to_have_count(0)
    page.locator("#map").click()
    card.get_by_role("button", name="Schließen").click()
    expect(card).to_have_count(0)


@pytest.mark.parametrize(("flag", "said"), [(3, "This value is in doubt."), (4, "This value failed the checks.")])
def test_a_value_in_doubt_says_so(visit: Open, close: str, database_url: str, flag: int, said: str) -> None:
    with psycopg.connect(database_url) as connection:
        judged.may_change(connection)
        connection.execute("UPDATE observation SET quality = %s", [flag])
    page = settled(visit(f"/en/{close}"))
    expect(option(page, STATION)).to_contain_text(said)
    assert shows(page, "fair") == (flag == 3)
    page.locator("#map").click()
    expect(page.get_by_role("dialog")).to_contain_text(said)


def test_stations_that_say_nothing_of_now_say_that(visit: Open) -> None:
    page = settled(visit("/en/"))
    silent = option(page, "flensburg-hafenspitze")
    expect(silent).to_have_text("Flensburg, Hafenspitze, no current value, Simulation")


def test_a_station_that_fell_silent_is_seen_on_a_map_left_open(visit: Open) -> None:
    page = visit("/en/", clock_ahead=timedelta(0))
    row = page.locator(f"tr[data-station={STATION}]")
    expect(option(page, STATION)).to_contain_text("12.3")
    expect(row).not_to_contain_text("not current")
    page.clock.fast_forward("01:20:00")
    expect(option(page, STATION)).to_have_text("Flensburg, Südermarkt, no current value, Simulation")
    expect(row.locator(".time")).to_contain_text("not current")
    expect(row.locator("[data-property=pm2_5] .value")).to_have_class("value stale")
    expect(row.locator("[data-property=pm2_5] [data-band]")).to_be_hidden()


def test_a_value_from_the_future_says_nothing_of_now(visit: Open) -> None:
    page = visit("/en/", clock_ahead=-timedelta(hours=2))
    expect(option(page, STATION)).to_have_text("Flensburg, Südermarkt, no current value, Simulation")


def test_the_slider_goes_back_hour_by_hour_and_the_page_with_it(visit: Open) -> None:
    page = settled(visit("/en/"))
    slider = page.get_by_role("slider", name="Time shown")
    expect(slider).to_have_attribute("aria-valuetext", "Now")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    at = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=5)
    expect(page).to_have_url(re.compile(re.escape(f"at={at:%Y-%m-%dT%H:%M:%SZ}")))
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"day.* at \d\d:00"))
    expect(page.locator("table.stations caption")).to_contain_text("Values of all stations,")
    # That station spoke two hours ago for the only time: of then, nothing is known.
    expect(option(page, "flensburg-hafenspitze")).to_contain_text("no current value")
    expect(option(page, STATION)).to_contain_text("µg/m³")
    expect(slider).to_be_focused()
    page.get_by_role("button", name="Now").click()
    expect(page.locator("table.stations caption")).to_have_text("Newest values of all stations")
    expect(page).not_to_have_url(re.compile("at="))


def test_the_last_days_play_and_stop(visit: Open) -> None:
    page = settled(visit("/de/", reduced_motion="no-preference"))
    said = page.locator(".timeline .shown")
    page.get_by_role("button", name="Die letzten sieben Tage abspielen").click()
    expect(said).to_contain_text("Uhr" if "Uhr" in said.inner_text() else ":")
    first = said.inner_text()
    expect(said).not_to_have_text(first)
    page.get_by_role("button", name="Anhalten").click()
    expect(page).to_have_url(re.compile(r"at=\d{4}-\d\d-\d\dT\d\d:00:00Z"))
    expect(page.locator("table.stations caption")).to_contain_text("Werte aller Stationen")


def test_an_address_leads_to_a_place_a_time_and_a_quantity(visit: Open, close: str) -> None:
    at = (datetime.now(UTC) - timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
    page = settled(visit(f"/en/?property=temperature&at={at:%Y-%m-%dT%H:%M:%SZ}{close}"))
    expect(page.get_by_role("radio", name="Temperature", exact=True)).to_be_checked()
    expect(option(page, STATION)).to_contain_text("°C")
    assert shows(page, "cold") or shows(page, "frost")
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", re.compile(f"{at.day}"))


def test_a_place_is_found_by_what_a_keyboard_has(visit: Open) -> None:
    page = settled(visit("/en/"))
    field = page.get_by_role("combobox", name="Place or station")
    field.fill("suderbr")
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"#{field.get_attribute('aria-activedescendant')}")).to_contain_text("Süderbrarup")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"#map=11\.5/54\.637/9\.777"))
    field.fill("nothing like that")
    expect(page.locator("#search [role=status]")).to_have_text("Nothing found")
    field.fill("tondern-but")
    page.keyboard.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")


def test_a_station_is_found_and_opened(visit: Open) -> None:
    page = settled(visit("/de/"))
    page.get_by_role("combobox", name="Ort oder Station").fill("suedermarkt")
    page.get_by_role("option", name="Flensburg, Südermarkt Station").click()
    expect(page.get_by_role("dialog")).to_contain_text("12,3")


def test_what_no_row_is_chosen_for_is_asked_of_the_server(visit: Open) -> None:
    page = settled(visit("/en/"))
    page.get_by_role("combobox", name="Place or station").fill("Husum")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/?*q=Husum*")
    settled(page)
    # The map stands where the place is.
    expect(option(page, "husum-markt")).to_be_attached()
    expect(option(page, STATION)).to_have_count(0)


def test_a_lost_connection_is_said_gently(visit: Open) -> None:
    page = settled(visit("/da/"))
    page.context.set_offline(True)
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    page.get_by_role("radio", name="Temperatur", exact=True).check(force=True)
    expect(page.locator("#status")).to_contain_text("Ingen forbindelse lige nu", timeout=15_000)


def test_without_webgl_the_page_says_so_and_its_switch_works(visit: Open) -> None:
    page = visit("/en/", init="HTMLCanvasElement.prototype.getContext = () => null")
    expect(page.locator("#status")).to_contain_text("cannot draw the map")
    expect(page.locator("#map")).to_be_hidden()
    page.get_by_role("radio", name="Temperature", exact=True).check(force=True)
    expect(page).to_have_url(re.compile("property=temperature"))
    expect(page.get_by_role("row", name=re.compile("Südermarkt"))).to_contain_text("12.3")


def test_the_map_is_repainted_when_the_theme_changes(visit: Open) -> None:
    page = settled(visit("/en/#map=10/54.6/8.15", color_scheme="light"))

    def is_water() -> bool:
        return visiting.alike(visiting.pixel(page, "#map", 100, 60), visiting.colour(page, "--map-water"))

    wait.until(is_water, "the sea is drawn")
    before = visiting.pixel(page, "#map", 100, 60)
    page.emulate_media(color_scheme="dark")
    wait.until(is_water, "the sea is drawn in the dark")
    assert visiting.pixel(page, "#map", 100, 60) != before
