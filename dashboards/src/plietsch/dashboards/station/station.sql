-- name: streams
-- The series of a station that a device fed while installed: what, by which method, with which instrument, and whether
-- a device feeds it now.
SELECT ds.id, p.code AS property, ds.method, n.model, n.manufacturer,
       bool_or(d.during @> now()) AS is_fed, ds.by_default AS is_default
FROM station s
JOIN datastream ds ON ds.station_id = s.id
JOIN observed_property p ON p.id = ds.observed_property_id
JOIN sensor n ON n.id = ds.sensor_id
JOIN deployment_channel c ON c.datastream_id = ds.id
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed'
WHERE s.code = %(station)s AND p.spread_of IS NULL
GROUP BY ds.id, p.code, ds.method, n.model, n.manufacturer
ORDER BY p.code, ds.method, ds.id

-- name: as_measured
-- What a series has in a span, from while its device was installed, at most so many of the newest, the oldest first.
SELECT * FROM (
    SELECT o.time, o.result, o.quality
    FROM (
        SELECT unnest(range_agg(d.during)) AS during
        FROM deployment_channel c JOIN deployment d ON d.id = c.deployment_id
        WHERE c.datastream_id = %(stream)s AND d.phase = 'installed'
    ) public
    CROSS JOIN LATERAL (
        SELECT phenomenon_time AS time, result, quality FROM observation
        WHERE datastream_id = %(stream)s
          AND phenomenon_time >= greatest(%(since)s::timestamptz, lower(public.during))
          AND phenomenon_time < coalesce(upper(public.during), 'infinity') AND phenomenon_time <= %(until)s
        ORDER BY phenomenon_time DESC LIMIT %(most)s
    ) o
    ORDER BY o.time DESC LIMIT %(most)s
) newest
ORDER BY time

-- name: by_10m
-- The means of ten minutes of a series in a span, of the values of quality 1 and 2 while its device was installed.
SELECT date_bin('10 minutes', o.phenomenon_time, 'epoch'), count(*), avg(o.result), min(o.result), max(o.result)
FROM (
    SELECT unnest(range_agg(d.during)) AS during
    FROM deployment_channel c JOIN deployment d ON d.id = c.deployment_id
    WHERE c.datastream_id = %(stream)s AND d.phase = 'installed'
) public
JOIN observation o ON o.datastream_id = %(stream)s AND o.quality <= 2 AND o.result IS NOT NULL
    AND o.phenomenon_time >= greatest(%(since)s::timestamptz, lower(public.during))
    AND o.phenomenon_time < least(%(until)s::timestamptz, upper(public.during))
GROUP BY 1
ORDER BY 1

-- name: by_1h
-- The hours of a series that begin in a span. One counts once the device was installed during any of it.
SELECT h.bucket, h.count, h.mean, h.min, h.max
FROM hours_of_each(ARRAY[%(stream)s::integer], %(since)s, %(until)s) h
WHERE EXISTS (
    SELECT FROM deployment_channel c JOIN deployment d ON d.id = c.deployment_id
    WHERE c.datastream_id = %(stream)s AND d.phase = 'installed'
      AND d.during && tstzrange(h.bucket, h.bucket + INTERVAL '1 hour')
)
ORDER BY h.bucket

-- name: installed
-- The times in a span at which an installed device fed each of some series.
SELECT c.datastream_id, range_agg(d.during) * tstzmultirange(tstzrange(%(since)s, %(until)s))
FROM deployment_channel c
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed'
WHERE c.datastream_id = ANY(%(streams)s)
GROUP BY c.datastream_id

-- name: places
-- The public places of a station since when it has been there, the first one first.
SELECT h.since, l.longitude, l.latitude, l.grid_m
FROM station s
JOIN historical_location h ON h.station_id = s.id
JOIN location l ON l.id = h.location_id
WHERE s.code = %(station)s
ORDER BY h.since

-- name: deployments
-- When a device was installed at a station, from when until when, and the instruments that measured.
SELECT NULLIF(lower(d.during), '-infinity') AS since, NULLIF(upper(d.during), 'infinity') AS until,
       d.during @> now() AS lasts, d.gauge_zero_distance_m, d.gauge_zero_nhn_m, d.rain_tip_mm,
       array_agg(DISTINCT n.model) FILTER (WHERE n.model <> 'node') AS models, m.is_remounted
FROM station s
JOIN deployment d ON d.station_id = s.id AND d.phase = 'installed'
JOIN public_mounting m ON m.deployment_id = d.id
JOIN deployment_channel c ON c.deployment_id = d.id
JOIN datastream ds ON ds.id = c.datastream_id
JOIN sensor n ON n.id = ds.sensor_id
WHERE s.code = %(station)s
GROUP BY d.id, m.is_remounted
ORDER BY lower(d.during) NULLS FIRST

-- name: gone
-- A station that was public once: its name, its region, its licence.
SELECT s.name, r.code, s.licence, s.attribution, s.simulated
FROM station s
JOIN region r ON r.id = s.region_id
WHERE s.code = %(station)s
  AND EXISTS (SELECT FROM deployment d WHERE d.station_id = s.id AND d.phase = 'installed')

-- name: fed_since
-- When some series were fed first by an installed device; '-infinity' becomes the year 1.
SELECT min(coalesce(nullif(lower(d.during), '-infinity'), '0001-01-01 00:00:00+00'))
FROM deployment_channel c JOIN deployment d ON d.id = c.deployment_id
WHERE c.datastream_id = ANY(%(streams)s) AND d.phase = 'installed'

-- name: doubted
-- How many values of some series, measured in a span while their device was installed, are suspect or failed, by the
-- beginning of their step, of all that there are.
SELECT (%(begins)s::timestamptz[])[width_bucket(o.phenomenon_time, %(begins)s::timestamptz[])], count(*)
FROM (
    SELECT c.datastream_id, unnest(range_agg(d.during)) AS during
    FROM deployment_channel c JOIN deployment d ON d.id = c.deployment_id
    WHERE c.datastream_id = ANY(%(streams)s) AND d.phase = 'installed'
    GROUP BY c.datastream_id
) public
JOIN observation o ON o.datastream_id = public.datastream_id AND o.quality IN (3, 4) AND o.result IS NOT NULL
    AND o.phenomenon_time >= greatest(%(since)s::timestamptz, lower(public.during))
    AND o.phenomenon_time < least(%(until)s::timestamptz, upper(public.during))
GROUP BY 1

-- name: last
-- When some series have their last value of, measured while their device was installed, and believed or not.
SELECT max(o.phenomenon_time)
FROM deployment_channel c
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed'
CROSS JOIN LATERAL (
    SELECT phenomenon_time FROM observation
    WHERE datastream_id = c.datastream_id AND result IS NOT NULL
      AND phenomenon_time >= coalesce(lower(d.during), '-infinity') AND phenomenon_time <= %(until)s
      AND phenomenon_time < coalesce(upper(d.during), 'infinity')
    ORDER BY phenomenon_time DESC LIMIT 1
) o
WHERE c.datastream_id = ANY(%(streams)s)

-- name: dust
-- What a station has of fine dust, as measured and as computed, from a moment on and before another one.
SELECT p.code, ds.method, o.result, o.quality
FROM station s
JOIN datastream ds ON ds.station_id = s.id
JOIN observed_property p ON p.id = ds.observed_property_id AND p.code IN ('pm2_5', 'pm10')
JOIN deployment_channel c ON c.datastream_id = ds.id
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed'
JOIN observation o ON o.datastream_id = ds.id
    AND o.phenomenon_time >= greatest(%(since)s::timestamptz, lower(d.during))
    AND o.phenomenon_time < least(%(until)s::timestamptz, upper(d.during))
WHERE s.code = %(station)s
