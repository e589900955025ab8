-- name: stations
-- The stations of a region with a device installed now, at their public place; with a property given, those that measure
-- it now, and of those that count rain the ones where it is known how much makes them tip.
SELECT s.id AS number, s.code, s.name, s.simulated, l.longitude, l.latitude
FROM station s
JOIN region r ON r.id = s.region_id
JOIN LATERAL (
    SELECT location_id FROM historical_location WHERE station_id = s.id ORDER BY since DESC LIMIT 1
) h ON true
JOIN location l ON l.id = h.location_id
WHERE r.code = %(region)s
  AND s.id IN (SELECT station_id FROM deployment WHERE phase = 'installed' AND during @> now())
  AND (%(property)s::text IS NULL OR s.id IN (
        SELECT d.station_id FROM deployment d
        JOIN deployment_channel c ON c.deployment_id = d.id
        JOIN datastream ds ON ds.id = c.datastream_id
        JOIN observed_property p ON p.id = ds.observed_property_id AND p.default_method = ds.method
        WHERE d.phase = 'installed' AND d.during @> now() AND p.code = %(property)s
          AND (p.code <> 'rain_tips' OR d.rain_tip_mm IS NOT NULL)))
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

-- name: frames
-- Hour by hour what the stations of a region measured of a property, while a device was installed: the hour's mean and
-- its last value.
SELECT s.id, o.bucket, o.mean, o.last
FROM station s
JOIN region r ON r.id = s.region_id
JOIN datastream ds ON ds.station_id = s.id
JOIN observed_property p ON p.id = ds.observed_property_id AND p.default_method = ds.method
CROSS JOIN LATERAL hours_of(ds.id, %(since)s, %(until)s) o
WHERE r.code = %(region)s AND p.code = %(property)s
  AND s.id IN (SELECT station_id FROM deployment WHERE phase = 'installed' AND during @> now())
  AND EXISTS (
        SELECT FROM deployment_channel c JOIN deployment d ON d.id = c.deployment_id
        WHERE c.datastream_id = ds.id AND d.phase = 'installed'
          AND d.during && tstzrange(o.bucket, o.bucket + INTERVAL '1 hour'))
ORDER BY s.id, o.bucket, ds.id
