-- name: create_stages
-- Tables of this connection into which a batch is copied that holds what was stored before; every commit empties them.
CREATE TEMPORARY TABLE stage_uplink (LIKE uplink) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE stage_observation (
    LIKE observation, ordinal integer NOT NULL, event_time timestamptz NOT NULL, event_id uuid NOT NULL
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE stage_device_event (LIKE device_event) ON COMMIT DELETE ROWS;

-- name: lock_devices
-- The newest frame of each device of a batch, in the order of their ids: two workers then cannot wait for each other,
-- and the second one sees what the first one has stored.
SELECT device_id, heard_at, dev_addr, f_cnt FROM device_health
WHERE device_id = ANY (%(device_ids)s)
ORDER BY device_id
FOR NO KEY UPDATE

-- name: frames_known
-- Which frames of these devices, addresses and counters are stored, heard about when these ones were.
SELECT u.device_id, u.dev_addr, u.f_cnt, u.payload, u.event_time, u.event_id, u.repeats
FROM (
    SELECT DISTINCT * FROM unnest(%(device_ids)s::integer[], %(dev_addrs)s::text[], %(f_cnts)s::bigint[],
                                  %(since)s::timestamptz[], %(until)s::timestamptz[])
                           AS asked (device_id, dev_addr, f_cnt, since, until)
) asked
CROSS JOIN LATERAL (
    SELECT device_id, dev_addr, f_cnt, payload, event_time, event_id, repeats FROM uplink
    WHERE device_id = asked.device_id AND event_time BETWEEN asked.since AND asked.until
      AND f_cnt = asked.f_cnt AND dev_addr = asked.dev_addr
) u
ORDER BY u.repeats IS NOT NULL, u.event_time

-- name: copy_uplinks
-- Frames that were not stored before. Fails with a unique violation where one was.
COPY uplink (
    event_time, event_id, device_id, dev_addr, f_cnt, f_port, payload, data_rate, frequency_hz, spreading_factor,
    rx_info, received_at, clock, repeats, object
) FROM STDIN (FORMAT BINARY)

-- name: copy_observations
-- Observations that were not stored before. Fails with a unique violation where one was.
COPY observation (datastream_id, phenomenon_time, result, result_time, quality) FROM STDIN (FORMAT BINARY)

-- name: store_ledger
-- A row of the ledger for what a batch wrote.
INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations, late)
VALUES (%(datastream_ids)s, %(first_time)s, %(last_time)s, %(observations)s, %(late)s)

-- name: stage_uplinks
-- Frames into their stage.
COPY stage_uplink (
    event_time, event_id, device_id, dev_addr, f_cnt, f_port, payload, data_rate, frequency_hz, spreading_factor,
    rx_info, received_at, clock, repeats, object
) FROM STDIN (FORMAT BINARY)

-- name: stage_observations
-- Observations into their stage.
COPY stage_observation (
    datastream_id, phenomenon_time, result, result_time, quality, ordinal, event_time, event_id
) FROM STDIN (FORMAT BINARY)

-- name: stage_device_events
-- Events of devices into their stage.
COPY stage_device_event (event_time, event_id, device_id, kind, detail, received_at) FROM STDIN (FORMAT BINARY)

-- name: store_uplinks
-- Staged frames that were not stored before. In the order of the key: two workers then cannot wait for each other.
INSERT INTO uplink (
    event_time, event_id, device_id, dev_addr, f_cnt, f_port, payload, data_rate, frequency_hz, spreading_factor,
    rx_info, received_at, clock, repeats, object
)
SELECT event_time, event_id, device_id, dev_addr, f_cnt, f_port, payload, data_rate, frequency_hz, spreading_factor,
       rx_info, received_at, clock, repeats, object
FROM stage_uplink
ORDER BY event_time, event_id
ON CONFLICT DO NOTHING
RETURNING event_id

-- name: store_observations
-- Staged observations that were not stored before; those of new frames that were, as repeats; and rows of the ledger: one
-- or, where they lie more than an hour apart, one for what is on time and others for what is late, by the series that
-- begin and end together; and one for each day where they lie days apart (`entries`).
WITH first AS MATERIALIZED (
    SELECT DISTINCT ON (datastream_id, phenomenon_time) *
    FROM stage_observation
    ORDER BY datastream_id, phenomenon_time, ordinal
),
stored AS (
    INSERT INTO observation (datastream_id, phenomenon_time, result, result_time, quality)
    SELECT datastream_id, phenomenon_time, result, result_time, quality FROM first
    ORDER BY datastream_id, phenomenon_time
    ON CONFLICT DO NOTHING
    RETURNING datastream_id, phenomenon_time, result_time > phenomenon_time + interval '1 hour' AS late
),
again AS (
    SELECT s.*, first.result AS first_result, stored.datastream_id IS NOT NULL AS within_batch
    FROM stage_observation s
    JOIN first USING (datastream_id, phenomenon_time)
    LEFT JOIN stored USING (datastream_id, phenomenon_time)
    WHERE s.event_id = ANY (%(new_frames)s) AND (stored.datastream_id IS NULL OR s.ordinal <> first.ordinal)
),
repeated AS (
    INSERT INTO observation_repeat
        (datastream_id, phenomenon_time, event_time, event_id, result, quality, differs)
    SELECT again.datastream_id, again.phenomenon_time, again.event_time, again.event_id, again.result, again.quality,
           again.result IS DISTINCT FROM
               CASE WHEN again.within_batch THEN again.first_result ELSE before.result END
    FROM again
    LEFT JOIN LATERAL (
        -- As it was before this statement.
        SELECT result FROM observation
        WHERE datastream_id = again.datastream_id AND phenomenon_time = again.phenomenon_time
    ) before ON true
    ON CONFLICT DO NOTHING
    RETURNING differs
),
extent AS (
    SELECT max(phenomenon_time) - min(phenomenon_time) AS width FROM stored
),
series AS (
    SELECT datastream_id, apart, day, min(phenomenon_time) AS first, max(phenomenon_time) AS last, count(*) AS number,
           count(*) FILTER (WHERE late) AS late
    FROM (
        SELECT stored.*, late AND width > interval '1 hour' AS apart,
               CASE WHEN width > interval '1 day' THEN date_trunc('day', phenomenon_time, 'UTC') END AS day
        FROM stored, extent
    ) placed
    GROUP BY datastream_id, apart, day
),
entry AS (
    INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations, late, repeated)
    SELECT array_agg(datastream_id ORDER BY datastream_id), min(first), max(last), sum(number), sum(late),
           -- Of all, counted once.
           CASE WHEN row_number() OVER (ORDER BY max(last) DESC) = 1 THEN (SELECT count(*) FROM repeated) ELSE 0 END
    FROM series
    GROUP BY apart, day, CASE WHEN apart THEN first END, CASE WHEN apart THEN last END
)
SELECT (SELECT count(*) FROM stored) AS observations, (SELECT count(*) FROM stored WHERE late) AS late,
       (SELECT count(*) FROM repeated) AS repeated, (SELECT count(*) FROM repeated WHERE differs) AS differing

-- name: store_device_events
-- Staged events of devices that were not stored before.
INSERT INTO device_event (event_time, event_id, device_id, kind, detail, received_at)
SELECT event_time, event_id, device_id, kind, detail, received_at
FROM stage_device_event
ORDER BY event_time, event_id
ON CONFLICT DO NOTHING

-- name: store_heard
-- The newest frame of each device, and the highest counter that its address had within the hour: copies may come as
-- late, and so may frames that the network dated a moment before others.
UPDATE device_health h
SET heard_at = greatest(h.heard_at, n.heard_at),
    dev_addr = n.dev_addr,
    f_cnt = CASE WHEN h.dev_addr = n.dev_addr AND n.heard_at - h.heard_at <= interval '1 hour'
                 THEN greatest(h.f_cnt, n.f_cnt) ELSE n.f_cnt END,
    clock = CASE WHEN n.heard_at >= h.heard_at IS NOT FALSE THEN n.clock ELSE h.clock END,
    clock_since = CASE WHEN n.heard_at >= h.heard_at IS NOT FALSE AND h.clock IS DISTINCT FROM n.clock
                       THEN n.heard_at ELSE h.clock_since END
FROM unnest(%(device_ids)s::integer[], %(heard_at)s::timestamptz[], %(dev_addrs)s::text[], %(f_cnts)s::bigint[],
            %(clocks)s::text[]) AS n (device_id, heard_at, dev_addr, f_cnt, clock)
WHERE h.device_id = n.device_id
  AND (h.heard_at IS NULL OR h.heard_at <= n.heard_at
       OR (h.dev_addr = n.dev_addr AND h.heard_at - n.heard_at <= interval '1 hour'))

-- name: store_joined
-- When a device joined the network last.
UPDATE device_health SET joined_at = %(at)s
WHERE device_id = %(device_id)s AND (joined_at IS NULL OR joined_at < %(at)s)

-- name: store_status
-- What a device answered to the network's question how it is (LoRaWAN 1.0.4, 5.5, DevStatusAns).
UPDATE device_health
SET status_at = %(at)s, margin_db = %(margin_db)s, battery_percent = %(battery_percent)s,
    external_power = %(external_power)s
WHERE device_id = %(device_id)s AND (status_at IS NULL OR status_at <= %(at)s)

-- name: store_node_status
-- How a node said that it is (docs/payload.md, port 2).
UPDATE device_health SET node_status_at = %(at)s, node_status = convert_from(%(node_status)s, 'UTF8')::jsonb
WHERE device_id = %(device_id)s AND (node_status_at IS NULL OR node_status_at <= %(at)s)

-- name: store_downlink
-- What became of a command. Events may arrive in any order: what they lead to together is the same.
INSERT INTO downlink AS known (queue_item_id, device_id, state, state_at, f_cnt_down, detail)
VALUES (%(queue_item_id)s, %(device_id)s, %(state)s, %(at)s, %(f_cnt_down)s, %(detail)s)
ON CONFLICT (queue_item_id) DO UPDATE
SET (state, state_at, detail) = (
        SELECT state, state_at, detail
        FROM (VALUES (known.state, known.state_at, known.detail),
                     (EXCLUDED.state, EXCLUDED.state_at, EXCLUDED.detail)) AS either (state, state_at, detail)
        ORDER BY array_position(%(ranks)s::text[], state) DESC, state_at DESC LIMIT 1
    ),
    -- Sent again, a command has a higher counter.
    f_cnt_down = greatest(known.f_cnt_down, EXCLUDED.f_cnt_down)
WHERE known.device_id = EXCLUDED.device_id

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
SET occurrences = ingest_error.occurrences + %(seen)s, reason = EXCLUDED.reason, detail = EXCLUDED.detail,
    device_id = EXCLUDED.device_id, last_at = greatest(ingest_error.last_at, EXCLUDED.last_at)

-- name: store_quarantined
-- A message of a sender nobody registered; the same message again is counted. One that was kept and is tried once more
-- comes here from the errors only: if it is in quarantine it stays, and if it was, another worker has stored it meanwhile.
INSERT INTO quarantine (message_id, dev_eui, topic, payload, first_at, last_at)
SELECT %(message_id)s, %(dev_eui)s, %(topic)s, %(payload)s, %(at)s, %(at)s
WHERE %(seen)s = 1 OR EXISTS (SELECT FROM ingest_error WHERE message_id = %(message_id)s)
ON CONFLICT (message_id) DO UPDATE
SET occurrences = quarantine.occurrences + %(seen)s, last_at = greatest(quarantine.last_at, EXCLUDED.last_at)

-- name: delete_mended
-- Kept messages that were tried once more and are stored now.
WITH gone AS (DELETE FROM quarantine WHERE message_id = ANY (%(no_longer_unknown)s))
DELETE FROM ingest_error WHERE message_id = ANY (%(no_longer_wrong)s)

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
SELECT d.id, d.dev_eui, d.device_type_id,
       coalesce(extract(epoch FROM lower(p.during)), '-infinity')::float8 AS since_s,
       coalesce(extract(epoch FROM upper(p.during)), 'infinity')::float8 AS until_s,
       p.id AS deployment_id, p.gauge_zero_distance_m,
       (SELECT coalesce(json_object_agg(c.channel, c.datastream_id), '{}')
        FROM deployment_channel c WHERE c.deployment_id = p.id) AS datastream_ids
FROM device d
LEFT JOIN deployment p ON p.device_id = d.id AND p.phase <> 'removed'
WHERE %(dev_euis)s::text[] IS NULL OR d.dev_eui = ANY (%(dev_euis)s)
ORDER BY d.id, p.during

-- name: definitions
-- What these device types are, as their files say it; null for one that nobody knows any more.
SELECT id, definition::text FROM device_type WHERE id = ANY (%(device_type_ids)s)

-- name: listen
-- Hear of every change of the registry.
LISTEN plietsch_registry
