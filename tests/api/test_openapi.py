"""The OpenAPI document: whole, valid, and its examples are answers."""

import asyncio
import re
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from api.world import Client
from pydantic import BaseModel, ValidationError
from schemathesis.openapi import from_dict

from plietsch.api import describing, documents, examples, openapi, problems
from plietsch.api.app import create_app
from plietsch.api.latest import documents as latest
from plietsch.api.stations import documents as stations
from plietsch.api.stations import examples as station_examples
from plietsch.platform.settings import Settings


@pytest.fixture(scope="module")
def document(quiet_api: Client) -> dict[str, Any]:
    return quiet_api.json("/api/v1/openapi.json")


EXAMPLES: list[tuple[type[BaseModel], dict[str, Any]]] = [
    (stations.StationCollection, station_examples.STATIONS),
    (stations.StationDetailsFeature, station_examples.STATION),
    (latest.LatestValues, latest.EXAMPLE),
    (documents.Links, examples.LINKS),
    (documents.Health, examples.HEALTH),
    (documents.Health, examples.HEALTH_DOWN),
    (documents.Problem, examples.PARAMETER_PROBLEM),
    (documents.Problem, examples.STATION_PROBLEM),
    (documents.Problem, examples.DATABASE_PROBLEM),
]


@pytest.mark.parametrize(("model", "example"), EXAMPLES)
def test_an_example_has_the_shape_of_its_answer(model: type[BaseModel], example: dict[str, Any]):
    model.model_validate(example)


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        assert list(operations) == ["get"], path
        yield path, operations["get"]


def _resolved(document: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    found: Any = value
    while "$ref" in found:
        parts = found["$ref"].removeprefix("#/").split("/")
        found = document
        for part in parts:
            found = found[part]
    return found


def test_who_asks_first_keeps_nobody_else_waiting():
    """It takes half a second to make, which is not spent where everybody's requests are answered."""
    app = create_app(Settings())
    made_in: list[int] = []
    make = openapi.get_openapi

    def noted(**arguments: Any) -> dict[str, Any]:
        made_in.append(threading.get_ident())
        return make(**arguments)

    async def ask() -> list[bytes]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://plietsch.example") as client:
            return [each.content for each in await asyncio.gather(*(client.get(openapi.PATH) for _ in range(2)))]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(openapi, "get_openapi", noted)
        one, other = asyncio.run(ask())
    assert one == other
    assert len(made_in) == 1
    assert threading.get_ident() not in made_in


def test_everything_that_was_promised_is_there(document: dict[str, Any]):
    promised = {"stations", "datastreams", "observations", "latest", "statistics", "gauges", "properties"}
    promised |= {"device-types", "annotations", "changes", "live"}
    assert {f"/api/v1/{name}" for name in promised} <= set(document["paths"])
    with_code = {"stations", "gauges", "properties", "device-types"}
    assert {f"/api/v1/{name}/{{code}}" for name in with_code} | {"/api/v1/datastreams/{id}"} <= set(document["paths"])


def test_the_document_says_whose_it_is_and_how_to_ask(document: dict[str, Any]):
    assert document["openapi"].startswith("3.1")
    assert set(document["info"]) >= {"title", "summary", "description", "version", "license", "contact"}
    assert document["servers"] == [{"url": "/", "description": "This site."}]
    assert document["security"] == [{}, {"token": []}]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    named = {tag["name"] for tag in document["tags"]}
    assert {tag for _, operation in _operations(document) for tag in operation["tags"]} <= named


def test_every_address_and_parameter_is_described_with_an_example(document: dict[str, Any]):
    for path, operation in _operations(document):
        assert operation["summary"], path
        assert operation["description"], path
        for parameter in operation.get("parameters", []):
            assert parameter["description"], (path, parameter["name"])
            assert parameter["example"] is not None, (path, parameter["name"])
            assert "'null'" not in str(parameter["schema"]), (path, parameter["name"])


def test_every_answer_is_described_by_status_and_format(document: dict[str, Any]):
    for path, operation in _operations(document):
        answers = {status: _resolved(document, each) for status, each in operation["responses"].items()}
        assert {"200", "400", "500"} <= set(answers), path
        assert not {"422", "default"} & set(answers), path
        if path.startswith("/api/"):
            assert {"401", "414", "429", "503"} <= set(answers), path
        for status, answer in answers.items():
            assert answer["description"], (path, status)
            for media_type, media in answer.get("content", {}).items():
                assert "example" in media or "examples" in media, (path, status, media_type)
                assert media["schema"], (path, status, media_type)
            if status >= "400" and path.startswith("/api/"):
                assert list(answer["content"]) == [problems.MEDIA_TYPE], (path, status)


def test_every_format_of_an_address_is_described(document: dict[str, Any]):
    for path, operation in _operations(document):
        formats = [each for each in operation.get("parameters", []) if each["name"] == "format"]
        if formats:
            described = operation["responses"]["200"]["content"]
            assert {"application/json", "text/csv", "application/vnd.apache.parquet"} <= set(described), path
            assert "`.metadata.json`" in operation["description"], path


def test_every_column_with_a_unit_says_which(document: dict[str, Any]):
    """A number that is a quantity has its unit in its name, its description, or beside it."""
    lonely: list[str] = []
    for name, schema in document["components"]["schemas"].items():
        members = schema.get("properties", {})
        has_unit = {"unit", "units"} & set(members)
        for member, said in members.items():
            is_number = "number" in str(said.get("type", said.get("anyOf", "")))
            told = has_unit or said.get("description") or re.search(r"_(m|cm|s|ms|deg|percent)$", member)
            if is_number and not told:
                lonely.append(f"{name}.{member}")
    assert lonely == []


def test_every_reference_leads_somewhere(document: dict[str, Any]):
    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            found = [ref for each in value.values() for ref in references(each)]
            return [value["$ref"], *found] if isinstance(value.get("$ref"), str) else found
        return [ref for each in value for ref in references(each)] if isinstance(value, list) else []

    for reference in set(references(document)):
        assert _resolved(document, {"$ref": reference}), reference


def test_every_header_that_scripts_may_read_is_described_where_it_comes(measured_api: Client, document: dict[str, Any]):
    exposed = set(re.split(", *", measured_api.get("/healthz").headers["access-control-expose-headers"]))
    assert exposed <= set(document["components"]["headers"])
    lower = {name.lower() for name in exposed}
    missing: set[tuple[str, int, str]] = set()
    for path, operation in _operations(document):
        takes = {each["name"] for each in operation.get("parameters", ())}
        url = path.format(code="pm2_5" if "properties" in path else "harbour", id=1)
        for answer in _answers(measured_api, url, takes):
            said = _resolved(document, operation["responses"][str(answer.status_code)]).get("headers", {})
            come = {name for name in answer.headers if name in lower or name.startswith("plietsch-")}
            promised = {name.lower() for name in said}
            # What is dated is dated in every format.
            lacking = {"last-modified"} & promised - come
            missing |= {(path, answer.status_code, name) for name in (come - promised) | lacking}
    assert missing == set()


def _answers(api: Client, url: str, takes: set[str]) -> Iterator[httpx.Response]:
    """Some answers of an address: whole, a page, as rows, that nothing has changed, and a problem."""
    some = {name: value for name, value in {"limit": 1, "last": "24h"}.items() if name in takes}
    if url.endswith("/live"):
        yield api.request("HEAD", url)
        return
    found = api.request("GET", url, params=some)
    yield found
    yield api.request("GET", url, params=some, headers={"If-None-Match": "*"})
    yield api.request("GET", url, params={"no": "such"})
    if "format" in takes:
        yield api.request("GET", f"{url}.csv")


def test_shapes_are_called_by_words(document: dict[str, Any]):
    """Who generates a client has classes of these names; two of one name would be told apart by modules of ours."""
    assert [
        name for name in document["components"]["schemas"] if not re.fullmatch(r"([A-Z][a-z]*)+|GeoJSON", name)
    ] == []


def test_every_shape_is_one_of_an_answer(document: dict[str, Any]):
    schemas = document["components"]["schemas"]
    used: set[str] = set()
    to_do = set(_shapes_in({**document, "components": document["components"]["responses"]}))
    while to_do:
        used |= to_do
        to_do = {each for name in to_do for each in _shapes_in(schemas[name])} - used
    assert set(schemas) - used == set()


def _shapes_in(part: Any) -> list[str]:
    return re.findall(r"'#/components/schemas/(\w+)'", str(part))


def test_members_may_be_added(document: dict[str, Any]):
    """A client that was generated from today's document reads tomorrow's answers."""
    assert "'additionalProperties': False" not in str(document)
    with pytest.raises(ValidationError, match="undocumented"):
        documents.Health.model_validate(examples.HEALTH | {"undocumented": 1})


def test_the_document_is_valid(document: dict[str, Any]):
    from_dict(document).validate()


def test_the_examples_of_problems_are_what_is_answered(quiet_api: Client):
    asked = {"headers": {"X-Request-Id": examples.STATION_PROBLEM["request_id"]}}
    assert quiet_api.problem("/api/v1/stations/nowhere", **asked) == examples.STATION_PROBLEM
    assert quiet_api.problem("/api/v1/observations", **asked, property="pm25") == examples.PARAMETER_PROBLEM


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_no_page_that_loads_from_elsewhere(quiet_api: Client, path: str):
    assert quiet_api.get(path).status_code == 404


def test_nothing_is_cut_off_where_no_limit_is_asked_for(document: dict[str, Any]):
    paged = {
        path: parameter["schema"]
        for path, operation in _operations(document)
        for parameter in operation.get("parameters", ())
        if parameter["name"] == "limit" and path != "/api/v1/changes"
    }
    assert {"/api/v1/datastreams", "/api/v1/statistics", "/api/v1/gauges", "/api/v1/annotations"} <= set(paged)
    assert [path for path, schema in paged.items() if "default" in schema] == []


def test_every_member_and_every_parameter_says_what_it_is(document: dict[str, Any]):
    silent = [
        (shape, name)
        for shape, schema in document["components"]["schemas"].items()
        for name, member in schema.get("properties", {}).items()
        if not member.get("description")
    ]
    silent += [
        (path, parameter["name"])
        for path, operation in _operations(document)
        for parameter in operation.get("parameters", ())
        if not parameter.get("description")
    ]
    assert silent == []


def test_a_picture_of_a_station_that_was_renamed_says_that_it_leads_on():
    document: dict[str, Any] = {"info": {}, "components": {"schemas": {}}, "paths": {}}
    chart = {"responses": {"200": {}}}
    document["paths"]["/api/v1/stations/{code}/chart.{kind}"] = {"get": chart}
    describing.complete(document, "")
    assert "308" in chart["responses"]
