-- name: ahead
-- Those of some series that have a usable result dated further ahead than is shown, and when the furthest one is.
SELECT asked.datastream_id, ahead.until
FROM unnest(%(datastreams)s::integer[]) AS asked (datastream_id)
CROSS JOIN LATERAL (
    SELECT max(phenomenon_time) AS until FROM observation
    WHERE datastream_id = asked.datastream_id AND phenomenon_time > now() + interval '1 hour'
      AND quality <= 3 AND result IS NOT NULL
) ahead
WHERE ahead.until IS NOT NULL

-- name: regions
-- The codes of the regions.
SELECT code FROM region ORDER BY code

-- name: operators
-- The codes of those who run stations.
SELECT DISTINCT o.code FROM organisation o JOIN station s ON s.operator_id = o.id ORDER BY o.code

-- name: by_the_clock
-- What time it is, and whether since another time a device has begun or ceased to be installed without anybody having
-- written anything.
SELECT now(), EXISTS (
    SELECT FROM deployment
    WHERE phase = 'installed' AND (lower(during) > %(since)s AND lower(during) <= now()
                                   OR upper(during) > %(since)s AND upper(during) <= now())
)
