-- name: gauges
-- The gauges among the stations with a device installed now, with their public place, their zero by what is installed
-- now, their levels, lowest first, and the series of their level; by filters that are null where not given.
SELECT s.code AS station, s.name, r.code AS region, l.longitude, l.latitude, l.grid_m, g.water, zero.zero_nhn_m,
       g.mean_level_cm, levels.levels, s.simulated, s.licence, s.attribution, series.ids AS series
FROM gauge g
JOIN station s ON s.id = g.station_id
JOIN region r ON r.id = s.region_id
JOIN LATERAL (
    SELECT (array_agg(gauge_zero_nhn_m ORDER BY lower(during) DESC)
            FILTER (WHERE gauge_zero_nhn_m IS NOT NULL))[1] AS zero_nhn_m
    FROM deployment WHERE station_id = s.id AND phase = 'installed' AND during @> now()
    HAVING count(*) > 0
) zero ON true
JOIN LATERAL (
    SELECT longitude, latitude, grid_m FROM historical_location h JOIN location ON location.id = h.location_id
    WHERE h.station_id = s.id ORDER BY h.since DESC LIMIT 1
) l ON true
CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_agg(jsonb_build_object('level_cm', level_cm, 'rank', rank, 'name', name, 'source', source)
                              ORDER BY rank), '[]') AS levels
    FROM gauge_level WHERE station_id = s.id
) levels
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(ds.id), '{}') AS ids
    FROM datastream ds JOIN observed_property p ON p.id = ds.observed_property_id
    WHERE ds.station_id = s.id AND p.code = 'water_level' AND ds.by_default
) series
WHERE (%(stations)s::text[] IS NULL OR s.code = ANY(%(stations)s))
  AND (%(regions)s::text[] IS NULL OR r.code = ANY(%(regions)s))
ORDER BY s.code

-- name: newest
-- The newest level of each of some series that did not fail, measured while installed and not before a moment, with its
-- method and how often it is measured; an hour ahead of now at most.
SELECT ds.id, o.result, o.phenomenon_time, o.quality, ds.method, public.interval_s
FROM datastream ds
CROSS JOIN LATERAL (
    SELECT during, interval_s FROM public_channel
    WHERE datastream_id = ds.id AND coalesce(upper(during), 'infinity') > %(since)s
) public
CROSS JOIN LATERAL (
    SELECT result, phenomenon_time, quality FROM observation
    WHERE datastream_id = ds.id AND quality <= 3 AND result IS NOT NULL
      AND phenomenon_time >= greatest(%(since)s, coalesce(lower(public.during), '-infinity'))
      AND phenomenon_time < coalesce(upper(public.during), 'infinity')
      AND phenomenon_time <= now() + interval '1 hour'
    ORDER BY phenomenon_time DESC LIMIT 1
) o
WHERE ds.id = ANY(%(series)s)
ORDER BY ds.id, o.phenomenon_time

-- name: points
-- What some series have of quality 1 and 2 in the time before their newest value, in seconds since 1970.
SELECT s.id, extract(epoch FROM o.phenomenon_time)::float8, o.result
FROM unnest(%(series)s::integer[], %(untils)s::timestamptz[]) AS s (id, until)
JOIN observation o ON o.datastream_id = s.id AND o.phenomenon_time > s.until - %(span)s::interval
    AND o.phenomenon_time <= s.until AND o.quality <= 2 AND o.result IS NOT NULL
ORDER BY s.id, o.phenomenon_time
