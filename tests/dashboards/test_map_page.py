"""The map page as it comes from the server: whole, for any state that its address says."""

import asyncio
import html
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import psycopg
import pytest

from plietsch.dashboards.app import create_app
from plietsch.dashboards.texts import LANGUAGES
from plietsch.platform import roles
from plietsch.platform.settings import Settings
from support import databases, judged
from support import many_stations as many

HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
DUST = ["flensburg-hafenspitze", "flensburg-suedermarkt", "husum-markt"]


@pytest.fixture
def browser(site: str) -> Iterator[httpx.Client]:
    """A reader of the site."""
    with httpx.Client(base_url=site) as client:
        yield client


@pytest.mark.usefixtures("water_and_rain")
def test_the_switch_has_what_the_region_measures_and_the_address_chooses(browser: httpx.Client) -> None:
    page = browser.get("/de/?property=water_level").text
    found = re.findall(r'type="radio" name="property" value="(\w+)"( checked)?', page)
    codes = ["pm2_5", "pm10", "water_level", "rain_1h", "temperature", "humidity"]
    assert found == [(code, " checked" if code == "water_level" else "") for code in codes]
    legends = dict(re.findall(r'data-legend="(\w+)"( hidden)?', page))
    assert [code for code, hidden in legends.items() if not hidden] == ["water_level"]
    config = _config(page)
    assert (config["property"], config["at"], config["tiles"]) == ("water_level", None, None)


@pytest.mark.usefixtures("measured")
def test_a_legend_has_for_each_class_a_number_a_word_and_a_range(browser: httpx.Client) -> None:
    legend = _text(browser.get("/da/?property=pm10").text.split('data-legend="pm10"')[1].split("</div>")[0])
    assert "1 god ≤ 15 2 rimelig ≤ 45" in legend
    assert legend.endswith("6 ekstremt dårlig > 270")


@pytest.mark.usefixtures("water_and_rain")
def test_the_legend_of_levels_has_the_gauges_own_words(browser: httpx.Client) -> None:
    legend = _text(
        browser.get("/de/?property=water_level").text.split('data-legend="water_level"')[1].split("</div>")[0]
    )
    assert "unter den Stufen Stufe 1 etwa „erhöht“ Stufe 2 etwa „Sturmflut“ Stufe 3 etwa „schwere Sturmflut“" in legend
    assert "jeder Pegel hat seine eigenen Stufen" in legend


@pytest.mark.usefixtures("water_and_rain")
@pytest.mark.parametrize(
    ("level_cm", "band", "words"),
    [
        (527.8, "level-0", "528 cm unter den Stufen"),
        (659.9, "level-1", "660 cm erhöht"),
        (660, "level-2", "660 cm Sturmflut"),
        (727, "level-4", "727 cm sehr schwere Sturmflut"),
    ],
)
def test_a_level_is_classed_by_the_gauges_own_levels(
    browser: httpx.Client, observe: Callable[..., None], level_cm: float, band: str, words: str
) -> None:
    observe("flensburg-pegel", "water_level", level_cm)
    row = _rows(browser.get("/de/").text)["flensburg-pegel"]
    assert f"band-{band}" in row
    assert words in _text(row)
    bands = json.loads(html.unescape(re.findall(r'data-bands="([^"]+)"', row)[0]))
    assert [each["rank"] for each in bands] == [0, 1, 2, 3, 4]


@pytest.mark.usefixtures("water_and_rain")
def test_an_address_with_a_time_shows_what_was_known_then(browser: httpx.Client, observe: Callable[..., None]) -> None:
    observe("flensburg-pegel", "water_level", 650, 300)
    at = datetime.now(UTC).replace(microsecond=0) - 4 * HOUR
    page = browser.get("/de/", params={"at": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "property": "water_level"}).text
    rows = _rows(page)
    assert "650 cm erhöht" in _text(rows["flensburg-pegel"])
    assert "99,9" not in rows["flensburg-hafenspitze"]
    assert _config(page)["at"] == at.timestamp()
    # What the map shows is loaded beside its script.
    (document,) = re.findall(r'<link rel="preload" as="fetch" crossorigin href="([^"]+)"', page)
    assert browser.get(html.unescape(document)).json()["at"] == at.timestamp()
    # The field says it by the region's clock; the links go on with this time, and one leads back.
    assert re.search(r'name="at"[^>]*value="[\d-]+T\d\d:\d\d"', page)
    assert 'id="to-present"' in page
    links = re.findall(r'<a href="(\?[^"#]*)#stations-heading"', page)
    assert links and all("at=" in link for link in links)


_CANNOT_BE_READ = [
    ("de", "at=gestern", "Die Zeit in der Adresse ist nicht zu lesen. Die Seite zeigt die Gegenwart."),
    ("de", "at=0001-01-01T00:00:00Z", "Die Zeit in der Adresse ist nicht zu lesen. Die Seite zeigt die Gegenwart."),
    ("de", "at=0001-01-01T00:00:00-14:00", "Die Zeit in der Adresse ist nicht zu lesen."),
    ("en", "at=1969-12-31T23:59:59Z", "The time in the address cannot be read. The page shows the present."),
    ("da", "at=2999-01-01T00:00:00Z", "Tidspunktet i adressen er ikke kommet endnu. Siden viser nutiden."),
    ("en", "property=ozone", "The map has no such quantity. It shows the first one that there is."),
]


@pytest.mark.usefixtures("measured")
def test_an_address_that_cannot_be_read_shows_the_page_and_says_so(
    browser: httpx.Client, subtests: pytest.Subtests
) -> None:
    for language, query, said in _CANNOT_BE_READ:
        with subtests.test(query):
            answer = browser.get(f"/{language}/?{query}")
            assert answer.status_code == 200
            assert said in _text(answer.text)
            assert list(_rows(answer.text)) == DUST


_MAKES_NO_SENSE = ["page=x", "page=0", "page=99999", "sort=;", "order=up", "kind=x", "up=2", "q=%00", "q="]


@pytest.mark.usefixtures("measured")
def test_what_makes_no_sense_in_an_address_is_left_out(browser: httpx.Client, subtests: pytest.Subtests) -> None:
    for query in _MAKES_NO_SENSE:
        with subtests.test(query):
            answer = browser.get(f"/de/?{query}")
            assert (answer.status_code, list(_rows(answer.text))) == (200, DUST)


@pytest.mark.usefixtures("water_and_rain")
def test_the_table_is_sorted_by_any_column_and_says_by_which(
    browser: httpx.Client, observe: Callable[..., None]
) -> None:
    observe("husum-markt", "pm2_5", 50.5)
    rising = browser.get("/de/?sort=pm2_5").text
    measured = ["flensburg-suedermarkt", "husum-markt", "flensburg-hafenspitze"]
    assert list(_rows(rising))[:3] == measured
    assert _sorted_by(rising) == [("ascending", "?sort=pm2_5&amp;order=desc")]
    falling = browser.get("/de/?sort=pm2_5&order=desc").text
    assert list(_rows(falling))[:3] == measured[::-1]
    assert _sorted_by(falling) == [("descending", "?sort=pm2_5")]
    # Who measures none of it stands below either way.
    assert list(_rows(rising))[3:] == list(_rows(falling))[3:] == ["flensburg-pegel", "flensburg-regen"]
    assert next(iter(_rows(browser.get("/de/?sort=time").text))) == "flensburg-hafenspitze"
    assert _sorted_by(browser.get("/de/").text) == [("ascending", "?sort=name&amp;order=desc")]


@pytest.mark.usefixtures("water_and_rain")
def test_the_table_is_filtered_by_what_is_measured_and_by_what_is_up(
    browser: httpx.Client, observe: Callable[..., None]
) -> None:
    assert list(_rows(browser.get("/de/?kind=rain_1h").text)) == ["flensburg-regen"]
    quiet = browser.get("/en/?up=1").text
    assert _rows(quiet) == {}
    assert "Nothing is up: no station shows anything out of the ordinary." in _text(quiet)
    observe("flensburg-pegel", "water_level", 661)
    observe("husum-markt", "pm10", 121)
    assert list(_rows(browser.get("/en/?up=1").text)) == ["flensburg-pegel", "husum-markt"]
    assert list(_rows(browser.get("/en/?up=1&kind=pm10").text)) == ["husum-markt"]
    # What was measured too long ago says nothing of now.
    assert "flensburg-hafenspitze" not in _rows(browser.get("/en/?up=1").text)


_SEARCHES = [
    ("de", "Husum", "Alle Stationen, die nächsten an Husum zuerst.", "husum-markt", 5),
    ("da", "Hussum", "„Hussum“ er ikke kendt her, men det er Husum", "husum-markt", 5),
    ("en", "hafen", "Stations with “hafen” in their name.", "flensburg-pegel", 2),
    ("de", "Atlantis", "Hier heißt weder ein Ort noch eine Station „Atlantis“.", "flensburg-pegel", 5),
]


@pytest.mark.usefixtures("water_and_rain")
def test_a_search_finds_places_and_stations_and_says_what_it_did(
    browser: httpx.Client, subtests: pytest.Subtests
) -> None:
    for language, typed, said, first, count in _SEARCHES:
        with subtests.test(typed):
            page = browser.get(f"/{language}/", params={"q": typed}).text
            assert said in _text(page)
            assert (next(iter(_rows(page))), len(_rows(page))) == (first, count)
            found = _config(page)["found"]
            assert (found and found["name"]) == ("Husum" if first == "husum-markt" else None)


@pytest.mark.usefixtures("measured")
def test_what_somebody_types_stays_text(browser: httpx.Client) -> None:
    typed = '"><script>alert(1)</script>'
    for address in ("q", "kind", "sort", "at", "property", "region"):
        page = browser.get("/en/", params={address: typed}).text
        assert "<script>alert" not in page
    assert "<b>" not in browser.get("/en/").text


@pytest.mark.usefixtures("water_and_rain")
@pytest.mark.parametrize(
    ("language", "suspect", "failed"),
    [("de", "fraglich", "Prüfung nicht bestanden"), ("da", "tvivlsom", "bestod ikke kontrollen")],
)
def test_a_doubtful_value_is_marked_by_a_sign_and_a_word_and_a_failed_one_has_no_class(
    browser: httpx.Client, observe: Callable[..., None], database_url: str, language: str, suspect: str, failed: str
) -> None:
    observe("husum-markt", "pm10", 50)
    observe("husum-markt", "pm2_5", 500)
    with psycopg.connect(database_url) as connection:
        judged.may_change(connection)
        connection.execute(
            "UPDATE observation SET quality = CASE result WHEN 50 THEN 3 WHEN 500 THEN 4 ELSE quality END"
        )
    row = _rows(browser.get(f"/{language}/").text)["husum-markt"]
    cells = {code: cell.split("</td>")[0] for code, cell in re.findall(r'data-property="(\w+)"(.+)', row)}
    assert f"? {suspect}" in _text(cells["pm10"]) and "band-moderate" in cells["pm10"]
    assert f"× {failed}" in _text(cells["pm2_5"]) and "band-" not in cells["pm2_5"]
    assert _flags(row) == 2
    assert _flags(_rows(browser.get("/de/").text)["flensburg-suedermarkt"]) == 0


def test_many_stations_come_a_hundred_a_page(browser: httpx.Client, database_url: str) -> None:
    many.seed(database_url, stations=250)
    address, seen = "/en/", list[str]()
    # The page may be made on the next day, where the region lies.
    days = {f"{datetime.now(BERLIN):%a}"}
    for page_number in (1, 2, 3):
        page = browser.get(address).text
        seen += _rows(page)
        days.add(f"{datetime.now(BERLIN):%a}")
        assert any(f"250 stations, values as of {day}" in _text(page) for day in days)
        assert f"page {page_number} of 3" in _text(page)
        following = re.findall(r'rel="next" href="([^"#]+)', page)
        address = f"/en/{html.unescape(following[0])}" if following else ""
    assert (address, len(seen), len(set(seen))) == ("", 250, 250)
    beyond = browser.get("/en/?page=77").text
    assert len(_rows(beyond)) == 50
    assert 'rel="prev" href="?page=2' in beyond


@pytest.mark.usefixtures("water_and_rain")
def test_one_station_is_one_station(browser: httpx.Client) -> None:
    said = {language: _text(browser.get(f"/{language}/?kind=rain_1h").text) for language in LANGUAGES}
    assert "1 Station, Werte vom" in said["de"]
    assert "1 station, værdier fra" in said["da"]
    assert "1 station, values as of" in said["en"]


@pytest.mark.usefixtures("water_and_rain")
def test_every_form_keeps_what_the_others_said(browser: httpx.Client) -> None:
    asked = {"region": "flensburg", "property": "rain_1h", "q": "Tarp", "kind": "rain_1h", "sort": "rain_1h", "up": "1"}
    page = browser.get("/de/", params=asked).text
    forms = {name: _sent(form) for name, form in re.findall(r'<form id="([\w-]+)"(.*?)</form>', page, re.DOTALL)}
    assert forms["map-form"] == asked
    assert forms["table-form"] == asked
    # A search begins anew: what was found nearest to a place is not sorted otherwise.
    assert forms["search"] == {"region": "flensburg", "property": "rain_1h", "q": "Tarp"}


@pytest.mark.usefixtures("measured")
def test_the_page_of_a_region_without_stations_is_whole(browser: httpx.Client, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE deployment SET phase = 'removed'")
    answer = browser.get("/en/?sort=pm10&q=Tarp&up=1")
    assert (answer.status_code, _rows(answer.text)) == (200, {})
    assert "husum" not in answer.text.lower().replace("/data/flensburg", "")
    assert "No station is installed here yet." in _text(browser.get("/en/").text)


@pytest.mark.usefixtures("water_and_rain")
def test_the_sites_own_user_of_the_database_may_read_all_that_the_map_needs(database_url: str) -> None:
    since = (datetime.now(UTC) - HOUR).strftime("%Y-%m-%dT%H:%M:%SZ")
    until = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    properties = ("pm2_5", "water_level", "rain_1h")
    addresses = ["/de/?sort=time&up=1", "/de/?q=Tarp", "/data/flensburg/names"]
    addresses += [f"/data/flensburg/map?property={code}" for code in properties]
    addresses += [f"/data/flensburg/frames?property={code}&from={since}&to={until}" for code in properties]
    with databases.member(database_url, roles.SITE) as url:
        answers = _get(Settings(database_url=url), *addresses)
    assert [answer.status_code for answer in answers] == [200] * len(addresses)


def test_vector_tiles_are_named_and_nothing_else_is_let_in(database_url: str, measured: object) -> None:
    settings = Settings(
        database_url=database_url,
        tiles_url="https://tiles.example.org:8443/v1/{z}/{x}/{y}.pbf",
        tiles_attribution="© OpenStreetMap <contributors>",
    )
    (page,) = _get(settings, "/de/")
    assert _config(page.text)["tiles"] == {
        "url": "https://tiles.example.org:8443/v1/{z}/{x}/{y}.pbf",
        "attribution": "© OpenStreetMap <contributors>",
    }
    assert "© OpenStreetMap &lt;contributors&gt;" in page.text
    policy = page.headers["Content-Security-Policy"].split("; ")
    assert "connect-src 'self' https://tiles.example.org:8443" in policy
    assert [rule for rule in policy if "example" in rule] == ["connect-src 'self' https://tiles.example.org:8443"]
    (without,) = _get(Settings(database_url=database_url), "/de/")
    policy = without.headers["Content-Security-Policy"].split("; ")
    assert [rule for rule in policy if "connect-src" in rule or "http" in rule] == []


def _get(settings: Settings, *addresses: str) -> list[httpx.Response]:
    """The answers of an application of its own."""

    async def get() -> list[httpx.Response]:
        app = create_app(settings)
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://x") as client,
        ):
            return [await client.get(address) for address in addresses]

    return asyncio.run(get())


def _config(page: str) -> dict[str, Any]:
    return json.loads(html.unescape(re.findall(r'data-config="([^"]+)"', page)[0]))


def _rows(page: str) -> dict[str, str]:
    """The rows of the table by station, in their order."""
    parts = page.split('<tr role="row" data-station="')[1:]
    return {part.split('"')[0]: '<tr data-station="' + part.split("</tr>")[0] for part in parts}


def _sorted_by(page: str) -> list[tuple[str, str]]:
    """Which columns are said to be sorted, and where their links lead."""
    return re.findall(r'aria-sort="(\w+)">\s*<a href="([^"#]+)', page)


def _flags(row: str) -> int:
    return len(re.findall(r'class="flag" data-flag>', row))


def _sent(form: str) -> dict[str, str]:
    """What a form sends as it stands there."""
    sent: dict[str, str] = {}
    for field in re.findall(r"<input [^>]+>", form):
        said = dict(re.findall(r'(\w+)="([^"]*)"', field))
        if said.get("type") in ("hidden", "search") or " checked" in field:
            sent[said["name"]] = said["value"]
    for name, options in re.findall(r'<select name="(\w+)"(.*?)</select>', form, re.DOTALL):
        chosen = re.findall(r'value="(\w*)" selected', options)
        if chosen:
            sent[name] = chosen[0]
    return sent


def _text(page: str) -> str:
    """What stands there, without tags, spaces joined."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
