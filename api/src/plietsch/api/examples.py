"""Whole answers as the OpenAPI document shows them; the tests hold them against the documents' shapes."""

from typing import Any

_UNIT = {"unit": "ug/m3", "unit_symbol": "µg/m³"}

_PROPERTIES: dict[str, Any] = {
    "name": "Flensburg, Südermarkt",
    "description": "",
    "region": "flensburg",
    "municipality_key": "01001000",
    "operator": {"code": "plietsch-demo", "name": "plietsch demo", "url": None},
    "licence": "CC0-1.0",
    "attribution": "plietsch demo",
    "simulated": True,
    "grid_m": 100,
    "since": "2026-01-01T00:00:00Z",
    "latest": {"pm2_5": {"value": 12.3, **_UNIT, "time": "2026-05-01T12:05:00Z", "quality": 1}},
}
_DATASTREAM = {
    "property": "pm2_5",
    "sensor": {"model": "SDS011", "manufacturer": "Nova Fitness"},
    **_UNIT,
    "method": "raw",
}
_FEATURE: dict[str, Any] = {
    "type": "Feature",
    "id": "flensburg-suedermarkt",
    "geometry": {"type": "Point", "coordinates": [9.43681, 54.78291]},
    "properties": _PROPERTIES,
}
_SPAN = {"from": "2026-05-01T12:00:00Z", "to": "2026-05-01T13:00:00Z"}
_KEY = {"station": "flensburg-suedermarkt", "property": "pm2_5", "method": "raw"}
_SOURCES = {
    "flensburg-suedermarkt": {name: _PROPERTIES[name] for name in ("name", "simulated", "licence", "attribution")}
}

STATIONS = {"type": "FeatureCollection", "features": [_FEATURE]}
STATION = {**_FEATURE, "properties": {**_PROPERTIES, "datastreams": [_DATASTREAM], "gauge": None}}
OBSERVATIONS = {
    **_SPAN,
    "resolution": "raw",
    "observations": [
        {**_KEY, "time": "2026-05-01T12:00:00Z", "value": 12.1, "quality": 1},
        {**_KEY, "time": "2026-05-01T12:05:00Z", "value": None, "quality": 9},
    ],
    "units": {"pm2_5": _UNIT},
    "stations": _SOURCES,
    "next": None,
}
OBSERVATIONS_BY_HOUR = {
    **_SPAN,
    "resolution": "1h",
    "observations": [
        {**_KEY, "time": "2026-05-01T12:00:00Z", "count": 12, "mean": 12.34, "min": 11.9, "max": 12.8, "last": 12.3}
    ],
    "units": {"pm2_5": _UNIT},
    "stations": _SOURCES,
    "next": None,
}
OBSERVATIONS_CSV = (
    "station,property,method,unit,time,value,quality,simulated\r\n"
    "flensburg-suedermarkt,pm2_5,raw,ug/m3,2026-05-01T12:00:00Z,12.1,1,true\r\n"
    "flensburg-suedermarkt,pm2_5,raw,ug/m3,2026-05-01T12:05:00Z,,9,true\r\n"
)
OBSERVATIONS_BY_HOUR_CSV = (
    "station,property,method,unit,time,count,mean,min,max,last,simulated\r\n"
    "flensburg-suedermarkt,pm2_5,raw,ug/m3,2026-05-01T12:00:00Z,12,12.34,11.9,12.8,12.3,true\r\n"
)
LIVE = (
    "retry: 3141\n\n"
    "event: observations\n"
    "id: 90210-4711\n"
    'data: [{"station":"flensburg-suedermarkt","property":"pm2_5","method":"raw",'
    '"time":"2026-05-01T12:05:00Z","value":12.3,"quality":1}]\n\n'
    ":\n"
    "id: 90214-4715\n\n"
)
PROPERTIES = {
    "properties": [
        {
            "code": "temperature",
            "name": "Air temperature",
            "definition": "http://vocab.nerc.ac.uk/standard_name/air_temperature/",
            "unit": "Cel",
            "unit_symbol": "°C",
            "decimals": 1,
            "spread_of": None,
            "default_method": "raw",
        }
    ]
}
LINKS = {
    "title": "plietsch: open data of the region's sensors",
    "links": {
        "stations": "/api/v1/stations",
        "observations": "/api/v1/observations",
        "live": "/api/v1/live",
        "properties": "/api/v1/properties",
        "openapi": "/api/v1/openapi.json",
        "health": "/healthz",
    },
}
HEALTH = {"status": "ok", "database": "ok", "observations_latest_at": "2026-05-01T12:05:00Z"}
HEALTH_DOWN = {"status": "unavailable", "database": "unreachable", "observations_latest_at": None}
PARAMETER_PROBLEM = {
    "type": "urn:plietsch:problem:property-unknown",
    "title": "There is no such property",
    "status": 400,
    "detail": "There is no property “pm25”.",
    "instance": "/api/v1/observations",
    "hint": "Known are: aqi_de, aqi_eu, battery, battery_level, dew_point, distance, distance_spread, humidity, "
    "pm1, pm10, pm10_spread, pm2_5, pm2_5_spread, pm4, pressure, rain, rain_1h, rain_24h, rain_tips, "
    "rain_total, soil_conductivity, soil_moisture, soil_temperature, solar_radiation, temperature, "
    "water_conductivity, water_depth, water_level, water_temperature, wind_direction, wind_gust, "
    "wind_speed. Repeat the parameter to ask for several.",
    "parameter": "property",
    "request_id": "5f0c8a3e9b1d7c42",
}
STATION_PROBLEM = {
    "type": "urn:plietsch:problem:station-unknown",
    "title": "There is no such station",
    "status": 404,
    "detail": "There is no station “nowhere”.",
    "instance": "/api/v1/stations/nowhere",
    "hint": "GET /api/v1/stations lists every station with its id.",
    "request_id": "5f0c8a3e9b1d7c42",
}
DATABASE_PROBLEM = {
    "type": "urn:plietsch:problem:database-unavailable",
    "title": "The database does not answer",
    "status": 503,
    "detail": "The database cannot be reached, or is too busy.",
    "instance": "/api/v1/stations",
    "hint": "Try again in a few seconds; GET /healthz says when it is back.",
    "request_id": "5f0c8a3e9b1d7c42",
}
