-- name: upsert_property
-- An observed property as this version knows it; an unchanged row is not written.
INSERT INTO observed_property AS p
    (code, name, description, definition, unit, unit_symbol, decimals, default_method, spread_of)
VALUES (%(code)s, %(name)s, %(description)s, %(definition)s, %(unit)s, %(unit_symbol)s, %(decimals)s,
    %(default_method)s, %(spread_of)s)
ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, description = EXCLUDED.description,
    definition = EXCLUDED.definition, unit = EXCLUDED.unit, unit_symbol = EXCLUDED.unit_symbol,
    decimals = EXCLUDED.decimals, default_method = EXCLUDED.default_method, spread_of = EXCLUDED.spread_of
WHERE (p.name, p.description, p.definition, p.unit, p.unit_symbol, p.decimals, p.default_method, p.spread_of)
    IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.description, EXCLUDED.definition, EXCLUDED.unit, EXCLUDED.unit_symbol,
        EXCLUDED.decimals, EXCLUDED.default_method, EXCLUDED.spread_of)

-- name: upsert_sensor
-- A model of instrument; an unchanged row is not written.
INSERT INTO sensor AS s (model, manufacturer, description, datasheet_url)
VALUES (%(model)s, %(manufacturer)s, %(description)s, %(datasheet_url)s)
ON CONFLICT (model) DO UPDATE SET manufacturer = EXCLUDED.manufacturer, description = EXCLUDED.description,
    datasheet_url = EXCLUDED.datasheet_url
WHERE (s.manufacturer, s.description, s.datasheet_url)
    IS DISTINCT FROM (EXCLUDED.manufacturer, EXCLUDED.description, EXCLUDED.datasheet_url)

-- name: upsert_device_type
-- A device type; an unchanged row is not written, and one that is built in does not take the place of an operator's own.
INSERT INTO device_type AS t (code, name, definition, built_in)
VALUES (%(code)s, %(name)s, %(definition)s, %(built_in)s)
ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, definition = EXCLUDED.definition, built_in = EXCLUDED.built_in
WHERE (t.built_in OR NOT EXCLUDED.built_in)
    AND (t.name, t.definition, t.built_in) IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.definition, EXCLUDED.built_in)

-- name: device_types
-- Every device type that is known.
SELECT code, definition FROM device_type WHERE definition IS NOT NULL ORDER BY code

-- name: added_device_types
-- The device types that an operator added.
SELECT code FROM device_type WHERE NOT built_in AND definition IS NOT NULL
