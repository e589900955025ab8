"""What members of answers mean whose shapes do not say it themselves: by their name, or by shape and name.

A name means the same in every shape, so that it is described once.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_BY_NAME: Mapping[str, str] = MappingProxyType(
    {
        "accessed_at": "When it was asked for (UTC).",
        "annotations": "In the order of time.",
        "api": "This server.",
        "attribution": "Whom to name where the data are used.",
        "capture": "How much of the period is known.",
        "changes": "In the order of commit.",
        "channels": "What a device of this kind says, channel by channel.",
        "code": "Stays the same for good; part of addresses.",
        "columns": "Those of the rows, in their order.",
        "database": "Whether the database answers.",
        "datasheet_url": "The maker's data sheet; null where none is known.",
        "datastreams": "Each series: a property, measured by an instrument, by a method.",
        "days_possible": "Whole days of the period that are over.",
        "description": "In words, for people.",
        "device_types": "In the order of their codes.",
        "direction": "Where the water goes.",
        "documentation": "Addresses of what explains this API.",
        "during": "From when until when (UTC).",
        "features": "The stations, each a Feature of GeoJSON.",
        "flag": "A QARTOD flag, as in `quality`.",
        "format": "As the parameter `format` names it.",
        "from": "Where the span begins (UTC); belongs to it.",
        "gauges": "In the order of their stations' codes.",
        "geometry": "The public place: the centre of a grid cell, WGS 84.",
        "hours_possible": "Hours of the period that are over.",
        "href": "The whole address.",
        "indicative": "What self-built instruments can say, and what not.",
        "ingest": "Whether measurements arrive.",
        "instance": "The path of the request that failed.",
        "instruments": "What measures in a device of this kind.",
        "judge": "Whether measurements are judged.",
        "latest": "A row for each series.",
        "layout": "`long`: a row for each value; `wide`: a column for each series.",
        "level_cm": "The level in centimetres above the gauge's zero.",
        "levels": "The gauge's own levels, the lowest first.",
        "limits": "Of fine dust, each limit that it is held against; null where there are no figures.",
        "links": "Addresses that lead on, by what is there.",
        "maker": "Who makes the device.",
        "manufacturer": "Who makes the instrument.",
        "max": "The greatest value and when it was measured; null where there are no figures.",
        "media_type": "As in Content-Type (RFC 6838).",
        "method": "`raw`, or the name and version of what a value is corrected or computed by.",
        "min": "The least value and when it was measured; null where there are no figures.",
        "model": "What its maker calls it.",
        "name": "For people.",
        "observations": "The rows, in the order of time, station and property.",
        "operator": "Who runs the station.",
        "percentiles": "By rank, in the unit of the property; null where there are too few days or hours.",
        "properties": "What is said of it.",
        "property": "The code of what is measured, as in `/api/v1/properties`.",
        "rank": "How grave the level is: 1 least.",
        "region": "The code of the region.",
        "resolution": "`raw`: as measured; otherwise how long a bucket of time is.",
        "sensor": "The instrument that measures it.",
        "simulated": "Whether the values are simulated.",
        "station": "The code of the station.",
        "station_name": "What people call the station.",
        "stations": "How the stations are.",
        "statistics": "A row for each series and period.",
        "status": "`ok`, or what is wrong.",
        "summary": "What it measures, in a line.",
        "time": "When it was measured, or when the bucket begins.",
        "title": "For people.",
        "to": "Where the span ends (UTC); does not belong to it.",
        "type": "What kind it is.",
        "unit_name": "The unit's name, written out.",
        "unit_symbol": "The unit as people write it.",
        "url": "A page about it; null where there is none.",
    }
)
_IN_SHAPE: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("Column", "property"): "The code of what the column holds, as in `/api/v1/properties`.",
        ("GaugeName", "da"): "In Danish.",
        ("GaugeName", "de"): "In German.",
        ("GaugeName", "en"): "In English.",
        ("GeoJSON", "features"): "The rows, each a Feature at its public place.",
        ("GeoJSON", "type"): "As RFC 7946 calls it.",
        ("MetadataColumn", "description"): "What the column holds.",
        ("MetadataColumn", "name"): "As in the header line.",
        ("MetadataColumn", "type"): "What kind of values it has.",
        ("MetadataFlag", "description"): "What the flag says of a value.",
        ("Point", "type"): "As RFC 7946 calls it.",
        ("Problem", "status"): "The status of the answer (RFC 9110).",
        ("Problem", "title"): "What kind of problem it is; the same each time.",
        ("Problem", "type"): "Where this kind of problem is explained.",
        ("Property", "description"): "What is meant by it.",
        ("StationCollection", "type"): "As RFC 7946 calls it.",
        ("StationDetailsFeature", "type"): "As RFC 7946 calls it.",
        ("StationFeature", "type"): "As RFC 7946 calls it.",
    }
)


def complete(schemas: dict[str, Any]) -> None:
    """Describe each member that says nothing of itself, in place."""
    for shape, schema in schemas.items():
        for name, member in schema.get("properties", {}).items():
            said = _IN_SHAPE.get((shape, name)) or _BY_NAME.get(name)
            if said and not member.get("description"):
                member["description"] = said


def leave_open(schemas: dict[str, Any]) -> None:
    """Say of no shape that it has no other members, in place: who generates a client, or validates by this document,
    would break where one is added."""
    for schema in schemas.values():
        if schema.get("additionalProperties") is False:
            del schema["additionalProperties"]
