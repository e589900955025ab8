-- name: datastreams
-- A page of the datastreams that a device fed while installed, in the order of their ids, after one of them, by filters
-- that are null where not given; with the first and the last time of what was measured while installed.
WITH page AS MATERIALIZED (
    SELECT ds.id, ds.station_id, ds.sensor_id, ds.observed_property_id, ds.method, ds.by_default, public.during,
           public.interval_s, public.is_fed
    FROM datastream ds
    JOIN station s ON s.id = ds.station_id
    JOIN region r ON r.id = s.region_id
    JOIN observed_property p ON p.id = ds.observed_property_id
    JOIN sensor n ON n.id = ds.sensor_id
    JOIN LATERAL (
        SELECT range_agg(c.during) AS during, (array_agg(c.interval_s ORDER BY c.during DESC))[1] AS interval_s,
               bool_or(c.during @> now()) AS is_fed
        FROM public_channel c WHERE c.datastream_id = ds.id
        HAVING count(*) > 0
    ) public ON true
    WHERE ds.id > %(after)s
      AND (%(id)s::integer IS NULL OR ds.id = %(id)s)
      AND (%(stations)s::text[] IS NULL OR s.code = ANY(%(stations)s))
      AND (%(regions)s::text[] IS NULL OR r.code = ANY(%(regions)s))
      AND (%(properties)s::text[] IS NULL OR p.code = ANY(%(properties)s))
      AND (%(methods)s::text[] IS NULL OR ds.method = ANY(%(methods)s))
      AND (%(sensors)s::text[] IS NULL OR n.model = ANY(%(sensors)s))
    ORDER BY ds.id
    LIMIT %(limit)s
)
SELECT ds.id, s.code AS station, s.name AS station_name, r.code AS region, p.code AS property, ds.method,
       n.model AS sensor_model, n.manufacturer AS sensor_manufacturer, p.unit, p.unit_symbol, p.decimals,
       ds.by_default, ds.is_fed, ds.interval_s, began.time AS first, ended.time AS last, s.simulated, s.licence,
       s.attribution
FROM page ds
JOIN station s ON s.id = ds.station_id
JOIN region r ON r.id = s.region_id
JOIN observed_property p ON p.id = ds.observed_property_id
JOIN sensor n ON n.id = ds.sensor_id
-- Each end is one look into the key, within bounds that it can be searched by.
CROSS JOIN LATERAL (
    SELECT min(o.time) AS time
    FROM (SELECT unnest(ds.during) AS during) span
    CROSS JOIN LATERAL (
        SELECT phenomenon_time AS time FROM observation
        WHERE datastream_id = ds.id AND phenomenon_time >= coalesce(lower(span.during), '-infinity')
          AND phenomenon_time < coalesce(upper(span.during), 'infinity')
        ORDER BY phenomenon_time LIMIT 1
    ) o
) began
CROSS JOIN LATERAL (
    SELECT max(o.time) AS time
    FROM (SELECT unnest(ds.during) AS during) span
    CROSS JOIN LATERAL (
        SELECT phenomenon_time AS time FROM observation
        WHERE datastream_id = ds.id AND phenomenon_time >= coalesce(lower(span.during), '-infinity')
          AND phenomenon_time < coalesce(upper(span.during), 'infinity')
          -- As with the newest values: a clock that is a year ahead is not believed.
          AND phenomenon_time <= now() + interval '1 hour'
        ORDER BY phenomenon_time DESC LIMIT 1
    ) o
) ended
ORDER BY ds.id

-- name: sensors
-- The models of instruments that there are.
SELECT model FROM sensor ORDER BY model
