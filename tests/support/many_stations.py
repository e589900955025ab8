"""Ten thousand stations, written straight into a database: as many as a region may have, for what must stay quick."""

import psycopg

STATIONS = 10_000

_STATIONS = """
WITH region AS (
    INSERT INTO region (code, name, west, south, east, north, timezone)
    VALUES ('many', '{"de": "Viele", "da": "Mange", "en": "Many"}', 8.2, 54.3, 10.1, 55.1, 'Europe/Berlin') RETURNING id
), operator AS (
    INSERT INTO organisation (code, name) VALUES ('many', 'Many') RETURNING id
), stations AS (
    INSERT INTO station (code, name, region_id, operator_id, licence, attribution, simulated)
    SELECT format('many-%%s', n), format('Station %%s', n), region.id, operator.id, 'CC0-1.0', '', n %% 2 = 0
    FROM region, operator, generate_series(1, %(stations)s) AS n RETURNING id
), places AS (
    INSERT INTO location (name, longitude, latitude, grid_m)
    SELECT s.id::text, 8.2 + 1.9 * random(), 54.3 + 0.8 * random(), 100 FROM stations s RETURNING id, name
), stood AS (
    INSERT INTO historical_location SELECT name::integer, '2026-01-01Z', id FROM places
), devices AS (
    INSERT INTO device (dev_eui, device_type_id, interval_s)
    SELECT lpad(to_hex(s.id), 16, '0'), (SELECT min(id) FROM device_type), 300 FROM stations s RETURNING id, dev_eui
), deployments AS (
    INSERT INTO deployment (device_id, station_id, phase, during)
    SELECT d.id, s.id, 'installed', '[2026-01-01Z,)'
    FROM devices d JOIN stations s ON lpad(to_hex(s.id), 16, '0') = d.dev_eui
    RETURNING id, station_id
), streams AS (
    INSERT INTO datastream (station_id, sensor_id, observed_property_id)
    SELECT s.id, (SELECT id FROM sensor WHERE model = 'SDS011'), p.id
    FROM stations s, observed_property p WHERE p.code IN ('pm2_5', 'pm10')
    RETURNING id, station_id, observed_property_id
)
INSERT INTO deployment_channel (deployment_id, channel, datastream_id)
SELECT d.id, p.code, ds.id FROM streams ds JOIN deployments d USING (station_id)
JOIN observed_property p ON p.id = ds.observed_property_id
"""
# Fine dust as it is in a winter's evening: some micrograms, sometimes many; each node at a minute of its own.
_VALUES = """
INSERT INTO observation
SELECT id, now() - random() * INTERVAL '5 minutes' - n * INTERVAL '1 minute' * %(step)s,
       round(exp(2 + random() + 0.5 * sin(id))::numeric, 1), now(), CASE WHEN random() < 0.01 THEN 3 ELSE 1 END
FROM datastream, generate_series(0, %(values)s - 1) AS n
ON CONFLICT DO NOTHING
"""


def seed(database_url: str, values: int = 3, step_minutes: int = 5, stations: int = STATIONS) -> None:
    """A region `many` with so many fine-dust stations, each with some values, the newest of the last minutes."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(_STATIONS, {"stations": stations})
        connection.execute(_VALUES, {"values": values, "step": step_minutes})
        connection.execute("ANALYZE")
