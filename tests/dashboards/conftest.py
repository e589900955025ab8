"""A region with stations in a real database, and the site in front of it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg
import pytest
from playwright.sync_api import Browser, Page

from plietsch.platform import database, regions, registry
from plietsch.platform.local.postgres import EmbeddedPostgres
from support import judged, open_data, visiting
from support.serving import serving

# Writes a value of a station's property, so many minutes ago.
Observe = Callable[[str, str, float, float], None]

STATIONS = (
    ("flensburg-suedermarkt", "Flensburg, Südermarkt", 9.4366, 54.7826, True),
    ("flensburg-hafenspitze", "Flensburg, Hafenspitze", 9.4357, 54.7876, True),
    ("husum-markt", "Husum, Markt <b>&", 9.0521, 54.4769, False),
)

# Nodes that measure no air: a code, a name, a type with its sensors, and how they are mounted.
OTHERS = (
    ("flensburg-pegel", "Flensburg, Hafen", ("plietsch-water-level", ["A02YYUW"]), {"gauge_zero_distance_m": 8.0}),
    ("flensburg-regen", "Flensburg, Regen", ("plietsch-rain", ["rain"]), {"rain_tip_mm": 0.2}),
)
# The levels of the gauge: cm above its zero, by rank, as they are called in each language.
LEVELS = (
    (620, {"de": "erhöht", "da": "forhøjet", "en": "raised"}),
    (660, {"de": "Sturmflut", "da": "stormflod", "en": "storm surge"}),
    (700, {"de": "schwere Sturmflut", "da": "svær stormflod", "en": "severe storm surge"}),
    (727, {"de": "sehr schwere Sturmflut", "da": "meget svær stormflod", "en": "very severe storm surge"}),
)


@pytest.fixture
def region(database_url: str) -> None:
    """Three stations: two simulated ones next to each other, one real one with a name that needs escaping."""
    with database.connect(database_url) as connection:
        registry.import_region(connection, msgspec.convert(_document(), regions.RegionFile))


@pytest.fixture
def observe(database_url: str, region: None) -> Iterator[Observe]:
    """Write observations, each with its row in the ledger of writes: the live stream follows that."""
    with psycopg.connect(database_url, autocommit=True) as connection:

        def write(station: str, code: str, value: float, minutes_ago: float = 0) -> None:
            moment = datetime.now(UTC) - timedelta(minutes=minutes_ago)
            if code == "rain_tips":  # rain is reckoned in whole seconds, as nodes measure
                moment = moment.replace(microsecond=0)
            connection.execute(
                "WITH written AS (INSERT INTO observation SELECT d.id, %s, %s, now(), 1 FROM datastream d"
                " JOIN station s ON s.id = d.station_id JOIN observed_property p ON p.id = d.observed_property_id"
                " WHERE s.code = %s AND p.code = %s AND d.method = p.default_method RETURNING *)"
                " INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations)"
                " SELECT array_agg(datastream_id), min(phenomenon_time), max(phenomenon_time), count(*) FROM written",
                (moment, value, station, code),
            )
            if code == "rain_tips":
                judged.judge(database_url, station)

        yield write


@pytest.fixture
def measured(observe: Observe, database_url: str) -> Observe:
    """A day of values: the first station measures all the time, the second stopped two hours ago, the third never."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO observation"
            " SELECT d.id, now() - minutes * interval '1 minute', values.value + minutes % 50 / 10, now(), 1"
            " FROM datastream d JOIN station s ON s.id = d.station_id"
            " JOIN observed_property p ON p.id = d.observed_property_id"
            " JOIN (VALUES ('pm2_5', 12.3), ('pm10', 20.0), ('temperature', -1.5), ('humidity', 80.0))"
            " AS values (code, value) ON values.code = p.code"
            " CROSS JOIN generate_series(0, 1430, 10) AS minutes"
            " WHERE s.code = 'flensburg-suedermarkt' AND d.method = p.default_method"
        )
    observe("flensburg-hafenspitze", "pm2_5", 99.9, 120)
    return observe


@pytest.fixture
def water_and_rain(measured: Observe, database_url: str) -> None:
    """A water level and a rain gauge beside the stations that measure the air."""
    document = _document()
    document["stations"] = [
        _station(len(STATIONS) + number, code, name, 9.43, 54.79, True, node, **mounting)
        for number, (code, name, node, mounting) in enumerate(OTHERS)
    ]
    document["stations"][0]["gauge"] = _gauge()
    with database.connect(database_url) as connection:
        registry.import_region(connection, msgspec.convert(document, regions.RegionFile))
    measured("flensburg-pegel", "distance", 2722)
    measured("flensburg-pegel", "water_level", 527.8)
    measured("flensburg-regen", "rain_tips", 0, 1)


@pytest.fixture
def site(database_url: str) -> Iterator[str]:
    """The site on a port of its own, as a browser sees it: its address."""
    with serving(database_url) as address:
        yield address


@pytest.fixture
def site_without_database() -> Iterator[str]:
    """The site while its database is away."""
    with serving("postgresql://nobody@127.0.0.1:1/nothing") as address:
        yield address


@pytest.fixture
def serve() -> Callable[..., AbstractContextManager[str]]:
    """Serves the site with settings of one's own."""
    return serving


@pytest.fixture
def visit(chromium: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Open pages; at the end, nothing may have gone wrong in them and nothing been asked of another host."""
    with visiting.reader(chromium, site) as visit:
        yield visit


def _document() -> dict[str, Any]:
    return {
        "format": "plietsch-region/1",
        "region": {
            "code": "flensburg",
            "name": {"de": "Flensburg und Umgebung", "da": "Flensborg og omegn", "en": "Flensburg and around"},
            "bbox": [8.2, 54.3, 10.1, 55.1],
            "timezone": "Europe/Berlin",
        },
        "operator": {"code": "lab", "name": "OK Lab", "url": "https://example.org/"},
        "stations": [_station(number, *station) for number, station in enumerate(STATIONS)],
    }


def _station(
    number: int,
    code: str,
    name: str,
    longitude: float,
    latitude: float,
    simulated: bool,
    node: tuple[str, list[str]] = ("plietsch-fine-dust", ["SDS011", "DHT22"]),
    **mounting: float,
) -> dict[str, Any]:
    return {
        "code": code,
        "name": name,
        "longitude": longitude,
        "latitude": latitude,
        "grid_m": 100,
        "simulated": simulated,
        "licence": "CC0-1.0",
        "attribution": "OK Lab",
        "device": {
            "dev_eui": f"{number:016x}",
            "type": node[0],
            "sensors": node[1],
            "interval_s": 300,
        },
        "deployment": {"phase": "installed", "since": "2026-01-01T00:00:00Z", **mounting},
    }


def _gauge() -> dict[str, Any]:
    return {
        "water": {"de": "der Flensburger Förde", "da": "Flensborg Fjord", "en": "the Flensburg Fjord"},
        "mean_level_cm": 500,
        "levels": [
            {"level_cm": level_cm, "rank": rank, "name": name, "source": "This test"}
            for rank, (level_cm, name) in enumerate(LEVELS, 1)
        ],
    }


@pytest.fixture(scope="session")
def open_data_served(postgres: EmbeddedPostgres) -> Iterator[open_data.Served]:
    """A region with everything that open data can be asked about, and a server over it, for who only reads."""
    with open_data.serving(postgres) as served:
        yield served


@pytest.fixture(scope="session")
def open_data_site(open_data_served: open_data.Served) -> str:
    """That server's address."""
    return open_data_served.address
