"""Every address and parameter of the OpenAPI document against values that cannot be meant: a problem says what to do.

Nothing here knows the routes: what the document describes is asked, so that a new parameter is asked without anybody
thinking of it.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from api.world import Client, described

from plietsch.api import documents

DOCUMENT: dict[str, Any] = described()
# A station, a property, a series and so on that there is, so that the path itself is no mistake.
THERE = {"code": "harbour", "id": "1"}
CODES = {"/properties/": "pm2_5", "/device-types/": "plietsch-fine-dust"}
# What nothing takes, whatever it is: by default, each parameter is asked some of it.
NEVER = ["\x00", "\x1b[31m", "\u202e", "x" * 3000, "' OR 1=1 --", "<script>alert(1)</script>", "../../etc/passwd"]
# By type of a parameter, what is none of it.
NONE_OF = {
    "integer": ["one", "1.5", "1e3", "0x10", "9" * 400, "nan", "", "٣٣٣٣"],
    "boolean": ["maybe", "2", ""],
    "number": ["one", "nan", "inf", ""],
    "string": [],
}
# By name, what has the form of nothing that is meant.
OF_NAME = {
    "from": [
        "yesterday",
        "2026-13-01T00:00:00Z",
        "2026-05-01T00:00:00",
        "0000-01-01T00:00:00Z",
        "",
        "2026-05-01T25:00Z",
    ],
    "to": ["tomorrow", "2026-02-30T00:00:00Z", "", "99999-01-01T00:00:00Z"],
    "last": ["-1", "0", "h", "24 h", "9" * 30, "1e3h", ""],
    "bbox": ["1,2,3", "a,b,c,d", "9,54,8,55", "0,0,0,91", "nan,0,1,1", "1,2,3,4,5", ""],
    "near": ["9", "9,54,3", "east,north", "181,0", "0,91", "nan,nan", ""],
    "radius": ["-1", "0", "nan", "inf", "far"],
    "nearest": ["-1", "0", "1.5", "all"],
    "tz": ["Mars/Olympus", "../UTC", "+02:00", ""],
    "quality": ["5", "good,bad", "1,,2", "-1", ""],
    "property": ["pm25", "", "PM2_5"],
    "method": ["magic", ""],
    "region": ["atlantis", ""],
    "operator": ["nobody", ""],
    "kind": ["Wind Chime", ""],
    "municipality_key": ["x", "1", "0100100000000", ""],
    "cursor": ["x", "W10=", "-", "5f0c2a9e", "5f0c2a9e-99999999999999999999-1", "é", ""],
    "format": ["pdf", "CSV", ""],
    "lang": ["xx", ""],
}
# What takes any text: it looks for it, and finds nothing.
ANY_TEXT = {"q"}


def _addresses() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in DOCUMENT["paths"].items():
        for parameter in operations["get"].get("parameters", []):
            if parameter["in"] in ("query", "path"):
                yield path, parameter


def _there(path: str) -> dict[str, str]:
    """What stands in the places of a path."""
    return THERE | next(({"code": code} for part, code in CODES.items() if part in path), {})


def _schemas(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema with all that it may be instead, and what its items are."""
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    yield schema
    for each in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())):
        yield from _schemas(each)


def _turned(values: list[str], by: int, most: int) -> list[str]:
    """So many of some values, others at each address: all are asked somewhere."""
    by %= max(len(values), 1)
    return [*values[by:], *values[:by]][:most]


def _bad(parameter: dict[str, Any], by: int = 0, most: int = 1) -> Iterator[str]:
    """Values that cannot be meant by a parameter; of each kind so many at most."""
    schemas = list(_schemas(parameter["schema"]))
    types = {each["type"] for each in schemas if "type" in each} - {"array", "null"}
    if parameter["name"] not in ANY_TEXT:
        yield from _turned(NEVER, by, most)
        yield from _turned(OF_NAME.get(parameter["name"], []), by, 2 * most)
        for type_ in types if len(types) == 1 else ():
            yield from _turned(NONE_OF[type_], by, 2 * most)
    for each in schemas:
        if "minimum" in each:
            yield str(each["minimum"] - 1)
        if "maximum" in each:
            yield str(each["maximum"] + 1)
        if "enum" in each:
            yield from ("none of them", each["enum"][0].upper() + "x")


ADDRESSES = list(_addresses())


@pytest.mark.parametrize(
    ("path", "parameter"), [pytest.param(*each, id=f"{each[0]} {each[1]['name']}") for each in ADDRESSES]
)
def test_a_value_that_cannot_be_meant_is_a_problem_that_says_what_to_do(
    measured_api: Client, path: str, parameter: dict[str, Any], request: pytest.FixtureRequest
):
    most = len(NEVER) if request.config.getoption("--long") else 1
    name, is_path = parameter["name"], parameter["in"] == "path"
    for value in dict.fromkeys(_bad(parameter, ADDRESSES.index((path, parameter)), most)):
        places = _there(path) | ({name: value or "%"} if is_path else {})
        url = path.format(**{place: quote(text, safe="") for place, text in places.items()})
        response = measured_api.request("GET", url, params=None if is_path else {name: value})
        said = f"{url} {name}={value!r}: {response.status_code} {response.text[:300]}"
        assert response.status_code in ((400, 404) if is_path else (400, 404, 410)), said
        problem = documents.Problem.model_validate(response.json())
        assert problem.hint, said
        assert len(response.content) < 4000, said
        assert response.headers["content-type"] == "application/problem+json"
        if response.status_code == 400 and not is_path:
            assert problem.parameter == name, said
        _shows_nothing(response.text)


@pytest.mark.parametrize("path", DOCUMENT["paths"])
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


def test_every_kind_of_parameter_has_values_that_cannot_be_meant():
    for _, parameter in ADDRESSES:
        assert parameter["name"] in ANY_TEXT or list(_bad(parameter)), parameter["name"]


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
