"""A station's page in a real browser: the chart, its reading line, values that arrive."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from support import judged

SCREENSHOTS = Path(__file__).parents[2] / "artefacts" / "screenshots"
DUST, LEVEL, RAIN = "flensburg-suedermarkt", "flensburg-pegel", "flensburg-regen"
DRAWN = "#chart[data-state=drawn]"
# How many pixels of the chart have a colour of the stylesheet, or nearly so.
_COUNT = """name => {
  const canvas = document.querySelector("#chart canvas")
  const probe = document.createElement("canvas").getContext("2d")
  probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  probe.fillRect(0, 0, 1, 1)
  const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
  let count = 0
  for (let i = 0; i < data.length; i += 4) {
    const near = Math.abs(data[i] - red) + Math.abs(data[i + 1] - green) + Math.abs(data[i + 2] - blue) < 24
    if (near && data[i + 3] > 200) count += 1
  }
  return count
}"""

Open = Callable[..., Page]
# Stores a value as ingest does: a station's property by a method, so many minutes ago.
Arrive = Callable[..., None]
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("measured")]


@pytest.fixture
def visit(chromium: Browser, site: str) -> Iterator[Open]:
    """Open pages; at the end, nothing may have gone wrong in them and nothing been asked of another host."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def visit(path: str, **habits: Any) -> Page:
        context = chromium.new_context(reduced_motion="reduce", **habits)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: None if _is_here(request.url, site) else wrong.append(request.url))
        page.goto(site + path)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def arrive(database_url: str) -> Iterator[Arrive]:
    """Let values arrive, with the ledger's row that tells of them."""
    with psycopg.connect(database_url) as connection:

        def arrive(station: str, code: str, *values: float, minutes_ago: float = 0, method: str = "raw") -> None:
            last = datetime.now(UTC) - timedelta(minutes=minutes_ago)
            if code == "rain_tips":  # rain is reckoned in whole seconds, as nodes measure
                last = last.replace(microsecond=0)
            times = [last - timedelta(seconds=age) for age in reversed(range(len(values)))]
            for time, value in zip(times, values, strict=True):
                connection.execute(
                    "INSERT INTO observation SELECT d.id, %s, %s, now(), 1 FROM datastream d"
                    " JOIN station s ON s.id = d.station_id JOIN observed_property p ON p.id = d.observed_property_id"
                    " WHERE s.code = %s AND p.code = %s AND d.method = %s",
                    (time, value, station, code, method),
                )
            connection.execute(
                "INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations)"
                " SELECT ARRAY[d.id], %s, %s, %s FROM datastream d JOIN station s ON s.id = d.station_id"
                " JOIN observed_property p ON p.id = d.observed_property_id"
                " WHERE s.code = %s AND p.code = %s AND d.method = %s",
                (times[0], times[-1], len(times), station, code, method),
            )
            connection.commit()
            if code == "rain_tips":
                judged.judge(database_url, station)

        yield arrive


def test_the_chart_is_drawn_and_follows_what_arrives(visit: Open, arrive: Arrive) -> None:
    page = visit(f"/de/stations/{DUST}")
    page.wait_for_selector(DRAWN)
    expect(page.locator("#chart-caption")).to_have_text("Zwischen 12,3 und 16,3 µg/m³.")
    assert page.evaluate(_COUNT, "--accent") > 200
    card = page.locator(".cards [data-property=pm2_5]")
    expect(card.locator("[data-meaning]")).to_contain_text("Die Luft ist in Ordnung")
    # One commit, one event: what lies between is not what is newest, and stands in chart and table all the same.
    arrive(DUST, "pm2_5", 180.0, 3.0, 151.0)
    expect(card.locator("[data-value]")).to_have_text("151,0")
    expect(card.locator("[data-band]")).to_have_text("extrem schlecht")
    expect(card).to_have_class(re.compile(r"\bband-extremely-poor\b"))
    expect(card.locator("[data-meaning]")).to_contain_text("jede Anstrengung vermeiden")
    expect(page.locator("#chart-caption")).to_have_text("Zwischen 3,0 und 180,0 µg/m³.")
    expect(page.locator("#course-table tbody tr").first).to_contain_text("151,0")
    assert card.locator("[data-journey]").get_attribute("href") is not None


def test_a_value_of_another_quantity_moves_its_card_only(visit: Open, arrive: Arrive) -> None:
    page = visit(f"/en/stations/{DUST}")
    arrive(DUST, "temperature", 31.4)
    card = page.locator(".cards [data-property=temperature]")
    expect(card.locator("[data-value]")).to_have_text("31.4")
    expect(card.locator("[data-band]")).to_have_text("hot")
    expect(card.locator("[data-meaning]")).to_contain_text("Heat")
    expect(page.locator("#chart-caption")).to_have_text("Between 12.3 and 16.3 µg/m³.")


def test_arrow_keys_read_the_chart_value_by_value(visit: Open, arrive: Arrive) -> None:
    page = visit(f"/en/stations/{DUST}")
    page.wait_for_selector(DRAWN)
    chart, rows = page.get_by_role("slider"), page.locator("#course-table tbody tr:not(.gap)")
    chart.focus()
    newest, before = (_said(rows.nth(index).inner_text()) for index in (0, 1))
    expect(chart).to_have_attribute("aria-valuetext", newest)
    page.keyboard.press("ArrowLeft")
    expect(chart).to_have_attribute("aria-valuetext", before)
    expect(page.locator("#chart-caption")).to_have_text(before)
    page.keyboard.press("Home")
    expect(chart).to_have_attribute("aria-valuenow", "0")
    expect(chart).to_have_attribute("aria-valuetext", _said(rows.last.inner_text()))
    page.keyboard.press("End")
    expect(chart).to_have_attribute("aria-valuetext", newest)
    # What arrives leaves the reading line where it is.
    page.keyboard.press("ArrowLeft")
    arrive(DUST, "pm2_5", 16.2)
    expect(rows.first).to_contain_text("16.2")
    page.evaluate("() => new Promise(requestAnimationFrame)")
    expect(chart).to_have_attribute("aria-valuetext", before)
    page.keyboard.press("Tab")
    expect(page.locator("#chart-caption")).to_have_text("Between 12.3 and 16.3 µg/m³.")


def test_the_pointer_reads_the_chart_too(visit: Open) -> None:
    page = visit(f"/da/stations/{DUST}")
    page.wait_for_selector(DRAWN)
    page.locator("#chart .u-over").hover()
    expect(page.locator("#chart-caption")).to_have_text(re.compile(r"^[^ ]+\. \d+\. \w+\., \d\d\.\d\d: \d\d,\d µg/m³$"))
    page.mouse.move(0, 0)
    expect(page.locator("#chart-caption")).to_have_text("Mellem 12,3 og 16,3 µg/m³.")


def test_a_corrected_line_is_drawn_beside_the_raw_one(visit: Open, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO observation SELECT c.id, o.phenomenon_time, o.result / 2, now(), 1 FROM observation o"
            " JOIN datastream r ON r.id = o.datastream_id AND r.method = 'raw' JOIN datastream c"
            " ON c.station_id = r.station_id AND c.observed_property_id = r.observed_property_id AND c.id <> r.id"
        )
    page = visit(f"/de/stations/{DUST}")
    page.wait_for_selector(DRAWN)
    both = page.evaluate(_COUNT, "--accent"), page.evaluate(_COUNT, "--second")
    assert both[0] > 200 and both[1] > 100
    expect(page.locator("#course-key")).to_contain_text("wie gemessen")
    expect(page.locator("#course-key")).to_contain_text("um die Feuchte korrigiert")
    page.get_by_role("slider").focus()
    expect(page.locator("#chart-caption")).to_have_text(
        re.compile("wie gemessen 12,3 µg/m³, um die Feuchte korrigiert 6,2 µg/m³")
    )


@pytest.mark.usefixtures("water_and_rain")
def test_a_gauge_has_its_levels_and_follows_the_water(visit: Open, arrive: Arrive) -> None:
    for age in range(60, 0, -10):
        arrive(LEVEL, "water_level", 560.0 - age, minutes_ago=age, method="gauge-zero/1")
    page = visit(f"/de/stations/{LEVEL}")
    page.wait_for_selector(DRAWN)
    expect(page.locator(".limits")).to_contain_text("620 cm erhöht")
    card = page.locator(".cards [data-property=water_level]")
    arrive(LEVEL, "water_level", 664.0, method="gauge-zero/1")
    expect(card.locator("[data-value]")).to_have_text("664")
    expect(card.locator("[data-band]")).to_have_text("Sturmflut")
    expect(card.locator("[data-meaning]")).to_contain_text("hat die Stufe „Sturmflut“ erreicht (ab 660 cm)")
    page.screenshot(path=SCREENSHOTS / "station-level.png", full_page=True)


@pytest.mark.usefixtures("water_and_rain")
def test_rain_is_drawn_as_bars_and_grows(visit: Open, arrive: Arrive, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        judged.may_change(connection)
        connection.execute("DELETE FROM observation")
    for tips in range(1, 13):
        arrive(RAIN, "rain_tips", float(tips), minutes_ago=125 - tips * 10)
    page = visit(f"/en/stations/{RAIN}")
    page.wait_for_selector(DRAWN)
    filled = page.evaluate(_COUNT, "--accent")
    # Bars are areas: many times the pixels of a line.
    assert filled > 1000
    before = page.locator("#chart-caption").inner_text()
    arrive(RAIN, "rain_tips", 112.0)
    expect(page.locator("#chart-caption")).not_to_have_text(before)
    expect(page.locator(".cards [data-property=rain_1h] [data-value]")).to_have_text(re.compile(r"^2[01]\.\d$"))
    expect(page.locator(".cards [data-property=rain_1h] [data-band]")).to_have_text("heavy rain")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_year_is_drawn_in_every_theme_and_fits_a_phone(visit: Open, theme: str) -> None:
    page = visit(f"/de/stations/{DUST}?span=year", color_scheme=theme, viewport={"width": 360, "height": 780})
    page.wait_for_selector(DRAWN)
    expect(page.locator(".limits")).to_contain_text("WHO-Richtwert 2021")
    page.get_by_role("slider").focus()
    expect(page.locator("#chart-caption")).to_have_text(
        re.compile(r"^\d+\. \w+ \d{4}: 1\d,\d µg/m³ \(1\d,\d – 1\d,\d\)$")
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_a_choice_leads_to_its_address_and_back_to_the_chart(visit: Open) -> None:
    page = visit(f"/en/stations/{DUST}")
    page.get_by_role("link", name="Temperature", exact=True).click()
    page.get_by_role("link", name="Week", exact=True).click()
    page.wait_for_url(f"**/en/stations/{DUST}?property=temperature&span=week#course")
    expect(page.get_by_role("heading", name="Air temperature: The last seven days")).to_be_in_viewport()
    expect(page.get_by_role("slider")).to_have_attribute("aria-label", re.compile("Air temperature"))


def test_the_page_is_whole_without_javascript(visit: Open) -> None:
    page = visit(f"/da/stations/{DUST}", java_script_enabled=False)
    expect(page.locator("#chart")).to_be_hidden()
    expect(page.locator("#chart-caption")).to_have_text("Mellem 12,3 og 16,3 µg/m³.")
    expect(page.locator("#course-table tbody tr:not(.gap)")).to_have_count(144)
    expect(page.locator(".cards")).to_contain_text("12,3")


def test_values_grow_old_in_a_page_left_open(visit: Open, arrive: Arrive) -> None:
    page = visit("/en/")
    page.clock.install()
    page.goto(page.url.replace("/en/", f"/en/stations/{DUST}"))
    card = page.locator(".cards [data-property=pm2_5]")
    expect(card.locator("[data-band]")).to_have_text("fair")
    page.clock.fast_forward("01:20:00")
    expect(card.locator(".value")).to_have_class(re.compile(r"\bstale\b"))
    expect(card).to_contain_text("not current")
    expect(card.locator("[data-band]")).to_be_hidden()
    # It speaks again, 25 minutes ago by the reader's clock.
    arrive(DUST, "pm2_5", 14.5, minutes_ago=-55)
    expect(card.locator("[data-value]")).to_have_text("14.5")
    expect(card).not_to_contain_text("not current")


def test_a_lost_answer_is_asked_for_again(visit: Open, arrive: Arrive) -> None:
    page = visit(f"/de/stations/{DUST}")
    page.wait_for_selector(DRAWN)
    refused: list[str] = []

    def refuse_once(route: Route) -> None:
        if refused:
            route.continue_()
            return
        refused.append(route.request.url)
        route.fulfill(status=204)

    page.route("**/data/de/stations/**", refuse_once)
    arrive(DUST, "pm2_5", 60.0)
    expect(page.locator(".cards [data-property=pm2_5] [data-value]")).to_have_text("60,0")
    arrive(DUST, "pm2_5", 61.0)
    expect(page.locator("#chart-caption")).to_have_text("Zwischen 12,3 und 61,0 µg/m³.", timeout=10_000)
    assert len(refused) == 1


def _said(row: str) -> str:
    """A row of the table as the chart says it: time, value and unit."""
    time, value, _ = (each.strip() for each in row.split("\t"))
    return f"{time}: {value} µg/m³"


def _is_here(url: str, site: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"data", "blob"} or parts.netloc == urlsplit(site).netloc
