"""Ten thousand stations of a region, strewn over it as people live: thick around towns, thin between them."""

import math
import random

import psycopg

# Longitude, latitude, how many of a hundred live there, how far around in degrees.
_TOWNS = (
    (9.43, 54.78, 22, 0.09),
    (9.56, 54.52, 10, 0.08),
    (9.05, 54.48, 9, 0.09),
    (9.79, 54.91, 9, 0.07),
    (9.42, 55.04, 7, 0.06),
    (8.83, 54.79, 6, 0.09),
)
_AREA = (8.65, 54.35, 9.95, 55.05)
SEED = 20231020


def places(stations: int) -> list[tuple[float, float]]:
    """Where they stand: the same for everybody."""
    chance = random.Random(SEED)
    weights = [town[2] for town in _TOWNS]
    return [_place(chance, weights) for _ in range(stations)]


def _place(chance: random.Random, weights: list[int]) -> tuple[float, float]:
    west, south, east, north = _AREA
    if chance.random() * 100 > sum(weights):
        return round(chance.uniform(west, east), 4), round(chance.uniform(south, north), 4)
    longitude, latitude, _, spread = chance.choices(_TOWNS, weights)[0]
    distance, angle = abs(chance.gauss(0, spread)), chance.uniform(0, 2 * math.pi)
    x, y = longitude + distance * math.cos(angle) * 1.7, latitude + distance * math.sin(angle)
    return round(min(east, max(west, x)), 4), round(min(north, max(south, y)), 4)


def gather(connection: psycopg.Connection, region: str, stations: int, hours: int = 24) -> None:
    """Register them in a region and give each an hourly value of PM2.5, the newest one minutes ago."""
    connection.execute("CREATE TEMPORARY TABLE place (i integer, longitude float8, latitude float8)")
    with connection.cursor().copy("COPY place FROM STDIN") as copy:
        for i, place in enumerate(places(stations), 1):
            copy.write_row((i, *place))
    connection.execute(_REGISTER, {"region": region})
    connection.execute(_MEASURE, {"hours": hours})
    connection.execute("ANALYZE")


_REGISTER = """
WITH s AS (
    INSERT INTO station (code, name, region_id, operator_id, licence, attribution, simulated)
    SELECT 'crowd-' || i, 'Station ' || i, (SELECT id FROM region WHERE code = %(region)s),
           (SELECT min(id) FROM organisation), 'CC0-1.0', 'all', true FROM place RETURNING id, code
), l AS (
    INSERT INTO location (name, longitude, latitude, grid_m)
    SELECT 'crowd-' || i, longitude, latitude, 100 FROM place RETURNING id, name
), placed AS (
    INSERT INTO historical_location (station_id, since, location_id)
    SELECT s.id, '2026-01-01', l.id FROM s JOIN l ON l.name = s.code
), ds AS (
    INSERT INTO datastream (station_id, sensor_id, observed_property_id)
    SELECT s.id, n.id, p.id FROM s, sensor n, observed_property p
    WHERE n.model = 'SDS011' AND p.code = 'pm2_5' RETURNING id, station_id
), devices AS (
    INSERT INTO device (dev_eui, device_type_id, interval_s)
    SELECT 'c' || lpad(to_hex(id), 15, '0'), (SELECT min(id) FROM device_type), 300 FROM s RETURNING id, dev_eui
), deployed AS (
    INSERT INTO deployment (device_id, station_id, phase, during)
    SELECT d.id, s.id, 'installed', '[2026-01-01,)' FROM devices d
    JOIN s ON d.dev_eui = 'c' || lpad(to_hex(s.id), 15, '0') RETURNING id, station_id
)
INSERT INTO deployment_channel SELECT d.id, 'pm2_5', ds.id FROM deployed d JOIN ds USING (station_id)
"""
# A gentle wave over place and time: neighbours measure alike, some are silent, some in doubt, some have failed.
_MEASURE = """
INSERT INTO observation
SELECT ds.id, now() - hour * interval '1 hour' - (s.id %% 40) * interval '1 minute',
       round((greatest(0.3, 9 + 7 * sin(l.longitude * 9 + hour / 4.0) + 6 * cos(l.latitude * 13 - hour / 6.0)
              + (s.id %% 13) - 5 + CASE WHEN s.id %% 211 = 0 THEN 60 ELSE 0 END))::numeric, 1),
       now(), CASE WHEN s.id %% 97 = 0 THEN 3 WHEN s.id %% 193 = 0 THEN 4 ELSE 1 END
FROM place JOIN station s ON s.code = 'crowd-' || place.i JOIN datastream ds ON ds.station_id = s.id
JOIN historical_location h ON h.station_id = s.id JOIN location l ON l.id = h.location_id
CROSS JOIN generate_series(0, %(hours)s) AS hour
WHERE hour > 2 OR s.id %% 61 <> 0
"""
