"""Whole answers as the OpenAPI document shows them; the tests hold them against the documents' shapes."""

from typing import Any

_SPAN = {"from": "2026-05-01T12:00:00Z", "to": "2026-05-01T13:00:00Z"}
_BEFORE: dict[str, Any] = {**_SPAN, "tz": "UTC", "layout": "long", "complete_to": "90214-0"}
_AGGREGATES: dict[str, Any] = {**_BEFORE, "resolution": "1h", "quality": [1, 2]}
_KEY = {"station": "flensburg-suedermarkt", "property": "pm2_5", "method": "raw"}
_ID = {"datastream": 17}
_BEHIND: dict[str, Any] = {
    "units": {"pm2_5": {"unit": "ug/m3", "unit_symbol": "µg/m³"}},
    "stations": {
        "flensburg-suedermarkt": {
            "name": "Flensburg, Südermarkt",
            "simulated": True,
            "licence": "CC0-1.0",
            "attribution": "plietsch demo",
        }
    },
    "next": None,
}

RAW: dict[str, Any] = {
    **_BEFORE,
    "resolution": "raw",
    "quality": [1, 2, 3, 4, 9],
    "observations": [
        {**_KEY, "time": "2026-05-01T12:00:00Z", "value": 12.1, "quality": 1, **_ID},
        {**_KEY, "time": "2026-05-01T12:05:00Z", "value": None, "quality": 9, **_ID},
    ],
    **_BEHIND,
}
BY_HOUR: dict[str, Any] = {
    **_AGGREGATES,
    "observations": [
        {
            **_KEY,
            "time": "2026-05-01T12:00:00Z",
            "count": 12,
            "mean": 12.34,
            "min": 11.9,
            "max": 12.8,
            "last": 12.3,
            **_ID,
        }
    ],
    **_BEHIND,
}
WIDE: dict[str, Any] = {
    **_AGGREGATES,
    "layout": "wide",
    "observations": [{"time": "2026-05-01T12:00:00Z", "flensburg-suedermarkt.pm2_5": 12.34}],
    **_BEHIND,
    "series": {"flensburg-suedermarkt.pm2_5": {**_KEY, **_ID}},
}
RAW_CSV = (
    "station,property,method,unit,time,value,quality,simulated,datastream\r\n"
    "flensburg-suedermarkt,pm2_5,raw,ug/m3,2026-05-01T12:00:00Z,12.1,1,true,17\r\n"
    "flensburg-suedermarkt,pm2_5,raw,ug/m3,2026-05-01T12:05:00Z,,9,true,17\r\n"
)
BY_HOUR_CSV = (
    "station,property,method,unit,time,count,mean,min,max,last,simulated,datastream\r\n"
    "flensburg-suedermarkt,pm2_5,raw,ug/m3,2026-05-01T12:00:00Z,12,12.34,11.9,12.8,12.3,true,17\r\n"
)
WIDE_CSV = "time,flensburg-suedermarkt.pm2_5\r\n2026-05-01T12:00:00Z,12.34\r\n"
