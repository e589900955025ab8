-- name: errors_by_reason
-- How many of the chosen messages could not become observations, by reason.
SELECT e.reason, count(*) AS messages, sum(e.occurrences) AS occurrences, max(e.last_at) AS last_at
FROM ingest_error e
WHERE (%(ids)s::bigint[] IS NULL OR e.id = ANY (%(ids)s))
  AND (%(reason)s::text IS NULL OR e.reason = %(reason)s)
  AND (%(since)s::timestamptz IS NULL OR e.last_at >= %(since)s)
  AND (%(dev_eui)s::text IS NULL OR lower(substring(e.topic FROM '/device/([0-9A-Fa-f]{16})/event/')) = %(dev_eui)s)
GROUP BY e.reason ORDER BY messages DESC, e.reason

-- name: newest_errors
-- The newest of the chosen messages.
SELECT e.id, e.last_at, e.reason, e.occurrences, e.detail,
       lower(substring(e.topic FROM '/device/([0-9A-Fa-f]{16})/event/')) AS dev_eui
FROM ingest_error e
WHERE (%(ids)s::bigint[] IS NULL OR e.id = ANY (%(ids)s))
  AND (%(reason)s::text IS NULL OR e.reason = %(reason)s)
  AND (%(since)s::timestamptz IS NULL OR e.last_at >= %(since)s)
  AND (%(dev_eui)s::text IS NULL OR lower(substring(e.topic FROM '/device/([0-9A-Fa-f]{16})/event/')) = %(dev_eui)s)
ORDER BY e.last_at DESC, e.id DESC LIMIT %(most)s

-- name: error
-- One of them, with the station at which its device was when it was first heard.
SELECT e.id, e.topic, e.payload, e.reason, e.detail, e.occurrences, e.first_at, e.last_at,
       lower(substring(e.topic FROM '/device/([0-9A-Fa-f]{16})/event/')) AS dev_eui,
       e.device_id IS NOT NULL AS registered, s.code AS station, s.name AS station_name,
       t.definition::text AS definition
FROM ingest_error e
LEFT JOIN device d ON d.id = e.device_id
LEFT JOIN device_type t ON t.id = d.device_type_id
LEFT JOIN deployment p ON p.device_id = e.device_id AND p.phase <> 'removed' AND p.during @> e.first_at
LEFT JOIN station s ON s.id = p.station_id
WHERE e.id = %(id)s

-- name: chosen_errors
-- How many messages are chosen, how often they were heard, and the last one there is: what comes later is not meant.
SELECT count(*) AS messages, coalesce(sum(e.occurrences), 0) AS occurrences, coalesce(max(e.id), 0) AS last_id
FROM ingest_error e
WHERE (%(ids)s::bigint[] IS NULL OR e.id = ANY (%(ids)s))
  AND (%(reason)s::text IS NULL OR e.reason = %(reason)s)
  AND (%(since)s::timestamptz IS NULL OR e.last_at >= %(since)s)
  AND (%(dev_eui)s::text IS NULL OR lower(substring(e.topic FROM '/device/([0-9A-Fa-f]{16})/event/')) = %(dev_eui)s)

-- name: page_of_errors
-- A page of the chosen messages, oldest first.
SELECT e.id, e.message_id, e.topic, e.payload, e.first_at
FROM ingest_error e
WHERE e.id > %(after)s AND e.id <= %(last_id)s
  AND (%(ids)s::bigint[] IS NULL OR e.id = ANY (%(ids)s))
  AND (%(reason)s::text IS NULL OR e.reason = %(reason)s)
  AND (%(since)s::timestamptz IS NULL OR e.last_at >= %(since)s)
  AND (%(dev_eui)s::text IS NULL OR lower(substring(e.topic FROM '/device/([0-9A-Fa-f]{16})/event/')) = %(dev_eui)s)
ORDER BY e.id LIMIT %(most)s

-- name: discard_errors
-- Let go of a page of messages.
DELETE FROM ingest_error WHERE id = ANY (%(ids)s)

-- name: senders
-- How many messages wait for their sender to be registered, the newest senders first.
SELECT q.dev_eui, count(*) AS messages, sum(q.occurrences) AS occurrences, min(q.first_at) AS first_at,
       max(q.last_at) AS last_at
FROM quarantine q
WHERE (%(dev_eui)s::text IS NULL OR q.dev_eui = %(dev_eui)s)
  AND (%(since)s::timestamptz IS NULL OR q.last_at >= %(since)s)
GROUP BY q.dev_eui ORDER BY last_at DESC, q.dev_eui LIMIT %(most)s

-- name: quarantined_total
-- How many messages of how many senders wait, and the last one there is.
SELECT count(*) AS messages, count(DISTINCT q.dev_eui) AS senders, coalesce(sum(q.occurrences), 0) AS occurrences,
       coalesce(max(q.id), 0) AS last_id
FROM quarantine q
WHERE (%(dev_eui)s::text IS NULL OR q.dev_eui = %(dev_eui)s)
  AND (%(since)s::timestamptz IS NULL OR q.last_at >= %(since)s)

-- name: quarantined_kinds
-- What a sender sent, by kind of event.
SELECT substring(q.topic FROM '/event/(.*)$') AS kind, count(*) AS messages, sum(q.occurrences) AS occurrences,
       min(q.first_at) AS first_at, max(q.last_at) AS last_at
FROM quarantine q WHERE q.dev_eui = %(dev_eui)s
GROUP BY 1 ORDER BY messages DESC, kind

-- name: quarantined_newest
-- The newest messages of a sender.
SELECT q.id, q.topic, q.payload, q.occurrences, q.first_at, q.last_at
FROM quarantine q WHERE q.dev_eui = %(dev_eui)s
ORDER BY q.last_at DESC, q.id DESC LIMIT %(most)s

-- name: standing
-- Whether a device is registered, and whether it is deployed anywhere.
SELECT true AS registered, EXISTS (SELECT FROM deployment p WHERE p.device_id = d.id) AS deployed
FROM device d WHERE d.dev_eui = %(dev_eui)s

-- name: page_of_quarantined
-- A page of messages whose sender is registered and deployed by now, oldest first.
SELECT q.id, q.message_id, q.topic, q.payload, q.first_at
FROM quarantine q
JOIN device d USING (dev_eui)
WHERE q.id > %(after)s AND q.id <= %(last_id)s
  AND (%(dev_eui)s::text IS NULL OR q.dev_eui = %(dev_eui)s)
  AND EXISTS (SELECT FROM deployment p WHERE p.device_id = d.id)
ORDER BY q.id LIMIT %(most)s

-- name: discard_quarantined
-- Let go of a sender's messages, up to the last one that was meant.
DELETE FROM quarantine WHERE dev_eui = %(dev_eui)s AND id <= %(last_id)s

-- name: deployed_datastreams
-- The datastreams of a station, or of all, with the times in which a device fed them; times end now at the latest.
-- Spreads where they are asked for: they come with what they are the spread of, or from an older node never. So with
-- what is derived: it is missing where that is missing which it is derived from, or from before there was the method.
SELECT d.id, s.code AS station, s.name AS station_name, o.code AS property, n.model AS sensor, d.method,
       v.interval_s AS step_s,
       greatest(lower(p.during), %(since)s) AS from_time, least(upper(p.during), %(until)s) AS to_time
FROM datastream d
JOIN station s ON s.id = d.station_id
JOIN observed_property o ON o.id = d.observed_property_id
JOIN sensor n ON n.id = d.sensor_id
JOIN deployment_channel c ON c.datastream_id = d.id
JOIN deployment p ON p.id = c.deployment_id AND p.phase <> 'removed'
JOIN device v ON v.id = p.device_id
WHERE p.during && tstzrange(%(since)s, %(until)s)
  AND (%(station)s::text IS NULL OR s.code = %(station)s)
  AND (o.code = %(property)s OR (%(property)s::text IS NULL AND o.spread_of IS NULL AND d.method = 'raw'))
ORDER BY s.code, o.id, d.id, lower(p.during)

-- name: station_known
-- Whether there is such a station.
SELECT true AS known FROM station WHERE code = %(station)s

-- name: properties
-- What can be measured.
SELECT code FROM observed_property ORDER BY id

-- name: gaps
-- The gaps of a datastream; the end is null while one lasts.
SELECT gap_start, gap_end, missing FROM observation_gap(%(datastream_id)s, %(since)s, %(until)s)

-- name: observed
-- How many observations a datastream has in an interval.
SELECT count(*) FROM observation
WHERE datastream_id = %(datastream_id)s AND phenomenon_time >= %(since)s AND phenomenon_time < %(until)s
