-- name: regions
-- The regions, those with stations first, then as they were registered.
SELECT r.code, r.name, r.timezone, r.west, r.south, r.east, r.north
FROM region r
ORDER BY EXISTS (
    SELECT 1 FROM station s JOIN deployment d ON d.station_id = s.id
    WHERE s.region_id = r.id AND d.phase = 'installed' AND d.during @> now()
) DESC, r.id

-- name: measured
-- The stations of a region with a device installed now, each with the codes of what it measures by the methods that are
-- meant where nobody names one.
SELECT s.code, array_agg(DISTINCT p.code)
FROM station s
JOIN region r ON r.id = s.region_id
JOIN deployment d ON d.station_id = s.id AND d.phase = 'installed' AND d.during @> now()
JOIN deployment_channel c ON c.deployment_id = d.id
JOIN datastream ds ON ds.id = c.datastream_id
JOIN observed_property p ON p.id = ds.observed_property_id AND ds.by_default
WHERE r.code = %(region)s AND (%(stations)s::text[] IS NULL OR s.code = ANY(%(stations)s))
GROUP BY s.code

-- name: measured_anywhere
-- The codes of what any station of a region measures, as above.
SELECT DISTINCT p.code
FROM station s
JOIN region r ON r.id = s.region_id
JOIN deployment d ON d.station_id = s.id AND d.phase = 'installed' AND d.during @> now()
JOIN deployment_channel c ON c.deployment_id = d.id
JOIN datastream ds ON ds.id = c.datastream_id
JOIN observed_property p ON p.id = ds.observed_property_id AND ds.by_default
WHERE r.code = %(region)s

-- name: newest_simulated
-- When the newest of what was written lately in a region was measured; null where nothing was, or where one of its
-- stations is real. The first and the last datastream of a transaction say whether it wrote of this region only: what
-- others measured says nothing of it. However much was written, no more than the newest thousand transactions are read.
SELECT max(newest.last_time)
FROM region r
CROSS JOIN LATERAL (
    SELECT w.last_time
    FROM (SELECT * FROM write_ledger ORDER BY id DESC LIMIT 1000) w
    JOIN datastream a ON a.id = w.datastream_ids[1]
    JOIN station s ON s.id = a.station_id AND s.region_id = r.id
    JOIN datastream b ON b.id = w.datastream_ids[cardinality(w.datastream_ids)]
    JOIN station t ON t.id = b.station_id AND t.region_id = r.id
    WHERE w.written_at > now() - %(lately)s
    ORDER BY w.id DESC LIMIT 20
) newest
WHERE r.code = %(region)s
  AND NOT EXISTS (SELECT FROM station WHERE region_id = r.id AND NOT simulated)
