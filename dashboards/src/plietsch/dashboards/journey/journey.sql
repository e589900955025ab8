-- name: value
-- A value that a device measured while it was installed, in a second, by the method asked for or else the usual one, and
-- how its instrument was mounted then. Of two instruments, the one that has a number.
SELECT s.id AS station_id, s.code AS station, s.name AS station_name, s.simulated, r.code AS region, p.code,
       p.unit_symbol, p.decimals, ds.by_default, ds.id AS datastream_id, ds.method, n.model, n.manufacturer,
       o.phenomenon_time AS measured_at, o.result, o.result_time AS heard_at, o.quality, d.gauge_zero_distance_m,
       d.rain_tip_mm
FROM station s
JOIN region r ON r.id = s.region_id
JOIN datastream ds ON ds.station_id = s.id
JOIN observed_property p ON p.id = ds.observed_property_id AND p.code = %(property)s
JOIN sensor n ON n.id = ds.sensor_id
JOIN deployment_channel c ON c.datastream_id = ds.id
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed'
CROSS JOIN LATERAL (
    SELECT phenomenon_time, result, result_time, quality FROM observation
    WHERE datastream_id = ds.id
      AND phenomenon_time >= greatest(%(second)s::timestamptz, lower(d.during))
      AND phenomenon_time < least(%(second)s::timestamptz + INTERVAL '1 second', upper(d.during))
    ORDER BY phenomenon_time LIMIT 1
) o
WHERE s.code = %(station)s AND CASE WHEN %(method)s::text IS NULL THEN ds.by_default ELSE ds.method = %(method)s END
ORDER BY o.result IS NULL, ds.id
LIMIT 1

-- name: neighbours
-- When the values before and after a second were measured, of those that are public.
SELECT max(before.time), min(after.time)
FROM deployment_channel c
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed'
LEFT JOIN LATERAL (
    SELECT phenomenon_time AS time FROM observation
    WHERE datastream_id = c.datastream_id AND phenomenon_time >= coalesce(lower(d.during), '-infinity')
      AND phenomenon_time < least(%(second)s::timestamptz, upper(d.during))
    ORDER BY phenomenon_time DESC LIMIT 1
) before ON true
LEFT JOIN LATERAL (
    SELECT phenomenon_time AS time FROM observation
    WHERE datastream_id = c.datastream_id
      AND phenomenon_time >= greatest(%(second)s::timestamptz + INTERVAL '1 second', lower(d.during))
      AND phenomenon_time < coalesce(upper(d.during), 'infinity')
    ORDER BY phenomenon_time LIMIT 1
) after ON true
WHERE c.datastream_id = %(datastream)s

-- name: frames
-- The frames of a station that the network heard at a moment: one, where two devices do not speak at once.
SELECT event_time AS heard_at, received_at, payload, frequency_hz, spreading_factor, data_rate, gateways
FROM public_frame
WHERE station_id = %(station)s AND event_time = %(heard_at)s

-- name: channels
-- How what a station's instruments said at one moment is read from their frames, by property.
SELECT p.code, said.decoder, said.path, said.unit, said.assumes_c
FROM datastream ds
JOIN observed_property p ON p.id = ds.observed_property_id
JOIN public_channel said ON said.datastream_id = ds.id AND said.during @> %(time)s::timestamptz
WHERE ds.station_id = %(station)s AND ds.method = 'raw'
ORDER BY ds.id DESC

-- name: beside
-- What a station's instruments said in one reading, whose values may have seconds of their own: the raw ones by property,
-- null where an instrument had no number, with their flags.
SELECT p.code, o.result, o.quality
FROM datastream ds
JOIN observed_property p ON p.id = ds.observed_property_id
JOIN deployment_channel c ON c.datastream_id = ds.id
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed' AND d.during @> %(time)s::timestamptz
CROSS JOIN LATERAL (
    SELECT result, quality FROM observation
    WHERE datastream_id = ds.id AND phenomenon_time >= greatest(%(time)s - %(within)s::interval, lower(d.during))
      AND phenomenon_time <= %(time)s + %(within)s::interval
      AND phenomenon_time < coalesce(upper(d.during), 'infinity')
    ORDER BY abs(extract(epoch FROM phenomenon_time - %(time)s)), phenomenon_time LIMIT 1
) o
WHERE ds.station_id = %(station)s AND ds.method = 'raw'
ORDER BY o.result IS NULL DESC, ds.id DESC

-- name: inputs
-- What a station has of some properties from a moment on and before another one, measured while a device was installed:
-- all series of theirs, the oldest value first.
SELECT p.code, ds.method, o.phenomenon_time AS time, o.result, o.quality
FROM datastream ds
JOIN observed_property p ON p.id = ds.observed_property_id AND p.code = ANY(%(codes)s)
JOIN deployment_channel c ON c.datastream_id = ds.id
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed'
JOIN observation o ON o.datastream_id = ds.id
    AND o.phenomenon_time >= greatest(%(since)s::timestamptz, lower(d.during))
    AND o.phenomenon_time < least(%(until)s::timestamptz, upper(d.during))
WHERE ds.station_id = %(station)s
ORDER BY o.phenomenon_time, p.code, ds.method

-- name: tests
-- The tests that a value did not pass, and the flags.
SELECT tests FROM observation_test WHERE datastream_id = %(datastream)s AND phenomenon_time = %(time)s

-- name: revisions
-- What a value was before it was changed, the last change first.
SELECT revised_at AS at, result_before, quality_before, result_after, quality_after, cause, reason
FROM observation_revision
WHERE datastream_id = %(datastream)s AND phenomenon_time = %(time)s
ORDER BY id DESC LIMIT %(most)s

-- name: station_name
-- The name of a station where a device is, or once was, installed.
SELECT s.name FROM station s
WHERE s.code = %(code)s
  AND EXISTS (SELECT FROM deployment d WHERE d.station_id = s.id AND d.phase = 'installed')
