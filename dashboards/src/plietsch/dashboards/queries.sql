-- name: regions
-- The regions, those with stations first, then as they were registered.
SELECT r.code, r.name, r.timezone, r.west, r.south, r.east, r.north
FROM region r
ORDER BY EXISTS (
    SELECT 1 FROM station s JOIN deployment d ON d.station_id = s.id
    WHERE s.region_id = r.id AND d.phase = 'installed' AND d.during @> now()
) DESC, r.id

-- name: measured
-- The stations of a region with a device installed now, each with the codes of the properties that it measures.
SELECT s.code, array_agg(DISTINCT p.code)
FROM station s
JOIN region r ON r.id = s.region_id
JOIN deployment d ON d.station_id = s.id AND d.phase = 'installed' AND d.during @> now()
JOIN deployment_channel c ON c.deployment_id = d.id
JOIN datastream ds ON ds.id = c.datastream_id AND ds.method = 'raw'
JOIN observed_property p ON p.id = ds.observed_property_id
WHERE r.code = %(region)s
GROUP BY s.code

-- name: newest_simulated
-- When the newest of what was written last in a region was measured; null where one of its stations is real.
SELECT max(w.last_time)
FROM region r
CROSS JOIN LATERAL (SELECT datastream_ids, last_time FROM write_ledger ORDER BY id DESC LIMIT 100) w
JOIN datastream d ON d.id = w.datastream_ids[1]
JOIN station s ON s.id = d.station_id AND s.region_id = r.id
WHERE r.code = %(region)s
  AND NOT EXISTS (SELECT FROM station WHERE region_id = r.id AND NOT simulated)
