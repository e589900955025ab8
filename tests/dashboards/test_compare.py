"""Stations beside each other: the comparison's page without scripts, its picture, and who is compared with whom."""

import html
import re
from collections.abc import Callable, Iterator
from xml.etree import ElementTree

import psycopg
import pytest
from dashboards.journey_scene import Reader, text_of

from plietsch.dashboards.picture import svg
from plietsch.dashboards.texts import LANGUAGES
from plietsch.platform import roles
from support import databases

AIR, OTHER, SILENT, RAIN = "flensburg-suedermarkt", "flensburg-hafenspitze", "husum-markt", "flensburg-regen"
SVG = "{http://www.w3.org/2000/svg}"
Observe = Callable[[str, str, float, float], None]


@pytest.fixture
def reader(database_url: str) -> Iterator[Reader]:
    """A reader of a site that may do no more in the database than the site has to."""
    with databases.member(database_url, roles.SITE) as url:
        reader = Reader(url)
        yield reader
        reader.close()


def _picture(page: str) -> ElementTree.Element:
    """The one for a wide screen; the other one has the same lines, and no name twice."""
    wide, narrow = (ElementTree.fromstring(each) for each in re.findall(r"<svg.*?</svg>", page, re.DOTALL))
    names = [{each.get("id") for each in root.iter() if each.get("id")} for root in (wide, narrow)]
    assert not names[0] & names[1] and {f"narrow-{name}" for name in names[0] if "line-" in str(name)} <= names[1]
    meant = re.findall(r"url\(#([^)]+)\)", ElementTree.tostring(narrow).decode())
    assert {*meant, *narrow.get("aria-labelledby", "").split()} <= names[1]
    assert not [each.text for each in narrow.iter(f"{SVG}text") if "…" in (each.text or "")], "all of it can be read"
    return wide


def _options(page: str, name: str) -> dict[str, str]:
    (select,) = re.findall(rf'<select id="{name}".*?</select>', page, re.DOTALL)
    return dict(re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)</option>', select))


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_stations_stand_beside_each_other_as_picture_and_table(reader: Reader, observe: Observe, language: str):
    for minutes in range(10, 600, 10):
        observe(AIR, "temperature", 5.5, minutes)
        if not 200 < minutes < 400:
            observe(OTHER, "temperature", 7.25, minutes)
    query = f"station={AIR}&station={OTHER}&property=temperature&last=24h"
    page = reader.page(f"/{language}/compare?{query}")
    root = _picture(page)
    written = [element.text for element in root.iter(f"{SVG}text")]
    assert {"Flensburg, Südermarkt", "Flensburg, Hafenspitze"} <= set(written)
    strokes = {name: _stroke(root, name) for name in ("line-1", "line-2")}
    # Told apart by more than colour; a break where one of them was silent.
    assert not strokes["line-1"].get("stroke-dasharray") and strokes["line-2"].get("stroke-dasharray")
    assert strokes["line-1"].get("d", "").count("M") == 1 and strokes["line-2"].get("d", "").count("M") == 2
    # It follows the reader's theme, and needs nothing that the policy forbids.
    assert strokes["line-1"].get("stroke") == "var(--accent)"
    assert "style=" not in ElementTree.tostring(root).decode() and "#ffffff" not in page
    # The links stand apart from what leads to them.
    assert re.search(r"(?i)wiki\w*: <a [^>]+>PNG</a>, <a ", page)
    cells = re.findall(
        r"<tr><th scope=\"row\"><time [^>]*>[^<]+</time></th><td>([^<]+)</td><td>([^<]+)</td></tr>", page
    )
    comma = "." if language == "en" else ","
    assert {one for one, _ in cells} == {f"5{comma}5"} and "–" in {other for _, other in cells}
    assert re.findall(r'<tr class="extent">.*?</tr>', page)[0].count(f"5{comma}5") == 1
    address = re.findall(r'<a href="([^"]+)" type="text/csv">', page)[0]
    answer = reader.get(html.unescape(address))
    # The table's own rows: the same steps, a column for each station.
    head, *rows = answer.text.splitlines()
    assert head == f"time,{OTHER}.temperature,{AIR}.temperature"
    times = re.findall(r'<th scope="row"><time datetime="([^"]+)"', page)
    assert [row.split(",")[0] for row in reversed(rows)] == [time.replace("+00:00", "Z") for time in times]
    said = [(row.split(",")[2].replace(".", comma), "7" in row.split(",")[1]) for row in reversed(rows)]
    assert said == [(one, other != "–") for one, other in cells]
    # Who passes the address on sends its picture along.
    assert re.search(rf'property="og:image" content="https?://[^/"]+/{language}/compare\.png\?station={AIR}&amp;', page)
    assert f"/{language}/compare?station={OTHER}&amp;property=temperature&amp;last=24h" in page
    others = {other for other in LANGUAGES if f'href="/{other}/compare?station={AIR}&amp;station={OTHER}' in page}
    assert others == set(LANGUAGES)


def _stroke(root: ElementTree.Element, name: str) -> ElementTree.Element:
    part = next(element for element in root.iter(f"{SVG}g") if element.get("id") == name)
    return next(iter(part.iter(f"{SVG}path")))


@pytest.mark.usefixtures("measured")
def test_one_station_is_compared_with_itself_raw_and_corrected(reader: Reader, database_url: str):
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO observation SELECT d.id, now() - minutes * interval '1 minute', 9, now(), 1"
            " FROM datastream d JOIN station s ON s.id = d.station_id"
            " JOIN observed_property p ON p.id = d.observed_property_id AND p.code = 'pm2_5'"
            " CROSS JOIN generate_series(5, 600, 10) AS minutes"
            " WHERE s.code = %s AND d.method <> p.default_method",
            (AIR,),
        )
    root = _picture(reader.page(f"/en/compare?station={AIR}&property=pm2_5&last=24h"))
    assert {"as measured", "corrected for humidity"} <= {element.text for element in root.iter(f"{SVG}text")}
    # Beside another one, each by the method that is meant where nobody names one.
    page = reader.page(f"/en/compare?station={AIR}&station={SILENT}&property=pm2_5&last=24h")
    assert "corrected for humidity" not in text_of(page)
    assert "Husum, Markt <b>& (no data)" in {element.text for element in _picture(page).iter(f"{SVG}text")}


@pytest.mark.usefixtures("water_and_rain")
def test_what_cannot_be_compared_is_said_and_the_form_leads_on(reader: Reader):
    empty = reader.page("/de/compare")
    assert AIR in _options(empty, "add") and "<svg" not in empty
    page = reader.page(f"/de/compare?station={RAIN}&station={AIR}&station={AIR}&property=temperature&last=30d")
    assert "Flensburg, Regen misst das nicht." in text_of(page)
    assert set(_options(page, "add")) == {"", OTHER, SILENT}
    assert set(_options(page, "last")) == {"24h", "7d", "30d", "12mo"}
    assert {"temperature", "rain_1h"} <= set(_options(page, "property"))
    assert re.findall(r'<input type="hidden" name="station" value="([^"]+)">', page) == [RAIN, AIR]
    for query in ("last=soon", "property=colour", "from=2020-01-01T00:00:00Z", f"last=7d&to=now&station={AIR}"):
        assert "hier ist, was geht" in text_of(reader.page(f"/de/compare?{query}")).lower(), query
    many = "&".join(f"station={code}" for code in (AIR, OTHER, SILENT, RAIN, "flensburg-pegel", "a", "b"))
    assert reader.get(f"/de/compare?{many}").status_code == 404
    assert reader.get("/fr/compare").status_code == 404
    # Every field has its label.
    fields = set(re.findall(r'<select id="([^"]+)"', page))
    assert fields == set(re.findall(r'<label for="([^"]+)"', page)) == {"add", "property", "last"}


@pytest.mark.usefixtures("water_and_rain")
def test_rain_is_compared_by_lines_of_sums(reader: Reader):
    page = reader.page(f"/en/compare?station={RAIN}&property=rain&last=24h")
    assert "Compare: Rain" in text_of(page) and "Sums of hours" in text_of(page)


@pytest.mark.usefixtures("water_and_rain")
def test_a_comparison_is_a_picture_of_its_own(reader: Reader):
    query = f"station={AIR}&station={OTHER}&property=pm2_5&last=24h"
    png = reader.get(f"/de/compare.png?{query}&width=400&height=300")
    assert (png.status_code, png.headers["Content-Type"]) == (200, "image/png")
    assert (int.from_bytes(png.content[16:20], "big"), int.from_bytes(png.content[20:24], "big")) == (400, 300)
    assert reader.get(f"/de/compare.svg?{query}").headers["Content-Type"] == "image/svg+xml"
    assert reader.get("/de/compare.svg").status_code == 404


@pytest.mark.usefixtures("measured")
def test_of_several_quantities_the_last_one_is_shown_by_its_name_and_said_so(reader: Reader):
    query = f"station={AIR}&station={OTHER}&property=temperature&property=pm2_5&last=24h"
    root = ElementTree.fromstring(reader.get(f"/en/compare.svg?{query}").content)
    title = root.findtext(f"{SVG}title", "")
    assert title.startswith("Fine dust PM2.5 compared: Fine dust PM2.5 (µg/m³)")
    assert "Fine dust PM2.5 compared" in {element.text for element in root.iter(f"{SVG}text")}
    page = reader.page(f"/en/compare?{query}")
    assert f"<title>{title}</title>" not in page and f">{title}</title>" in page
    assert "here is what can" in text_of(page)
    assert "property=pm2_5" in page and "property=temperature" not in page.split("<main")[1]
    # Twice the same is no mistake.
    assert "here is what can" not in text_of(reader.page(f"/en/compare?{query.replace('temperature', 'pm2_5')}"))
    data = reader.get(f"/en/compare.metadata.json?{query}").json()
    assert "pm2_5" in data["address"] and "temperature" not in data["address"]


@pytest.mark.usefixtures("water_and_rain")
def test_a_station_names_the_nearest_ones_that_measure_the_same(reader: Reader):
    page = reader.page(f"/en/stations/{AIR}?property=pm2_5&span=week")
    found = re.findall(r'<a href="(/en/compare\?[^"]+)">([^<]+)</a>', page)
    assert [html.unescape(name) for _, name in found] == [
        "with Flensburg, Hafenspitze",
        "with Husum, Markt <b>&",
        "with all of these",
    ]
    assert all("last=7d" in address and "property=pm2_5" in address for address, _ in found)
    assert reader.get(html.unescape(found[-1][0])).status_code == 200
    assert "/en/compare?" not in reader.page(f"/en/stations/{RAIN}")


def test_a_picture_within_a_page_has_no_colours_of_its_own_but_those_of_classes():
    drawn = b'<path stroke="#0b6475" fill="#ffffff"/><path stroke="#5b4a9e"/><path fill="#f3e06a"/><a id="#0b6475x"/>'
    assert svg.inline(drawn) == (
        '<path stroke="var(--accent)" fill="var(--paper)"/><path stroke="var(--line-3)"/><path fill="#f3e06a"/>'
        '<a id="#0b6475x"/>'
    )
