"""The pages as a browser without JavaScript gets them."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import pytest

from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.texts import LANGUAGES
from plietsch.platform import properties
from plietsch.platform.device_types import catalogue

PAGES = ("/{}/", "/{}/stations/flensburg-suedermarkt", "/{}/stations/husum-markt", "/{}/stations/nowhere")
# Links that a reader may follow; nothing of them is loaded.
_LINKS = {"https://www.bkg.bund.de/", "https://www.soest.hawaii.edu/pwessel/gshhg/", "https://example.org/"}

# What the foot of every page says.
_FOOT = {"de": "Offene Daten", "da": "Åbne data", "en": "Open data"}


@pytest.fixture
def browser(site: str) -> Iterator[httpx.Client]:
    """A reader of the site who follows no redirect."""
    with httpx.Client(base_url=site) as client:
        yield client


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "de"),
        ("da", "da"),
        ("en-US,en;q=0.9,de;q=0.8", "en"),
        ("fr, da;q=0.5, de;q=0.4", "da"),
        ("nds, en;q=0.5", "de"),
        ("de;q=0, en", "en"),
        ("fr", "de"),
        (";;q=,=,", "de"),
    ],
)
def test_the_front_door_leads_to_the_readers_language(browser: httpx.Client, accepted: str, language: str) -> None:
    answer = browser.get("/?region=flensburg", headers={"Accept-Language": accepted})
    assert (answer.status_code, answer.headers["Location"]) == (307, f"/{language}/?region=flensburg")


@pytest.mark.usefixtures("measured")
def test_the_map_page_holds_every_station_as_a_table(browser: httpx.Client) -> None:
    html = (browser.get("/de/")).text
    rows = {row.split('"')[0]: _text(row) for row in html.split('data-station="')[1:]}
    assert "12,3 µg/m³ akzeptabel" in rows["flensburg-suedermarkt"]
    assert "-1,5 °C Frost" in rows["flensburg-suedermarkt"]
    assert "Simulation" in rows["flensburg-suedermarkt"]
    # Two hours old: shown as it is, without saying that the air is so now.
    assert "99,9" in rows["flensburg-hafenspitze"]
    assert "sehr schlecht" not in rows["flensburg-hafenspitze"]
    assert "Simulation" not in rows["husum-markt"]
    assert "Husum, Markt &lt;b&gt;&amp;" in html


@pytest.mark.usefixtures("water_and_rain")
def test_a_station_is_listed_with_its_own_quantities_only(browser: httpx.Client) -> None:
    html = browser.get("/de/").text
    rows = {row.split('"')[0]: row.split("</tr>")[0] for row in html.split('data-station="')[1:]}
    measured = {code: set(re.findall(r'data-property="(\w+)"', row)) for code, row in rows.items()}
    dust = {"pm2_5", "pm10", "temperature", "humidity"}
    # Of what a gauge measures, what it means: a level of the water, millimetres of rain.
    assert measured["flensburg-pegel"] == {"water_level"}
    assert measured["flensburg-regen"] == {"rain_1h"}
    # Silent stations too: what they do not say now, they measure.
    assert measured["flensburg-suedermarkt"] == measured["flensburg-hafenspitze"] == measured["husum-markt"] == dust
    assert "528 cm" in _text(rows["flensburg-pegel"])
    assert "–" not in _text(rows["flensburg-pegel"])


@pytest.mark.usefixtures("measured")
def test_a_region_without_water_levels_has_no_switch_for_them(browser: httpx.Client) -> None:
    html = browser.get("/de/").text
    assert re.findall(r'name="property" value="(\w+)"', html) == ["pm2_5", "pm10", "temperature", "humidity"]


def test_every_quantity_of_our_own_nodes_can_be_shown_in_the_unit_that_it_has() -> None:
    measured = {
        type_.property_of(channel)
        for type_ in catalogue.built_in().values()
        if type_.decoder == "plietsch"
        for channel in type_.channels
    }
    assert {code for code in measured if properties.of(code).spread_of is None} <= set(QUANTITIES)
    for code, quantity in QUANTITIES.items():
        assert quantity.decimals <= properties.of(code).decimals
        assert quantity.unit in (properties.of(code).unit_symbol, "")


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_in_its_language_and_loads_nothing_from_elsewhere(
    browser: httpx.Client, page: str, language: str
) -> None:
    answer = browser.get(page.format(language))
    assert answer.status_code == (404 if "nowhere" in page else 200)
    found = _Found.of(answer.text)
    assert found.language == language
    assert found.inline == []
    assert found.loaded and all(url.startswith(("/static/", "/data/")) for url in found.loaded)
    assert {link for link in found.links if "//" in link} <= _LINKS
    # The language switch keeps the page.
    assert {page.format(other) for other in LANGUAGES} <= found.links | {page.format(language)}
    for url in found.loaded:
        assert (browser.get(url)).status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy and "http" not in policy


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize(
    ("language", "headings"),
    [
        ("de", ("Alle Stationen", "Die letzten 24 Stunden", "Diese Seite gibt es nicht")),
        ("da", ("Alle stationer", "De sidste 24 timer", "Siden findes ikke")),
        ("en", ("All stations", "The last 24 hours", "This page does not exist")),
    ],
)
def test_every_page_says_it_in_its_language(browser: httpx.Client, language: str, headings: tuple[str, ...]) -> None:
    for page, heading in zip((PAGES[0], PAGES[1], PAGES[3]), headings, strict=True):
        text = _text(browser.get(page.format(language)).text)
        assert heading in text
        assert [other for other, words in _FOOT.items() if words in text] == [language]


@pytest.mark.usefixtures("region")
@pytest.mark.parametrize(
    "path", ["/de/nothing", "/fr/", "/de/stations/../x", "/de/?region=atlantis", "/de/stations/%00"]
)
def test_what_is_not_there_is_said_on_a_page(browser: httpx.Client, path: str) -> None:
    answer = browser.get(path, headers={"Accept-Language": "de"})
    assert answer.status_code == 404
    assert "Diese Seite gibt es nicht" in answer.text


@pytest.mark.usefixtures("region")
@pytest.mark.parametrize(
    "path", ["/stations/flensburg-suedermarkt?property=pm2_5", "/compare", "/developers", "/status"]
)
def test_an_address_without_a_language_leads_to_the_readers(browser: httpx.Client, path: str) -> None:
    answer = browser.get(path, headers={"Accept-Language": "da"})
    assert (answer.status_code, answer.headers["Location"]) == (307, f"/da{path}")
    assert browser.get(answer.headers["Location"]).status_code == 200
    # Nothing of it is another host's address.
    odd = browser.get("/stations/a%3Fb//x", headers={"Accept-Language": "da"})
    assert odd.headers["Location"] == "/da/stations/a%3Fb//x"


@pytest.mark.usefixtures("region")
@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("/de?region=flensburg", "/de/?region=flensburg"),
        ("/de//", "/de/"),
        ("/da/status/", "/da/status"),
        ("/status/", "/status"),
        ("/en/stations/flensburg-suedermarkt/?span=week", "/en/stations/flensburg-suedermarkt?span=week"),
        ("//en//stations/flensburg-suedermarkt.csv/", "/en/stations/flensburg-suedermarkt.csv"),
    ],
)
def test_a_slash_too_many_or_too_few_leads_to_the_page_that_is_meant(
    browser: httpx.Client, asked: str, meant: str
) -> None:
    answer = browser.get(f"{browser.base_url}".rstrip("/") + asked)
    assert (answer.status_code, answer.headers["Location"]) == (308, meant)
    # A program that asks for JSON is told that there is nothing, whatever was kept for others.
    assert answer.headers["Vary"] == "Accept"
    assert browser.get(meant, follow_redirects=True).status_code == 200


@pytest.mark.usefixtures("region")
@pytest.mark.parametrize("path", ["/robots.txt", "/de/nothing/", "/fr", "//example.org/", "/static/no.js/"])
def test_what_is_no_page_is_led_nowhere(browser: httpx.Client, path: str) -> None:
    answer = browser.get(f"{browser.base_url}".rstrip("/") + path)
    assert (answer.status_code, answer.headers.get("Location")) == (404, None)


@pytest.mark.usefixtures("region")
def test_whether_it_is_a_page_or_a_problem_depends_on_who_asks(browser: httpx.Client) -> None:
    problem = browser.get("/de/status/", headers={"Accept": "application/json"})
    assert (problem.status_code, problem.headers["Vary"].partition(",")[0]) == (404, "Accept")
    assert browser.get("/de/nothing").headers["Vary"].startswith("Accept,")
    assert "Vary" not in browser.get("/api/v1/nothing").headers


def test_a_page_says_by_which_methods_it_is_asked_for(browser: httpx.Client) -> None:
    for path in ("/status", "/de/stations/flensburg-suedermarkt"):
        answer = browser.post(path)
        assert (answer.status_code, answer.headers["Allow"]) == (405, browser.post("/api/v1/stations").headers["Allow"])


@pytest.mark.usefixtures("region")
def test_programs_get_problems_not_pages(browser: httpx.Client) -> None:
    answer = browser.get("/api/v1/stations/nowhere")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("language", "said"), [("de", "Noch keine Region"), ("da", "Endnu ingen region"), ("en", "No region yet")]
)
def test_without_a_region_the_page_says_what_to_do(browser: httpx.Client, language: str, said: str) -> None:
    answer = browser.get(f"/{language}/")
    assert answer.status_code == 200
    assert said in answer.text
    assert "plietsch device import" in answer.text


def test_built_files_are_kept_for_ever_and_pages_are_not(browser: httpx.Client) -> None:
    page = browser.get("/en/")
    assert page.headers["Cache-Control"] == "no-cache"
    (stylesheet,) = re.findall(r'href="(/static/assets/site-[^"]+)"', page.text)
    assert "immutable" in (browser.get(stylesheet)).headers["Cache-Control"]


@pytest.mark.parametrize(
    ("language", "said"), [("de", "Eine kurze Pause"), ("da", "En kort pause"), ("en", "A short break")]
)
def test_a_database_that_is_away_makes_a_short_break(site_without_database: str, language: str, said: str) -> None:
    answer = httpx.get(f"{site_without_database}/{language}/", timeout=20)
    assert answer.status_code == 503
    assert said in answer.text
    assert answer.headers["Retry-After"]


def _text(html: str) -> str:
    """What stands there, without tags, spaces joined."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


class _Found(HTMLParser):
    """What a page says of itself: its language, what it loads, where it links, what is written into it."""

    def __init__(self) -> None:
        super().__init__()
        self.language: str | None = None
        self.loaded: set[str] = set()
        self.links: set[str] = set()
        self.inline: list[str] = []

    @classmethod
    def of(cls, html: str) -> "_Found":
        found = cls()
        found.feed(html)
        return found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.inline += [f"{tag} {name}" for name in values if name == "style" or name.startswith("on")]
        # A block of data is no script: nothing of it is run.
        is_data = values.get("type") == "application/json"
        if tag == "style" or (tag == "script" and "src" not in values and not is_data):
            self.inline.append(tag)
        if tag == "html":
            self.language = values.get("lang")
        if tag == "link" and values.get("rel") == "alternate":
            return
        if "src" in values or tag == "link":
            self.loaded.add(values.get("src") or values.get("href") or "")
        elif "href" in values:
            self.links.add(values["href"] or "")
