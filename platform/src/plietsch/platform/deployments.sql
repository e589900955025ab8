-- name: lock_device
-- The device of a DevEUI, or the one that hangs at a station, held until the transaction ends: two changes of its
-- deployments at once would not see each other.
SELECT d.id, d.dev_eui, t.code, t.definition
FROM device d
JOIN device_type t ON t.id = d.device_type_id
WHERE d.dev_eui = lower(%(asked)s)
   OR d.id = (SELECT p.device_id FROM deployment p JOIN station s ON s.id = p.station_id
              WHERE s.code = %(asked)s AND upper_inf(p.during) ORDER BY p.phase = 'removed' LIMIT 1)
FOR UPDATE OF d

-- name: find_device
-- The device of a DevEUI, or the one that hangs at a station or hung there last.
SELECT d.id, d.dev_eui, t.code, t.definition
FROM device d
JOIN device_type t ON t.id = d.device_type_id
WHERE d.dev_eui = lower(%(asked)s)
   OR d.id = (SELECT p.device_id FROM deployment p JOIN station s ON s.id = p.station_id
              WHERE s.code = %(asked)s
              ORDER BY NOT upper_inf(p.during), p.phase = 'removed', lower(p.during) DESC LIMIT 1)

-- name: type_definition
-- What an installation knows of a device type.
SELECT id, definition FROM device_type WHERE code = %(code)s

-- name: station_id
-- A station by its code.
SELECT id FROM station WHERE code = %(code)s

-- name: stations_like
-- Codes of stations that somebody may have meant.
SELECT code FROM station WHERE code LIKE '%%' || %(part)s || '%%' ORDER BY code LIMIT 5

-- name: history
-- All deployments of a device, the oldest first.
SELECT p.id, p.device_id, p.station_id, s.code, p.phase, lower(p.during), upper(p.during), p.height_m, p.direction_deg,
       p.gauge_zero_distance_m, p.gauge_zero_nhn_m, p.rain_tip_mm, p.photo_url, p.note
FROM deployment p
JOIN station s ON s.id = p.station_id
WHERE p.device_id = %(device_id)s
ORDER BY p.during

-- name: others_at_station
-- What else hangs at a station and has no end; a device that was taken down there does not count. Held until the
-- transaction ends, as the device itself is: another command may be about to change it.
SELECT p.id, d.dev_eui, lower(p.during)
FROM deployment p
JOIN device d ON d.id = p.device_id
WHERE p.station_id = %(station_id)s AND p.device_id <> %(device_id)s AND upper_inf(p.during) AND p.phase <> 'removed'
ORDER BY p.during DESC
FOR UPDATE OF d, p

-- name: insert_deployment
-- A deployment from a time on.
INSERT INTO deployment (device_id, station_id, phase, during, height_m, direction_deg, gauge_zero_distance_m,
    gauge_zero_nhn_m, rain_tip_mm, photo_url, note)
VALUES (%(device_id)s, %(station_id)s, %(phase)s, tstzrange(%(since)s, NULL), %(height_m)s, %(direction_deg)s,
    %(gauge_zero_distance_m)s, %(gauge_zero_nhn_m)s, %(rain_tip_mm)s, %(photo_url)s, %(note)s)
RETURNING id

-- name: correct_deployment
-- A deployment, said better: since when, in which phase, how mounted. Its end stays.
UPDATE deployment SET during = tstzrange(%(since)s, upper(during)), phase = %(phase)s, height_m = %(height_m)s,
    direction_deg = %(direction_deg)s, gauge_zero_distance_m = %(gauge_zero_distance_m)s,
    gauge_zero_nhn_m = %(gauge_zero_nhn_m)s, rain_tip_mm = %(rain_tip_mm)s, photo_url = %(photo_url)s, note = %(note)s
WHERE id = %(deployment_id)s

-- name: end_deployment
-- A deployment's end.
UPDATE deployment SET during = tstzrange(lower(during), %(until)s) WHERE id = %(deployment_id)s

-- name: channels
-- What a device measures: its raw channels, by its newest deployment that says so, with instrument and property.
SELECT c.channel, s.model, o.code
FROM deployment_channel c
JOIN datastream d ON d.id = c.datastream_id
JOIN sensor s ON s.id = d.sensor_id
JOIN observed_property o ON o.id = d.observed_property_id
WHERE d.method = 'raw' AND c.deployment_id = (
    SELECT p.id FROM deployment p
    WHERE p.device_id = %(device_id)s AND EXISTS (SELECT FROM deployment_channel WHERE deployment_id = p.id)
    ORDER BY p.during DESC LIMIT 1
)
ORDER BY c.channel

-- name: concern
-- Say in the ledger that something was changed on which observations of these deployments depend, in a span of time, also
-- where none is seen: who writes one just now may commit later, and it was taken in as things were before. Returns how
-- many readings the computed series are computed from anew.
WITH fed AS MATERIALIZED (
    SELECT DISTINCT d.id, d.sensor_id, d.method
    FROM deployment_channel c
    JOIN datastream d ON d.id = c.datastream_id
    WHERE c.deployment_id = ANY (%(deployment_ids)s)
),
counted AS MATERIALIZED (
    SELECT fed.*, o.number, o.first_time, o.last_time
    FROM fed
    CROSS JOIN LATERAL (
        SELECT count(*) AS number, min(phenomenon_time) AS first_time, max(phenomenon_time) AS last_time
        FROM observation
        WHERE datastream_id = fed.id
          AND phenomenon_time >= %(since)s AND phenomenon_time < coalesce(%(until)s, 'infinity'::timestamptz)
    ) o
),
noted AS (
    INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations, cause)
    SELECT array_agg(id ORDER BY id),
           CASE WHEN isfinite(%(since)s::timestamptz) THEN %(since)s ELSE coalesce(min(first_time), now()) END,
           coalesce(max(last_time), CASE WHEN isfinite(%(since)s::timestamptz) THEN %(since)s ELSE now() END),
           0, 'deployment'
    FROM counted
    HAVING count(*) > 0
)
-- A computed series is said to be of the instrument whose readings it is computed from.
SELECT coalesce(max(number) FILTER (WHERE method = 'raw' AND sensor_id IN (
           SELECT sensor_id FROM fed WHERE method <> 'raw')), 0)
FROM counted

-- name: stored_elsewhere
-- How many values stand in series that a deployment feeds, from a time on.
SELECT count(*)
FROM observation o
WHERE o.datastream_id IN (SELECT datastream_id FROM deployment_channel WHERE deployment_id = %(deployment_id)s)
  AND o.phenomenon_time >= %(since)s

-- name: newest_values
-- The newest value of each datastream that a device feeds where it is, or where it was last, with the tests that it did
-- not pass.
SELECT c.channel, o.code, d.method, s.model, o.unit_symbol, n.phenomenon_time, n.result, n.quality, t.tests
FROM deployment_channel c
JOIN datastream d ON d.id = c.datastream_id
JOIN observed_property o ON o.id = d.observed_property_id
JOIN sensor s ON s.id = d.sensor_id
LEFT JOIN LATERAL (
    SELECT phenomenon_time, result, quality FROM observation
    WHERE datastream_id = d.id ORDER BY phenomenon_time DESC LIMIT 1
) n ON true
LEFT JOIN observation_test t ON t.datastream_id = d.id AND t.phenomenon_time = n.phenomenon_time
WHERE c.deployment_id = (
    SELECT p.id FROM deployment p
    WHERE p.device_id = %(device_id)s AND EXISTS (SELECT FROM deployment_channel WHERE deployment_id = p.id)
    ORDER BY p.during DESC LIMIT 1
)
ORDER BY d.method <> 'raw', c.channel

-- name: mean_level_cm
-- The mean water level of the gauge that a station is.
SELECT mean_level_cm FROM gauge WHERE station_id = %(station_id)s

-- name: interval_s
-- How often a device is meant to measure.
SELECT interval_s FROM device WHERE id = %(device_id)s
