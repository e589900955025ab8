"""What the OpenAPI document says of an address' formats: a media type for each that its parameter `format` names."""

import json
from typing import Any

from plietsch.api.formats import KINDS
from plietsch.api.metadata.documents import Metadata

Json = dict[str, Any]

_SCHEMA = "#/components/schemas/"
_JSON, _GEOJSON = KINDS["json"].media_type, KINDS["geojson"].media_type
_DESCRIPTIONS = {
    "ndjson": "One JSON object a line.",
    "csv": "RFC 4180, with a header line. `format=excel`: `;`, decimal comma, BOM, as spreadsheets here open it.",
    "parquet": "Apache Parquet, with units and descriptions as metadata of its columns.",
    "arrow": "Apache Arrow, stream format, likewise.",
}
_BINARY = ("parquet", "arrow")
_FEATURES: Json = {
    "type": "object",
    "description": "RFC 7946: each row a Feature at its public place; a single thing may be a Feature itself.",
    "required": ["type"],
    "properties": {
        "type": {"enum": ["FeatureCollection", "Feature"]},
        "features": {"type": "array", "items": {"type": "object"}},
    },
}
_NO_FEATURES: Json = {"type": "FeatureCollection", "features": []}


def offered(operation: Json) -> list[str]:
    """The formats that an operation's parameter names."""
    schema: Json = next(each["schema"] for each in operation["parameters"] if each["name"] == "format")
    return [name for name in schema.get("enum", ()) if name in KINDS]


def schemas() -> Json:
    """The schemas that formats share."""
    metadata = Metadata.model_json_schema(ref_template=f"{_SCHEMA}Metadata{{model}}")
    parts = {f"Metadata{name}": part for name, part in metadata.pop("$defs", {}).items()}
    return {"Metadata": metadata, "GeoJSON": _FEATURES, **parts}


def complete(operation: Json) -> None:
    """Add what the route itself did not say of its formats, in place."""
    content: Json = operation["responses"]["200"].setdefault("content", {})
    names = offered(operation)
    if "geojson" in names:
        content.setdefault(_GEOJSON, {"schema": {"$ref": f"{_SCHEMA}GeoJSON"}, "example": _NO_FEATURES})
        _as_json(content[_GEOJSON])
    if "json" in names and _JSON not in content:
        content[_JSON] = dict(content[_GEOJSON])
    for name in names:
        if name in _DESCRIPTIONS:
            content.setdefault(KINDS[name].media_type, _described(name))
    if "metadata" in names:
        shape = content[_JSON]["schema"]
        content[_JSON] = content[_JSON] | {"schema": {"anyOf": [shape, {"$ref": f"{_SCHEMA}Metadata"}]}}


def _as_json(media: Json) -> None:
    """GeoJSON is JSON: an object, not a text."""
    if media.get("schema", {}).get("type") == "string":
        media["schema"] = {"$ref": f"{_SCHEMA}GeoJSON"}
    if isinstance(media.get("example"), str):
        media["example"] = json.loads(media["example"])


def _described(name: str) -> Json:
    schema: Json = {"type": "string", "description": _DESCRIPTIONS[name]}
    if name in _BINARY:
        schema["format"] = "binary"
    return {"schema": schema, "example": f"(GET this address with format={name})"}
