-- name: series
-- What a device feeds where it is, or where it was last.
SELECT c.channel, o.code, d.method, d.id, s.model
FROM deployment_channel c
JOIN datastream d ON d.id = c.datastream_id
JOIN observed_property o ON o.id = d.observed_property_id
JOIN sensor s ON s.id = d.sensor_id
WHERE c.deployment_id = (
    SELECT p.id FROM deployment p
    WHERE p.device_id = %(device_id)s AND EXISTS (SELECT FROM deployment_channel WHERE deployment_id = p.id)
    ORDER BY p.during DESC LIMIT 1
)
ORDER BY d.method <> 'raw', c.channel

-- name: own
-- A datastream's own limits, in the order of time; of two entries for the same time the later one comes last.
SELECT datastream_id, since, limits, reason, entered_at, entered_by
FROM datastream_limit
WHERE datastream_id = ANY (%(datastream_ids)s)
ORDER BY datastream_id, since, id

-- name: enter
-- Limits of a datastream for what was measured from a time on.
INSERT INTO datastream_limit (datastream_id, since, limits, reason)
VALUES (%(datastream_id)s, %(since)s, %(limits)s, %(reason)s)

-- name: concern
-- Say in the ledger that a datastream is judged by other limits in a span of time; returns how many values it has there.
WITH counted AS MATERIALIZED (
    SELECT count(*) AS number, min(phenomenon_time) AS first_time, max(phenomenon_time) AS last_time
    FROM observation
    WHERE datastream_id = %(datastream_id)s
      AND phenomenon_time >= %(since)s AND phenomenon_time < coalesce(%(until)s, 'infinity'::timestamptz)
),
noted AS (
    INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations, cause)
    SELECT ARRAY[%(datastream_id)s::integer], first_time, last_time, 0, 'limits' FROM counted WHERE number > 0
)
SELECT number FROM counted
