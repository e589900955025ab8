-- name: last_hour
-- What fell at some stations in the hour up to a moment, in mm, with the newest value of their rain until then; at a
-- station that is silent for too long, in the hour up to that value. Nobody knows the sum where one of its values is not
-- known; where nothing came in the hour, nothing fell.
WITH gauge AS (
    SELECT s.code, ds.id AS datastream_id, d.during
    FROM station s
    JOIN region r ON r.id = s.region_id
    JOIN datastream ds ON ds.station_id = s.id AND ds.by_default
    JOIN observed_property p ON p.id = ds.observed_property_id AND p.code = 'rain'
    JOIN deployment_channel c ON c.datastream_id = ds.id
    JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed'
    WHERE (%(region)s::text IS NULL OR r.code = %(region)s)
      AND (%(stations)s::text[] IS NULL OR s.code = ANY(%(stations)s))
      AND EXISTS (SELECT FROM deployment WHERE station_id = s.id AND phase = 'installed' AND during @> now())
), last AS (
    SELECT DISTINCT ON (gauge.code) gauge.code, o.time, o.quality,
           CASE WHEN o.time < %(at)s - %(stale_after)s::interval THEN o.time ELSE %(at)s::timestamptz END AS until
    FROM gauge
    CROSS JOIN LATERAL (
        SELECT phenomenon_time AS time, quality FROM observation
        WHERE datastream_id = gauge.datastream_id
          AND phenomenon_time >= coalesce(lower(gauge.during), '-infinity')
          AND phenomenon_time >= %(at)s::timestamptz - %(reach)s::interval
          AND phenomenon_time < coalesce(upper(gauge.during), 'infinity') AND phenomenon_time <= %(at)s
        ORDER BY phenomenon_time DESC LIMIT 1
    ) o
    ORDER BY gauge.code, o.time DESC
)
SELECT last.code, CASE WHEN bool_and(rain.is_known IS NOT FALSE) THEN coalesce(sum(rain.mm), 0) END AS mm, last.time,
       coalesce(max(rain.quality), last.quality), last.until
FROM last
JOIN gauge ON gauge.code = last.code
LEFT JOIN LATERAL (
    SELECT result AS mm, quality, quality <= 3 AND result IS NOT NULL AS is_known FROM observation
    WHERE datastream_id = gauge.datastream_id
      AND phenomenon_time >= coalesce(lower(gauge.during), '-infinity')
      AND phenomenon_time < coalesce(upper(gauge.during), 'infinity')
      AND phenomenon_time > last.until - INTERVAL '1 hour' AND phenomenon_time <= last.time
) rain ON true
GROUP BY last.code, last.time, last.quality, last.until

-- name: hours
-- What fell at some stations hour by hour, in mm, of the hours that begin in a span. An hour without a value is dry where
-- the next value is near: it says what fell since the one before. What nobody knows the time of is of no hour.
SELECT s.code, hour.bucket, sum(CASE WHEN hour.bucket = rain.hour THEN rain.mm ELSE 0 END)
FROM station s
JOIN region r ON r.id = s.region_id
JOIN datastream ds ON ds.station_id = s.id AND ds.by_default
JOIN observed_property p ON p.id = ds.observed_property_id AND p.code = 'rain'
JOIN deployment_channel c ON c.datastream_id = ds.id
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed'
CROSS JOIN LATERAL (
    SELECT phenomenon_time AS time, date_trunc('hour', phenomenon_time, 'UTC') AS hour, result AS mm, quality,
           lag(phenomenon_time) OVER (ORDER BY phenomenon_time) AS before
    FROM observation
    WHERE datastream_id = ds.id AND phenomenon_time >= greatest(lower(d.during), %(since)s - %(pause)s::interval)
      AND phenomenon_time < coalesce(upper(d.during), 'infinity') AND phenomenon_time < %(until)s
) rain
CROSS JOIN LATERAL generate_series(
    CASE WHEN rain.time - rain.before <= %(pause)s::interval
         THEN least(rain.hour, date_trunc('hour', rain.before, 'UTC') + INTERVAL '1 hour') ELSE rain.hour END,
    rain.hour, INTERVAL '1 hour'
) AS hour (bucket)
WHERE rain.quality <= 3 AND rain.mm IS NOT NULL AND hour.bucket >= %(since)s
  AND (%(region)s::text IS NULL OR r.code = %(region)s)
  AND (%(station)s::text IS NULL OR s.code = %(station)s)
  AND EXISTS (SELECT FROM deployment WHERE station_id = s.id AND phase = 'installed' AND during @> now())
GROUP BY s.code, hour.bucket
ORDER BY s.code, hour.bucket
