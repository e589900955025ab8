"""Whole answers about stations as the OpenAPI document shows them; tests hold them against the documents' shapes."""

from typing import Any

_UNIT = {"unit": "ug/m3", "unit_symbol": "µg/m³"}
_CODE = "flensburg-suedermarkt"
_LATEST = {"value": 12.3, **_UNIT, "time": "2026-05-01T12:05:00Z", "quality": 1, "method": "raw", "freshness": "fresh"}
_INDEX_TIME = "2026-05-01T11:00:00Z"
_INDEX = {"value": 2, "time": _INDEX_TIME, "version": "eaqi-2024/1", "quality": 1, "freshness": "fresh"}

_PROPERTIES: dict[str, Any] = {
    "name": "Flensburg, Südermarkt",
    "description": "",
    "region": "flensburg",
    "municipality_key": "01001000",
    "operator": {"code": "plietsch-demo", "name": "plietsch demo", "url": None},
    "licence": "CC0-1.0",
    "attribution": "plietsch demo",
    "simulated": True,
    "kind": "air",
    "grid_m": 100,
    "since": "2026-01-01T00:00:00Z",
    "freshness": "fresh",
    "index": {"aqi_eu": _INDEX},
    "latest": {
        "aqi_eu": {
            **_LATEST,
            "value": 2.0,
            "unit": "1",
            "unit_symbol": "",
            "time": _INDEX_TIME,
            "method": "eaqi-2024/1",
        },
        "pm2_5": _LATEST,
    },
}
_DATASTREAM = {
    "id": 17,
    "property": "pm2_5",
    "sensor": {"model": "SDS011", "manufacturer": "Nova Fitness"},
    **_UNIT,
    "method": "raw",
    "by_default": True,
    "latest": _LATEST,
}
_FEATURE: dict[str, Any] = {
    "type": "Feature",
    "id": _CODE,
    "geometry": {"type": "Point", "coordinates": [9.43681, 54.78291]},
    "properties": _PROPERTIES,
}

STATIONS = {"type": "FeatureCollection", "features": [_FEATURE], "next": None}
STATION = {
    **_FEATURE,
    "properties": {
        **_PROPERTIES,
        "datastreams": [_DATASTREAM],
        "gauge": None,
        "links": {
            "self": f"/api/v1/stations/{_CODE}",
            "observations": f"/api/v1/observations?station={_CODE}",
            "latest": f"/api/v1/latest?station={_CODE}",
            "metadata": f"/api/v1/stations/{_CODE}.metadata.json",
            "chart_svg": f"/api/v1/stations/{_CODE}/chart.svg?property=pm2_5&last=7d",
            "chart_png": f"/api/v1/stations/{_CODE}/chart.png?property=pm2_5&last=7d",
            "page_de": f"/de/stations/{_CODE}",
            "page_da": f"/da/stations/{_CODE}",
            "page_en": f"/en/stations/{_CODE}",
        },
    },
}
STATIONS_CSV = (
    "station,name,kind,region,longitude,latitude,freshness,pm2_5,pm2_5_time\r\n"
    'flensburg-suedermarkt,"Flensburg, Südermarkt",air,flensburg,9.43681,54.78291,fresh,12.3,2026-05-01T12:05:00Z\r\n'
)
