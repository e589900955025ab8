-- name: series
-- What some datastreams are, and how often their device is meant to measure (the present one, or the last).
SELECT ds.id, s.code AS station, s.name AS station_name, s.simulated, s.licence, s.attribution,
       p.code AS property, p.name AS property_name, p.description AS property_description, p.definition, p.unit,
       p.unit_symbol, p.decimals, p.spread_of, ds.method, ds.by_default,
       n.model, n.manufacturer, n.description AS sensor_description, n.datasheet_url, fed.interval_s
FROM datastream ds
JOIN station s ON s.id = ds.station_id
JOIN observed_property p ON p.id = ds.observed_property_id
JOIN sensor n ON n.id = ds.sensor_id
CROSS JOIN LATERAL (
    SELECT interval_s FROM public_channel c WHERE c.datastream_id = ds.id ORDER BY upper(c.during) DESC, interval_s LIMIT 1
) fed
WHERE ds.id = ANY(%(ids)s)
ORDER BY s.code, p.code, ds.id

-- name: of_stations
-- The datastreams of some stations that a device fed while installed, of some properties or of all, by property.
SELECT ds.id FROM datastream ds
JOIN station s ON s.id = ds.station_id
JOIN observed_property p ON p.id = ds.observed_property_id
WHERE s.code = ANY(%(stations)s) AND (%(properties)s::text[] IS NULL OR p.code = ANY(%(properties)s))
  AND EXISTS (SELECT 1 FROM public_channel c WHERE c.datastream_id = ds.id)
ORDER BY s.code, p.code, ds.id

-- name: mountings
-- How what fed some computed datastreams in a span is mounted, as far as their method reckons with it.
SELECT c.datastream_id, NULLIF(lower(d.during), '-infinity') AS since,
       NULLIF(upper(d.during), 'infinity') AS until,
       d.gauge_zero_distance_m, d.gauge_zero_nhn_m, d.rain_tip_mm
FROM deployment_channel c
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed'
JOIN datastream ds ON ds.id = c.datastream_id AND ds.method <> 'raw'
WHERE c.datastream_id = ANY(%(ids)s) AND d.during && tstzrange(%(start)s, %(end)s)
  AND num_nonnulls(d.gauge_zero_distance_m, d.gauge_zero_nhn_m, d.rain_tip_mm) > 0
ORDER BY c.datastream_id, lower(d.during) NULLS FIRST

-- name: expected
-- How many observations some datastreams would have in a span if each device measured as often as it is meant to.
SELECT coalesce(sum(extract(epoch FROM upper(within) - lower(within)) / c.interval_s), 0)::float8
FROM public_channel c
CROSS JOIN LATERAL (SELECT c.during * tstzrange(%(start)s, greatest(%(start)s, least(%(end)s, now()))) AS within) span
WHERE c.datastream_id = ANY(%(ids)s)

-- name: gaps
-- Where some datastreams have no value for longer than so many intervals of what fed them while it was installed: the
-- longest of each, in the order of time, and how many there are and how long in all. An end is null while a gap lasts.
WITH fed AS (
    SELECT datastream_id, interval_s, range_agg(during) AS during FROM public_channel
    WHERE datastream_id = ANY(%(ids)s) GROUP BY datastream_id, interval_s
),
shortest AS (
    -- Where several devices feed one, the one that measures more often counts.
    SELECT datastream_id, interval_s, during - coalesce(range_agg(during) OVER (
        PARTITION BY datastream_id ORDER BY interval_s ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), '{}') AS during
    FROM fed
),
span AS (
    SELECT datastream_id, interval_s, lower(within) AS from_time, upper(within) AS to_time,
           %(end)s > now() AND upper(within) = now() AS lasts
    FROM shortest
    CROSS JOIN LATERAL unnest(
        during * tstzmultirange(tstzrange(%(start)s, greatest(%(start)s, least(%(end)s, now()))))
    ) AS within
),
gap AS (
    SELECT span.datastream_id, step.start_time, step.end_time, step.is_last AND span.lasts AS lasts
    FROM span
    CROSS JOIN LATERAL (
        SELECT lag(moment) OVER w AS start_time, moment AS end_time, place = 2 AS is_last
        FROM (
            SELECT span.from_time AS moment, 0 AS place UNION ALL
            SELECT phenomenon_time, 1 FROM observation
            WHERE datastream_id = span.datastream_id AND result IS NOT NULL
              AND phenomenon_time >= span.from_time AND phenomenon_time < span.to_time
            UNION ALL SELECT span.to_time, 2
        ) moments
        WINDOW w AS (ORDER BY moment, place)
    ) step
    WHERE step.end_time - step.start_time > %(intervals)s * span.interval_s * interval '1 second'
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY datastream_id ORDER BY end_time - start_time DESC, start_time) AS place,
           count(*) OVER (PARTITION BY datastream_id) AS gaps,
           sum(extract(epoch FROM end_time - start_time)) OVER (PARTITION BY datastream_id)::float8 AS missing_s
    FROM gap
)
SELECT datastream_id, start_time, CASE WHEN NOT lasts THEN end_time END AS end_time, gaps, missing_s
FROM ranked WHERE place <= %(most)s ORDER BY datastream_id, start_time
