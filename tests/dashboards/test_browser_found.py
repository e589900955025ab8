"""Where a search leads on the map, what the address says of it, and who is pointed at."""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

STATION = "flensburg-suedermarkt"

Open = Callable[..., Page]
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("water_and_rain")]


def settled(page: Page) -> Page:
    """The page once its map is drawn."""
    page.wait_for_selector("#map[data-state=idle]")
    return page


def middle(page: Page, selector: str) -> tuple[float, float]:
    """The middle of an element's lower edge, as far right and down as it is from the middle of the map."""
    one, whole = page.locator(selector).bounding_box(), page.locator("#map").bounding_box()
    assert one
    assert whole
    across = one["x"] + one["width"] / 2 - whole["x"] - whole["width"] / 2
    return across, one["y"] + one["height"] - whole["y"] - whole["height"] / 2


def test_a_submitted_search_moves_the_map_and_marks_the_place(visit: Open) -> None:
    page = settled(visit("/de/"))
    page.get_by_role("combobox", name="Ort oder Station").fill("Husum")
    page.keyboard.press("Enter")
    page.wait_for_url("**/de/?*q=Husum*")
    settled(page)
    expect(page.get_by_role("img", name="Husum", exact=True)).to_be_attached()
    assert middle(page, ".pin") == pytest.approx((0, 0), abs=2)
    expect(page.locator(".in-view [data-station=husum-markt]")).to_be_attached()
    expect(page.locator("#search-said")).to_be_in_viewport()
    # Neither the anchor of the form nor a place that nobody has moved to.
    assert "#" not in page.url


def test_an_address_with_a_place_of_its_own_is_not_moved_by_its_search(visit: Open) -> None:
    page = settled(visit("/de/?q=Tarp#map=10/54.6/9.1"))
    expect(page.get_by_role("img", name="Tarp", exact=True)).to_be_attached()
    assert middle(page, ".pin") != pytest.approx((0, 0), abs=50)
    assert page.url.endswith("#map=10/54.6/9.1")


def test_the_address_names_the_place_once_the_map_was_moved(visit: Open) -> None:
    page = settled(visit("/de/?q=Tarp#stations-heading"))
    # The page shows what the anchor led to, and lets go of it.
    expect(page.locator("#stations-heading")).to_be_in_viewport()
    assert page.url.endswith("/de/?q=Tarp")
    page.locator(".maplibregl-canvas").focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"/de/\?q=Tarp#map=11\.5/54\.\d+/9\.\d+$"))


def test_an_address_that_is_changed_by_hand_moves_the_map(visit: Open) -> None:
    page = settled(visit("/de/#map=15/54.7826/9.4366"))
    option = page.locator(".in-view [role=option]")
    expect(option.first).to_contain_text("Flensburg")
    page.evaluate("window.location.hash = '#map=15/54.4769/9.0521'")
    expect(option).to_have_count(1)
    expect(option).to_contain_text("Husum")
    page.evaluate("window.location.hash = '#map=x/y/z'")
    expect(option).to_contain_text("Husum")


def test_a_search_for_nothing_says_so_beside_its_field(visit: Open) -> None:
    page = settled(visit("/de/?q=Atlantis"))
    said = page.locator("#search-said")
    expect(said).to_contain_text("Atlantis")
    expect(said).to_be_in_viewport()
    expect(page.locator(".pin")).to_have_count(0)
    field = page.get_by_role("combobox", name="Ort oder Station")
    field.fill("Atlantis ist")
    expect(page.locator("#search [role=status]")).to_have_text("Nichts gefunden")
    box = page.locator("#search [role=status]").bounding_box()
    assert box
    assert box["height"] > 20
    field.blur()
    expect(page.locator("#search .none")).to_have_count(0)


def test_whoever_points_at_a_circle_reads_its_name(visit: Open, site: str) -> None:
    place = httpx.get(f"{site}/api/v1/stations/{STATION}").json()["geometry"]["coordinates"]
    page = settled(visit(f"/de/#map=15/{place[1]}/{place[0]}"))
    expect(page.locator(f".in-view [data-station={STATION}]")).to_be_attached()
    name = page.locator(".station-name")
    expect(name).to_be_hidden()
    page.locator("#map").hover()
    expect(name).to_have_text("Flensburg, Südermarkt")
    across, down = middle(page, ".station-name")
    assert abs(across) < 2
    # Above the circle, not over its number.
    assert -40 < down < -20
    page.locator("#map").hover(position={"x": 60, "y": 200})
    expect(name).to_be_hidden()
    # The card says it, too: once is enough.
    page.locator("#map").click()
    expect(page.get_by_role("dialog")).to_contain_text("Flensburg, Südermarkt")
    page.mouse.move(*(round(each) for each in _centre(page)))
    expect(name).to_be_hidden()


def _centre(page: Page) -> tuple[float, float]:
    box = page.locator("#map").bounding_box()
    assert box
    return box["x"] + box["width"] / 2 + 3, box["y"] + box["height"] / 2
