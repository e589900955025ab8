-- name: upsert_organisation
-- An organisation by its code.
INSERT INTO organisation (code, name, url) VALUES (%(code)s, %(name)s, %(url)s)
ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, url = EXCLUDED.url
RETURNING id

-- name: upsert_region
-- A region by its code.
INSERT INTO region (code, name, west, south, east, north, timezone)
VALUES (%(code)s, %(name)s, %(west)s, %(south)s, %(east)s, %(north)s, %(timezone)s)
ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, west = EXCLUDED.west, south = EXCLUDED.south,
    east = EXCLUDED.east, north = EXCLUDED.north, timezone = EXCLUDED.timezone
RETURNING id

-- name: upsert_station
-- A station by its code.
INSERT INTO station (code, name, description, region_id, operator_id, licence, attribution, municipality_key, simulated)
VALUES (%(code)s, %(name)s, %(description)s, %(region_id)s, %(operator_id)s, %(licence)s, %(attribution)s,
    %(municipality_key)s, %(simulated)s)
ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, description = EXCLUDED.description,
    region_id = EXCLUDED.region_id, operator_id = EXCLUDED.operator_id, licence = EXCLUDED.licence,
    attribution = EXCLUDED.attribution, municipality_key = EXCLUDED.municipality_key, simulated = EXCLUDED.simulated
RETURNING id

-- name: exact_place
-- Where a station stands now, exactly.
SELECT e.longitude, e.latitude, e.elevation_m, l.grid_m
FROM historical_location h
JOIN location l ON l.id = h.location_id
JOIN exact_location e ON e.location_id = l.id
WHERE h.station_id = %(station_id)s
ORDER BY h.since DESC
LIMIT 1

-- name: insert_location
-- A public place.
INSERT INTO location (name, longitude, latitude, grid_m) VALUES (%(name)s, %(longitude)s, %(latitude)s, %(grid_m)s)
RETURNING id

-- name: insert_exact_location
-- The exact place behind a public one.
INSERT INTO exact_location (location_id, longitude, latitude, elevation_m)
VALUES (%(location_id)s, %(longitude)s, %(latitude)s, %(elevation_m)s)

-- name: insert_historical_location
-- Since when a station stands at a place.
INSERT INTO historical_location (station_id, since, location_id) VALUES (%(station_id)s, %(since)s, %(location_id)s)
ON CONFLICT (station_id, since) DO UPDATE SET location_id = EXCLUDED.location_id

-- name: upsert_gauge
-- A station that is a gauge.
INSERT INTO gauge (station_id, water, mean_level_cm) VALUES (%(station_id)s, %(water)s, %(mean_level_cm)s)
ON CONFLICT (station_id) DO UPDATE SET water = EXCLUDED.water, mean_level_cm = EXCLUDED.mean_level_cm

-- name: delete_gauge
-- A station that is no gauge, with the levels that it had.
DELETE FROM gauge WHERE station_id = %(station_id)s

-- name: delete_gauge_levels
-- All levels of a gauge, before those are stored that it has now.
DELETE FROM gauge_level WHERE station_id = %(station_id)s

-- name: insert_gauge_level
-- One of a gauge's own levels.
INSERT INTO gauge_level (station_id, rank, level_cm, name, source)
VALUES (%(station_id)s, %(rank)s, %(level_cm)s, %(name)s, %(source)s)

-- name: device_type_id
-- A device type by its code.
SELECT id FROM device_type WHERE code = %(code)s

-- name: upsert_device
-- A device by its DevEUI, and whether it was known as something else: results of indices depend on how often it measures.
INSERT INTO device (dev_eui, device_type_id, interval_s) VALUES (%(dev_eui)s, %(device_type_id)s, %(interval_s)s)
ON CONFLICT (dev_eui) DO UPDATE SET device_type_id = EXCLUDED.device_type_id, interval_s = EXCLUDED.interval_s
RETURNING id, EXISTS (SELECT FROM device known WHERE known.id = device.id
    AND (known.device_type_id, known.interval_s) IS DISTINCT FROM (device.device_type_id, device.interval_s))

-- name: open_deployments
-- The deployments without an end of a device, and of whatever hangs at a station.
SELECT id, device_id, station_id, phase, lower(during), gauge_zero_distance_m, gauge_zero_nhn_m, rain_tip_mm, photo_url,
       note
FROM deployment
WHERE (device_id = %(device_id)s OR station_id = %(station_id)s) AND upper_inf(during)

-- name: remove_other_channels
-- A channel that a device no longer has feeds nothing.
DELETE FROM deployment_channel WHERE deployment_id = %(deployment_id)s AND channel <> ALL(%(channels)s)

-- name: sensor_id
-- A sensor by its model.
SELECT id FROM sensor WHERE model = %(model)s

-- name: upsert_datastream
-- The datastream of one property at a station by one method.
INSERT INTO datastream (station_id, sensor_id, observed_property_id, method)
VALUES (%(station_id)s, %(sensor_id)s, (SELECT id FROM observed_property WHERE code = %(property)s), %(method)s)
ON CONFLICT (station_id, sensor_id, observed_property_id, method) DO UPDATE SET method = EXCLUDED.method
RETURNING id

-- name: upsert_channel
-- Which datastream a device's channel feeds.
INSERT INTO deployment_channel (deployment_id, channel, datastream_id)
VALUES (%(deployment_id)s, %(channel)s, %(datastream_id)s)
ON CONFLICT (deployment_id, channel) DO UPDATE SET datastream_id = EXCLUDED.datastream_id

-- name: devices
-- Every device, or the one of that DevEUI or at that station, with its present deployment and what was heard of it.
SELECT d.dev_eui, t.code, s.code, p.phase, lower(p.during), h.heard_at, h.battery_percent, h.margin_db, h.clock,
       h.node_status_at, h.node_status
FROM device d
JOIN device_type t ON t.id = d.device_type_id
LEFT JOIN device_health h ON h.device_id = d.id
LEFT JOIN deployment p ON p.device_id = d.id AND upper_inf(p.during)
LEFT JOIN station s ON s.id = p.station_id
WHERE %(asked)s::text IS NULL OR d.dev_eui = lower(%(asked)s) OR s.code = %(asked)s
ORDER BY s.code, d.dev_eui

-- name: answers
-- The newest answers of a device to commands.
SELECT e.event_time, e.detail
FROM device_event e
JOIN device d ON d.id = e.device_id
WHERE d.dev_eui = %(dev_eui)s AND e.kind = 'node-answer'
ORDER BY e.event_time DESC LIMIT %(most)s

-- name: location_offers
-- Where devices say that they are, and where their station stands exactly, if it has a place.
SELECT d.dev_eui, s.code, o.event_time, o.longitude, o.latitude, o.accuracy_m, o.source, e.longitude, e.latitude
FROM location_offer o
JOIN device d ON d.id = o.device_id
LEFT JOIN deployment p ON p.device_id = d.id AND upper_inf(p.during)
LEFT JOIN station s ON s.id = p.station_id
LEFT JOIN LATERAL (
    SELECT location_id FROM historical_location WHERE station_id = s.id ORDER BY since DESC LIMIT 1
) h ON true
LEFT JOIN exact_location e USING (location_id)
ORDER BY o.event_time DESC, d.dev_eui
