"""A storm surge, watched: map, sentence and station page show it rise, peak and fall, and where its peak came from."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page

from plietsch.platform.local import ports
from support.local_stack import Up
from support.wait import until

SCREENSHOTS = Path(__file__).parents[2] / "artefacts" / "screenshots"
STATION = "flensburg-pegel"
# The mean level and the peak of 20 October 2023 at Flensburg, in cm above the gauge's zero (docs/simulation.md).
MEAN_CM, PEAK_CM = 502, 729
LOW_CM = MEAN_CM + 60
# Waves come on top.
WAVES_CM = 4
# At this speed the hours around the peak fly by in seconds, of which a page on a busy machine shows some.
SEEN_CM = 40
# Writes down what a page shows, four times a second, each thing once in a row.
NOTE = """selectors => {
  window.seen = Object.fromEntries(Object.keys(selectors).map(name => [name, []]));
  setInterval(() => {
    for (const [name, selector] of Object.entries(selectors)) {
      const text = document.querySelector(selector)?.textContent.replace(/\\s+/g, " ").trim();
      if (text && window.seen[name].at(-1) !== text) window.seen[name].push(text);
    }
  }, 250);
}"""


@pytest.mark.browser
@pytest.mark.slow
def test_a_surge_is_seen_to_rise_to_peak_and_to_fall(folder: Path, chromium: Browser) -> None:
    port = ports.free()
    site = f"http://127.0.0.1:{port}"
    surge = ("--scenario", "surge-2023", "--history", "4d", "--history-interval", "900", "--speed", "6000")
    stack = Up(folder, "--stations", "6", "--port", str(port), *surge)
    until(lambda: _has_begun(site), "the surge begins", timeout_s=60)
    map_page, station_page = _watched(chromium, site)
    until(lambda: _has_fallen(_seen(map_page, "sentence")), "the map has shown it fall", timeout_s=150)
    watched = ((map_page, "row"), (map_page, "drawn"), (station_page, "card"))
    for page, name in watched:
        until(
            lambda page=page, name=name: _levels(_seen(page, name))[-1] < LOW_CM, f"and so has the {name}", timeout_s=60
        )
    _has_risen_and_fallen(_seen(map_page, "sentence"))
    for page, name in watched:
        _rise_to_the_peak_and_fall(name, _levels(_seen(page, name)))
    map_page.screenshot(path=SCREENSHOTS / "surge-map.png")
    station_page.reload()
    station_page.wait_for_selector("#chart[data-state=drawn]")
    station_page.screenshot(path=SCREENSHOTS / "surge-station.png", full_page=True)
    _peak_has_come_the_whole_way(station_page, site)
    assert stack.interrupt() == 0


def _watched(chromium: Browser, site: str) -> tuple[Page, Page]:
    """The map of the levels, and the station's page, both written down as they change."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="de-DE")
    map_page, station_page = context.new_page(), context.new_page()
    map_page.goto(f"{site}/de/?property=water_level")
    map_page.wait_for_selector("#map[data-state=idle]", timeout=30_000)
    map_page.evaluate(
        NOTE,
        {
            "sentence": "#sentence",
            "row": f"tr[data-station={STATION}] [data-property=water_level] [data-value]",
            "drawn": f".in-view [data-station={STATION}]",
        },
    )
    station_page.goto(f"{site}/de/stations/{STATION}")
    station_page.evaluate(NOTE, {"card": ".cards [data-property=water_level] [data-value]"})
    return map_page, station_page


def _has_begun(site: str) -> bool:
    try:
        return bool(_observations(site))
    except (httpx.TransportError, httpx.HTTPStatusError):  # not there yet, or not registered yet
        return False


def _seen(page: Page, name: str) -> list[str]:
    return page.evaluate("name => window.seen[name]", name)


def _has_fallen(sentences: list[str]) -> bool:
    return any("Sehr schwere Sturmflut" in each for each in sentences) and "Sturmflut" not in sentences[-1]


def _has_risen_and_fallen(sentences: list[str]) -> None:
    rising = [number for number, each in enumerate(sentences) if "Förde steigt" in each]
    falling = [number for number, each in enumerate(sentences) if "Förde fällt" in each]
    assert rising
    assert falling
    assert rising[0] < falling[-1]
    said = " ".join(sentences)
    for level in ("Erste Pfützen auf der Schiffbrücke", "Straßen am Hafen gesperrt", "Sehr schwere Sturmflut"):
        assert f"(Flensburg, Hafen: {level})" in said


def _levels(texts: list[str]) -> list[int]:
    """The numbers in some texts, in cm."""
    return [int(found[0].replace(".", "")) for text in texts if (found := re.findall(r"\d[\d.]*", text))]


def _rise_to_the_peak_and_fall(name: str, levels: list[int]) -> None:
    peak = levels.index(max(levels))
    # The exact peak is held where every value stands: in what was stored.
    assert PEAK_CM - SEEN_CM <= levels[peak] <= PEAK_CM + WAVES_CM, name
    assert min(levels[:peak]) < LOW_CM, name
    assert levels[-1] < LOW_CM, name


def _peak_has_come_the_whole_way(page: Page, site: str) -> None:
    """The journey of the highest value shows the bits that say its distance."""
    highest = max(_observations(site), key=lambda each: each["value"])
    assert PEAK_CM - WAVES_CM <= highest["value"] <= PEAK_CM + WAVES_CM
    time = datetime.fromisoformat(highest["time"]).strftime("%Y-%m-%dT%H:%M:%SZ")
    page.goto(f"{site}/de/stations/{STATION}/values/water_level/{time}")
    page.screenshot(path=SCREENSHOTS / "surge-journey.png", full_page=True)
    [distance] = _observations(site, "distance", highest["time"])
    bits = page.locator(".field.mine .field-bits").inner_text().replace("\n", "").replace(" ", "")
    assert re.fullmatch("[01]{14}", bits)
    assert int(bits, 2) == int(distance["value"])


def _observations(site: str, property_: str = "water_level", time: str | None = None) -> list[dict[str, Any]]:
    since = datetime.fromisoformat(time) if time else datetime.now(UTC) - timedelta(days=5)
    span = {"from": since.isoformat()} | ({"to": (since + timedelta(seconds=1)).isoformat()} if time else {})
    question = {"station": STATION, "property": property_, "limit": "50000", **span}
    return httpx.get(f"{site}/api/v1/observations", params=question).raise_for_status().json()["observations"]
