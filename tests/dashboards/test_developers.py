"""The developers' page: what it says is so. Every address on it answers, every resource and problem is explained."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from plietsch.api import problems
from plietsch.dashboards.developers import asking, mistakes, recipes, region, words
from plietsch.dashboards.developers.examples import BASE, Here
from plietsch.dashboards.texts import LANGUAGES, Texts

_HREF = re.compile(r'(?:href|src)="([^"#]+)')
_ID = re.compile(r'\bid="([^"]+)"')


@pytest.fixture(scope="module")
def reader() -> Iterator[httpx.Client]:
    """One for all questions: each of its own would read the authorities' certificates anew."""
    with httpx.Client(follow_redirects=True, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def pages(reader: httpx.Client, open_data_site: str) -> dict[str, str]:
    """The page in each language."""
    return {each: _get(reader, open_data_site, f"/{each}/developers").text for each in LANGUAGES}


@pytest.fixture(scope="module")
def document(reader: httpx.Client, open_data_site: str) -> dict[str, Any]:
    return _get(reader, open_data_site, "/api/v1/openapi.json").json()


def test_every_address_on_the_page_answers(reader: httpx.Client, open_data_site: str, pages: dict[str, str]):
    code = re.findall(rf"{open_data_site}(/[^\s\"'<]*)", unescape(pages["en"]))
    linked = [unescape(each) for page in pages.values() for each in _HREF.findall(page)]
    addresses = {
        urlsplit(each)._replace(scheme="", netloc="").geturl()
        for each in linked + code
        if _is_ours(each, open_data_site)
    }
    assert any("/observations.parquet" in each for each in addresses)
    assert any(each.endswith(".js") for each in addresses)
    wrong = {each: status for each in addresses if (status := _status(reader, open_data_site, each)) != 200}
    assert wrong == {}
    linked_elsewhere = [each for each in linked if not _is_ours(each, open_data_site) and "example.org" not in each]
    assert {urlsplit(each).hostname for each in linked_elsewhere} == {"www.bkg.bund.de", "www.soest.hawaii.edu"}


def test_every_address_of_the_manual_and_of_the_api_itself_answers(
    reader: httpx.Client, open_data_site: str, document: dict[str, Any]
):
    manual = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    here = Here(open_data_site, level="schleswig-pegel")
    addresses = re.findall(r"http://127\.0\.0\.1:8460(/[^\s'`)]*)", manual)
    links = _get(reader, open_data_site, "/api/v1").json()["links"].values()
    asked = {here.fill(each) for each in [*addresses, *links]}
    assert len(asked) > 12
    assert {each: status for each in asked if (status := _status(reader, open_data_site, each)) != 200} == {}
    # What the API says of itself is all that it has but for one thing of each kind.
    assert {f"/api/v1/{each.name}" for each in asking.resources(document) if "{" not in each.name} <= set(links)


def test_places_on_the_page_are_there_once(pages: dict[str, str]):
    ids = _ID.findall(pages["de"])
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', pages["de"])) <= set(ids)


def test_the_page_is_about_this_site(open_data_site: str, pages: dict[str, str]):
    text = unescape(pages["da"])
    assert BASE not in text
    assert f"curl {open_data_site}/api/v1/stations" in text
    assert "gauges/schleswig-pegel" in text
    assert "municipality_key=01001000" in text
    assert "CC0-1.0 · OK Lab" in text


def test_every_resource_is_explained_in_the_readers_language(pages: dict[str, str], document: dict[str, Any]):
    known = asking.resources(document)
    assert {each.name for each in known} == set(words.ABOUT)
    for language, page in pages.items():
        texts = Texts.read(language)
        assert all(texts.translate(words.ABOUT[each.name]) in unescape(page) for each in known)


def test_every_parameter_of_a_resource_is_listed(pages: dict[str, str], document: dict[str, Any]):
    ways = pages["en"].partition('id="try"')[0].split('<div class="way">')[1:]
    listed = {re.findall("<code>(.*?)</code>", way)[0]: set(re.findall(r"<dt><code>(\w+)</code>", way)) for way in ways}
    assert listed == {
        each.path: {parameter.name for parameter in each.parameters} for each in asking.resources(document)
    }


def test_the_formats_are_those_of_the_api(document: dict[str, Any]):
    offered = {value for each in asking.resources(document) for value in each.formats}
    assert offered == {each.code for each in words.FORMATS}


def test_every_problem_has_its_anchor_and_a_way_out(pages: dict[str, str]):
    for language, page in pages.items():
        said = mistakes.of(Texts.read(language))
        assert {each.name for each in said} == {each.name for each in problems.kinds()}
        assert all(each.what_to_do for each in said)
        assert all(f'id="problem-{each.name}"' in page for each in said)


@pytest.mark.parametrize(("header", "language"), [("da,en;q=0.5", "da"), ("fr", "de"), ("en-GB", "en")])
def test_the_short_address_leads_to_the_readers_language(
    reader: httpx.Client, open_data_site: str, header: str, language: str
):
    answer = reader.get(f"{open_data_site}/developers", follow_redirects=False, headers={"Accept-Language": header})
    assert (answer.status_code, answer.headers["location"]) == (307, f"/{language}/developers")


@pytest.mark.parametrize(
    ("answers", "address"),
    [
        ({}, "/api/v1/observations"),
        (
            {"resource": "observations", "station": "husum-regen", "property": "", "last": "7d", "format": "csv"},
            "/api/v1/observations?station=husum-regen&last=7d&format=csv",
        ),
        # What an address does not take is left out.
        ({"resource": "properties", "station": "husum-regen", "last": "7d"}, "/api/v1/properties"),
        ({"resource": "observations", "format": "exe", "colour": "red"}, "/api/v1/observations"),
        ({"resource": "observations", "station": "a&b=c d"}, "/api/v1/observations?station=a%26b%3Dc+d"),
    ],
)
def test_the_form_leads_to_its_address_without_a_script(
    reader: httpx.Client, open_data_site: str, answers: dict[str, str], address: str
):
    answer = reader.get(f"{open_data_site}/en/developers/try", follow_redirects=False, params=answers)
    assert (answer.status_code, answer.headers["location"]) == (303, address)


@pytest.mark.parametrize("resource", ["live", "stations/{code}", "https://elsewhere.example", "nowhere"])
def test_what_the_form_does_not_offer_is_no_page(reader: httpx.Client, open_data_site: str, resource: str):
    answer = reader.get(f"{open_data_site}/en/developers/try", follow_redirects=False, params={"resource": resource})
    assert answer.status_code == 404


def test_whom_to_ask_is_the_operators_to_say_and_a_page_without_any_station_is_one(
    reader: httpx.Client, database_url: str, serve: Any
):
    with serve(database_url, contact="data@lab.example") as address:
        page = _get(reader, address, "/en/developers").text
    assert 'href="mailto:data@lab.example"' in page
    assert "flensburg-suedermarkt" in page


def test_an_example_speaks_of_what_is_measured_here():
    dust = region.Measured("pm2_5", "PM2.5", "µg/m³", "husum-markt", None)
    level = region.Measured("water_level", "Water level", "cm", "husum-pegel", "01054056")
    assert region.here("https://x.example", [level, dust]) == Here(
        "https://x.example", "husum-markt", "husum-pegel", "01054056"
    )
    assert region.here("https://x.example", []) == Here("https://x.example")
    shown = recipes.shown(recipes.RECIPES, region.here("https://x.example", [level, dust]), Texts.read("en"))
    text = "\n".join(each.code for each in shown)
    assert 'api = "https://x.example/api/v1"' in text
    assert "husum-pegel" in text
    assert "=01054056" in text
    assert "flensburg-" not in text


def _get(reader: httpx.Client, site: str, path: str) -> httpx.Response:
    return reader.get(site + path).raise_for_status()


def _is_ours(address: str, site: str) -> bool:
    return address.startswith(("/", site)) and not address.startswith("//")


def _status(reader: httpx.Client, site: str, address: str) -> int:
    with reader.stream("GET", site + address) as answer:
        return answer.status_code
