-- name: add
-- An annotation of a station, of a region, or of everywhere; no row where there is no such station or region.
INSERT INTO annotation (region_id, station_id, property, during, kind, text, source)
SELECT r.id, s.id, %(property)s, tstzrange(%(start)s, %(end)s), %(kind)s, %(text)s, %(source)s
FROM (SELECT) one
LEFT JOIN region r ON r.code = %(region)s
LEFT JOIN station s ON s.code = %(station)s
WHERE (%(region)s::text IS NULL OR r.id IS NOT NULL) AND (%(station)s::text IS NULL OR s.id IS NOT NULL)
RETURNING id

-- name: known
-- What was entered, in the order of time, by filters that are null where not given.
SELECT a.id, s.code, r.code, a.property, lower(a.during), upper(a.during), a.kind, a.text, a.source, a.entered_at,
       a.entered_by
FROM annotation a
LEFT JOIN station s ON s.id = a.station_id
LEFT JOIN region r ON r.id = coalesce(a.region_id, s.region_id)
WHERE (%(station)s::text IS NULL OR s.code = %(station)s) AND (%(region)s::text IS NULL OR r.code = %(region)s)
ORDER BY lower(a.during) NULLS FIRST, a.id

-- name: remove
-- One less.
DELETE FROM annotation WHERE id = %(id)s
