-- name: be_patient
-- Who goes through years of frames waits longer than a worker may.
SELECT set_config('statement_timeout', '10min', false)

-- name: frame_days
-- The UTC days on which frames of devices were heard in a span, and how many on each; copies say nothing of their own.
SELECT device_id, date_trunc('day', event_time, 'UTC') AS day, count(*)::int AS frames
FROM uplink
WHERE device_id = ANY (%(device_ids)s) AND event_time >= %(since)s AND event_time < %(until)s AND repeats IS NULL
GROUP BY 1, 2
ORDER BY 1, 2

-- name: frames
-- The frames of a device that were heard in a span, in that order.
SELECT event_time, received_at, f_port, payload, convert_to(coalesce(object::text, ''), 'UTF8')
FROM uplink
WHERE device_id = %(device_id)s AND event_time >= %(since)s AND event_time < %(until)s AND repeats IS NULL
ORDER BY event_time, event_id

-- name: stored
-- Values of datastreams within spans, with the flag that they came with, their tests, and when they were heard.
SELECT o.datastream_id, floor(extract(epoch FROM o.phenomenon_time))::bigint, o.result, o.quality,
       coalesce(t.arrival, o.quality), t.tests, o.result_time
FROM unnest(%(datastream_ids)s::integer[], %(first_s)s::bigint[], %(last_s)s::bigint[])
     AS span (datastream_id, first_s, last_s)
CROSS JOIN LATERAL (
    SELECT datastream_id, phenomenon_time, result, quality, result_time FROM observation
    WHERE datastream_id = span.datastream_id
      AND phenomenon_time BETWEEN to_timestamp(span.first_s) AND to_timestamp(span.last_s)
      AND phenomenon_time BETWEEN to_timestamp(%(from_s)s) AND to_timestamp(%(to_s)s)
) o
LEFT JOIN observation_test t ON t.datastream_id = o.datastream_id AND t.phenomenon_time = o.phenomenon_time

-- name: named
-- What datastreams are called.
SELECT ds.id, s.code, p.code, ds.method, p.unit_symbol
FROM datastream ds
JOIN station s ON s.id = ds.station_id
JOIN observed_property p ON p.id = ds.observed_property_id
WHERE ds.id = ANY (%(datastream_ids)s)
