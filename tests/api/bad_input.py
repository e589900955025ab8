"""Values that cannot be meant, by what the OpenAPI document says of a parameter, and by its name."""

from collections.abc import Iterator, Mapping
from typing import Any

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
        "2026-W47-1T00:00:00Z",
        "20260501T000000Z",
        "2026-05-01T24:00:01Z",
        "2026-05-01Z",
    ],
    "to": ["tomorrow", "2026-02-30T00:00:00Z", "", "2026-121T00:00Z", "99999-01-01T00:00:00Z"],
    "last": ["-1", "0", "h", "24 h", "9" * 30, "1e3h", ""],
    "bbox": ["1,2,3", "a,b,c,d", "9,54,8,55", "0,0,0,91", "nan,0,1,1", "1,2,3,4,5", ""],
    "near": ["9", "9,54,3", "east,north", "181,0", "0,91", "nan,nan", ""],
    "radius": ["-1", "0", "nan", "inf", "far"],
    "nearest": ["-1", "0", "1.5", "all"],
    "tz": ["Mars/Olympus", "../UTC", "+02:00", ""],
    "quality": ["5", "good,bad", "1,,2", "-1", ""],
    "station": ["nowhere", "HARBOUR", ""],
    "code": ["nowhere", "HARBOUR", "harbour,market"],
    "sensor": ["BME999", "bme280", ""],
    "property": ["pm25", "", "PM2_5"],
    "method": ["magic", ""],
    "region": ["atlantis", ""],
    "operator": ["nobody", ""],
    "kind": ["Wind Chime", ""],
    "municipality_key": ["x", "1", "0100100000000", ""],
    "cursor": ["x", "W10=", "-", "5f0c2a9e", "5f0c2a9e-99999999999999999999-1", "é", ""],
    "at": ["x", "now", "2026-05-01T00:00:00Z", "5f0c2a9e-99999999999999999999-1", ""],
    "since": ["ever", "Beginning", ""],
    "format": ["pdf", "CSV", ""],
    "lang": ["xx", ""],
}
# What takes any text: it looks for it, and finds nothing.
ANY_TEXT = {"q"}
# What is read where it can be, and leads to another answer where it cannot: a browser sends it for ever.
HEADERS = {"Last-Event-ID"}


def parameters(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The parameters of a document that stand in an address, each with its path."""
    for path, operations in document["paths"].items():
        for parameter in operations["get"].get("parameters", []):
            if parameter["in"] in ("query", "path"):
                yield path, parameter


def of(document: Mapping[str, Any], parameter: Mapping[str, Any], by: int = 0, most: int = 1) -> Iterator[str]:
    """Values that cannot be meant by a parameter; of each kind so many at most."""
    if parameter["name"] not in ANY_TEXT:
        yield from _turned(NEVER, by, most)
    yield from own(document, parameter, by, most)


def own(document: Mapping[str, Any], parameter: Mapping[str, Any], by: int = 0, most: int = 1) -> Iterator[str]:
    """Those that others may take, but not this one."""
    schemas = list(_schemas(document, parameter["schema"]))
    types = {each["type"] for each in schemas if "type" in each} - {"array", "null"}
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


def lacking(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The parameters that no value is known for which cannot be meant, and methods that nobody asks."""
    return [
        *((path, parameter["name"]) for path, parameter in parameters(document)
          if parameter["name"] not in ANY_TEXT and not list(own(document, parameter))),
        *((path, parameter["name"]) for path, operations in document["paths"].items()
          for parameter in operations["get"].get("parameters", [])
          if parameter["in"] not in ("query", "path") and parameter["name"] not in HEADERS),
        *((path, method) for path, operations in document["paths"].items() for method in operations if method != "get"),
    ]  # fmt: skip


def unused(document: Mapping[str, Any]) -> set[str]:
    """Names in the table that no parameter has."""
    return {*OF_NAME, *ANY_TEXT} - {parameter["name"] for _, parameter in parameters(document)}


def _schemas(document: Mapping[str, Any], schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema with all that it may be instead, and what its items are."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    yield schema
    for each in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())):
        yield from _schemas(document, each)


def _turned(values: list[str], by: int, most: int) -> list[str]:
    """So many of some values, others at each address: all are asked somewhere."""
    by %= max(len(values), 1)
    return [*values[by:], *values[:by]][:most]
