"""Every address and parameter of the OpenAPI document against values that cannot be meant: a problem says what to do.

Nothing here knows the routes: what the document describes is asked, so that a new parameter is asked without anybody
thinking of it.
"""

from typing import Any
from urllib.parse import quote

import pytest
from api.world import Client, described

from api import bad_input
from plietsch.api import documents, openapi
from plietsch.api.formats import unknown_suffixes

DOCUMENT: dict[str, Any] = described()
# A station, a property, a series and so on that there is, so that the path itself is no mistake.
THERE = {"code": "harbour", "id": "1"}
CODES = {"/properties/": "pm2_5", "/device-types/": "plietsch-fine-dust"}


def _there(path: str) -> dict[str, str]:
    """What stands in the places of a path."""
    return THERE | next(({"code": code} for part, code in CODES.items() if part in path), {})


ADDRESSES = list(bad_input.parameters(DOCUMENT))


@pytest.mark.parametrize(
    ("path", "parameter"), [pytest.param(*each, id=f"{each[0]} {each[1]['name']}") for each in ADDRESSES]
)
def test_a_value_that_cannot_be_meant_is_a_problem_that_says_what_to_do(
    measured_api: Client, path: str, parameter: dict[str, Any], request: pytest.FixtureRequest
):
    most = len(bad_input.NEVER) if request.config.getoption("--long") else 1
    name, is_path = parameter["name"], parameter["in"] == "path"
    for value in dict.fromkeys(bad_input.of(DOCUMENT, parameter, ADDRESSES.index((path, parameter)), most)):
        places = _there(path) | ({name: value or "%"} if is_path else {})
        url = path.format(**{place: quote(text, safe="") for place, text in places.items()})
        response = measured_api.request("GET", url, params=None if is_path else {name: value})
        said = f"{url} {name}={value!r}: {response.status_code} {response.text[:300]}"
        assert response.status_code in ((400, 404) if is_path else (400, 404, 410)), said
        problem = documents.Problem.model_validate(response.json())
        assert problem.hint, said
        assert len(response.content) < 4000, said
        assert response.headers["content-type"] == "application/problem+json"
        if response.status_code == 404 and (is_path or problem.type.endswith("resource-unknown")):
            # It is the path that names nothing, as a gauge where there is none.
            assert problem.parameter is None, said
        elif response.status_code in (400, 404) and not is_path:  # what stands behind a dot in a path is a format
            assert problem.parameter == name, said
        _shows_nothing(response.text)


@pytest.mark.parametrize("path", [*DOCUMENT["paths"], openapi.PATH])
def test_a_parameter_that_is_not_known_is_refused(measured_api: Client, path: str):
    url = path.format(**_there(path))
    response = measured_api.request("GET", url, params={"stations": "harbour"})
    assert response.status_code == 400, response.text
    assert response.json()["parameter"] == "stations"
    assert "It takes" in response.json()["hint"]
    assert measured_api.request("GET", url, params={"": ""}).status_code == 400


@pytest.mark.parametrize("path", [path for path in DOCUMENT["paths"] if path.startswith("/api/")])
def test_an_address_that_nobody_reads_is_too_long(measured_api: Client, path: str):
    response = measured_api.request("GET", path.format(**_there(path)), params={"station": "x" * 33_000})
    assert response.status_code == 414
    assert "fewer stations" in response.json()["hint"]


@pytest.mark.parametrize("path", [path for path, each in ADDRESSES if each["name"] == "station"])
def test_as_many_may_be_named_as_an_address_holds(measured_api: Client, path: str):
    named = {"station": ["harbour"] * 1_000}
    # What has no end is asked for its headers.
    response = measured_api.request("HEAD" if path.endswith("/live") else "GET", path, params=named)
    assert response.status_code == 200, response.text


def test_no_list_of_a_parameter_is_shorter_than_an_address():
    assert [(path, each["name"]) for path, each in ADDRESSES if "maxItems" in str(each["schema"])] == []


def test_every_parameter_has_values_of_its_own_that_cannot_be_meant():
    assert bad_input.lacking(DOCUMENT) == []
    # `chart.svg` and the like are the site's: tests/dashboards/test_picture_described.py asks them.
    assert bad_input.unused(DOCUMENT) == {"lang"}


def test_a_parameter_that_the_table_does_not_know_is_found():
    new = {"name": "colour", "in": "query", "schema": {"type": "string"}}
    header = {"name": "X-Colour", "in": "header", "schema": {"type": "string"}}
    paths = {**DOCUMENT["paths"], "/api/v1/new": {"get": {"parameters": [new, header]}, "post": {}}}
    assert bad_input.lacking({**DOCUMENT, "paths": paths}) == [
        ("/api/v1/new", "colour"), ("/api/v1/new", "X-Colour"), ("/api/v1/new", "post"),
    ]  # fmt: skip


def _shows_nothing(text: str) -> None:
    for secret in ("Traceback", "psycopg", "SELECT", ".py"):
        assert secret not in text, text


@pytest.mark.parametrize(
    "path", ["/healthz.json", "/status.csv", "/api/v1/openapi.json.csv", "/api/v1/gauges.xml", "/api/v1/gauges/a.xml"]
)
def test_a_suffix_that_an_address_has_not_is_refused_and_leads_nowhere(quiet_api: Client, path: str):
    problem = quiet_api.problem(path)
    assert (problem["status"], problem["type"]) == (400, "/developers#problem-format-unavailable")
    assert problem["hint"]


@pytest.mark.parametrize("url", ["zz" + "." * 30_000, "datastreams/1" + ".x" * 15_000])
def test_of_any_number_of_dots_the_first_ones_are_looked_at(
    quiet_api: Client, url: str, monkeypatch: pytest.MonkeyPatch
):
    looked_at: list[str] = []
    fits = unknown_suffixes._fits  # pyright: ignore[reportPrivateUsage]

    def noted(known: str, path: str) -> bool:
        looked_at.append(path)
        return fits(known, path)

    monkeypatch.setattr(unknown_suffixes, "_fits", noted)
    assert quiet_api.get(f"/api/v1/{url}").status_code in (400, 404)
    assert 1 <= len(set(looked_at)) <= 2


@pytest.mark.parametrize(
    ("query", "allowed"),
    [
        ("gauges?rank=5", "at most 4"),
        ("gauges?rank=-1", "at least 0"),
        ("datastreams?limit=many", "whole number"),
        ("stations?near=9,54&radius=0", "above 0"),
        ("stations?near=9,54&radius=far", "number"),
        ("statistics?period=week", "'year'"),
        ("observations?resolution=2h", "'1h'"),
        ("annotations?kind=Gap", "new-years-eve"),
        ("stations?kind=wind", "air"),
    ],
)
def test_a_hint_says_what_is_allowed(quiet_api: Client, query: str, allowed: str):
    problem = quiet_api.problem(f"/api/v1/{query}")
    assert (problem["status"], allowed in problem["hint"]) == (400, True), problem
