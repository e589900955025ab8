"""What is looked at: a region with thousands of stations, one without any, and the site in front of them."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import psycopg

from plietsch_bench.measured import CompetitorFailed
from support import crowd

LARGE, EMPTY = "large", "empty"
PROPERTIES = ("pm2_5", "pm10", "temperature", "humidity")
# The station whose page is looked at: it measures every five minutes, the others' values are hourly.
STATION = "large-1"
_HOURS, _DAYS = 24, 7
_PATIENCE_S = 60.0

_REGIONS = """
INSERT INTO organisation (code, name) VALUES ('many', 'Many');
INSERT INTO region (code, name, west, south, east, north, timezone)
SELECT code, '{"de": "Eine Region", "da": "En region", "en": "A region"}', 8.2, 54.3, 10.1, 55.1, 'Europe/Berlin'
FROM unnest(ARRAY['large', 'empty']) AS code;
"""
_REGISTER = """
WITH s AS (
    INSERT INTO station (code, name, region_id, operator_id, licence, attribution, simulated)
    SELECT 'large-' || i, 'Station ' || i, (SELECT id FROM region WHERE code = 'large'),
           (SELECT id FROM organisation WHERE code = 'many'), 'CC0-1.0', 'Many', true
    FROM place RETURNING id, code
), l AS (
    INSERT INTO location (name, longitude, latitude, grid_m)
    SELECT 'large-' || i, longitude, latitude, 100 FROM place RETURNING id, name
), placed AS (
    INSERT INTO historical_location (station_id, since, location_id)
    SELECT s.id, '2026-01-01', l.id FROM s JOIN l ON l.name = s.code
), ds AS (
    INSERT INTO datastream (station_id, sensor_id, observed_property_id)
    SELECT s.id, n.id, p.id
    FROM s, (VALUES ('pm2_5', 'SDS011'), ('pm10', 'SDS011'), ('temperature', 'BME280'), ('humidity', 'BME280'))
         AS measured (property, model)
    JOIN sensor n ON n.model = measured.model JOIN observed_property p ON p.code = measured.property
    RETURNING id, station_id, observed_property_id
), devices AS (
    INSERT INTO device (dev_eui, device_type_id, interval_s)
    SELECT 'b' || lpad(to_hex(id), 15, '0'), (SELECT id FROM device_type WHERE code = 'plietsch-fine-dust'), 300 FROM s
    RETURNING id, dev_eui
), deployed AS (
    INSERT INTO deployment (device_id, station_id, phase, during)
    SELECT d.id, s.id, 'installed', '[2026-01-01,)'
    FROM devices d JOIN s ON d.dev_eui = 'b' || lpad(to_hex(s.id), 15, '0') RETURNING id, station_id
)
INSERT INTO deployment_channel
SELECT d.id, p.code, ds.id
FROM deployed d JOIN ds USING (station_id) JOIN observed_property p ON p.id = ds.observed_property_id
"""
# Neighbours measure alike, a few are silent, in doubt, or have failed; the newest value is some minutes old.
_MEASURE = """
INSERT INTO observation
SELECT ds.id, times.at - (s.id %% 12) * interval '1 minute',
       round((CASE p.code
           WHEN 'temperature' THEN 8 + 5 * sin(l.longitude * 7) + 4 * cos(extract(hour FROM times.at) / 3.8)
           WHEN 'humidity' THEN 75 + 15 * cos(l.latitude * 9 + extract(hour FROM times.at) / 3.8)
           WHEN 'pm10' THEN 1.6 ELSE 1 END * CASE WHEN p.code LIKE 'pm%%' THEN
               greatest(0.3, 9 + 7 * sin(l.longitude * 9 + extract(hour FROM times.at) / 4.0) + 6 * cos(l.latitude * 13)
                        + s.id %% 13 - 5 + CASE WHEN s.id %% 211 = 0 THEN 60 ELSE 0 END) ELSE 1 END)::numeric, 1),
       times.at, CASE WHEN s.id %% 97 = 0 THEN 3 WHEN s.id %% 193 = 0 THEN 4 ELSE 1 END
FROM station s JOIN region r ON r.id = s.region_id AND r.code = 'large'
JOIN datastream ds ON ds.station_id = s.id JOIN observed_property p ON p.id = ds.observed_property_id
JOIN historical_location h ON h.station_id = s.id JOIN location l ON l.id = h.location_id
CROSS JOIN LATERAL (
    SELECT now() - n * interval '1 hour' AS at FROM generate_series(0, %(hours)s) AS n WHERE s.code <> %(station)s
    UNION ALL
    SELECT now() - n * interval '5 minutes' FROM generate_series(0, %(days)s * 288) AS n WHERE s.code = %(station)s
) times
WHERE times.at > now() - interval '1 minute' OR s.id %% 61 <> 0
"""
_LEDGER = """
INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations)
SELECT array_agg(id), now() - interval '1 day', now(), count(*) FROM datastream
"""


def seed(database_url: str, stations: int) -> None:
    """Fill a database that has the newest schema and nothing else: both regions, stations as people live."""
    with psycopg.connect(database_url) as connection:
        connection.execute(_REGIONS)
        connection.execute("CREATE TEMPORARY TABLE place (i integer, longitude float8, latitude float8)")
        with connection.cursor().copy("COPY place FROM STDIN") as copy:
            for i, place in enumerate(crowd.places(stations), 1):
                copy.write_row((i, *place))
        connection.execute(_REGISTER)
        connection.execute(_MEASURE, {"hours": _HOURS, "days": _DAYS, "station": STATION})
        connection.execute(_LEDGER)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def write(database_url: str) -> None:
    """Write something that changes nothing that is shown, so that answers have to be made anew."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE organisation SET url = url")


@contextmanager
def serving(database_url: str, folder: Path) -> Generator[str]:
    """The site as `plietsch serve` runs it, in a process of its own; its address. Raises CompetitorFailed."""
    log = folder / "serve.log"
    settings = {name: value for name, value in os.environ.items() if not name.startswith("PLIETSCH_")}
    with log.open("wb") as output:  # not that of a server before: its address is looked for
        process = subprocess.Popen(  # noqa: S603 our own
            [sys.executable, "-m", "plietsch.platform", "serve", "--port", "0", "--database-url", database_url],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=settings,
        )
    try:
        yield _address(process, log)
    finally:
        process.terminate()
        process.wait()


def server() -> psutil.Process:
    """The one that `serving` has started."""
    return next(child for child in psutil.Process().children() if "serve" in child.cmdline())


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        said = re.search(r"http://\S+(?=/ )", log.read_text(encoding="utf-8"))
        if said and _answers(f"{said[0]}/healthz"):
            return said[0]
        time.sleep(0.1)
    raise CompetitorFailed(f"The site does not answer: {log.read_text(encoding='utf-8')[-500:]}")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False
