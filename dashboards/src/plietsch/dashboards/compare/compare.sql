-- name: nearest
-- The stations of a station's region that measure a property now, by their public places, the nearest first. A degree of
-- longitude is shorter than one of latitude by the cosine of where that is.
WITH place AS (
    SELECT DISTINCT ON (h.station_id) h.station_id, l.longitude, l.latitude
    FROM historical_location h JOIN location l ON l.id = h.location_id
    ORDER BY h.station_id, h.since DESC
)
SELECT other.code, other.name
FROM station own
JOIN place here ON here.station_id = own.id
JOIN station other ON other.region_id = own.region_id AND other.id <> own.id
JOIN place there ON there.station_id = other.id
WHERE own.code = %(station)s
  AND EXISTS (
        SELECT FROM deployment d
        JOIN deployment_channel c ON c.deployment_id = d.id
        JOIN datastream ds ON ds.id = c.datastream_id AND ds.by_default
        JOIN observed_property p ON p.id = ds.observed_property_id
        WHERE d.station_id = other.id AND d.phase = 'installed' AND d.during @> now() AND p.code = %(property)s)
ORDER BY ((there.longitude - here.longitude) * cosd(here.latitude)) ^ 2 + (there.latitude - here.latitude) ^ 2,
         other.code
LIMIT %(most)s
