"""Three stations whose frames really came in: dust with weather, a gauge, and rain. And a reader of the site."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import httpx
import msgspec
from ingest.network import NEW_YEAR_S

from ingest import network
from plietsch.dashboards.app import create_app
from plietsch.ingest import session
from plietsch.ingest.messages import Message
from plietsch.platform import database, registry
from plietsch.platform.regions import RegionFile
from plietsch.platform.settings import Settings
from plietsch_node.app import payload as node

DUST, GAUGE, RAIN, REAL = "flensburg-suedermarkt", "schleswig-pegel", "husum-regen", "kappeln-markt"
# What nobody may read anywhere in a page: devices, their addresses, gateways, and exact places.
DEV_EUIS = {code: f"70b3d57ed00b00{number:02x}" for number, code in enumerate((DUST, GAUGE, RAIN, REAL))}
DEV_ADDR, GATEWAYS = "01ab23cd", ("0016c001f153a14c", "a840411f75f10002")
EXACT = {DUST: (9.43661, 54.78262), GAUGE: (9.56891, 54.51173), RAIN: (9.05217, 54.47693), REAL: (9.93111, 54.66222)}
GATEWAY_PLACES = ((9.43777, 54.79111), (9.31222, 54.70333))
SECRETS = (
    *DEV_EUIS.values(), DEV_ADDR, *GATEWAYS, *(f"{n}" for place in (*EXACT.values(), *GATEWAY_PLACES) for n in place)
)  # fmt: skip
_NODES: dict[str, tuple[str, list[str], dict[str, float]]] = {
    DUST: ("plietsch-fine-dust", ["SDS011", "BME280"], {}),
    GAUGE: ("plietsch-water-level", ["A02YYUW"], {"gauge_zero_distance_m": 7.234}),
    RAIN: ("plietsch-rain", ["rain"], {"rain_tip_mm": 0.2}),
    REAL: ("plietsch-fine-dust", ["SDS011", "DHT22"], {}),
}
HEARD_AFTER_S, ARRIVED_AFTER_S = 1.2, 0.4


def lay(database_url: str) -> None:
    """Register the stations."""
    stations = [_station(code, *described) for code, described in _NODES.items()]
    document = {
        "format": "plietsch-region/1",
        "region": {
            "code": "flensburg",
            "name": {"de": "Flensburg und Umgebung", "da": "Flensborg og omegn", "en": "Flensburg and around"},
            "bbox": [8.2, 54.3, 10.1, 55.1],
            "timezone": "Europe/Berlin",
        },
        "operator": {"code": "lab", "name": "OK Lab", "url": "https://example.org/"},
        "stations": stations,
    }
    with database.connect(database_url) as connection:
        registry.import_region(connection, msgspec.convert(document, RegionFile))


def send(
    database_url: str,
    code: str,
    *readings: tuple[float, Mapping[str, float | None]],
    heard_s: float | None = None,
    arrived_after_s: float = ARRIVED_AFTER_S,
    **options: Any,
) -> None:
    """Let ingest store a frame of a station's node, heard a moment after its last reading if not said otherwise."""
    heard_s = readings[-1][0] + HEARD_AFTER_S if heard_s is None else heard_s
    frame = node.encode([(int(time_s), values) for time_s, values in readings], **options)
    published = network.up(frame, DEV_EUIS[code], heard_s=heard_s, dr=3, fCnt=int(heard_s) % 65536, **_radio())
    received_at = datetime.fromtimestamp(heard_s, UTC) + timedelta(seconds=arrived_after_s)
    with session.opened(database_url) as opened:
        opened.store([Message(*published, received_at)])


def a_day(database_url: str) -> None:
    """What the pages are looked at with: dust in damp air, a rising water, a shower."""
    dust = {"pm2_5": 12.3, "pm10": 26.1, "temperature": 3.4, "humidity": 91.5, "pressure": 1013.2,
            "pm2_5_spread": 0.4, "pm10_spread": 1.1}  # fmt: skip
    before = {**dust, "pm2_5": 11.8, "humidity": 90.2}
    send(database_url, DUST, (NEW_YEAR_S - 600, before), (NEW_YEAR_S - 300, before), (NEW_YEAR_S, dust))
    send(database_url, DUST, (NEW_YEAR_S + 300, {**dust, "pm2_5": 14.0, "pm10": None}))
    send(database_url, GAUGE, (NEW_YEAR_S - 900, {"distance": 2431, "distance_spread": 3}))
    send(database_url, GAUGE, (NEW_YEAR_S, {"distance": 1953, "distance_spread": 4}))
    send(database_url, RAIN, (NEW_YEAR_S - 3700, {"rain_tips": 1207}))
    send(database_url, RAIN, (NEW_YEAR_S, {"rain_tips": 1234}))


def address(code: str, quantity: str, time_s: float = NEW_YEAR_S, language: str = "en", query: str = "") -> str:
    """The address of a value's journey."""
    return (
        f"/{language}/stations/{code}/values/{quantity}/{datetime.fromtimestamp(time_s, UTC):%Y-%m-%dT%H:%M:%SZ}{query}"
    )


def text_of(html: str) -> str:
    """What a page says, without its signs, in one line."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).replace("\N{NO-BREAK SPACE}", " ")


class Reader:
    """Somebody who reads the site without a socket in between."""

    def __init__(self, database_url: str) -> None:
        app = create_app(Settings(database_url=database_url))
        self._runner = asyncio.Runner()
        self._lifespan = app.router.lifespan_context(app)
        self._runner.run(self._lifespan.__aenter__())
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://plietsch.example")

    def close(self) -> None:
        self._runner.run(self._http.aclose())
        self._runner.run(self._lifespan.__aexit__(None, None, None))
        self._runner.close()

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self.ask("GET", url, headers)

    def ask(self, method: str, url: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """The answer to any method."""
        return self._runner.run(self._http.request(method, url, headers=headers))

    def page(self, url: str) -> str:
        """The HTML of a page that must be there."""
        answer = self.get(url)
        assert answer.status_code == 200, (url, answer.text)
        return answer.text

    def pages(self, urls: Iterable[str]) -> list[str]:
        return [self.page(url) for url in urls]


def _radio() -> dict[str, Any]:
    places = [{"longitude": longitude, "latitude": latitude} for longitude, latitude in GATEWAY_PLACES]
    return {
        "devAddr": DEV_ADDR,
        "rxInfo": [
            {"gatewayId": GATEWAYS[0], "rssi": -71, "snr": 9.5, "location": places[0], "crcStatus": "CRC_OK"},
            {"gatewayId": GATEWAYS[1], "rssi": -117, "snr": -8.2, "location": places[1], "crcStatus": "CRC_OK"},
        ],
        "txInfo": {"frequency": 868300000, "modulation": {"lora": {"bandwidth": 125000, "spreadingFactor": 9}}},
    }


def _station(code: str, kind: str, sensors: list[str], mounting: dict[str, float]) -> dict[str, Any]:
    longitude, latitude = EXACT[code]
    return {
        "code": code,
        "name": code.replace("-", ", ", 1).title(),
        "longitude": longitude,
        "latitude": latitude,
        "grid_m": 500,
        "simulated": code != REAL,
        "licence": "CC0-1.0",
        "attribution": "OK Lab",
        "device": {"dev_eui": DEV_EUIS[code], "type": kind, "sensors": sensors, "battery": True, "interval_s": 300},
        "deployment": {"phase": "installed", "since": "2025-01-01T00:00:00Z", **mounting},
    }
