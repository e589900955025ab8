"""A station's chart as the OpenAPI document of the site has it: the one address that the API's own lacks.

Schemathesis asks it what may be asked and what may not, and each parameter is asked what cannot be meant.
"""

from typing import Any
from urllib.parse import quote

import httpx
import pytest
import schemathesis
from api.world import described
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from api import bad_input
from plietsch.api import documents
from plietsch.dashboards.app import create_app
from plietsch.platform.settings import Settings

PATH = "/api/v1/stations/{code}/chart.{kind}"
STATION = "flensburg-suedermarkt"
# What there is to be found: random text finds nothing. What is drawn, other tests look at: small ones are quicker.
KNOWN: dict[str, Any] = {
    "property": "pm2_5",
    "method": ["raw"],
    "from": "2026-01-01T00:00:00Z",
    "to": "2026-01-02T00:00:00Z",
    "last": "24h",
}
_SMALL = {"width": 320, "height": 240}
_SOME, _MANY = 3, 100
_CHECKS: list[Any] = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The site's document, cut to its chart."""
    whole = create_app(Settings()).openapi()
    assert set(whole["paths"]) - set(described()["paths"]) == {PATH}
    assert set(described()["paths"]) < set(whole["paths"])
    components = {**whole["components"], "schemas": {"Problem": whole["components"]["schemas"]["Problem"]}}
    return {**whole, "paths": {PATH: whole["paths"][PATH]}, "components": components}


@pytest.mark.parametrize("mode", GenerationMode)
def test_no_picture_is_a_surprise(
    document: dict[str, Any], open_data_site: str, mode: GenerationMode, request: pytest.FixtureRequest
):
    is_long = request.config.getoption("--long")
    (operation,) = (found.ok() for found in schemathesis.openapi.from_dict(document).get_all_operations())
    statuses: set[int] = set()

    @settings(
        max_examples=_MANY if is_long else _SOME,
        deadline=None,
        database=None,
        derandomize=not is_long,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def ask(case: Case, data: st.DataObject) -> None:
        if mode is GenerationMode.POSITIVE:
            case.path_parameters["code"] = STATION
            given = {name: KNOWN.get(name, value) for name, value in (case.query or {}).items()}
            # Not both, which is refused.
            span = data.draw(st.sampled_from((("last",), ("from", "to"))))
            case.query = {name: value for name, value in given.items() if name not in span} | _SMALL
        response = httpx.get(**_asked(case, open_data_site), timeout=60)
        statuses.add(response.status_code)
        case.validate_response(response, checks=_CHECKS)

    ask()
    assert (200 in statuses) == (mode is GenerationMode.POSITIVE), statuses


def _asked(case: Case, site: str) -> dict[str, Any]:
    asked = case.as_transport_kwargs(base_url=site)
    return {name: asked.get(name) for name in ("url", "params", "headers")}


def test_what_cannot_be_meant_of_a_picture_is_refused(document: dict[str, Any], open_data_site: str):
    assert bad_input.lacking(document) == []
    with httpx.Client(base_url=open_data_site) as client:
        for path, parameter in bad_input.parameters(document):
            name, is_path = parameter["name"], parameter["in"] == "path"
            for value in dict.fromkeys(bad_input.of(document, parameter)):
                places = {"code": STATION, "kind": "svg"} | ({name: value or "%"} if is_path else {})
                url = path.format(**{place: quote(text, safe="") for place, text in places.items()})
                answer = client.get(url, params=None if is_path else {name: value})
                said = f"{url} {name}={value!r}: {answer.status_code} {answer.text[:300]}"
                assert answer.status_code in ((400, 404) if is_path else (400,)), said
                problem = documents.Problem.model_validate(answer.json())
                assert problem.hint, said
                assert is_path or problem.parameter == name, said
