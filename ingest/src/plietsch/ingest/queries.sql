-- name: create_stages
-- Tables of this connection into which a batch is copied; every commit empties them.
CREATE TEMPORARY TABLE stage_uplink (LIKE uplink) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE stage_observation (LIKE observation) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE stage_device_event (LIKE device_event) ON COMMIT DELETE ROWS;

-- name: copy_uplinks
-- Frames into their stage.
COPY stage_uplink (
    event_time, event_id, device_id, dev_addr, f_cnt, f_port, payload, data_rate, frequency_hz, spreading_factor,
    rx_info, received_at
) FROM STDIN (FORMAT BINARY)

-- name: copy_observations
-- Observations into their stage.
COPY stage_observation (datastream_id, phenomenon_time, result, result_time, quality) FROM STDIN (FORMAT BINARY)

-- name: copy_device_events
-- Events of devices into their stage.
COPY stage_device_event (event_time, event_id, device_id, kind, detail, received_at) FROM STDIN (FORMAT BINARY)

-- name: store_uplinks
-- Staged frames that were not stored before. In the order of the key: two workers then cannot wait for each other.
INSERT INTO uplink (
    event_time, event_id, device_id, dev_addr, f_cnt, f_port, payload, data_rate, frequency_hz, spreading_factor,
    rx_info, received_at
)
SELECT event_time, event_id, device_id, dev_addr, f_cnt, f_port, payload, data_rate, frequency_hz, spreading_factor,
       rx_info, received_at
FROM stage_uplink
ORDER BY event_time, event_id
ON CONFLICT DO NOTHING

-- name: store_observations
-- Staged observations that were not stored before, and one row of the ledger for them if there are any.
WITH stored AS (
    INSERT INTO observation (datastream_id, phenomenon_time, result, result_time, quality)
    SELECT datastream_id, phenomenon_time, result, result_time, quality
    FROM stage_observation
    ORDER BY datastream_id, phenomenon_time
    ON CONFLICT DO NOTHING
    RETURNING datastream_id, phenomenon_time
)
INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations)
SELECT array_agg(DISTINCT datastream_id), min(phenomenon_time), max(phenomenon_time), count(*)
FROM stored
HAVING count(*) > 0
RETURNING observations

-- name: store_device_events
-- Staged events of devices that were not stored before.
INSERT INTO device_event (event_time, event_id, device_id, kind, detail, received_at)
SELECT event_time, event_id, device_id, kind, detail, received_at
FROM stage_device_event
ORDER BY event_time, event_id
ON CONFLICT DO NOTHING

-- name: events_known
-- Which of these events were stored since a moment, whatever time they were stored under.
SELECT event_id FROM uplink
WHERE device_id = ANY (%(device_ids)s) AND event_id = ANY (%(event_ids)s) AND event_time >= %(since)s
UNION ALL
SELECT event_id FROM device_event
WHERE device_id = ANY (%(device_ids)s) AND event_id = ANY (%(event_ids)s) AND event_time >= %(since)s

-- name: store_error
-- A message that could not become observations; the same message again is counted.
INSERT INTO ingest_error (message_id, topic, payload, reason, detail, device_id, first_at, last_at)
VALUES (%(message_id)s, %(topic)s, %(payload)s, %(reason)s, %(detail)s, %(device_id)s, %(at)s, %(at)s)
ON CONFLICT (message_id) DO UPDATE
SET occurrences = ingest_error.occurrences + 1, reason = EXCLUDED.reason, detail = EXCLUDED.detail,
    device_id = EXCLUDED.device_id, last_at = EXCLUDED.last_at

-- name: store_quarantined
-- A message of a sender nobody registered; the same message again is counted.
INSERT INTO quarantine (message_id, dev_eui, topic, payload, first_at, last_at)
VALUES (%(message_id)s, %(dev_eui)s, %(topic)s, %(payload)s, %(at)s, %(at)s)
ON CONFLICT (message_id) DO UPDATE
SET occurrences = quarantine.occurrences + 1, last_at = EXCLUDED.last_at

-- name: delete_released
-- Messages that left quarantine in this transaction.
DELETE FROM quarantine WHERE message_id = ANY (%(message_ids)s)

-- name: quarantined_of_registered
-- A page of messages whose sender is registered and deployed by now, oldest first.
SELECT q.id, q.topic, q.payload, q.first_at
FROM quarantine q
JOIN device d USING (dev_eui)
WHERE q.id > %(after)s AND EXISTS (SELECT FROM deployment WHERE device_id = d.id)
ORDER BY q.id
LIMIT %(most)s

-- name: registered
-- The devices, all or those named, with their deployments and each channel's datastream; open ends are infinite.
SELECT d.id, d.dev_eui,
       coalesce(extract(epoch FROM lower(p.during)), '-infinity')::float8 AS since_s,
       coalesce(extract(epoch FROM upper(p.during)), 'infinity')::float8 AS until_s,
       p.id AS deployment_id,
       (SELECT coalesce(json_object_agg(c.channel, c.datastream_id), '{}')
        FROM deployment_channel c WHERE c.deployment_id = p.id) AS datastream_ids
FROM device d
LEFT JOIN deployment p ON p.device_id = d.id AND p.phase <> 'removed'
WHERE %(dev_euis)s::text[] IS NULL OR d.dev_eui = ANY (%(dev_euis)s)
ORDER BY d.id, p.during

-- name: listen
-- Hear of every change of the registry.
LISTEN plietsch_registry

-- name: errors_by_reason
-- How many messages could not become observations, by reason.
SELECT reason, count(*) AS messages, sum(occurrences) AS occurrences, max(last_at) AS last_at
FROM ingest_error GROUP BY reason ORDER BY messages DESC, reason

-- name: newest_errors
-- The newest of them.
SELECT e.last_at, e.reason, d.dev_eui, e.occurrences, e.detail
FROM ingest_error e LEFT JOIN device d ON d.id = e.device_id
WHERE %(reason)s::text IS NULL OR e.reason = %(reason)s
ORDER BY e.last_at DESC, e.id DESC LIMIT %(most)s

-- name: quarantined_by_sender
-- How many messages wait for their sender to be registered, the newest senders first.
SELECT dev_eui, count(*) AS messages, sum(occurrences) AS occurrences, min(first_at) AS first_at, max(last_at) AS last_at
FROM quarantine GROUP BY dev_eui ORDER BY last_at DESC, dev_eui LIMIT %(most)s

-- name: quarantined_total
-- How many messages of how many senders wait.
SELECT count(*) AS messages, count(DISTINCT dev_eui) AS senders FROM quarantine
