-- name: device
-- The device of a DevEUI, or the one that hangs at a station or hung there last.
SELECT d.id, d.dev_eui, t.code, t.definition ->> 'decoder', d.interval_s, d.created_at
FROM device d
JOIN device_type t ON t.id = d.device_type_id
WHERE d.dev_eui = %(dev_eui)s
   OR d.id = (SELECT p.device_id FROM deployment p JOIN station s ON s.id = p.station_id
              WHERE s.code = %(asked)s
              ORDER BY NOT upper_inf(p.during), p.phase = 'removed', lower(p.during) DESC LIMIT 1)

-- name: waiting
-- What waits of a sender in quarantine.
SELECT sum(occurrences)::bigint, min(first_at), max(last_at) FROM quarantine
WHERE dev_eui = %(dev_eui)s HAVING count(*) > 0

-- name: health
-- The newest that is known of a device, how often it joined in the day before it was heard or joined last, and what it
-- had dropped a week before its newest status.
SELECT h.heard_at, h.joined_at,
       (SELECT count(*) FROM device_event e
        WHERE e.device_id = h.device_id AND e.kind = 'join'
          AND e.event_time > greatest(h.heard_at, h.joined_at) - interval '1 day'),
       h.clock, h.clock_since, h.status_at, h.margin_db, h.battery_percent, h.external_power, h.node_status_at,
       h.node_status,
       (SELECT (e.detail ->> 'dropped')::bigint FROM device_event e
        WHERE e.device_id = h.device_id AND e.kind = 'node-status' AND e.event_time < h.node_status_at
          AND e.event_time >= h.node_status_at - interval '7 days'
        ORDER BY e.event_time LIMIT 1)
FROM device_health h
WHERE h.device_id = %(device_id)s

-- name: logs
-- What the network server said of a device in a month, by code.
SELECT detail ->> 'code', (array_agg(detail ->> 'level' ORDER BY event_time DESC))[1],
       coalesce((array_agg(detail ->> 'description' ORDER BY event_time DESC))[1], ''),
       count(*), min(event_time), max(event_time)
FROM device_event
WHERE device_id = %(device_id)s AND kind = 'log' AND event_time > %(at)s - interval '30 days'
  AND detail ->> 'code' IS NOT NULL
GROUP BY detail ->> 'code'

-- name: radio
-- How a device was heard in the day up to its newest frame. A spreading factor needs a ratio of signal to noise of
-- -7.5 dB at SF7, and 2.5 dB less for each further one (Semtech SX1276/77/78/79 data sheet, table 13). ChirpStack leaves
-- out a ratio of zero. A counter that leaps further than so many says nothing of lost frames: a node that lost its power
-- goes on behind the numbers that it had reserved.
WITH frames AS MATERIALIZED (
    SELECT u.event_time, u.dev_addr, u.f_cnt, u.repeats, u.spreading_factor, best.*
    FROM uplink u
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT gateway ->> 'gatewayId') AS gateways, max(json_number(gateway -> 'rssi')) AS rssi,
               max(CASE WHEN gateway ? 'rssi' OR gateway ? 'snr'
                        THEN coalesce(json_number(gateway -> 'snr'), 0) END) AS snr
        FROM json_elements(u.rx_info) AS gateway
    ) best
    WHERE u.device_id = %(device_id)s
      AND u.event_time BETWEEN %(heard_at)s - interval '1 day' AND %(heard_at)s + interval '1 day'
),
counted AS (
    SELECT sum(CASE WHEN step <= %(longest_step)s THEN step ELSE 1 END) AS expected, count(*) AS came
    FROM (SELECT f_cnt - lag(f_cnt) OVER (PARTITION BY dev_addr ORDER BY f_cnt) AS step
          FROM (SELECT DISTINCT dev_addr, f_cnt FROM frames) once) steps
)
SELECT count(*) FILTER (WHERE repeats IS NULL), count(*) FILTER (WHERE repeats IS NOT NULL),
       max(event_time) FILTER (WHERE repeats IS NOT NULL),
       coalesce((SELECT expected FROM counted), 0)::bigint, coalesce((SELECT came FROM counted), 0)::bigint,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY snr + 7.5 + 2.5 * (spreading_factor - 7)),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY gateways),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY rssi),
       (array_agg(spreading_factor ORDER BY event_time DESC))[1]
FROM frames

-- name: gateways_live
-- Whether a gateway of a device's newest frame has heard anybody in the last minutes; null where it named none.
WITH newest AS (
    SELECT rx_info FROM uplink
    WHERE device_id = %(device_id)s AND event_time >= %(heard_at)s
    ORDER BY event_time LIMIT 1
),
gateways AS (
    SELECT jsonb_build_array(jsonb_build_object('gatewayId', gateway -> 'gatewayId')) AS named
    FROM newest, json_elements(newest.rx_info) AS gateway
    WHERE gateway ? 'gatewayId'
)
SELECT CASE WHEN EXISTS (SELECT FROM gateways) THEN EXISTS (
    SELECT FROM uplink u
    WHERE u.event_time > greatest(%(heard_at)s::timestamptz, %(at)s::timestamptz - interval '15 minutes')
      AND u.event_time <= %(at)s AND u.rx_info @> ANY (SELECT named FROM gateways)
) END

-- name: refusals
-- Messages of a device that did not become observations, by reason.
SELECT reason, (array_agg(detail ORDER BY last_at DESC))[1], sum(occurrences)::bigint, min(first_at), max(last_at)
FROM ingest_error
WHERE device_id = %(device_id)s AND last_at > %(at)s - interval '30 days'
GROUP BY reason

-- name: received_at
-- When a frame was received that was heard at a time.
SELECT received_at FROM uplink
WHERE device_id = %(device_id)s AND event_time = %(heard_at)s
ORDER BY received_at LIMIT 1

-- name: series
-- The datastreams that a device feeds, or fed last, each over the day up to its newest value of that deployment.
WITH newest_deployment AS (
    SELECT p.id, lower(p.during) AS since, coalesce(upper(p.during), 'infinity') AS until
    FROM deployment p
    WHERE p.device_id = %(device_id)s AND p.phase <> 'removed'
      AND EXISTS (SELECT FROM deployment_channel WHERE deployment_id = p.id)
    ORDER BY p.during DESC LIMIT 1
)
SELECT c.channel, o.code, d.method, s.model, o.unit_symbol,
       d.method = o.default_method AND o.spread_of IS NULL AND o.code <> ALL (%(of_node)s),
       newest.phenomenon_time, newest.result, sure.phenomenon_time, coalesce(day.number, 0), coalesce(day.failed, 0),
       coalesce(day.missing, 0), coalesce(run.number, 0), run.since, day.median, day.lag_s, day.heard_at, coalesce(failed.tests, '{}')
FROM newest_deployment p
JOIN deployment_channel c ON c.deployment_id = p.id
JOIN datastream d ON d.id = c.datastream_id
JOIN observed_property o ON o.id = d.observed_property_id
JOIN sensor s ON s.id = d.sensor_id
LEFT JOIN LATERAL (
    SELECT phenomenon_time, result FROM observation
    WHERE datastream_id = d.id AND phenomenon_time >= p.since AND phenomenon_time < p.until
    ORDER BY phenomenon_time DESC LIMIT 1
) newest ON true
LEFT JOIN LATERAL (
    SELECT phenomenon_time FROM observation
    WHERE datastream_id = d.id AND phenomenon_time >= p.since
      AND phenomenon_time BETWEEN newest.phenomenon_time - interval '30 days' AND newest.phenomenon_time
      AND result IS NOT NULL AND quality IN (1, 2, 3)
    ORDER BY phenomenon_time DESC LIMIT 1
) sure ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS number, count(*) FILTER (WHERE quality = 4) AS failed,
           count(*) FILTER (WHERE quality = 9) AS missing,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY result) AS median,
           min(extract(epoch FROM result_time - phenomenon_time))::float8 AS lag_s, max(result_time) AS heard_at
    FROM observation
    WHERE datastream_id = d.id AND phenomenon_time >= p.since
      AND phenomenon_time BETWEEN newest.phenomenon_time - interval '1 day' AND newest.phenomenon_time
) day ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS number, min(phenomenon_time) AS since
    FROM observation
    WHERE datastream_id = d.id AND phenomenon_time <= newest.phenomenon_time
      AND phenomenon_time > coalesce(
          (SELECT max(phenomenon_time) FROM observation
           WHERE datastream_id = d.id AND quality <> 9
             AND phenomenon_time BETWEEN newest.phenomenon_time - interval '1 day' AND newest.phenomenon_time),
          newest.phenomenon_time - interval '1 day')
) run ON true
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(test, jsonb_build_array(number, since_s, is_newest)) AS tests
    FROM (
        SELECT test, count(*) AS number, extract(epoch FROM min(t.phenomenon_time)) AS since_s,
               bool_or(t.phenomenon_time = newest.phenomenon_time) AS is_newest
        FROM observation_test t
        CROSS JOIN LATERAL jsonb_object_keys(t.tests) AS test
        WHERE t.datastream_id = d.id AND t.phenomenon_time >= p.since
          AND t.phenomenon_time BETWEEN newest.phenomenon_time - interval '1 day' AND newest.phenomenon_time
        GROUP BY test
    ) by_test
) failed ON true
ORDER BY d.method <> 'raw', c.channel

-- name: gauge
-- The mean level of the gauge that a station is, and the highest of its own levels.
SELECT g.mean_level_cm, (SELECT max(level_cm) FROM gauge_level WHERE station_id = g.station_id)
FROM gauge g
WHERE g.station_id = %(station_id)s

-- name: newest_reading
-- The newest distance or depth that a device measured, wherever it hung, and that did not fail.
SELECT o.code, n.result, o.unit_symbol, n.phenomenon_time
FROM deployment p
JOIN deployment_channel c ON c.deployment_id = p.id
JOIN datastream d ON d.id = c.datastream_id AND d.method = 'raw'
JOIN observed_property o ON o.id = d.observed_property_id AND o.code IN ('distance', 'water_depth')
CROSS JOIN LATERAL (
    SELECT phenomenon_time, result FROM observation
    WHERE datastream_id = d.id AND phenomenon_time >= lower(p.during)
      AND phenomenon_time < coalesce(upper(p.during), 'infinity') AND result IS NOT NULL AND quality <= 3
    ORDER BY phenomenon_time DESC LIMIT 1
) n
WHERE p.device_id = %(device_id)s
ORDER BY n.phenomenon_time DESC LIMIT 1

-- name: place
-- A station: region, licence, its public place, and the gauge's mean level.
SELECT s.code, r.code, r.west, r.south, r.east, r.north, s.licence, l.longitude, l.latitude, l.grid_m, g.mean_level_cm
FROM station s
JOIN region r ON r.id = s.region_id
LEFT JOIN LATERAL (
    SELECT location_id FROM historical_location WHERE station_id = s.id ORDER BY since DESC LIMIT 1
) h ON true
LEFT JOIN location l ON l.id = h.location_id
LEFT JOIN gauge g ON g.station_id = s.id
WHERE s.code = %(station)s

-- name: simulated_present
-- How far a region has come whose stations are all simulated and which is written to just now: when it was heard last.
SELECT max(h.heard_at)
FROM device_health h
JOIN deployment p ON p.device_id = h.device_id AND upper_inf(p.during)
JOIN station s ON s.id = p.station_id
WHERE s.region_id = (SELECT region_id FROM station WHERE code = %(station)s)
HAVING bool_and(s.simulated)
   AND (SELECT max(written_at) FROM write_ledger) > now() - interval '5 minutes'
