-- name: ready
-- Whether the schema is there, and when the newest written observations were measured.
SELECT last_time FROM write_ledger ORDER BY id DESC LIMIT 1

-- name: snapshot
-- What is visible now: the same text means the same data, for nothing was committed in between.
SELECT pg_current_snapshot()::text

-- name: properties
-- Every observed property.
SELECT code, name, description, definition, unit, unit_symbol, decimals, spread_of, default_method
FROM observed_property ORDER BY code

-- name: regions
-- The codes of the regions.
SELECT code FROM region ORDER BY code

-- name: stations
-- The stations with a device installed now, at their public place, by filters that are null where not given.
SELECT s.id, s.code, s.name, s.description, r.code AS region, s.municipality_key, o.code AS operator_code,
       o.name AS operator_name, o.url AS operator_url, s.licence, s.attribution, s.simulated,
       l.longitude, l.latitude, l.grid_m, d.since
FROM station s
JOIN region r ON r.id = s.region_id
JOIN organisation o ON o.id = s.operator_id
JOIN LATERAL (
    SELECT min(NULLIF(lower(during), '-infinity')) AS since FROM deployment
    WHERE station_id = s.id AND phase = 'installed' AND during @> now()
    HAVING count(*) > 0
) d ON true
JOIN LATERAL (
    SELECT longitude, latitude, grid_m FROM historical_location h JOIN location ON location.id = h.location_id
    WHERE h.station_id = s.id ORDER BY h.since DESC LIMIT 1
) l ON true
WHERE (%(code)s::text IS NULL OR s.code = %(code)s)
  AND (%(region)s::text IS NULL OR r.code = %(region)s)
  AND (%(west)s::float8 IS NULL OR l.longitude BETWEEN %(west)s AND %(east)s AND l.latitude BETWEEN %(south)s AND %(north)s)
  AND (%(properties)s::text[] IS NULL OR EXISTS (
        SELECT 1 FROM datastream ds JOIN observed_property p ON p.id = ds.observed_property_id
        WHERE ds.station_id = s.id AND ds.by_default AND p.code = ANY(%(properties)s)))
ORDER BY s.code

-- name: latest
-- The newest result of each property of some stations that did not fail, by its default method, from what was measured
-- while installed.
SELECT DISTINCT ON (ds.station_id, p.code)
       ds.station_id, p.code AS property, p.unit, p.unit_symbol, o.result, o.phenomenon_time, o.quality
FROM datastream ds
JOIN observed_property p ON p.id = ds.observed_property_id
CROSS JOIN LATERAL (
    SELECT unnest(range_agg(d.during)) AS during
    FROM deployment_channel c JOIN deployment d ON d.id = c.deployment_id
    WHERE c.datastream_id = ds.id AND d.phase = 'installed'
) public
CROSS JOIN LATERAL (
    -- Bounds that the primary key can be searched by: with the range's own operator, all history would be read.
    SELECT phenomenon_time, result, quality FROM observation
    WHERE datastream_id = ds.id AND quality <= 3 AND result IS NOT NULL
      AND phenomenon_time >= coalesce(lower(public.during), '-infinity')
      AND phenomenon_time < coalesce(upper(public.during), 'infinity')
      -- The hour from which on ingest calls a time wrong (plietsch.ingest.clock.AHEAD_S): a clock that is a year
      -- ahead must not be what is newest for a year.
      AND phenomenon_time <= now() + interval '1 hour'
    ORDER BY phenomenon_time DESC LIMIT 1
) o
WHERE ds.station_id = ANY(%(stations)s) AND ds.by_default
  -- Spreads where they are asked for: they go with what they are the spread of, and a node of an older version has
  -- none, so that the search for its newest one would read all history.
  AND (p.code = ANY(%(properties)s) OR (%(properties)s::text[] IS NULL AND p.spread_of IS NULL))
ORDER BY ds.station_id, p.code, o.phenomenon_time DESC, ds.id

-- name: datastreams
-- The datastreams of a station.
SELECT p.code AS property, n.model, n.manufacturer, p.unit, p.unit_symbol, ds.method
FROM datastream ds
JOIN observed_property p ON p.id = ds.observed_property_id
JOIN sensor n ON n.id = ds.sensor_id
WHERE ds.station_id = %(station)s
ORDER BY p.code, ds.method, n.model

-- name: gauge
-- What a station that is a gauge stands in, and where its zero is by whatever is installed there now.
SELECT g.water, (
    SELECT d.gauge_zero_nhn_m FROM deployment d
    WHERE d.station_id = g.station_id AND d.phase = 'installed' AND d.during @> now() AND d.gauge_zero_nhn_m IS NOT NULL
    ORDER BY lower(d.during) DESC LIMIT 1
) AS zero_nhn_m, g.mean_level_cm
FROM gauge g
WHERE g.station_id = %(station)s

-- name: gauge_levels
-- The levels of a gauge, lowest first.
SELECT level_cm, rank, name, source FROM gauge_level WHERE station_id = %(station)s ORDER BY rank

-- name: public_stations
-- Which of some codes belong to stations where a device is or was installed.
SELECT s.code FROM station s
WHERE s.code = ANY(%(codes)s)
  AND EXISTS (SELECT 1 FROM deployment d WHERE d.station_id = s.id AND d.phase = 'installed')
