"""A small region in a real database, and the API over it."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
import msgspec
import psycopg
from pydantic import BaseModel

from plietsch.api import documents
from plietsch.api.app import create_app
from plietsch.platform import registry
from plietsch.platform.regions import RegionFile
from plietsch.platform.settings import Settings
from support import wait

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)

# What must never be seen from outside: the exact places, and the devices' names.
EXACT = {"harbour": (9.43683, 54.78297), "market": (9.43211, 54.78113), "husum": (9.05137, 54.47661)}
DEV_EUIS = {code: f"70b3d57ed00a{i:04x}" for i, code in enumerate([*EXACT, "bench", "gone"])}


@cache
def described() -> dict[str, Any]:
    """The OpenAPI document, made once for all tests that go through it: not to be changed."""
    return create_app(Settings()).openapi()


def strictly(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document for tests: what is to programs a shape with further members still to come has none here."""
    strict = deepcopy(document)
    for model in _shapes(documents.Document):
        if schema := strict["components"]["schemas"].get(model.__name__):
            schema["additionalProperties"] = False
    return strict


def _shapes(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for each in model.__subclasses__():
        yield each
        yield from _shapes(each)


def station(code: str, *, phase: str = "installed", sensors: Iterable[str] = ("SDS011", "BME280")) -> dict[str, Any]:
    """A station as a region file names it."""
    longitude, latitude = EXACT.get(code, (9.4, 54.8))
    return {
        "code": code, "name": f"{code.title()}, Förde", "description": "", "municipality_key": "01001000",
        "longitude": longitude, "latitude": latitude, "elevation_m": 17.25, "grid_m": 1000, "simulated": True,
        "licence": "CC0-1.0", "attribution": "The neighbours",
        "device": {"dev_eui": DEV_EUIS[code], "type": "plietsch-fine-dust", "sensors": list(sensors),
                   "battery": True, "interval_s": 300},
        "deployment": {"phase": phase, "since": "2026-01-01T00:00:00Z", "height_m": 2.5, "direction_deg": None},
    }  # fmt: skip


def region(code: str, stations: list[dict[str, Any]]) -> RegionFile:
    """A region file."""
    document = {
        "format": "plietsch-region/1",
        "region": {"code": code, "name": {"de": code, "da": code, "en": code}, "bbox": [8.2, 54.3, 10.1, 55.1],
                   "timezone": "Europe/Berlin"},
        "operator": {"code": "ok-lab", "name": "OK Lab Flensburg", "url": "https://oklab.example"},
        "stations": stations,
    }  # fmt: skip
    return msgspec.convert(document, RegionFile)


class World:
    """The region's database, to be written as ingest writes it."""

    def __init__(self, database_url: str) -> None:
        self.database_url = database_url
        self.connection = psycopg.connect(database_url, autocommit=True)
        flensburg = [station("harbour"), station("market", sensors=["SDS011"]), station("bench", phase="bench")]
        registry.import_region(self.connection, region("flensburg", [*flensburg, station("gone", phase="removed")]))
        registry.import_region(self.connection, region("nordfriesland", [station("husum", sensors=["DHT22"])]))

    def close(self) -> None:
        self.connection.close()

    def measured(
        self,
        code: str,
        property_: str,
        time: datetime,
        value: float | None,
        quality: int = 1,
        sensor: str | None = None,
        method: str | None = None,
    ) -> None:
        """An observation, by default of the property's default method, and its row in the ledger of writes."""
        self.connection.execute(
            """
            WITH ds AS (
                SELECT d.id FROM datastream d JOIN station s ON s.id = d.station_id
                JOIN observed_property p ON p.id = d.observed_property_id JOIN sensor n ON n.id = d.sensor_id
                WHERE s.code = %(code)s AND p.code = %(property)s AND (%(sensor)s::text IS NULL OR n.model = %(sensor)s)
                AND d.method = coalesce(%(method)s, p.default_method)
            ), written AS (
                INSERT INTO observation SELECT id, %(time)s, %(value)s, %(time)s, %(quality)s FROM ds RETURNING *
            )
            INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations)
            SELECT array_agg(datastream_id), %(time)s, %(time)s, count(*) FROM written
            """,
            {
                "code": code,
                "property": property_,
                "time": time,
                "value": value,
                "quality": quality,
                "sensor": sensor,
                "method": method,
            },
        )

    def series(self, code: str, property_: str, values: Iterable[float | None], every_s: int = 300) -> None:
        """Observations from noon on."""
        for i, value in enumerate(values):
            quality = 9 if value is None else 1
            self.measured(code, property_, NOON + timedelta(seconds=i * every_s), value, quality)

    def crowd(self, stations: int) -> None:
        """Many stations at one place, each with a hundred values of PM2.5 (1 … 100) from 2026-05-01 on."""
        self.connection.execute(
            """
            WITH s AS (
                INSERT INTO station (code, name, region_id, operator_id, licence, attribution)
                SELECT 'crowd-' || i, 'One of many', 1, 1, 'CC0-1.0', 'all' FROM generate_series(1, %s) i RETURNING id
            ), ds AS (
                INSERT INTO datastream (station_id, sensor_id, observed_property_id)
                SELECT s.id, n.id, p.id FROM s, sensor n, observed_property p
                WHERE n.model = 'SDS011' AND p.code = 'pm2_5' RETURNING id, station_id
            ), placed AS (
                INSERT INTO historical_location SELECT id, now(), (SELECT min(id) FROM location) FROM s
            ), devices AS (
                INSERT INTO device (dev_eui, device_type_id, interval_s)
                SELECT lpad(to_hex(id), 16, '0'), 1, 300 FROM s RETURNING id, dev_eui
            ), deployed AS (
                INSERT INTO deployment (device_id, station_id, phase, during)
                SELECT d.id, s.id, 'installed', '[2026-01-01,)'
                FROM devices d JOIN s ON d.dev_eui = lpad(to_hex(s.id), 16, '0') RETURNING id, station_id
            ), channels AS (
                INSERT INTO deployment_channel SELECT d.id, 'pm2_5', ds.id FROM deployed d JOIN ds USING (station_id)
            )
            INSERT INTO observation SELECT ds.id, timestamptz '2026-05-01T00:00Z' + n * interval '5 min', n, NULL, 1
            FROM ds, generate_series(1, 100) n
            """,
            [stations],
        )


class _Told:
    """A follower of the ledger that comes after the others: what it was told, they know."""

    def __init__(self) -> None:
        self.mark = 0
        self.seen = 0
        self.registered_times = 0

    def began(self, _connection: psycopg.Connection[Any]) -> None: ...

    def wrote(self, _connection: psycopg.Connection[Any], touched: Mapping[int, Any]) -> None:
        self.seen = min([self.seen, *touched])

    def registered(self, _connection: psycopg.Connection[Any]) -> None:
        self.registered_times += 1

    def waited(self, _connection: psycopg.Connection[Any]) -> None: ...

    def lost(self) -> None: ...


class Client:
    """The API, asked without a socket: the application and its event loop live as long as this."""

    def __init__(self, database_url: str) -> None:
        self.app = create_app(Settings(database_url=database_url), pace_s=0.01)
        self._database_url = database_url
        self._told = _Told()
        self.app.state.live.follow(self._told)
        self._runner = asyncio.Runner()
        self._lifespan = self.app.router.lifespan_context(self.app)
        self._runner.run(self._lifespan.__aenter__())
        # Errors that are not foreseen are to arrive as answers, as they would over a socket.
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self._http = httpx.AsyncClient(transport=transport, base_url="http://plietsch.example")

    def close(self) -> None:
        self._runner.run(self._http.aclose())
        self._runner.run(self._lifespan.__aexit__(None, None, None))
        self._runner.close()

    def request(self, method: str, url: str, **arguments: Any) -> httpx.Response:
        return self._runner.run(self._http.request(method, url, **arguments))

    def get(self, url: str, *, headers: dict[str, str] | None = None, **query: Any) -> httpx.Response:
        """GET; `from_` stands for the parameter `from`."""
        params = {name.rstrip("_"): value for name, value in query.items()}
        return self.request("GET", url, headers=headers, params=params or None)

    def beside(
        self, waiting: list[str], asked: list[str], release: Callable[[], object]
    ) -> tuple[list[httpx.Response], list[httpx.Response]]:
        """The answers to what is asked while others wait, and then theirs, once released."""

        async def ask() -> tuple[list[httpx.Response], list[httpx.Response]]:
            tasks = [asyncio.ensure_future(self._http.get(url)) for url in waiting]
            answers = [await self._http.get(url) for url in asked]
            release()
            return answers, await asyncio.gather(*tasks)

        return self._runner.run(ask())

    def json(self, url: str, **query: Any) -> Any:
        """The value of an answer that must be there."""
        response = self.get(url, **query)
        assert response.status_code == 200, response.text
        return response.json()

    def settled(self) -> None:
        """Wait until what is kept in memory knows all observations and deployments that are written by now."""
        self._told.mark -= 1
        with psycopg.connect(self._database_url, autocommit=True) as connection:
            connection.execute(
                "INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations)"
                " VALUES (ARRAY[%s], now(), now(), 0)",
                [self._told.mark],
            )
            wait.until(lambda: self._told.seen == self._told.mark, "what is written is read", poll_s=0.002)
            before = self._told.registered_times
            connection.execute("NOTIFY plietsch_registry")
            wait.until(lambda: self._told.registered_times > before, "the registry is read", poll_s=0.002)
        hot = self.app.state.hot
        wait.until(lambda: hot.answers.made_of is hot.view, "the hot answer is made", poll_s=0.002)

    def problem(self, url: str, **query: Any) -> dict[str, Any]:
        """The problem that a question meets."""
        response = self.get(url, **query)
        assert response.headers["content-type"] == "application/problem+json"
        problem = response.json()
        assert problem["status"] == response.status_code
        assert "Traceback" not in response.text
        return problem
