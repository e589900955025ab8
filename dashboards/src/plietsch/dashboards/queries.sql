-- name: regions
-- The regions, those with stations first, then as they were registered.
SELECT r.code, r.name, r.timezone, r.west, r.south, r.east, r.north
FROM region r
ORDER BY EXISTS (
    SELECT 1 FROM station s JOIN deployment d ON d.station_id = s.id
    WHERE s.region_id = r.id AND d.phase = 'installed' AND d.during @> now()
) DESC, r.id
