-- name: doubts
-- What a station has of some properties in a span that is suspect or failed, and the tests that it did not pass: the
-- worst first, and of these the ones nearest to a moment.
SELECT p.code, ds.method, ds.by_default, o.phenomenon_time AS time, o.quality, coalesce(t.tests, '{}') AS tests
FROM datastream ds
JOIN observed_property p ON p.id = ds.observed_property_id AND p.code = ANY(%(codes)s)
JOIN deployment_channel c ON c.datastream_id = ds.id
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed'
JOIN observation o ON o.datastream_id = ds.id AND o.quality IN (3, 4)
    AND o.phenomenon_time >= greatest(%(since)s::timestamptz, lower(d.during))
    AND o.phenomenon_time < least(%(until)s::timestamptz, upper(d.during))
LEFT JOIN observation_test t ON t.datastream_id = o.datastream_id AND t.phenomenon_time = o.phenomenon_time
WHERE ds.station_id = %(station)s AND ds.id <> %(datastream)s AND (ds.method = 'raw' OR NOT %(only_raw)s)
ORDER BY o.quality DESC, abs(extract(epoch FROM o.phenomenon_time - %(time)s)), p.code, ds.method
LIMIT %(most)s
