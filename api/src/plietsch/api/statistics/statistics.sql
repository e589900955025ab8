-- name: series
-- A page of what stations measure by which method, in order, after one of them: the datastreams of each that a device fed
-- while installed, with how often that is meant to measure; by filters that are null where not given; without methods,
-- those meant where nobody names one.
SELECT s.code AS station, s.name AS station_name, r.code AS region, r.timezone AS zone, p.code AS property, ds.method,
       p.unit, p.unit_symbol, p.decimals, s.simulated, s.licence, s.attribution,
       array_agg(ds.id ORDER BY ds.id) AS datastreams, array_agg(public.interval_s ORDER BY ds.id) AS intervals_s,
       array_agg(DISTINCT n.model ORDER BY n.model) AS sensors,
       (SELECT array_agg(l.level_cm ORDER BY l.rank) FROM gauge_level l WHERE l.station_id = s.id) AS levels_cm,
       (SELECT array_agg(l.rank ORDER BY l.rank) FROM gauge_level l WHERE l.station_id = s.id) AS ranks,
       (SELECT array_agg(l.name ORDER BY l.rank) FROM gauge_level l WHERE l.station_id = s.id) AS names
FROM datastream ds
JOIN station s ON s.id = ds.station_id
JOIN region r ON r.id = s.region_id
JOIN observed_property p ON p.id = ds.observed_property_id
JOIN sensor n ON n.id = ds.sensor_id
JOIN LATERAL (
    SELECT (array_agg(c.interval_s ORDER BY c.during DESC))[1] AS interval_s
    FROM public_channel c WHERE c.datastream_id = ds.id HAVING count(*) > 0
) public ON true
WHERE CASE WHEN %(methods)s::text[] IS NULL THEN ds.by_default ELSE ds.method = ANY(%(methods)s) END
  AND (%(stations)s::text[] IS NULL OR s.code = ANY(%(stations)s))
  AND (%(regions)s::text[] IS NULL OR r.code = ANY(%(regions)s))
  AND p.code = ANY(%(properties)s)
  AND (s.code, p.code, ds.method) > (%(after_station)s, %(after_property)s, %(after_method)s)
GROUP BY s.id, r.id, p.id, ds.method
ORDER BY s.code, p.code, ds.method
LIMIT %(limit)s

-- name: hours
-- The hours (since 1970) of a datastream in a span. One counts once the device was installed during any of it.
SELECT (extract(epoch FROM h.bucket) / 3600)::integer, h.count, h.mean, h.min, h.max
FROM hours_of_each(ARRAY[%(datastream)s::integer], %(start)s, %(end)s) h
WHERE EXISTS (
    SELECT FROM public_channel c
    WHERE c.datastream_id = %(datastream)s AND c.during && tstzrange(h.bucket, h.bucket + INTERVAL '1 hour')
)
ORDER BY h.bucket

-- name: moments
-- When, in some hours (since 1970), datastreams had some values; the first time of each.
SELECT e.n::integer, min(o.phenomenon_time)
FROM unnest(%(datastreams)s::integer[], %(hours)s::bigint[], %(values)s::float8[]) WITH ORDINALITY
     AS e (datastream, hour, value, n)
JOIN observation o ON o.datastream_id = e.datastream AND o.result = e.value AND o.quality <= 2
    AND o.phenomenon_time >= to_timestamp(e.hour * 3600) AND o.phenomenon_time < to_timestamp((e.hour + 1) * 3600)
GROUP BY e.n
