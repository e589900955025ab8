-- name: places
-- The stations of a region with a device installed now, by code, with their names.
SELECT s.code, s.name FROM station s
JOIN region r ON r.id = s.region_id
WHERE r.code = %(region)s
  AND EXISTS (SELECT FROM deployment WHERE station_id = s.id AND phase = 'installed' AND during @> now())

-- name: measured
-- Which of some quantities any installed station of a region measures.
SELECT DISTINCT p.code
FROM observed_property p
JOIN datastream ds ON ds.observed_property_id = p.id
JOIN station s ON s.id = ds.station_id
JOIN region r ON r.id = s.region_id
WHERE r.code = %(region)s AND p.code = ANY(%(codes)s)
  AND EXISTS (SELECT FROM deployment WHERE station_id = s.id AND phase = 'installed' AND during @> now())

-- name: levels
-- The water levels of a region's gauges in a span, by station, in the order of time.
SELECT s.code, extract(epoch FROM o.phenomenon_time)::double precision, o.result
FROM station s
JOIN region r ON r.id = s.region_id
JOIN datastream ds ON ds.station_id = s.id
JOIN observed_property p ON p.id = ds.observed_property_id AND p.code = 'water_level' AND ds.by_default
JOIN observation o ON o.datastream_id = ds.id
WHERE r.code = %(region)s AND o.phenomenon_time > %(since)s AND o.phenomenon_time <= %(until)s
  AND o.quality <= 2 AND o.result IS NOT NULL
  AND EXISTS (SELECT FROM deployment_channel c JOIN deployment d ON d.id = c.deployment_id
              WHERE c.datastream_id = ds.id AND d.phase = 'installed' AND d.during @> o.phenomenon_time)
ORDER BY s.code, o.phenomenon_time

-- name: network
-- How a region's network fared in a span.
SELECT n.frames, n.gateways, n.stations FROM region r, region_network(r.id, %(since)s, %(until)s) n
WHERE r.code = %(region)s
