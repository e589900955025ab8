-- name: stations
-- The stations with a device installed now, at their public place, by code; one of them where a code is given.
SELECT s.id, s.code, s.name, s.description, r.code AS region, s.municipality_key, o.code AS operator_code,
       o.name AS operator_name, o.url AS operator_url, s.licence, s.attribution, s.simulated,
       l.longitude, l.latitude, l.grid_m, d.since
FROM station s
JOIN region r ON r.id = s.region_id
JOIN organisation o ON o.id = s.operator_id
JOIN (
    SELECT station_id, min(NULLIF(lower(during), '-infinity')) AS since FROM deployment
    WHERE phase = 'installed' AND during @> now()
    GROUP BY station_id
) d ON d.station_id = s.id
JOIN LATERAL (
    SELECT longitude, latitude, grid_m FROM historical_location h JOIN location ON location.id = h.location_id
    WHERE h.station_id = s.id ORDER BY h.since DESC LIMIT 1
) l ON true
WHERE %(code)s::text IS NULL OR s.code = %(code)s
ORDER BY s.code

-- name: series
-- The series that a device fed or feeds while installed at these stations, or at all where something is installed now.
SELECT ds.id, ds.station_id, p.code AS property, ds.method, ds.by_default, p.spread_of IS NOT NULL AS is_spread,
       p.unit, p.unit_symbol, p.decimals, c.interval_s, c.is_fed, c.public::text AS public
FROM datastream ds
JOIN observed_property p ON p.id = ds.observed_property_id
JOIN (
    -- While several feed it: as often as the one that does so most often; afterwards, as often as it was fed.
    SELECT datastream_id, range_agg(during) AS public, bool_or(during @> now()) AS is_fed,
           coalesce(min(interval_s) FILTER (WHERE during @> now()), min(interval_s)) AS interval_s
    FROM public_channel GROUP BY datastream_id
) c ON c.datastream_id = ds.id
WHERE ds.station_id = ANY(%(stations)s)
ORDER BY ds.station_id, p.code, ds.method, ds.id

-- name: newest
-- The newest result of each of some series that did not fail, from what was measured while installed, and not before the
-- time that is given with it; none of them lies before `earliest`.
SELECT DISTINCT ON (asked.datastream_id) asked.datastream_id, o.phenomenon_time, o.result, o.quality
FROM unnest(%(datastreams)s::integer[], %(since)s::timestamptz[]) AS asked (datastream_id, since)
CROSS JOIN LATERAL (
    SELECT unnest(range_agg(d.during)) AS during
    FROM deployment_channel c JOIN deployment d ON d.id = c.deployment_id
    WHERE c.datastream_id = asked.datastream_id AND d.phase = 'installed'
) public
CROSS JOIN LATERAL (
    -- Bounds that the primary key can be searched by: with the range's own operator, all history would be read.
    SELECT phenomenon_time, result, quality FROM observation
    WHERE datastream_id = asked.datastream_id AND quality <= 3 AND result IS NOT NULL
      AND phenomenon_time >= greatest(asked.since, lower(public.during))
      -- The same for all: partitions that hold nothing newer are not even looked at.
      AND phenomenon_time >= %(earliest)s::timestamptz
      AND phenomenon_time < coalesce(upper(public.during), 'infinity')
      -- The hour from which on ingest calls a time wrong (plietsch.ingest.clock.AHEAD_S): a clock that is a year
      -- ahead must not be what is newest for a year.
      AND phenomenon_time <= now() + interval '1 hour'
    ORDER BY phenomenon_time DESC LIMIT 1
) o
ORDER BY asked.datastream_id, o.phenomenon_time DESC

-- name: sensors
-- The datastreams of a station with their instruments.
SELECT ds.id, p.code AS property, n.model, n.manufacturer, p.unit, p.unit_symbol, ds.method, ds.by_default
FROM datastream ds
JOIN observed_property p ON p.id = ds.observed_property_id
JOIN sensor n ON n.id = ds.sensor_id
WHERE ds.station_id = %(station)s
ORDER BY p.code, ds.method, n.model
