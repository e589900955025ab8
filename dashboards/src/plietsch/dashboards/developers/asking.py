"""The form with which a reader tries the API: which addresses there are, and which of its fields each takes.

Both are read off the OpenAPI document: what it describes can be tried, and nothing else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from plietsch.dashboards import errors
from plietsch.dashboards.texts import N_

PREFIX = "/api/v1/"
# The fields of the form beside `format`, in their order.
FIELDS = ("station", "property", "last", "resolution")
SPANS = {
    "24h": N_("the last 24 hours"),
    "7d": N_("the last 7 days"),
    "30d": N_("the last 30 days"),
    "12mo": N_("the last 12 months"),
}
# What is asked for first, and by whoever chooses nothing.
FIRST = {"resource": "observations", "last": "24h", "resolution": "1h", "format": "json"}


@dataclass(frozen=True)
class Parameter:
    """A parameter of an address, as the document describes it."""

    name: str
    description: str
    values: tuple[str, ...]
    example: str


@dataclass(frozen=True)
class Resource:
    """An address of the API; `name` is its path below the version, as in `stations/{code}`."""

    name: str
    summary: str
    parameters: tuple[Parameter, ...]

    @property
    def path(self) -> str:
        """The address."""
        return PREFIX + self.name

    @property
    def asked(self) -> tuple[Parameter, ...]:
        """The parameters that follow the question mark."""
        return tuple(each for each in self.parameters if f"{{{each.name}}}" not in self.name)

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats that it has a choice of."""
        return next((each.values for each in self.parameters if each.name == "format"), ())

    @property
    def takes(self) -> tuple[str, ...]:
        """Which of the form's fields it takes."""
        names = {each.name for each in self.parameters}
        return tuple(field for field in FIELDS if field in names)

    @property
    def is_tried(self) -> bool:
        """Whether the form offers it: one address for all, that ends."""
        return "{" not in self.name and self.name not in ("live", "openapi.json")


def resources(document: Mapping[str, Any]) -> list[Resource]:
    """The addresses of an OpenAPI document, in its order."""
    return [
        Resource(path.removeprefix(PREFIX), operations["get"].get("summary", ""), _parameters(document, operations))
        for path, operations in document["paths"].items()
        if path.startswith(PREFIX) and "get" in operations
    ]


def address(known: Iterable[Resource], answers: Mapping[str, str]) -> str:
    """The address that the filled-in form asks for. Raises errors.PageUnknown for a resource that is not offered."""
    chosen = answers.get("resource", FIRST["resource"])
    found = next((each for each in known if each.name == chosen and each.is_tried), None)
    if found is None:
        raise errors.PageUnknown("There is no such resource to try.")
    query = [(field, answers[field]) for field in found.takes if answers.get(field)]
    if answers.get("format") in found.formats:
        query.append(("format", answers["format"]))
    return found.path + (f"?{urlencode(query, safe=':/')}" if query else "")


def _parameters(document: Mapping[str, Any], operations: Mapping[str, Any]) -> tuple[Parameter, ...]:
    described = [*operations.get("parameters", []), *operations["get"].get("parameters", [])]
    whole = [_resolved(document, each) for each in described]
    return tuple(
        Parameter(each["name"], each.get("description", ""), _values(document, each["schema"]), _example(each))
        for each in whole
        if each["in"] != "header"
    )


def _resolved(document: Mapping[str, Any], value: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = value.get("$ref")
    for part in reference.removeprefix("#/").split("/") if reference else ():
        document = document[part]
    return document if reference else value


def _values(document: Mapping[str, Any], schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The values that a parameter has a choice of, whether it may be left out, may be repeated, or neither."""
    schema = _resolved(document, schema)
    inner = [*schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]
    return tuple(str(each) for each in schema.get("enum", ())) or tuple(
        value for each in inner for value in _values(document, each)
    )


def _example(parameter: Mapping[str, Any]) -> str:
    """What a parameter may look like in an address."""
    given: Any = parameter.get("example", next(iter(parameter["schema"].get("examples", [])), ""))
    values = cast(list[Any], given) if isinstance(given, list) else [given]
    return "&".join(f"{parameter['name']}={value}" for value in values if value != "")
