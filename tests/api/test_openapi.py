"""The OpenAPI document: complete, and its examples are answers."""

from typing import Any

import pytest
from api.world import Client
from pydantic import BaseModel

from plietsch.api import documents, examples
from plietsch.api.latest import documents as latest
from plietsch.api.stations import documents as stations
from plietsch.api.stations import examples as station_examples


@pytest.fixture
def document(quiet_api: Client) -> dict[str, Any]:
    return quiet_api.json("/api/v1/openapi.json")


EXAMPLES: list[tuple[type[BaseModel], dict[str, Any]]] = [
    (stations.StationCollection, station_examples.STATIONS),
    (stations.StationDetailsFeature, station_examples.STATION),
    (latest.LatestValues, latest.EXAMPLE),
    (documents.Observations, examples.OBSERVATIONS),
    (documents.Observations, examples.OBSERVATIONS_BY_HOUR),
    (documents.Properties, examples.PROPERTIES),
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


def test_every_route_is_described_with_examples(document: dict[str, Any]):
    assert sorted(document["paths"]) == [
        "/api/v1",
        "/api/v1/annotations",
        "/api/v1/datastreams",
        "/api/v1/datastreams/{id}",
        "/api/v1/device-types",
        "/api/v1/device-types/{code}",
        "/api/v1/gauges",
        "/api/v1/gauges/{code}",
        "/api/v1/latest",
        "/api/v1/live",
        "/api/v1/observations",
        "/api/v1/properties",
        "/api/v1/properties/{code}",
        "/api/v1/stations",
        "/api/v1/stations/{code}",
        "/healthz",
    ]
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["summary"], path
            assert operation["description"], path
            for media in operation["responses"]["200"]["content"].values():
                assert "example" in media or "examples" in media, path
                assert "schema" in media, path
            for parameter in operation.get("parameters", []):
                assert parameter["description"], (path, parameter["name"])


def test_every_problem_is_documented_as_one(document: dict[str, Any]):
    for operations in document["paths"].values():
        for status, response in operations["get"]["responses"].items():
            if status not in ("200", "422") and operations["get"]["operationId"] != "health":
                assert list(response["content"]) == ["application/problem+json"]
        assert "422" not in operations["get"]["responses"]
        assert "default" in operations["get"]["responses"]


def test_every_reference_leads_somewhere(document: dict[str, Any]):
    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            found = [ref for each in value.values() for ref in references(each)]
            return [value["$ref"], *found] if isinstance(value.get("$ref"), str) else found
        return [ref for each in value for ref in references(each)] if isinstance(value, list) else []

    for reference in references(document):
        assert reference.removeprefix("#/components/schemas/") in document["components"]["schemas"]


def test_the_examples_of_problems_are_what_is_answered(quiet_api: Client):
    asked = {"headers": {"X-Request-Id": examples.STATION_PROBLEM["request_id"]}}
    assert quiet_api.problem("/api/v1/stations/nowhere", **asked) == examples.STATION_PROBLEM
    assert quiet_api.problem("/api/v1/observations", **asked, property="pm25") == examples.PARAMETER_PROBLEM


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_no_page_that_loads_from_elsewhere(quiet_api: Client, path: str):
    assert quiet_api.get(path).status_code == 404
