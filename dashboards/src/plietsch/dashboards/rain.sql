-- name: fallen
-- What fell at some stations in a span, in mm, and their newest reading in it. What a reading adds to the one before
-- belongs to its time; of a pause that began before the span and was too long, nobody knows how much fell in the span.
SELECT s.code, sum(rain.mm), max(rain.newest)
FROM station s
JOIN region r ON r.id = s.region_id
JOIN datastream ds ON ds.station_id = s.id AND ds.method = 'raw'
JOIN observed_property p ON p.id = ds.observed_property_id AND p.code = 'rain_tips'
JOIN deployment_channel c ON c.datastream_id = ds.id
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed' AND d.rain_tip_mm IS NOT NULL
CROSS JOIN LATERAL (
    SELECT coalesce(sum(greatest(0, tips - before)) FILTER (
               WHERE before_time >= %(since)s OR time - before_time <= %(pause)s::interval
           ), 0) * d.rain_tip_mm AS mm,
           max(time) AS newest
    FROM (
        SELECT phenomenon_time AS time, result AS tips, lag(result) OVER (ORDER BY phenomenon_time) AS before,
               lag(phenomenon_time) OVER (ORDER BY phenomenon_time) AS before_time
        FROM observation
        WHERE datastream_id = ds.id AND quality <= 3 AND result IS NOT NULL
          AND phenomenon_time >= greatest(lower(d.during), %(since)s - %(pause)s::interval)
          AND phenomenon_time < coalesce(upper(d.during), 'infinity') AND phenomenon_time <= %(until)s
    ) reading
    WHERE time > %(since)s
    HAVING count(*) > 0
) rain
WHERE (%(region)s::text IS NULL OR r.code = %(region)s)
  AND (%(station)s::text IS NULL OR s.code = %(station)s)
  AND EXISTS (SELECT FROM deployment WHERE station_id = s.id AND phase = 'installed' AND during @> now())
GROUP BY s.code

-- name: hours
-- What fell at some stations hour by hour, in mm, of the hours that begin in a span. An hour without a reading is dry
-- where the next reading is near; of a pause that is too long, nobody knows in which hour it rained.
SELECT s.code, rain.bucket, sum(rain.mm)
FROM station s
JOIN region r ON r.id = s.region_id
JOIN datastream ds ON ds.station_id = s.id AND ds.method = 'raw'
JOIN observed_property p ON p.id = ds.observed_property_id AND p.code = 'rain_tips'
JOIN deployment_channel c ON c.datastream_id = ds.id
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed' AND d.rain_tip_mm IS NOT NULL
CROSS JOIN LATERAL (
    SELECT b.bucket, sum(CASE WHEN b.bucket = hour THEN greatest(0, tips - before) ELSE 0 END) * d.rain_tip_mm AS mm
    FROM (
        SELECT phenomenon_time AS time, date_trunc('hour', phenomenon_time, 'UTC') AS hour, result AS tips,
               lag(result) OVER (ORDER BY phenomenon_time) AS before,
               lag(phenomenon_time) OVER (ORDER BY phenomenon_time) AS before_time
        FROM observation
        WHERE datastream_id = ds.id AND quality <= 3 AND result IS NOT NULL
          AND phenomenon_time >= greatest(lower(d.during), %(since)s - %(pause)s::interval)
          AND phenomenon_time < coalesce(upper(d.during), 'infinity') AND phenomenon_time < %(until)s
    ) reading
    CROSS JOIN LATERAL generate_series(
        least(hour, date_trunc('hour', before_time, 'UTC') + INTERVAL '1 hour'), hour, INTERVAL '1 hour'
    ) AS b (bucket)
    WHERE time - before_time <= %(pause)s::interval AND b.bucket >= %(since)s
    GROUP BY b.bucket
) rain
WHERE (%(region)s::text IS NULL OR r.code = %(region)s)
  AND (%(station)s::text IS NULL OR s.code = %(station)s)
  AND EXISTS (SELECT FROM deployment WHERE station_id = s.id AND phase = 'installed' AND during @> now())
GROUP BY s.code, rain.bucket
ORDER BY s.code, rain.bucket
