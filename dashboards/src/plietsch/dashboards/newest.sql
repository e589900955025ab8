-- name: newest
-- The newest result of each property of some stations as of a moment, from what was measured while installed, and not
-- before the reach: an instrument that only fails is not followed through all its history. A station where nothing is
-- installed now has none.
SELECT DISTINCT ON (s.code, p.code) s.code, p.code, o.result, o.phenomenon_time, o.quality
FROM station s
JOIN region r ON r.id = s.region_id
JOIN datastream ds ON ds.station_id = s.id
JOIN observed_property p ON p.id = ds.observed_property_id AND ds.by_default
JOIN deployment_channel c ON c.datastream_id = ds.id
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed'
CROSS JOIN LATERAL (
    -- Bounds that the primary key can be searched by: with the range's own operator, all history would be read.
    SELECT result, phenomenon_time, quality FROM observation
    WHERE datastream_id = ds.id AND quality <= %(worst)s AND result IS NOT NULL
      AND phenomenon_time >= coalesce(lower(d.during), '-infinity')
      AND phenomenon_time >= %(at)s::timestamptz - %(reach)s::interval
      AND phenomenon_time < coalesce(upper(d.during), 'infinity')
      AND phenomenon_time <= %(at)s
    ORDER BY phenomenon_time DESC LIMIT 1
) o
WHERE (%(region)s::text IS NULL OR r.code = %(region)s)
  AND (%(stations)s::text[] IS NULL OR s.code = ANY(%(stations)s))
  AND p.code = ANY(%(codes)s)
  AND EXISTS (SELECT FROM deployment WHERE station_id = s.id AND phase = 'installed' AND during @> now())
ORDER BY s.code, p.code, o.phenomenon_time DESC, ds.id
