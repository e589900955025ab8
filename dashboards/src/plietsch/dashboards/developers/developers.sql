-- name: stations
-- Stations that are installed now, by name, as a form offers them.
SELECT s.code, s.name
FROM station s
WHERE EXISTS (SELECT 1 FROM deployment d WHERE d.station_id = s.id AND d.phase = 'installed' AND d.during @> now())
ORDER BY s.name, s.code
LIMIT %(most)s

-- name: measured
-- What stations that are installed now measure by the methods that are meant where nobody names one: code, name, unit,
-- one of the stations and its municipality; a station that has a municipality's key first.
SELECT DISTINCT ON (p.code) p.code, p.name, p.unit_symbol, s.code AS station, s.municipality_key
FROM station s
JOIN deployment d ON d.station_id = s.id AND d.phase = 'installed' AND d.during @> now()
JOIN deployment_channel c ON c.deployment_id = d.id
JOIN datastream ds ON ds.id = c.datastream_id AND ds.by_default
JOIN observed_property p ON p.id = ds.observed_property_id
ORDER BY p.code, s.municipality_key IS NULL, s.code

-- name: terms
-- Under which licence, and naming whom, whose stations may be used: each once, the one of most stations first.
SELECT s.licence, s.attribution, o.name AS operator, o.url
FROM station s
JOIN organisation o ON o.id = s.operator_id
WHERE EXISTS (SELECT 1 FROM deployment d WHERE d.station_id = s.id AND d.phase = 'installed' AND d.during @> now())
GROUP BY s.licence, s.attribution, o.name, o.url
ORDER BY count(*) DESC, s.licence, s.attribution, o.name
LIMIT %(most)s
