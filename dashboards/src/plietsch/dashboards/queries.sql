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
