"""docs/api.md and the OpenAPI document name the same addresses, parameters, formats, and what a problem looks like."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from plietsch.api.formats.kinds import KINDS
from plietsch.dashboards.app import create_app
from plietsch.platform.settings import Settings

MANUAL = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
# By the addresses that its heading names, each section.
SECTIONS = {
    path: body
    for heading, body in re.findall(r"^### (.*?)\n(.*?)(?=^##|\Z)", MANUAL, re.MULTILINE | re.DOTALL)
    for path in re.findall(r"`(/[^`]*)`", heading)
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app(Settings()).openapi()


@pytest.fixture(scope="module")
def described(document: dict[str, Any]) -> dict[str, Any]:
    return document["paths"]


def test_every_address_is_under_one_of_the_headings_and_none_of_these_is_empty(document: dict[str, Any]):
    used = {tag for operations in document["paths"].values() for tag in operations["get"]["tags"]}
    assert {tag["name"] for tag in document["tags"]} == used


def test_every_address_has_its_section(described: dict[str, Any]):
    assert set(SECTIONS) == set(described)


def test_every_parameter_is_named_where_it_is_taken(described: dict[str, Any]):
    missing = {
        f"{path}: {parameter['name']}"
        for path, operations in described.items()
        for parameter in operations["get"].get("parameters", ())
        if not re.search(rf"`{re.escape(parameter['name'])}(=[^`]*)?`", SECTIONS[path])
    }
    assert missing == set()


def test_formats_are_called_what_they_are():
    rows = re.findall(r"^\| `(\w+)` \| `([\w.]+)` \| `([^`]+)` \|", MANUAL, re.MULTILINE)
    assert sorted(rows) == sorted((kind.name, kind.suffix, kind.media_type) for kind in KINDS.values())


def test_limits_are_those_of_the_settings():
    settings = Settings()
    assert f"{settings.rate_limit} requests a minute for an address" in MANUAL
    assert f"{settings.rate_limit_token} with a token" in MANUAL


def test_the_problem_that_is_shown_is_one(described: dict[str, Any]):
    (shown,) = re.findall(r"```json\n(.*?)```", MANUAL, re.DOTALL)
    content = described["/api/v1/observations"]["get"]["responses"]["400"]["content"]["application/problem+json"]
    examples = [content.get("example"), *(each["value"] for each in content.get("examples", {}).values())]
    problem = json.loads(shown)
    assert any(
        each and all(each.get(name) == problem[name] for name in ("type", "title", "detail")) for each in examples
    )
