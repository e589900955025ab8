"""A region file of one station, changed as a test needs it, and what is stored of it."""

import copy
import json
from pathlib import Path
from typing import Any

import psycopg

from plietsch.platform import database, regions, registry

REGION: dict[str, Any] = {
    "format": "plietsch-region/1",
    "region": {
        "code": "test",
        "name": {"de": "Prüfland", "da": "Prøveland", "en": "Testland"},
        "bbox": [8.2, 54.3, 10.1, 55.1],
        "timezone": "Europe/Berlin",
    },
    "operator": {"code": "school", "name": "A school"},
    "stations": [
        {
            "code": "balcony",
            "name": "A balcony",
            "longitude": 9.43684,
            "latitude": 54.78291,
            "grid_m": 100,
            "licence": "CC0-1.0",
            "attribution": "The class",
            "device": {
                "dev_eui": "70b3d57ed0000001",
                "type": "plietsch-fine-dust",
                "sensors": ["SDS011", "BME280"],
                "battery": True,
                "interval_s": 300,
            },
            "deployment": {"phase": "installed", "since": "2026-01-01T00:00:00Z", "height_m": 2.5},
        }
    ],
}


WATER = {"type": "plietsch-water-level", "sensors": ["A02YYUW"]}


MOUNTED = {"gauge_zero_distance_m": 8.25, "gauge_zero_nhn_m": -5.0}


GAUGE: dict[str, Any] = {
    "water": {"de": "der Förde", "da": "fjorden", "en": "the fjord"},
    "mean_level_cm": 500,
    "levels": [
        {"level_cm": 620, "rank": 1, "name": {"de": "Pfützen", "da": "Pytter", "en": "Puddles"}, "source": "Town"},
        {"level_cm": 660.5, "rank": 3, "name": {"de": "Straßen", "da": "Gader", "en": "Streets"}, "source": "Town"},
    ],
}


def document(tmp_path: Path, content: dict[str, Any]) -> regions.RegionFile:
    file = tmp_path / "region.json"
    file.write_text(json.dumps(content))
    return regions.read(file)


def contents(database_url: str) -> dict[str, list[tuple[Any, ...]]]:
    tables = ["region", "organisation", "station", "location", "exact_location", "historical_location"]
    tables += ["datastream", "device", "deployment", "deployment_channel", "gauge", "gauge_level"]
    with psycopg.connect(database_url) as connection:
        return {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables}


def imported(database_url: str, tmp_path: Path, **changes: dict[str, Any]) -> None:
    content = copy.deepcopy(REGION)
    for member, values in changes.items():
        content["stations"][0][member] |= values
    with database.connect(database_url) as connection:
        registry.import_region(connection, document(tmp_path, content))
