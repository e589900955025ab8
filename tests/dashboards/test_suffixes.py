"""Addresses and what stands behind them, over the whole site: data, or a problem that names what there is."""

from collections.abc import Iterator

import pytest
from dashboards.journey_scene import Reader

from plietsch.api.formats.kinds import GEO, KINDS
from plietsch.dashboards.page_data import unknown
from plietsch.platform import roles
from support import databases

AIR = "flensburg-suedermarkt"
PROBLEM = "application/problem+json"
ASKED = (*(KINDS[name].suffix for name in GEO), ".xml", ".XLSX", ".png", ".html", ".csv.gz", ".tar.bz2")
_VALUE = f"/da/stations/{AIR}/values/pm2_5/2026-11-21T12:00:00Z"
# What each address has behind it, and a word of the hint for what it has not.
_THERE: dict[str, tuple[set[str], str]] = {
    "/de": (set(), "/api/v1/stations"),
    "/en/": (set(), "/api/v1/stations"),
    f"/de/stations/{AIR}": ({KINDS[name].suffix for name in GEO}, ".parquet"),
    _VALUE: (set(), "/api/v1/observations"),
    "/da/developers": (set(), "/api/v1"),
    "/developers": (set(), "/api/v1"),
    "/status": ({".json"}, "/status.json"),
    "/en/status": (set(), "/status.json"),
    "/healthz": (set(), "GET /healthz"),
    "/api/v1": (set(), "GET /api/v1"),
    "/api/v1/openapi.json": (set(), "openapi.json"),
    "/api/v1/properties": ({KINDS[name].suffix for name in GEO} - {".geojson"}, "parquet"),
}


@pytest.fixture
def reader(database_url: str, measured: None) -> Iterator[Reader]:
    """A reader of a site that may do no more in the database than the site has to."""
    with databases.member(database_url, roles.SITE) as url:
        reader = Reader(url)
        yield reader
        reader.close()


def test_a_suffix_that_there_is_not_is_a_problem_that_names_what_there_is(reader: Reader):
    for address, (there, named) in _THERE.items():
        for suffix in ASKED:
            # A browser, too, asked for data.
            for accept in ("*/*", "text/html,*/*;q=0.8"):
                answer = reader.get(address + suffix, {"Accept": accept})
                if suffix in there:
                    assert answer.status_code == 200, address + suffix
                    continue
                found = (answer.status_code, answer.headers["Content-Type"])
                assert found == (400, PROBLEM), address + suffix
                problem = answer.json()
                assert problem["type"] == "/developers#problem-format-unavailable"
                assert named in problem["hint"] and problem["parameter"] == "format", address + suffix


def test_of_a_comparison_there_are_values_and_pictures(reader: Reader):
    query = f"?station={AIR}&property=pm2_5&last=24h"
    for suffix in (*ASKED, ".svg"):
        answer = reader.get(f"/de/compare{suffix}{query}")
        if suffix in {".png", ".svg"} or suffix in {KINDS[name].suffix for name in GEO} - {".geojson"}:
            assert answer.status_code == 200, suffix
        else:
            assert (answer.status_code, answer.headers["Content-Type"]) == (400, PROBLEM), suffix
            assert "parquet" in answer.json()["hint"]
    # Without its language it leads there, whatever stands behind it.
    for suffix in ("", ".csv", ".png"):
        assert reader.get(f"/compare{suffix}{query}").headers["Location"] == f"/de/compare{suffix}{query}"


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
@pytest.mark.parametrize("address", ["/status.csv", "/de/compare.xml", f"/de/stations/{AIR}.gif", "/healthz.excel.csv"])
def test_other_methods_say_so_without_words(reader: Reader, method: str, address: str):
    answer = reader.ask(method, address)
    assert "text/html" not in answer.headers.get("Content-Type", "")
    if method == "HEAD":
        assert (answer.status_code, answer.headers["Content-Type"]) == (400, PROBLEM)


@pytest.mark.parametrize(
    "path",
    [
        "/robots.txt",
        "/static/a.js",
        "/de/compare",
        "/status.json",
        "/de/stations/x/values/pm10/2026-11-21T12:00:00.5Z",
        "/fr/status.csv",
        "/data/flensburg/frames",
    ],
)
def test_what_is_no_page_with_a_suffix_is_left_alone(path: str):
    unknown.refuse(path)


def test_who_asks_for_json_gets_problems_of_pages_too(reader: Reader):
    for address, status in (("/de/nowhere", 404), ("/de/stations/nowhere", 404), ("/en/compare.png?width=x", 400)):
        for accept, media_type in (
            ("application/json", PROBLEM),
            ("application/problem+json, */*;q=0.1", PROBLEM),
            ("text/html, application/json", "text/html; charset=utf-8"),
        ):
            answer = reader.get(address, {"Accept": accept})
            assert (answer.status_code, answer.headers["Content-Type"]) == (status, media_type), (address, accept)
    assert "Diese Seite gibt es nicht" in reader.get("/de/nowhere", {"Accept": "*/*"}).text
    # A picture of nothing: to a program that shows pictures, in no page.
    assert reader.get("/de/compare.svg", {"Accept": "image/*"}).json()["status"] == 404
    # A mistake in the address is not one of ours.
    page = reader.get("/de/compare.png?width=x", {"Accept": "text/html"}).text
    assert "Das lässt sich nicht beantworten" in page and "Der Fehler liegt bei uns" not in page
