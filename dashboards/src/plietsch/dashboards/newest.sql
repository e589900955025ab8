-- name: newest
-- The newest result of each property of some stations as of a moment, from what was measured while installed. A station
-- where nothing is installed now has none.
SELECT DISTINCT ON (s.code, p.code) s.code, p.code, o.result, o.phenomenon_time, o.quality
FROM station s
JOIN region r ON r.id = s.region_id
JOIN datastream ds ON ds.station_id = s.id
JOIN observed_property p ON p.id = ds.observed_property_id AND p.default_method = ds.method
JOIN deployment_channel c ON c.datastream_id = ds.id
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed'
CROSS JOIN LATERAL (
    -- Bounds that the primary key can be searched by: with the range's own operator, all history would be read.
    SELECT result, phenomenon_time, quality FROM observation
    WHERE datastream_id = ds.id AND quality <= %(worst)s AND result IS NOT NULL
      AND phenomenon_time >= coalesce(lower(d.during), '-infinity')
      AND phenomenon_time < coalesce(upper(d.during), 'infinity')
      AND phenomenon_time <= %(at)s
    ORDER BY phenomenon_time DESC LIMIT 1
) o
WHERE (%(region)s::text IS NULL OR r.code = %(region)s)
  AND (%(stations)s::text[] IS NULL OR s.code = ANY(%(stations)s))
  AND p.code = ANY(%(codes)s)
  AND EXISTS (SELECT FROM deployment WHERE station_id = s.id AND phase = 'installed' AND during @> now())
ORDER BY s.code, p.code, o.phenomenon_time DESC, ds.id

-- name: newest_rain
-- What fell at some stations in the hour up to a moment, with their newest reading until then; at a station that is
-- silent for too long, in the hour up to that reading. What fell meanwhile counts when it is read, unless it is not
-- known whether it fell in that hour at all.
SELECT DISTINCT ON (s.code) s.code, coalesce(fallen.mm, 0), last.phenomenon_time, last.quality
FROM station s
JOIN region r ON r.id = s.region_id
JOIN datastream ds ON ds.station_id = s.id AND ds.method = 'raw'
JOIN observed_property p ON p.id = ds.observed_property_id AND p.code = 'rain_tips'
JOIN deployment_channel c ON c.datastream_id = ds.id
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed' AND d.rain_tip_mm IS NOT NULL
CROSS JOIN LATERAL (
    SELECT phenomenon_time, quality FROM observation
    WHERE datastream_id = ds.id AND quality <= %(worst)s AND result IS NOT NULL
      AND phenomenon_time >= coalesce(lower(d.during), '-infinity')
      AND phenomenon_time < coalesce(upper(d.during), 'infinity')
      AND phenomenon_time <= %(at)s
    ORDER BY phenomenon_time DESC LIMIT 1
) last
CROSS JOIN LATERAL (
    SELECT CASE WHEN last.phenomenon_time < %(at)s - %(stale_after)s::interval THEN last.phenomenon_time
                ELSE %(at)s END - INTERVAL '1 hour' AS since
) hour
CROSS JOIN LATERAL (
    SELECT sum(greatest(0, tips - before)) FILTER (WHERE time > hour.since) * d.rain_tip_mm AS mm
    FROM (
        SELECT phenomenon_time AS time, result AS tips, lag(result) OVER (ORDER BY phenomenon_time) AS before,
               lag(phenomenon_time) OVER (ORDER BY phenomenon_time) AS before_time
        FROM observation
        WHERE datastream_id = ds.id AND quality <= %(worst)s AND result IS NOT NULL
          AND phenomenon_time >= greatest(lower(d.during), hour.since - %(pause)s::interval)
          AND phenomenon_time <= last.phenomenon_time
    ) reading
    WHERE time - before_time <= %(pause)s::interval
) fallen
WHERE (%(region)s::text IS NULL OR r.code = %(region)s)
  AND (%(stations)s::text[] IS NULL OR s.code = ANY(%(stations)s))
  AND EXISTS (SELECT FROM deployment WHERE station_id = s.id AND phase = 'installed' AND during @> now())
ORDER BY s.code, last.phenomenon_time DESC, ds.id
