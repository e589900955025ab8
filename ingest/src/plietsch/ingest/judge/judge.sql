-- name: begin_judging
-- One transaction at a time judges, whoever it belongs to; the others wait.
SELECT pg_advisory_xact_lock(%s)

-- name: be_judge
-- Be the process that follows the ledger, until the connection ends; false while another one is.
SELECT pg_try_advisory_lock(%s)

-- name: listen_to_registry
-- Hear of every change of devices, their types and deployments.
LISTEN plietsch_registry

-- name: series
-- The datastreams of the stations that have these ones.
SELECT ds.id, ds.station_id, p.code, ds.method
FROM datastream ds
JOIN observed_property p ON p.id = ds.observed_property_id
WHERE ds.station_id IN (SELECT station_id FROM datastream WHERE id = ANY (%(datastream_ids)s))
ORDER BY ds.id

-- name: feeds
-- What feeds datastreams since when; open ends are infinite. What is removed feeds nothing.
SELECT c.datastream_id, c.deployment_id, c.channel,
       coalesce(extract(epoch FROM lower(d.during)), '-infinity')::float8,
       coalesce(extract(epoch FROM upper(d.during)), 'infinity')::float8,
       d.phase = 'installed', v.interval_s, v.device_type_id,
       d.gauge_zero_distance_m, d.rain_tip_mm
FROM deployment_channel c
JOIN deployment d ON d.id = c.deployment_id AND d.phase <> 'removed'
JOIN device v ON v.id = d.device_id
WHERE c.datastream_id = ANY (%(datastream_ids)s)
ORDER BY lower(d.during), c.deployment_id, c.channel

-- name: own_limits
-- Limits of datastreams of their own, in the order of time; of those for the same time the newest.
SELECT DISTINCT ON (datastream_id, since) datastream_id, extract(epoch FROM since)::float8, limits
FROM datastream_limit
WHERE datastream_id = ANY (%(datastream_ids)s)
ORDER BY datastream_id, since, id DESC

-- name: types
-- What the files of the device types say.
SELECT id, definition FROM device_type WHERE definition IS NOT NULL

-- name: own_radius
-- How far datastreams with limits of their own look around for others, by property.
SELECT p.code, max((l.limits #>> '{neighbour,radius_km}')::float8)
FROM datastream_limit l
JOIN datastream ds ON ds.id = l.datastream_id
JOIN observed_property p ON p.id = ds.observed_property_id
WHERE l.limits #>> '{neighbour,radius_km}' IS NOT NULL
GROUP BY p.code

-- name: placed
-- The datastreams of some properties at stations where something is or was installed, with the stations' public places.
SELECT ds.id, ds.station_id, p.code, ds.method, place.longitude, place.latitude
FROM datastream ds
JOIN observed_property p ON p.id = ds.observed_property_id
CROSS JOIN LATERAL (
    SELECT location_id FROM historical_location WHERE station_id = ds.station_id ORDER BY since DESC LIMIT 1
) newest
JOIN location place ON place.id = newest.location_id
WHERE p.code = ANY (%(properties)s)
  AND EXISTS (SELECT FROM deployment WHERE station_id = ds.station_id AND phase = 'installed')

-- name: extent
-- From when to when datastreams have values within spans; those without any are left out.
SELECT asked.datastream_id, floor(extract(epoch FROM first.moment))::bigint, ceil(extract(epoch FROM last.moment))::bigint
FROM unnest(%(datastream_ids)s::integer[], %(first_s)s::bigint[], %(last_s)s::bigint[])
     AS asked (datastream_id, first_s, last_s)
CROSS JOIN LATERAL (
    SELECT phenomenon_time AS moment FROM observation
    WHERE datastream_id = asked.datastream_id
      AND phenomenon_time BETWEEN to_timestamp(asked.first_s) AND to_timestamp(asked.last_s)
    ORDER BY phenomenon_time LIMIT 1
) first
CROSS JOIN LATERAL (
    SELECT phenomenon_time AS moment FROM observation
    WHERE datastream_id = asked.datastream_id
      AND phenomenon_time BETWEEN to_timestamp(asked.first_s) AND to_timestamp(asked.last_s)
    ORDER BY phenomenon_time DESC LIMIT 1
) last

-- name: values
-- Values of datastreams within spans, by the second that they lie in. The bounds over all spans let chunks be left out that no span meets.
SELECT o.datastream_id, floor(extract(epoch FROM o.phenomenon_time))::bigint, o.result, o.quality
FROM unnest(%(datastream_ids)s::integer[], %(first_s)s::bigint[], %(last_s)s::bigint[])
     AS span (datastream_id, first_s, last_s)
CROSS JOIN LATERAL (
    SELECT datastream_id, phenomenon_time, result, quality FROM observation
    WHERE datastream_id = span.datastream_id
      AND phenomenon_time BETWEEN to_timestamp(span.first_s) AND to_timestamp(span.last_s)
      AND phenomenon_time BETWEEN to_timestamp(%(from_s)s) AND to_timestamp(%(to_s)s)
    ORDER BY phenomenon_time
) o

-- name: flat_around
-- Spans as far as the values on either side are like the one next to the span, at most so far: a value that is not ends
-- it. Values that failed count for nothing here, as nobody knows yet with which flag they came: they end nothing.
SELECT span.datastream_id,
       coalesce(floor(extract(epoch FROM earlier.ended))::bigint, span.first_s - span.reach_s) AS first_s,
       coalesce(ceil(extract(epoch FROM later.ended))::bigint, span.last_s + span.reach_s) AS last_s
FROM unnest(%(datastream_ids)s::integer[], %(first_s)s::bigint[], %(last_s)s::bigint[], %(bands)s::float8[],
            %(reaches_s)s::bigint[]) AS span (datastream_id, first_s, last_s, band, reach_s)
LEFT JOIN LATERAL (
    SELECT result FROM observation
    WHERE datastream_id = span.datastream_id AND phenomenon_time < to_timestamp(span.first_s)
      AND phenomenon_time >= to_timestamp(span.first_s - span.reach_s)
      AND quality <= 3 AND abs(result) < %(largest)s::float8
    ORDER BY phenomenon_time DESC LIMIT 1
) before ON true
LEFT JOIN LATERAL (
    SELECT phenomenon_time AS ended FROM observation
    WHERE datastream_id = span.datastream_id AND phenomenon_time < to_timestamp(span.first_s)
      AND phenomenon_time >= to_timestamp(span.first_s - span.reach_s)
      AND quality <= 3 AND abs(result) < %(largest)s::float8 AND abs(result - before.result) > span.band
    ORDER BY phenomenon_time DESC LIMIT 1
) earlier ON true
LEFT JOIN LATERAL (
    SELECT result FROM observation
    WHERE datastream_id = span.datastream_id AND phenomenon_time >= to_timestamp(span.last_s + 1)
      AND phenomenon_time <= to_timestamp(span.last_s + span.reach_s)
      AND quality <= 3 AND abs(result) < %(largest)s::float8
    ORDER BY phenomenon_time LIMIT 1
) after ON true
LEFT JOIN LATERAL (
    SELECT phenomenon_time AS ended FROM observation
    WHERE datastream_id = span.datastream_id AND phenomenon_time >= to_timestamp(span.last_s + 1)
      AND phenomenon_time <= to_timestamp(span.last_s + span.reach_s)
      AND quality <= 3 AND abs(result) < %(largest)s::float8 AND abs(result - after.result) > span.band
    ORDER BY phenomenon_time LIMIT 1
) later ON true

-- name: failed_tests
-- Of the same values: the flags they were stored with, and the tests that they did not pass.
SELECT t.datastream_id, floor(extract(epoch FROM t.phenomenon_time))::bigint, t.arrival, t.tests
FROM unnest(%(datastream_ids)s::integer[], %(first_s)s::bigint[], %(last_s)s::bigint[])
     AS span (datastream_id, first_s, last_s)
JOIN observation_test t ON t.datastream_id = span.datastream_id
 AND t.phenomenon_time BETWEEN to_timestamp(span.first_s) AND to_timestamp(span.last_s)

-- name: say_why
-- Why this transaction changes observations from here on (trigger keep_revision).
SELECT set_config('plietsch.cause', %(cause)s, true), set_config('plietsch.reason', %(reason)s, true)

-- name: revise
-- Other results and qualities for values of one datastream. The bounds let chunks and columns be left out.
UPDATE observation o SET result = revised.result, quality = revised.quality
FROM unnest(%(times_s)s::bigint[], %(results)s::float8[], %(qualities)s::smallint[])
     AS revised (time_s, result, quality)
WHERE o.datastream_id = %(datastream_id)s
  AND o.phenomenon_time BETWEEN to_timestamp(%(first_s)s) AND to_timestamp(%(last_s)s)
  AND o.phenomenon_time = to_timestamp(revised.time_s)

-- name: remove
-- Values of one datastream that there are no longer.
DELETE FROM observation
WHERE datastream_id = %(datastream_id)s
  AND phenomenon_time BETWEEN to_timestamp(%(first_s)s) AND to_timestamp(%(last_s)s)
  AND phenomenon_time IN (SELECT to_timestamp(time_s) FROM unnest(%(times_s)s::bigint[]) AS time_s)

-- name: add
-- New values. When one was heard that is computed is when the last was of what it comes from in its time. What
-- somebody else has stored meanwhile stays: it is in the ledger, and judged when that is read.
INSERT INTO observation (datastream_id, phenomenon_time, result, result_time, quality)
SELECT %(datastream_id)s, to_timestamp(added.time_s), added.result, coalesce(added.heard_at, heard.result_time),
       added.quality
FROM unnest(%(times_s)s::bigint[], %(results)s::float8[], %(qualities)s::smallint[], %(heard_at)s::timestamptz[])
     AS added (time_s, result, quality, heard_at)
LEFT JOIN LATERAL (
    SELECT max(result_time) AS result_time FROM observation
    WHERE datastream_id = ANY (%(inputs)s) AND phenomenon_time >= to_timestamp(added.time_s)
      AND phenomenon_time < to_timestamp(added.time_s + %(within_s)s)
      AND phenomenon_time BETWEEN to_timestamp(%(first_s)s) AND to_timestamp(%(last_s)s + %(within_s)s)
) heard ON true
ORDER BY added.time_s
ON CONFLICT DO NOTHING

-- name: keep_failed_tests
-- The tests that values did not pass, and the flags they were stored with.
INSERT INTO observation_test AS known (datastream_id, phenomenon_time, arrival, tests)
SELECT failed.datastream_id, to_timestamp(failed.time_s), failed.arrival, failed.tests::jsonb
FROM unnest(%(datastream_ids)s::integer[], %(times_s)s::bigint[], %(arrivals)s::smallint[], %(tests)s::text[])
     AS failed (datastream_id, time_s, arrival, tests)
ORDER BY 1, 2
ON CONFLICT (datastream_id, phenomenon_time)
DO UPDATE SET arrival = EXCLUDED.arrival, tests = EXCLUDED.tests, judged_at = now()

-- name: forget_failed_tests
-- Values that pass all tests by now, or are there no longer.
DELETE FROM observation_test t
USING unnest(%(datastream_ids)s::integer[], %(times_s)s::bigint[]) AS passed (datastream_id, time_s)
WHERE t.datastream_id = passed.datastream_id AND t.phenomenon_time = to_timestamp(passed.time_s)

-- name: enter
-- The row of the ledger for what was judged: `observations` are new, `revised` others than they were.
INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations, cause, revised)
VALUES (%(datastream_ids)s, to_timestamp(%(first_s)s), to_timestamp(%(last_s)s), %(observations)s, %(cause)s,
        %(revised)s)
