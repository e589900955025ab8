"""Whole answers as the OpenAPI document shows them; the tests hold them against the documents' shapes."""

LIVE = (
    "retry: 3141\n\n"
    "event: observations\n"
    "id: 5f0c2a9e-90210-4711\n"
    'data: [{"station":"flensburg-suedermarkt","property":"pm2_5","method":"raw",'
    '"time":"2026-05-01T12:05:00Z","value":12.3,"quality":1}]\n\n'
    ":\n"
    "id: 5f0c2a9e-90214-4715\n\n"
)
PROPERTIES = {
    "properties": [
        {
            "code": "temperature",
            "name": "Air temperature",
            "description": "Temperature of the air.",
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
        "latest": "/api/v1/latest",
        "observations": "/api/v1/observations",
        "changes": "/api/v1/changes",
        "live": "/api/v1/live",
        "datastreams": "/api/v1/datastreams",
        "properties": "/api/v1/properties",
        "device-types": "/api/v1/device-types",
        "gauges": "/api/v1/gauges",
        "annotations": "/api/v1/annotations",
        "statistics": "/api/v1/statistics",
        "openapi": "/api/v1/openapi.json",
        "status": "/status.json",
        "health": "/healthz",
    },
}
HEALTH = {"status": "ok", "database": "ok", "observations_latest_at": "2026-05-01T12:05:00Z"}
HEALTH_DOWN = {"status": "unavailable", "database": "unreachable", "observations_latest_at": None}
PARAMETER_PROBLEM = {
    "type": "/developers#problem-property-unknown",
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
    "type": "/developers#problem-station-unknown",
    "title": "There is no such station",
    "status": 404,
    "detail": "There is no station “nowhere”.",
    "instance": "/api/v1/stations/nowhere",
    "hint": "GET /api/v1/stations lists every station with its id.",
    "request_id": "5f0c8a3e9b1d7c42",
}
CURSOR_PROBLEM = {
    "type": "/developers#problem-cursor-gone",
    "title": "This cursor leads nowhere any more",
    "status": 410,
    "detail": "This cursor is of another database: what it counts is not counted here.",
    "instance": "/api/v1/changes",
    "hint": "Download anew, and go on from its header Plietsch-Complete-To; or begin with since=beginning.",
    "request_id": "5f0c8a3e9b1d7c42",
}
DATABASE_PROBLEM = {
    "type": "/developers#problem-database-unavailable",
    "title": "The database does not answer",
    "status": 503,
    "detail": "The database cannot be reached, or is too busy.",
    "instance": "/api/v1/stations",
    "hint": "Try again in a few seconds; GET /healthz says when it is back.",
    "request_id": "5f0c8a3e9b1d7c42",
}
