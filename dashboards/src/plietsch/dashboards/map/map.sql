-- name: stations
-- The stations of a region with a device installed now, at their public place; with a property given, those that measure
-- it now.
SELECT s.id AS number, s.code, s.name, s.simulated, l.longitude, l.latitude
FROM station s
JOIN region r ON r.id = s.region_id
JOIN (
    SELECT DISTINCT ON (station_id) station_id, location_id FROM historical_location ORDER BY station_id, since DESC
) h ON h.station_id = s.id
JOIN location l ON l.id = h.location_id
WHERE r.code = %(region)s
  AND s.id IN (
        SELECT d.station_id FROM deployment d
        WHERE d.phase = 'installed' AND d.during @> now()
          AND (%(property)s::text IS NULL OR d.id IN (
                SELECT c.deployment_id FROM deployment_channel c
                JOIN datastream ds ON ds.id = c.datastream_id
                JOIN observed_property p ON p.id = ds.observed_property_id AND ds.by_default
                WHERE p.code = %(property)s)))
ORDER BY s.name, s.code

-- name: levels
-- The levels of a region's gauges in cm above the gauge's zero, by station.
SELECT s.code, jsonb_object_agg(l.rank, l.level_cm)
FROM gauge_level l JOIN station s ON s.id = l.station_id JOIN region r ON r.id = s.region_id
WHERE r.code = %(region)s
GROUP BY s.code

-- name: level_names
-- What the gauges of a region call their levels, by rank, the commonest name first.
SELECT l.rank, l.name ->> %(language)s
FROM gauge_level l JOIN station s ON s.id = l.station_id JOIN region r ON r.id = s.region_id
WHERE r.code = %(region)s
GROUP BY l.rank, l.name ->> %(language)s
ORDER BY l.rank, count(*) DESC, l.name ->> %(language)s

-- name: frame_means
-- Hour by hour the mean of what the stations of a region measured of a property, while a device was installed. The span
-- is a few days: its observations are read once, in the order of their key.
SELECT s.id, o.hour, o.value
FROM station s
JOIN region r ON r.id = s.region_id
JOIN datastream ds ON ds.station_id = s.id
JOIN observed_property p ON p.id = ds.observed_property_id AND ds.by_default
JOIN deployment_channel c ON c.datastream_id = ds.id
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed'
CROSS JOIN LATERAL (
    SELECT date_trunc('hour', phenomenon_time, 'UTC') AS hour, avg(result) AS value FROM observation
    WHERE datastream_id = ds.id AND quality <= 2 AND result IS NOT NULL
      AND phenomenon_time >= greatest(lower(d.during), %(since)s)
      AND phenomenon_time < least(upper(d.during), %(until)s)
    GROUP BY date_trunc('hour', phenomenon_time, 'UTC')
) o
WHERE r.code = %(region)s AND p.code = %(property)s
  AND s.id IN (SELECT station_id FROM deployment WHERE phase = 'installed' AND during @> now())

-- name: frame_lasts
-- Hour by hour the last value of what the stations of a region measured of a property, likewise.
SELECT s.id, o.hour, o.value
FROM station s
JOIN region r ON r.id = s.region_id
JOIN datastream ds ON ds.station_id = s.id
JOIN observed_property p ON p.id = ds.observed_property_id AND ds.by_default
JOIN deployment_channel c ON c.datastream_id = ds.id
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed'
CROSS JOIN LATERAL (
    SELECT DISTINCT ON (date_trunc('hour', phenomenon_time, 'UTC'))
           date_trunc('hour', phenomenon_time, 'UTC') AS hour, result AS value FROM observation
    WHERE datastream_id = ds.id AND quality <= 2 AND result IS NOT NULL
      AND phenomenon_time >= greatest(lower(d.during), %(since)s)
      AND phenomenon_time < least(upper(d.during), %(until)s)
    ORDER BY date_trunc('hour', phenomenon_time, 'UTC'), phenomenon_time DESC
) o
WHERE r.code = %(region)s AND p.code = %(property)s
  AND s.id IN (SELECT station_id FROM deployment WHERE phase = 'installed' AND during @> now())
