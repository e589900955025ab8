"""Schemathesis over the whole OpenAPI document: no server error, and no answer that the document does not name.

A few questions for each address by default, hundreds with --long: what may be asked, and what may not.
"""

from datetime import timedelta
from typing import Any

import httpx
import pytest
import schemathesis
from api.world import Client, described, strictly
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

_SOME, _MANY = 2, 300
_CHECKS: list[Any] = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
SCHEMA = schemathesis.openapi.from_dict(strictly(described()))
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
# What there is to be found: random text finds no station.
KNOWN: dict[str, Any] = {
    "station": ["harbour"],
    "property": ["pm2_5"],
    "region": ["flensburg"],
    "operator": ["ok-lab"],
    "method": ["raw"],
    "code": "harbour",
    "id": 1,
    "from": "2026-05-01T00:00:00Z",
    "to": "2026-05-02T00:00:00Z",
    "last": "24h",
    "bbox": "9,54,10,55",
    "near": "9.43,54.78",
    "tz": "Europe/Berlin",
}
_CODES = {"/properties/{code}": "pm2_5", "/device-types/{code}": "plietsch-fine-dust"}


def _ask(api: Client, case: Case) -> httpx.Response:
    """The case over the application itself; what has no end is asked for its headers, what may wait not to."""
    if case.operation.path.endswith("/live"):
        head = _sent(api, case, "HEAD")
        return head if head.status_code == 200 else _sent(api, case, "GET")
    if case.query and "wait" in case.query:
        case.query["wait"] = 0
    return _sent(api, case, "GET")


def _sent(api: Client, case: Case, method: str) -> httpx.Response:
    asked = case.as_transport_kwargs(base_url="http://plietsch.example")
    return api.request(method, asked["url"], params=asked.get("params"), headers=asked.get("headers"))


def _with_what_is_known(case: Case, data: st.DataObject) -> None:
    """Some of its parameters, instead of what was made up, so that something is found."""
    for values in (case.query, case.path_parameters):
        for name in list(values or ()):
            if name in KNOWN and data.draw(st.integers(0, 3)):
                code = next((code for end, code in _CODES.items() if case.operation.path.endswith(end)), None)
                values[name] = code if name == "code" and code else KNOWN[name]


# Where there is no parameter, nothing can be asked wrongly.
ASKED = [
    pytest.param(operation, mode, id=f"{operation.path} {mode.value}")
    for operation in OPERATIONS
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or list(operation.iter_parameters())
]


@pytest.mark.parametrize(("operation", "mode"), ASKED)
def test_no_answer_is_a_surprise(operation: Any, mode: GenerationMode, measured_api: Client, request: Any):
    is_long = request.config.getoption("--long")

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
            _with_what_is_known(case, data)
        case.validate_response(_ask(measured_api, case), checks=_CHECKS)

    ask()


@pytest.mark.parametrize("path", ["/api/v1/stations", "/api/v1/datastreams", "/healthz"])
def test_a_member_that_is_not_described_is_found(measured_api: Client, path: str):
    """The document says nothing of further members; the tests do."""
    (case,) = (each.Case() for each in OPERATIONS if each.path == path)
    answer = measured_api.json(path)
    kind = {"content-type": measured_api.get(path).headers["content-type"]}

    def check(document: dict[str, Any]) -> None:
        request = httpx.Request("GET", f"http://plietsch.example{path}")
        response = httpx.Response(200, headers=kind, json=document, request=request)
        response.elapsed = timedelta()
        case.validate_response(response, checks=[checks.response_schema_conformance])

    check(answer)
    with pytest.raises(FailureGroup):
        check(answer | {"undocumented": 1})


def test_the_questions_reach_every_address():
    document = SCHEMA.raw_schema
    assert [operation.path for operation in OPERATIONS] == list(document["paths"])
