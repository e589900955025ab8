-- name: last_hour
-- What fell at some stations in the hour up to a moment, in tips and in mm, with their newest count until then; at a
-- station that is silent for too long, in the hour up to that count. No sum where a count in the hour has none before it
-- that is near, unless it is 0: nobody knows when that fell. A device that follows another begins with its own count.
WITH gauge AS (
    SELECT s.code, ds.id AS datastream_id, d.during, d.rain_tip_mm
    FROM station s
    JOIN region r ON r.id = s.region_id
    JOIN datastream ds ON ds.station_id = s.id AND ds.method = 'raw'
    JOIN observed_property p ON p.id = ds.observed_property_id AND p.code = 'rain_tips'
    JOIN deployment_channel c ON c.datastream_id = ds.id
    JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed' AND d.rain_tip_mm IS NOT NULL
    WHERE (%(region)s::text IS NULL OR r.code = %(region)s)
      AND (%(stations)s::text[] IS NULL OR s.code = ANY(%(stations)s))
      AND EXISTS (SELECT FROM deployment WHERE station_id = s.id AND phase = 'installed' AND during @> now())
), last AS (
    SELECT DISTINCT ON (gauge.code) gauge.code, o.time, o.quality,
           CASE WHEN o.time < %(at)s - %(stale_after)s::interval THEN o.time ELSE %(at)s::timestamptz END AS until
    FROM gauge
    CROSS JOIN LATERAL (
        SELECT phenomenon_time AS time, quality FROM observation
        WHERE datastream_id = gauge.datastream_id AND quality <= 3 AND result IS NOT NULL
          AND phenomenon_time >= coalesce(lower(gauge.during), '-infinity')
          AND phenomenon_time >= %(at)s::timestamptz - %(reach)s::interval
          AND phenomenon_time < coalesce(upper(gauge.during), 'infinity') AND phenomenon_time <= %(at)s
        ORDER BY phenomenon_time DESC LIMIT 1
    ) o
    ORDER BY gauge.code, o.time DESC
)
SELECT last.code, CASE WHEN bool_and(hour.known) THEN coalesce(sum(hour.tips), 0) END AS tips,
       CASE WHEN bool_and(hour.known) THEN coalesce(sum(hour.tips * gauge.rain_tip_mm), 0) END AS mm,
       last.time, last.quality, last.until
FROM last
JOIN gauge ON gauge.code = last.code
CROSS JOIN LATERAL (
    -- What a count adds to the one before. A rise back to the highest count of before a drop, larger than all that was
    -- counted since the drop, only undoes it: what is more than the highest is rain.
    SELECT sum(CASE WHEN tips >= peak AND tips - before > before - low THEN tips - peak
                    ELSE greatest(0, tips - before) END) AS tips,
           coalesce(bool_and(tips = 0 OR coalesce(time - before_time <= %(pause)s::interval, false)), true) AS known
    FROM (
        SELECT time, tips, lag(time) OVER earlier AS before_time, lag(tips) OVER earlier AS before,
               lag(peak) OVER earlier AS peak, lag(low) OVER earlier AS low
        FROM (
            SELECT time, tips, peak, min(tips) OVER (PARTITION BY peak ORDER BY time) AS low
            FROM (
                SELECT phenomenon_time AS time, result AS tips, max(result) OVER (ORDER BY phenomenon_time) AS peak
                FROM observation
                WHERE datastream_id = gauge.datastream_id AND quality <= 3 AND result IS NOT NULL
                  AND phenomenon_time >= coalesce(lower(gauge.during), '-infinity')
                  AND phenomenon_time >= last.until - INTERVAL '1 hour' - %(remembered)s::interval
                  AND phenomenon_time >= %(at)s::timestamptz - %(reach)s::interval - %(remembered)s::interval
                  AND phenomenon_time < coalesce(upper(gauge.during), 'infinity') AND phenomenon_time <= last.time
            ) count
        ) count
        WINDOW earlier AS (ORDER BY time)
    ) count
    WHERE time > last.until - INTERVAL '1 hour'
) hour
GROUP BY last.code, last.time, last.quality, last.until

-- name: hours
-- What fell at some stations hour by hour, in mm, of the hours that begin in a span; what a count adds is as above. An
-- hour without a reading is dry where the next reading is near; of a pause that is too long, nobody knows in which hour
-- it rained, unless nothing was counted.
SELECT s.code, rain.bucket, sum(rain.mm)
FROM station s
JOIN region r ON r.id = s.region_id
JOIN datastream ds ON ds.station_id = s.id AND ds.method = 'raw'
JOIN observed_property p ON p.id = ds.observed_property_id AND p.code = 'rain_tips'
JOIN deployment_channel c ON c.datastream_id = ds.id
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed' AND d.rain_tip_mm IS NOT NULL
CROSS JOIN LATERAL (
    SELECT b.bucket, d.rain_tip_mm * sum(
               CASE WHEN b.bucket < hour THEN 0
                    WHEN tips >= peak AND tips - before > before - low THEN tips - peak
                    ELSE greatest(0, tips - before) END) AS mm
    FROM (
        SELECT time, date_trunc('hour', time, 'UTC') AS hour, tips, lag(time) OVER earlier AS before_time,
               lag(tips) OVER earlier AS before, lag(peak) OVER earlier AS peak, lag(low) OVER earlier AS low
        FROM (
            SELECT time, tips, peak, min(tips) OVER (PARTITION BY peak ORDER BY time) AS low
            FROM (
                SELECT phenomenon_time AS time, result AS tips, max(result) OVER (ORDER BY phenomenon_time) AS peak
                FROM observation
                WHERE datastream_id = ds.id AND quality <= 3 AND result IS NOT NULL
                  AND phenomenon_time >= greatest(lower(d.during), %(since)s - %(remembered)s::interval)
                  AND phenomenon_time < coalesce(upper(d.during), 'infinity') AND phenomenon_time < %(until)s
            ) count
        ) count
        WINDOW earlier AS (ORDER BY time)
    ) count
    -- A count of 0 after too long a pause says something of its own hour only.
    CROSS JOIN LATERAL generate_series(
        CASE WHEN time - before_time <= %(pause)s::interval
             THEN least(hour, date_trunc('hour', before_time, 'UTC') + INTERVAL '1 hour') ELSE hour END,
        hour, INTERVAL '1 hour'
    ) AS b (bucket)
    WHERE (tips = 0 OR time - before_time <= %(pause)s::interval) AND b.bucket >= %(since)s
    GROUP BY b.bucket
) rain
WHERE (%(region)s::text IS NULL OR r.code = %(region)s)
  AND (%(station)s::text IS NULL OR s.code = %(station)s)
  AND EXISTS (SELECT FROM deployment WHERE station_id = s.id AND phase = 'installed' AND during @> now())
GROUP BY s.code, rain.bucket
ORDER BY s.code, rain.bucket
