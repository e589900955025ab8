-- name: ready
-- Whether the schema is there, and when the newest written observations were measured.
SELECT last_time FROM write_ledger WHERE observations > 0 ORDER BY id DESC LIMIT 1

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
