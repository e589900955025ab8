-- name: deployments
-- When devices were installed at some stations, and the instruments that measured; by filters that are null where not
-- given, each station's first one first.
SELECT s.code AS station, r.code AS region, NULLIF(lower(d.during), '-infinity') AS since,
       NULLIF(upper(d.during), 'infinity') AS until, fed.models, m.is_remounted
FROM station s
JOIN region r ON r.id = s.region_id
JOIN deployment d ON d.station_id = s.id AND d.phase = 'installed'
JOIN public_mounting m ON m.deployment_id = d.id
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(DISTINCT n.model ORDER BY n.model) FILTER (WHERE n.model <> 'node'), '{}') AS models
    FROM deployment_channel c JOIN datastream ds ON ds.id = c.datastream_id JOIN sensor n ON n.id = ds.sensor_id
    WHERE c.deployment_id = d.id
) fed
WHERE (%(stations)s::text[] IS NULL OR s.code = ANY(%(stations)s))
  AND (%(regions)s::text[] IS NULL OR r.code = ANY(%(regions)s))
ORDER BY s.code, lower(d.during) NULLS FIRST

-- name: places
-- The public places of some stations where a device is or was installed, each station's first one first; only of those
-- that stood at several.
SELECT s.code AS station, r.code AS region, h.since, l.longitude, l.latitude, l.grid_m
FROM station s
JOIN region r ON r.id = s.region_id
JOIN historical_location h ON h.station_id = s.id
JOIN location l ON l.id = h.location_id
WHERE (%(stations)s::text[] IS NULL OR s.code = ANY(%(stations)s))
  AND (%(regions)s::text[] IS NULL OR r.code = ANY(%(regions)s))
  AND EXISTS (SELECT FROM deployment d WHERE d.station_id = s.id AND d.phase = 'installed')
  AND (SELECT count(*) FROM historical_location other WHERE other.station_id = s.id) > 1
ORDER BY s.code, h.since

-- name: regions
-- The regions with their zones: those asked for, and those of stations asked for.
SELECT r.code, r.timezone FROM region r
WHERE (%(regions)s::text[] IS NULL OR r.code = ANY(%(regions)s))
  AND (%(stations)s::text[] IS NULL
       OR EXISTS (SELECT FROM station s WHERE s.region_id = r.id AND s.code = ANY(%(stations)s)))
ORDER BY r.code

-- name: entered
-- What was entered of a span: of everywhere, of the regions and of the stations asked for. What is said of a region is
-- said of its stations.
SELECT a.kind, lower(a.during) AS start, upper(a.during) AS "end", a.text, a.source, s.code AS station,
       r.code AS region, a.property
FROM annotation a
LEFT JOIN station s ON s.id = a.station_id
LEFT JOIN region r ON r.id = coalesce(a.region_id, s.region_id)
WHERE a.during && tstzrange(%(start)s, %(end)s)
  AND (s.id IS NULL OR EXISTS (SELECT FROM deployment d WHERE d.station_id = s.id AND d.phase = 'installed'))
  AND (%(stations)s::text[] IS NULL OR s.code = ANY(%(stations)s) OR s.id IS NULL AND (r.id IS NULL OR EXISTS (
        SELECT FROM station own WHERE own.region_id = r.id AND own.code = ANY(%(stations)s))))
  AND (%(regions)s::text[] IS NULL OR r.id IS NULL OR r.code = ANY(%(regions)s))
