-- name: gauges
-- The gauges among some stations, each with its own levels, lowest first.
SELECT s.code, g.water ->> %(language)s, g.mean_level_cm, l.level_cm, l.rank, l.name ->> %(language)s, l.source
FROM gauge g
JOIN station s ON s.id = g.station_id
JOIN region r ON r.id = s.region_id
LEFT JOIN gauge_level l ON l.station_id = g.station_id
WHERE (%(region)s::text IS NULL OR r.code = %(region)s)
  AND (%(station)s::text IS NULL OR s.code = %(station)s)
ORDER BY s.code, l.level_cm
